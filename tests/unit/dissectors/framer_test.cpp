#include "dissectors/framer.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace prahari {
namespace {

// A toy protocol: '<', a digit, that many letters, '>'. An 'L' for the digit is a long PDU of 9
// letters that is passed over.
class ToySession final : public Session {
 public:
  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    const std::string_view text = as_text(head);
    if (text[0] != '<') {
      return Frame::not_mine();
    }
    if (text.size() < 2) {
      return Frame::need_more();
    }
    if (text[1] == 'L') {
      return Frame::skip(12);
    }
    const std::size_t size = static_cast<std::size_t>(text[1] - '0') + 3;
    return text.size() < size ? Frame::need_more() : Frame::complete(size);
  }
  [[nodiscard]] bool starts_here(Bytes head, Side side,
                                 bool /*segment_start*/) const noexcept override {
    const Frame frame = this->frame(head, side);
    return frame.verdict == Frame::Verdict::complete && as_text(head)[frame.size - 1] == '>' &&
           (frame.size == head.size() || as_text(head)[frame.size] == '<');
  }
  void on_pdu(const Pdu& /*pdu*/, Emitter& /*out*/) override {}
  void on_foreign(Side /*side*/, Direction /*direction*/, Bytes /*head*/,
                  const PacketRef& /*packet*/, Emitter& /*out*/) override {}
};

class Collector final : public Framer::Out {
 public:
  void pdu(Bytes bytes, Side /*side*/, const PacketRef& packet) override {
    text += std::string{as_text(bytes)} + " ";
    frames.push_back(packet.frame);
  }
  void foreign(Bytes /*head*/, Side /*side*/, const PacketRef& /*packet*/) override {
    text += "! ";
  }

  std::string text;
  std::vector<std::uint32_t> frames;
};

std::string cut(const std::vector<std::string>& segments, bool lost = false) {
  const ToySession session;
  PartialBudget budget;
  Framer framer;
  Collector out;
  if (lost) {
    framer.lose();
  }
  PacketRef packet;
  for (const std::string& segment : segments) {
    ++packet.frame;
    framer.feed(session, Side::first, as_bytes(segment), packet, budget, out);
  }
  return out.text;
}

// How the sender's stack cut the stream must not matter.
TEST(Framer, YieldsTheSamePdusForEveryCut) {
  const std::string stream = "<3abc><0><1x><Labcdefghi><2yz>";
  const std::string expected = "<3abc> <0> <1x> <2yz> ";
  for (std::size_t a = 0; a <= stream.size(); ++a) {
    for (std::size_t b = a; b <= stream.size(); ++b) {
      ASSERT_EQ(cut({stream.substr(0, a), stream.substr(a, b - a), stream.substr(b)}), expected)
          << a << " " << b;
    }
  }
}

TEST(Framer, ReportsForeignBytesOnceAndGoesOnAtTheNextPdu) {
  EXPECT_EQ(cut({"<1x>", "garbage", "more", "<2yz>", "<0>"}), "<1x> ! <2yz> <0> ");
  EXPECT_EQ(cut({"<1x>%%<2yz>"}), "<1x> ! <2yz> ");
}

TEST(Framer, FindsTheNextPduInsideASegmentAfterAGap) {
  EXPECT_EQ(cut({"bc><2yz><0>", "<1x>"}, true), "<2yz> <0> <1x> ");
}

TEST(Framer, IsNotSwallowedByALengthThatLies) {
  EXPECT_EQ(cut({"<9ab>", "<1x>", "<2yz>"}), "! <1x> <2yz> ");
}

TEST(Framer, NamesThePacketThatCompletedThePdu) {
  const ToySession session;
  PartialBudget budget;
  Framer framer;
  Collector out;
  for (const auto& [frame, text] : {std::pair{9U, "<3a"}, std::pair{5U, "bc>"}}) {
    PacketRef packet;
    packet.frame = frame;
    framer.feed(session, Side::first, as_bytes(std::string_view{text}), packet, budget, out);
  }
  EXPECT_EQ(out.frames, std::vector<std::uint32_t>{9}) << "its first half was captured last";
}

// Many connections that each promise more than they send: the ones that wait longest are given up,
// and read on from their next PDU.
TEST(Framer, SharesOneBoundOnUnfinishedPdusWithItsShard) {
  const ToySession session;
  constexpr std::size_t kMax = 2000;
  PartialBudget budget{kMax};
  std::vector<std::unique_ptr<Framer>> framers;
  Collector out;
  const PacketRef packet;
  const auto feed = [&](std::size_t at, std::string_view text) {
    framers[at]->feed(session, Side::first, as_bytes(text), packet, budget, out);
  };
  constexpr std::size_t kFramers = 100;
  for (std::size_t i = 0; i < kFramers; ++i) {
    framers.push_back(std::make_unique<Framer>());
    feed(i, "<9abc");
    ASSERT_LE(budget.bytes(), kMax);
  }
  EXPECT_GT(budget.evicted(), 0U);
  EXPECT_LT(budget.evicted(), kFramers);
  feed(kFramers - 1, "defghi>");
  EXPECT_EQ(out.text, "<9abcdefghi> ") << "the latest one waits";
  feed(0, "defghi>");
  feed(0, "<1x>");
  EXPECT_EQ(out.text, "<9abcdefghi> <1x> ") << "the first one went, and goes on with the next";
  const std::uint64_t evicted = budget.evicted();
  framers.clear();
  EXPECT_EQ(budget.bytes(), 0U);
  EXPECT_EQ(budget.evicted(), evicted);
}

}  // namespace
}  // namespace prahari
