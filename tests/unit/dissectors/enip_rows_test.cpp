// What messages of EtherNet/IP decode to, and what is wrong with what; then the same bytes cut
// short, cut anywhere, and no bytes of ours at all. Test vectors of public captures among them.

#include <cstdlib>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "dissectors/code_names.hpp"
#include "dissectors/framer.hpp"
#include "tests/unit/dissectors/enip_talk.hpp"

namespace prahari::test {
namespace {

struct Row {
  std::string_view name;
  std::vector<std::string_view> pdus;
  std::vector<std::string_view> lines;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
#include "tests/unit/dissectors/enip_rows.def"
  };
  return kRows;
}

// The names of vendors and device types are data.
class WithNames : public testing::Environment {
 public:
  void SetUp() override {
    ASSERT_TRUE(load_code_names(DataFiles{{PRAHARI_SOURCE_DIR}}).has_value());
  }
};
const auto* const kNames = testing::AddGlobalTestEnvironment(new WithNames);  // NOLINT

Side side_of(std::string_view pdu) { return pdu.starts_with('<') ? Side::second : Side::first; }

TEST(EnipRows, DecodeAsExpected) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    EnipTalk talk;
    for (const std::string_view pdu : row.pdus) {
      talk.say(pdu);
    }
    const std::vector<std::string> expected{row.lines.begin(), row.lines.end()};
    EXPECT_EQ(talk.lines, expected);
  }
}

// Somebody else owns it: the general status in the low byte, the extended one above.
TEST(EnipRows, AStatusHasItsExtendedPart) {
  const auto row = std::ranges::find(rows(), "exclusive owner of outputs", &Row::name);
  ASSERT_NE(row, rows().end());
  EnipTalk talk;
  for (const std::string_view pdu : row->pdus) {
    talk.say(pdu);
  }
  EXPECT_EQ(talk.messages.back().status, 0x010601U);
  EXPECT_EQ(talk.messages.back().effect, Effect::own);
}

TEST(EnipRows, FrameIsTheWholeMessageAndNothingShorter) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const EnipTalk talk;
    for (const std::string_view pdu : row.pdus) {
      const auto bytes = hex(pdu);
      for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const Frame frame = talk.session->frame(Bytes{bytes}.first(size), side_of(pdu));
        if (size < bytes.size()) {
          EXPECT_EQ(frame.verdict, Frame::Verdict::need_more) << size;
        } else {
          EXPECT_EQ(frame.verdict, Frame::Verdict::complete);
          EXPECT_EQ(frame.size, bytes.size());
        }
      }
    }
  }
}

std::size_t envelopes(const EnipTalk& talk) {
  return static_cast<std::size_t>(std::ranges::count_if(
      talk.messages, [](const Message& one) { return one.protocol == Protocol::enip; }));
}

// Every message cut at every length, with a header that says so: one message of the
// encapsulation, and nothing worse.
TEST(EnipRows, EveryTruncationIsOneMessage) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    for (std::size_t cut = 24; cut < 110; ++cut) {
      EnipTalk talk;
      for (const std::string_view pdu : row.pdus) {
        auto bytes = hex(pdu);
        bytes.resize(std::min(bytes.size(), cut));
        bytes[2] = static_cast<std::byte>(bytes.size() - 24);
        const std::size_t before = envelopes(talk);
        talk.send(bytes, side_of(pdu));
        EXPECT_EQ(envelopes(talk), before + 1);
      }
    }
  }
}

// Collects what a Framer cuts.
class Cutter final : public Framer::Out {
 public:
  explicit Cutter(EnipTalk& talk) : talk_(talk) {}
  void pdu(Bytes bytes, Side side, const PacketRef& /*packet*/) override {
    talk_.send({bytes.begin(), bytes.end()}, side);
  }
  void foreign(Bytes /*head*/, Side /*side*/, const PacketRef& /*packet*/) override { ++strange; }

  int strange = 0;

 private:
  EnipTalk& talk_;
};

// All rows behind each other as one stream, cut in two at every place: always the same messages.
TEST(EnipRows, StreamCutAnywhere) {
  std::vector<std::byte> stream;
  std::size_t messages = 0;
  for (const Row& row : rows()) {
    for (const std::string_view pdu : row.pdus) {
      const auto bytes = hex(pdu);
      if (side_of(pdu) == Side::first && bytes[0] != std::byte{9}) {
        stream.insert(stream.end(), bytes.begin(), bytes.end());
        ++messages;
      }
    }
  }
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EnipTalk talk;
    talk.wants_fields = false;
    Cutter out{talk};
    PartialBudget budget;
    Framer framer;
    framer.feed(*talk.session, Side::first, Bytes{stream}.first(cut), {}, budget, out);
    framer.feed(*talk.session, Side::first, Bytes{stream}.subspan(cut), {}, budget, out);
    ASSERT_EQ(envelopes(talk), messages) << cut;
    ASSERT_EQ(out.strange, 0) << cut;
  }
}

TEST(EnipRows, RandomBytesDoNoHarm) {
  std::mt19937 random{7};
  for (int round = 0; round < 20000; ++round) {
    EnipTalk talk{static_cast<std::uint8_t>(random() % 4), random() % 2 == 0};
    talk.wants_fields = random() % 2 == 0;
    for (int pdus = 0; pdus < 4; ++pdus) {
      std::vector<std::byte> bytes(24 + random() % 90);
      for (std::byte& next : bytes) {
        next = static_cast<std::byte>(random() % 4 == 0 ? random() % 8 : random() % 256);
      }
      const auto head =
          hex("6f00 0000 01000000 00000000 0000000000000000 00000000 00000000 0000"
              "0200 0000 0000 b200 0000 52 02 2006 2401 0000");
      std::copy_n(head.begin(), std::min<std::size_t>(head.size() - random() % 12, bytes.size()),
                  bytes.begin());
      bytes[2] = static_cast<std::byte>(bytes.size() - 24);
      if (bytes.size() > 40) {
        bytes[38] = static_cast<std::byte>(bytes.size() - 40);
      }
      talk.send(bytes, random() % 2 == 0 ? Side::first : Side::second);
    }
  }
}

// Same decoder, whether anybody looks at the fields or not.
TEST(EnipRows, FieldsDoNotChangeTheMessage) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    EnipTalk with;
    EnipTalk without;
    without.wants_fields = false;
    for (const std::string_view pdu : row.pdus) {
      with.say(pdu);
      without.say(pdu);
    }
    ASSERT_EQ(with.messages.size(), without.messages.size());
    for (std::size_t i = 0; i < with.messages.size(); ++i) {
      EXPECT_EQ(with.messages[i].problems, without.messages[i].problems);
      EXPECT_EQ(with.messages[i].name, without.messages[i].name);
      EXPECT_EQ(with.messages[i].effect, without.messages[i].effect);
      EXPECT_EQ(with.messages[i].values, without.messages[i].values);
      EXPECT_EQ(with.texts[i], without.texts[i]);
    }
  }
}

}  // namespace
}  // namespace prahari::test
