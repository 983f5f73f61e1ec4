#include "dissectors/defragmenter.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "dissectors/decode.hpp"
#include "tests/unit/dissectors/frames.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using std::chrono::milliseconds;

Raw counting(std::size_t size) {
  Raw out(size);
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<std::byte>(i * 7 + i / 256);
  }
  return out;
}

Raw slice(const Raw& from, std::size_t begin, std::size_t end) {
  return {from.begin() + static_cast<long>(begin), from.begin() + static_cast<long>(end)};
}

struct Piece {
  std::size_t begin;
  std::size_t end;
};

// One IPv4 fragment of `whole` as a frame.
Raw fragment(const Raw& whole, Piece piece, std::string_view id = "0001",
             std::string_view tag = "0800") {
  const std::size_t word = piece.begin / 8 | (piece.end < whole.size() ? 0x2000U : 0);
  const Raw body = slice(whole, piece.begin, piece.end);
  return ethernet(tag, hex("4500") + be16(20 + body.size()) + hex(id) + be16(word) +
                           hex("4011 0000 0a000001 0a000002") + body);
}

Raw fragment6(const Raw& whole, Piece piece, std::string_view next = "11") {
  const std::size_t word = piece.begin | (piece.end < whole.size() ? 1U : 0);
  return ethernet("86dd", ipv6("2c", hex(next) + hex("00") + be16(word) + hex("00000009") +
                                         slice(whole, piece.begin, piece.end)));
}

class Fragments : public testing::Test {
 protected:
  Decoded decode(const Raw& frame, milliseconds time = {}) {
    return decoder_.decode(packet(frame, LinkType::ethernet, time), layers_);
  }

  Decoder decoder_;
  Layers layers_;
  Raw payload_ = counting(3000);
  Raw whole_ = udp("c002", payload_);  // 3008 bytes
};

TEST_F(Fragments, ComeTogetherInEveryOrder) {
  std::array<Piece, 4> pieces = {{{0, 8}, {8, 1480}, {1480, 2960}, {2960, 3008}}};
  std::array<std::size_t, 4> order = {0, 1, 2, 3};
  do {
    for (const bool v6 : {false, true}) {
      SCOPED_TRACE(testing::Message() << order[0] << order[1] << order[2] << order[3] << v6);
      for (std::size_t i = 0; i < order.size(); ++i) {
        const Piece piece = pieces[order[i]];
        const Decoded outcome = decode(v6 ? fragment6(whole_, piece) : fragment(whole_, piece));
        ASSERT_EQ(outcome, i < 3 ? Decoded::fragment : Decoded::ok);
      }
      EXPECT_TRUE(layers_.reassembled);
      EXPECT_EQ(layers_.dst_port, 0xc002);
      EXPECT_TRUE(std::ranges::equal(layers_.payload, payload_));
    }
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(decoder_.stats().fragments_reassembled, 48U);
  EXPECT_EQ(decoder_.stats().fragments_evicted, 0U);
}

TEST_F(Fragments, MayRepeatAndOverlapWhenTheyAgree) {
  EXPECT_EQ(decode(fragment(whole_, {0, 1480})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {0, 1480})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {800, 2000})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008})), Decoded::ok);
  EXPECT_TRUE(std::ranges::equal(layers_.payload, payload_));
}

TEST_F(Fragments, ThatContradictEachOtherAreDropped) {
  Raw other = whole_;
  other[900] = std::byte{0xff};
  EXPECT_EQ(decode(fragment(whole_, {0, 1480})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(other, {800, 2000})), Decoded::bad_fragment);
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008})), Decoded::fragment) << "all was forgotten";
}

TEST_F(Fragments, WithImpossibleSizesAreDropped) {
  const Raw huge = counting(66000);
  EXPECT_EQ(decode(fragment(huge, {65528, 65544})), Decoded::bad_fragment) << "beyond 65,535";
  EXPECT_EQ(decode(fragment(whole_, {0, 12})), Decoded::bad_fragment) << "more to come, odd size";
  EXPECT_EQ(decode(fragment(whole_, {8, 8})), Decoded::bad_fragment) << "empty";
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(counting(4000), {3200, 4000})), Decoded::bad_fragment) << "two ends";
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(counting(9000), {3200, 4000})), Decoded::bad_fragment)
      << "behind the end";
}

TEST_F(Fragments, OfIpv6MayNotChangeTheirProtocol) {
  EXPECT_EQ(decode(fragment6(whole_, {0, 1480}, "11")), Decoded::fragment);
  EXPECT_EQ(decode(fragment6(whole_, {0, 1480}, "06")), Decoded::bad_fragment);
}

