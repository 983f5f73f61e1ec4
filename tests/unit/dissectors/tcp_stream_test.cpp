#include "dissectors/tcp_stream.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dissectors/reader.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

// Feeds segments of text and writes down what comes out; "|" marks a gap.
class Listener {
 public:
  void data(std::uint32_t seq, std::string_view text, std::uint32_t missing = 0) {
    packet_.time += 1ms;
    ++packet_.frame;
    stream.on_data(seq, as_bytes(text), missing, packet_, budget,
                   [this](const StreamPiece& piece) { take(piece); });
  }
  void ack(std::uint32_t seq) {
    stream.on_ack(seq, budget, [this](const StreamPiece& piece) { take(piece); });
  }
  void flush() {
    stream.flush(budget, [this](const StreamPiece& piece) { take(piece); });
  }
  void wait(std::chrono::milliseconds time) { packet_.time += time; }

  TcpStream stream;
  StreamBudget budget;
  std::string heard;
  std::vector<std::uint32_t> frames;

 private:
  void take(const StreamPiece& piece) {
    heard += piece.after_gap ? "|" : "";
    heard += as_text(piece.bytes);
    frames.push_back(piece.packet.frame);
  }

  PacketRef packet_;
};

TEST(TcpStream, HandsOnInOrder) {
  Listener in;
  in.stream.synchronise(99);
  in.data(100, "abc");
  in.data(103, "def");
  EXPECT_EQ(in.heard, "abcdef");
}

TEST(TcpStream, DropsWhatIsSentAgain) {
  Listener in;
  in.stream.synchronise(99);
  in.data(100, "abc");
  in.data(100, "abc");
  in.data(101, "bcde");
  EXPECT_EQ(in.heard, "abcde");
  EXPECT_EQ(in.budget.retransmissions, 1U);
}

TEST(TcpStream, FirstBytesWinWhereSegmentsOverlap) {
  Listener in;
  in.stream.synchronise(99);
  in.data(100, "abc");
  in.data(100, "XYZd");
  EXPECT_EQ(in.heard, "abcd");
}

TEST(TcpStream, PutsEarlySegmentsInPlaceUnderTheirOwnFrame) {
  Listener in;
  in.stream.synchronise(99);
  in.data(103, "def");
  in.data(106, "ghi");
  in.data(100, "abc");
  EXPECT_EQ(in.heard, "abcdefghi");
  EXPECT_EQ(in.frames, (std::vector<std::uint32_t>{3, 1, 2}));
  EXPECT_EQ(in.budget.early_bytes, 0U);
}

TEST(TcpStream, DeclaresAGapOnceTheReceiverHasTheBytes) {
  Listener in;
  in.stream.synchronise(99);
  in.data(103, "def");
  EXPECT_EQ(in.heard, "");
  in.ack(106);
  EXPECT_EQ(in.heard, "|def");
  EXPECT_EQ(in.budget.gap_bytes, 3U);
}

TEST(TcpStream, KnowsAGapWhenTheAcknowledgementCameFirst) {
  Listener in;
  in.stream.synchronise(99);
  in.ack(103);
  in.data(103, "def");
  EXPECT_EQ(in.heard, "|def");
}

TEST(TcpStream, LosesPatienceWithAHoleThatNobodyAcknowledges) {
  Listener in;
  in.stream.synchronise(99);
  in.data(103, "def");
  in.wait(std::chrono::milliseconds{1500});
  in.data(106, "ghi");
  EXPECT_EQ(in.heard, "|defghi");
  EXPECT_EQ(in.budget.impatient, 1U);
}

// A mirror may cease to show the other direction in the middle of a connection.
TEST(TcpStream, LosesPatienceOnceAcknowledgementsAreSeenNoLonger) {
  Listener in;
  in.stream.synchronise(99);
  in.data(100, "abc");
  in.ack(103);
  in.data(106, "ghi");
  in.wait(1500ms);
  in.data(109, "jkl");
  EXPECT_EQ(in.heard, "abc|ghijkl");
  Listener both;
  both.stream.synchronise(99);
  both.data(100, "abc");
  both.data(106, "ghi");
  both.ack(103);
  both.wait(1500ms);
  both.data(109, "jkl");
  EXPECT_EQ(both.heard, "abc") << "the receiver says that it waits for what is missing";
}

TEST(TcpStream, KeepsAtMostThirtyTwoEarlySegments) {
  Listener in;
  in.stream.synchronise(99);
  for (std::uint32_t i = 0; i < 40; ++i) {
    in.data(103 + i, "x");
  }
  EXPECT_EQ(in.heard, "|" + std::string(40, 'x'));
}

TEST(TcpStream, WrapsAround) {
  Listener in;
  in.stream.synchronise(0xfffffffd);
  in.data(0xfffffffe, "ab");
  in.data(2, "ef");
  in.data(0, "cd");
  EXPECT_EQ(in.heard, "abcdef");
}

TEST(TcpStream, PicksUpInTheMiddle) {
  Listener in;
  in.data(5000, "abc");
  in.data(5003, "def");
  EXPECT_EQ(in.heard, "abcdef");
}

TEST(TcpStream, TreatsBytesCutOffBySnapLengthAsAGap) {
  Listener in;
  in.stream.synchronise(99);
  in.data(100, "abc", 7);
  in.data(110, "xyz");
  EXPECT_EQ(in.heard, "abc|xyz");
}

TEST(TcpStream, StartsAnewWhereSequenceNumbersMakeNoSense) {
  Listener in;
  in.stream.synchronise(1'000'000'000);
  in.data(1'000'000'001, "abc");
  in.data(100, "def");
  in.data(103, "ghi");
  EXPECT_EQ(in.heard, "abc|defghi");
}

TEST(TcpStream, FlushHandsOnWhatStillWaits) {
  Listener in;
  in.stream.synchronise(99);
  in.data(103, "def");
  in.data(110, "xyz");
  in.flush();
  EXPECT_EQ(in.heard, "|def|xyz");
  EXPECT_EQ(in.budget.early_bytes, 0U);
}

// However the segments are cut, swapped and repeated: while none is lost, the text comes out whole.
TEST(TcpStream, SurvivesDisorder) {
  std::string text;
  for (int i = 0; i < 600; ++i) {
    text += static_cast<char>('a' + i % 26);
  }
  std::mt19937 random{7};
  for (int run = 0; run < 300; ++run) {
    std::vector<std::pair<std::size_t, std::size_t>> segments;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 40, text.size() - at);
      segments.emplace_back(at, size);
      if (random() % 5 == 0) {
        segments.emplace_back(at, size);
      }
      at += size;
    }
    for (std::size_t i = 0; i + 6 < segments.size(); ++i) {
      std::swap(segments[i], segments[i + random() % 6]);
    }
    Listener in;
    in.stream.synchronise(0xffffff00U - 1);
    for (const auto& [at, size] : segments) {
      in.data(0xffffff00U + static_cast<std::uint32_t>(at),
              std::string_view{text}.substr(at, size));
    }
    ASSERT_EQ(in.heard, text) << "run " << run;
  }
}

}  // namespace
}  // namespace prahari
