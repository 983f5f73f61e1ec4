#include "dissectors/twin_filter.hpp"

#include <gtest/gtest.h>

#include "dissectors/decode.hpp"
#include "tests/unit/dissectors/frames.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using std::chrono::milliseconds;

// `padding` lies between datagram and trailer, as senders of short frames put it.
Raw prp(std::size_t sequence, std::size_t lan, std::size_t padding = 0,
        std::string_view type = "0800") {
  const Raw body = datagram() + Raw(padding);
  return ethernet(type, body + be16(sequence) + be16(lan << 12 | (body.size() + 6)) + hex("88fb"));
}

Raw hsr(std::size_t sequence, std::size_t path) {
  return ethernet("892f", be16(path << 12 | (datagram().size() + 6)) + be16(sequence) +
                              hex("0800") + datagram());
}

class Twins : public testing::Test {
 protected:
  Decoded decode(const Raw& frame, milliseconds time = {}) {
    return decoder_.decode(packet(frame, LinkType::ethernet, time), layers_);
  }

  Decoder decoder_;
  Layers layers_;
};

TEST_F(Twins, OfPrpAreDroppedWhicheverComesFirst) {
  EXPECT_EQ(decode(prp(1, 0xa)), Decoded::ok);
  EXPECT_EQ(layers_.payload.size(), modbus().size());
  EXPECT_EQ(decode(prp(1, 0xb)), Decoded::duplicate);
  EXPECT_EQ(decode(prp(2, 0xb, 11)), Decoded::ok);
  EXPECT_EQ(decode(prp(2, 0xa, 11)), Decoded::duplicate);
  EXPECT_EQ(decode(prp(3, 0xa, 0, "8100 0005 0800")), Decoded::ok);
  EXPECT_EQ(decode(prp(3, 0xb, 0, "8100 0005 0800")), Decoded::duplicate);
  EXPECT_EQ(decoder_.stats().prp_frames, 6U);
}

TEST_F(Twins, OfHsrAreDropped) {
  EXPECT_EQ(decode(hsr(1, 0)), Decoded::ok);
  EXPECT_EQ(layers_.dst_port, 502);
  EXPECT_EQ(decode(hsr(1, 1)), Decoded::duplicate);
  EXPECT_EQ(decode(hsr(2, 1)), Decoded::ok);
  EXPECT_EQ(decoder_.stats().prp_frames, 3U);
}

TEST_F(Twins, HaveTheTrailerCutOffWhatIsCarried) {
  const Raw goose = hex("88b8") + Raw(60);
  const Raw frame = hex("010ccd010001 001d9c000001") + goose + hex("0001 a042 88fb");
  ASSERT_EQ(decode(frame), Decoded::ok);
  EXPECT_EQ(layers_.payload.size(), 60U);
  ASSERT_EQ(decode(frame + hex("deadbeef")), Decoded::ok)
      << "the same LAN, with its check sequence";
  EXPECT_EQ(layers_.payload.size(), 60U);
}

TEST_F(Twins, FromOneNetworkAreNoTwins) {
  EXPECT_EQ(decode(prp(1, 0xa)), Decoded::ok);
  EXPECT_EQ(decode(prp(1, 0xa)), Decoded::ok) << "a mirror repeats; flows notice";
  EXPECT_EQ(decode(prp(1, 0xb)), Decoded::duplicate);
}

TEST_F(Twins, MustBeEqual) {
  Raw forged = prp(1, 0xb);
  forged[60] = std::byte{0x7f};
  EXPECT_EQ(decode(prp(1, 0xa)), Decoded::ok);
  EXPECT_EQ(decode(forged), Decoded::ok) << "a forged trailer hides nothing";
}

TEST_F(Twins, AreForgottenBeforeSequenceNumbersComeRound) {
  EXPECT_EQ(decode(prp(1, 0xa), milliseconds{1000}), Decoded::ok);
  EXPECT_EQ(decode(prp(1, 0xb), milliseconds{1500}), Decoded::ok);
  EXPECT_EQ(decode(prp(1, 0xa), milliseconds{1400}), Decoded::duplicate)
      << "clocks go back a little";
}

TEST_F(Twins, NeedATrailerThatFits) {
  for (const std::string_view trailer : {"0001 a03b 88fb", "0001 c03a 88fb", "0001 a03a 88fc"}) {
    EXPECT_EQ(decode(ethernet("0800", datagram() + hex(trailer))), Decoded::ok);
  }
  EXPECT_EQ(decoder_.stats().prp_frames, 0U);
}

TEST_F(Twins, AreRememberedForALimitedNumberOfFrames) {
  EXPECT_EQ(decode(prp(0, 0xa)), Decoded::ok);
  for (std::size_t sequence = 1; sequence < 5000; ++sequence) {
    ASSERT_EQ(decode(prp(sequence, 0xa)), Decoded::ok);
  }
  EXPECT_EQ(decode(prp(0, 0xb)), Decoded::ok) << "long gone";
  EXPECT_EQ(decode(prp(4999, 0xb)), Decoded::duplicate);
}

}  // namespace
}  // namespace prahari