TEST_F(Fragments, OfDifferentDatagramsDoNotMix) {
  EXPECT_EQ(decode(fragment(whole_, {0, 1480})), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008}, "0002")), Decoded::fragment) << "other id";
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008}, "0001", "8100 0005 0800")), Decoded::fragment)
      << "other VLAN";
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008})), Decoded::ok);
}

TEST_F(Fragments, WaitThirtySecondsWhateverTheClockDoes) {
  EXPECT_EQ(decode(fragment(whole_, {0, 1480}), milliseconds{100'000}), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008}), milliseconds{131'000}), Decoded::fragment);
  EXPECT_EQ(decoder_.stats().fragments_evicted, 1U);
  EXPECT_EQ(decode(fragment(whole_, {0, 1480}), milliseconds{105'000}), Decoded::ok)
      << "26 s back is no reason";
  EXPECT_EQ(decode(fragment(whole_, {0, 1480}), milliseconds{105'000}), Decoded::fragment);
  EXPECT_EQ(decode(fragment(whole_, {1480, 3008}), milliseconds{0}), Decoded::fragment);
  EXPECT_EQ(decoder_.stats().fragments_evicted, 2U);
}

TEST_F(Fragments, InAFloodPushOutTheOldest) {
  for (std::size_t i = 0; i < 3000; ++i) {
    const Raw id = be16(i);
    Raw frame = fragment(whole_, {0, 1480});
    std::ranges::copy(id, frame.begin() + 18);
    ASSERT_EQ(decode(frame), Decoded::fragment);
  }
  EXPECT_EQ(decoder_.stats().fragments_evicted, 3000U - Defragmenter::kMaxDatagrams);
}

TEST_F(Fragments, LargeOnesShareThePoolOfPages) {
  const Raw large = counting(65528);
  for (std::size_t i = 0; i < 500; ++i) {
    for (std::size_t begin = 0; begin < 65528 - 8; begin += 13104) {  // all but the last unit
      Raw frame = fragment(large, {begin, std::min<std::size_t>(begin + 13104, 65520)});
      std::ranges::copy(be16(i), frame.begin() + 18);
      ASSERT_EQ(decode(frame), Decoded::fragment);
    }
  }
  EXPECT_EQ(decoder_.stats().fragments_evicted, 500U - 110U) << "110 of 32 pages each fit";
  Raw last = fragment(large, {65520, 65528});
  std::ranges::copy(be16(499), last.begin() + 18);
  EXPECT_EQ(decode(last), Decoded::ok);
  EXPECT_EQ(decoder_.stats().fragments_reassembled, 1U);
}

TEST_F(Fragments, CutBySnapLengthCannotBePutTogether) {
  Raw frame = fragment(whole_, {0, 1480});
  Packet cut = packet(frame);
  frame.resize(200);
  cut.bytes = frame;
  EXPECT_EQ(decoder_.decode(cut, layers_), Decoded::truncated_network);
}

TEST_F(Fragments, OfATunnelYieldTheInnerFrame) {
  const Raw gre = hex("0000 88be") + frame();
  const auto piece = [&](std::size_t begin, std::size_t end, std::string_view word) {
    return ethernet("0800", ipv4("2f", slice(gre, begin, end), "c0a80001", "c0a80002", word));
  };
  EXPECT_EQ(decode(piece(0, 32, "00072000")), Decoded::fragment);
  EXPECT_EQ(decode(piece(32, gre.size(), "00070004")), Decoded::ok);
  EXPECT_EQ(layers_.dst_port, 502);
  EXPECT_TRUE(std::ranges::equal(layers_.payload, modbus()));
}

TEST_F(Fragments, RandomHistoriesYieldTheDatagramOrNothing) {
  std::mt19937 random{7};
  int complete = 0;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 30; ++i) {
      const std::size_t begin = random() % 376 * 8;
      const std::size_t end = std::min<std::size_t>(3008, begin + 8 * (1 + random() % 200));
      const Decoded outcome = decode(fragment(whole_, {begin, end}));
      ASSERT_TRUE(outcome == Decoded::fragment || outcome == Decoded::ok);
      if (outcome == Decoded::ok) {
        ASSERT_TRUE(std::ranges::equal(layers_.payload, payload_));
        ++complete;
      }
    }
  }
  EXPECT_GT(complete, 10);
}

}  // namespace
}  // namespace prahari
