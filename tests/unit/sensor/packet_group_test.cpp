#include "sensor/packet_group.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/frames.hpp"

namespace prahari {
namespace {

using std::chrono::milliseconds;

// Hands out frames from one buffer that it overwrites for each, as sources may.
class Frames final : public Source {
 public:
  void add(test::Raw bytes, milliseconds time) { frames_.push_back({std::move(bytes), time}); }

  Poll next(Packet& packet) noexcept override {
    if (at_ == frames_.size()) {
      return Poll::end;
    }
    buffer_.assign(buffer_.size(), std::byte{0xee});
    buffer_ = frames_[at_].bytes;
    packet = test::packet(buffer_, LinkType::ethernet, frames_[at_].time);
    packet.ref.frame = static_cast<std::uint32_t>(++at_);
    return Poll::packet;
  }
  [[nodiscard]] SourceStats stats() const override { return {}; }
  [[nodiscard]] const std::vector<Input>& inputs() const override { return inputs_; }

 private:
  struct Frame {
    test::Raw bytes;
    milliseconds time;
  };
  std::vector<Frame> frames_;
  test::Raw buffer_;
  std::size_t at_ = 0;
  std::vector<Input> inputs_;
};

test::Raw datagram(const test::Raw& payload) {
  return test::ethernet("0800", test::ipv4("11", test::udp("1000", payload)));
}

class PacketGroups : public testing::Test {
 protected:
  // The payloads of the next group, each by its first byte and size.
  std::vector<std::pair<int, std::size_t>> next() {
    poll_ = group_->fill(source_, decoder_, stats_);
    std::vector<std::pair<int, std::size_t>> out;
    for (const PacketGroup::Member& member : group_->members()) {
      const Bytes payload = member.layers.payload;
      out.emplace_back(payload.empty() ? -1 : std::to_integer<int>(payload.front()),
                       payload.size());
    }
    return out;
  }

  Frames source_;
  Decoder decoder_;
  PipelineStats stats_;
  std::unique_ptr<PacketGroup> group_ = std::make_unique<PacketGroup>();
  Source::Poll poll_ = Source::Poll::packet;
};

using Payloads = std::vector<std::pair<int, std::size_t>>;

TEST_F(PacketGroups, KeepTheBytesOfEachPacket) {
  for (int i = 0; i < 40; ++i) {
    source_.add(datagram(test::Raw(10, static_cast<std::byte>(i))), milliseconds{i});
  }
  Payloads wanted;
  for (int i = 0; i < 32; ++i) {
    wanted.emplace_back(i, 10U);
  }
  EXPECT_EQ(next(), wanted);
  EXPECT_EQ(poll_, Source::Poll::packet);
  EXPECT_EQ(next().size(), 8U);
  EXPECT_EQ(poll_, Source::Poll::end);
  EXPECT_EQ(stats_.packets, 40U);
  EXPECT_EQ(stats_.last, Timestamp{milliseconds{39}});
}

TEST_F(PacketGroups, EndWithAFrameThatFindsNoRoom) {
  source_.add(datagram(test::Raw(10, std::byte{1})), {});
  source_.add(datagram(test::Raw(60'000, std::byte{2})), {});
  source_.add(datagram(test::Raw(10, std::byte{3})), {});
  EXPECT_EQ(next(), (Payloads{{1, 10}, {2, 60'000}}));
  EXPECT_EQ(next(), (Payloads{{3, 10}}));
}

TEST_F(PacketGroups, EndWithADatagramPutTogether) {
  const test::Raw whole = test::udp("1000", test::Raw(24, std::byte{7}));
  const test::Raw head{whole.begin(), whole.begin() + 16};
  const test::Raw tail{whole.begin() + 16, whole.end()};
  for (int i = 0; i < 2; ++i) {
    const char* const first = i == 0 ? "00012000" : "00022000";
    const char* const second = i == 0 ? "00010002" : "00020002";
    source_.add(test::ethernet("0800", test::ipv4("11", head, "0a000001", "0a000002", first)), {});
    source_.add(test::ethernet("0800", test::ipv4("11", tail, "0a000001", "0a000002", second)), {});
  }
  EXPECT_EQ(next(), (Payloads{{7, 24}}));
  EXPECT_EQ(next(), (Payloads{{7, 24}}));
}

TEST_F(PacketGroups, KeepNoPacketOfAQuietNetworkBack) {
  source_.add(datagram(test::Raw(1, std::byte{1})), milliseconds{0});
  source_.add(datagram(test::Raw(1, std::byte{2})), milliseconds{51});
  source_.add(datagram(test::Raw(1, std::byte{3})), milliseconds{52});
  EXPECT_EQ(next().size(), 2U);
  EXPECT_EQ(next().size(), 1U);
}

TEST_F(PacketGroups, CountWhatCannotBeDecoded) {
  source_.add(test::hex("00"), {});
  source_.add(datagram(test::Raw(1, std::byte{1})), {});
  EXPECT_EQ(next(), (Payloads{{1, 1}}));
  EXPECT_EQ(stats_.packets, 2U);
}

}  // namespace
}  // namespace prahari
