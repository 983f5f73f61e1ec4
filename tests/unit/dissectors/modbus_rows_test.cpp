// What each function decodes to, both ways, and what is wrong with what; then the same bytes cut
// short, cut anywhere, and no bytes of ours at all.

#include <random>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/modbus_talk.hpp"

namespace prahari::test {
namespace {

struct Row {
  std::string_view name;
  std::vector<std::string_view> pdus;
  std::vector<std::string_view> lines;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
#include "tests/unit/dissectors/modbus_rows.def"
  };
  return kRows;
}

Side side_of(std::string_view pdu) { return pdu.starts_with('<') ? Side::second : Side::first; }

TEST(ModbusRows, DecodeAsExpected) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    Talk talk;
    for (const std::string_view pdu : row.pdus) {
      talk.say(pdu);
    }
    const std::vector<std::string> expected{row.lines.begin(), row.lines.end()};
    EXPECT_EQ(talk.lines, expected);
  }
}

TEST(ModbusRows, FrameIsTheWholeAduAndNothingShorter) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const Talk talk;
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

// Every body cut at every length, with a header that says so: one message, and nothing worse.
TEST(ModbusRows, EveryTruncationIsOneMessage) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    for (std::size_t cut = 8; cut < 64; ++cut) {
      Talk talk;
      for (const std::string_view pdu : row.pdus) {
        auto bytes = hex(pdu);
        bytes.resize(std::min(bytes.size(), cut));
        bytes[4] = std::byte{0};
        bytes[5] = static_cast<std::byte>(bytes.size() - 6);
        const auto messages = [&] {
          return std::ranges::count_if(talk.lines, [](const std::string& line) {
            return !line.starts_with("identity") && !line.starts_with("anomaly");
          });
        };
        const auto before = messages();
        talk.send(bytes, side_of(pdu));
        EXPECT_EQ(messages(), before + 1);
      }
    }
  }
}

TEST(ModbusRows, RandomBytesDoNoHarm) {
  std::mt19937 random{7};
  for (int round = 0; round < 20000; ++round) {
    Talk talk{static_cast<std::uint8_t>(random() % 6), random() % 2 == 0};
    for (int pdus = 0; pdus < 4; ++pdus) {
      std::vector<std::byte> bytes(4 + random() % 60);
      for (std::byte& next : bytes) {
        next = static_cast<std::byte>(random() % 4 == 0 ? random() % 8 : random() % 256);
      }
      bytes[2] = bytes[3] = bytes[4 % bytes.size()] = std::byte{0};
      const Side side = random() % 2 == 0 ? Side::first : Side::second;
      const Frame frame = talk.session->frame(bytes, side);
      if (frame.verdict == Frame::Verdict::complete) {
        ASSERT_GT(frame.size, 0U);
        ASSERT_LE(frame.size, bytes.size());
        bytes.resize(frame.size);
      }
      talk.send(bytes, side);
    }
  }
}

// The shared part of a message, which inventory and rules live on.
TEST(ModbusRows, MessageCarriesTargetAndValues) {
  Talk talk;
  talk.say("0010 0000 0013 11 10 0001 0006 0C 0001 0002 0003 0004 0005 0006");
  EXPECT_EQ(talk.last.target.table, "holding");
  EXPECT_EQ(talk.last.target.unit, 17U);
  EXPECT_EQ(talk.last.target.address, 1U);
  EXPECT_EQ(talk.last.target.count, 6U);
  ASSERT_EQ(talk.last.value_count, 4);
  EXPECT_EQ(talk.last.values, (std::array<double, 4>{1, 2, 3, 4}));
  EXPECT_EQ(talk.last.written.size(), 6U) << "all of them";
  EXPECT_EQ(talk.last.outcome, Outcome::unknown);
  const PacketRef request = talk.packet;

  talk.say("< 0010 0000 0006 11 10 0001 0006");
  EXPECT_TRUE(talk.last.matched);
  EXPECT_EQ(talk.last.request, request);
  EXPECT_EQ(talk.last.outcome, Outcome::success);
  EXPECT_EQ(talk.last.target.table, "holding");
  EXPECT_EQ(talk.last.target.count, 6U);

  talk.say("0017 0000 000D 11 17 0003 0006 000E 0001 02 00FF");
  EXPECT_EQ(talk.last.target.address, 14U);  // what is written, not what is read
  talk.say("< 0017 0000 0003 11 97 02");
  EXPECT_EQ(talk.last.kind, Kind::exception);
  EXPECT_EQ(talk.last.outcome, Outcome::failure);
  EXPECT_EQ(talk.last.status, 2U);
  EXPECT_EQ(talk.last.target.address, 14U);

  talk.say("0005 0000 0006 11 05 00AC FF00");
  EXPECT_EQ(talk.last.values[0], 1);
  EXPECT_EQ(talk.last.target.table, "coil");
  EXPECT_EQ(talk.last.target.count, 1U);
}

// Same decoder, whether anybody looks at the fields or not.
TEST(ModbusRows, FieldsDoNotChangeTheMessage) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    Talk with;
    Talk without;
    without.wants_fields = false;
    for (const std::string_view pdu : row.pdus) {
      with.say(pdu);
      without.say(pdu);
      EXPECT_EQ(with.last.problems, without.last.problems);
      EXPECT_EQ(with.last.name, without.last.name);
      EXPECT_EQ(with.last.effect, without.last.effect);
      EXPECT_EQ(with.last.target.address, without.last.target.address);
      EXPECT_EQ(with.last.target.count, without.last.target.count);
      EXPECT_EQ(with.last.values, without.last.values);
    }
    EXPECT_EQ(with.lines.size(), without.lines.size());
  }
}

TEST(ModbusRows, LengthOverTheSpecificationIsToldAndKept) {
  std::vector<std::byte> bytes = hex("0001 0000 00FF 11 06 0001 8003");
  bytes.resize(6 + 0xFF);
  Talk talk;
  EXPECT_EQ(talk.session->frame(bytes, Side::first).size, bytes.size());
  talk.send(bytes, Side::first);
  ASSERT_EQ(talk.lines.size(), 1U);
  EXPECT_TRUE(talk.lines[0].ends_with("!length_over_spec !trailing_bytes")) << talk.lines[0];
}

}  // namespace
}  // namespace prahari::test
