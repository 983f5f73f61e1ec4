#include <gtest/gtest.h>

#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

struct Read {
  std::vector<Kept> packets;
  std::string note;
  std::string error;
};

Read read(const std::string& bytes) {
  const Folder folder;
  const auto source = open_capture(folder.write("x.pcapng", bytes));
  if (!source) {
    EXPECT_EQ(source.error().kind, Error::Kind::input);
    return {{}, {}, source.error().message};
  }
  Read out;
  out.packets = read_all(**source);
  out.note = (*source)->inputs()[0].note;
  return out;
}

std::string resolution(unsigned int value) {
  return Maker{}.u16(9).u16(1).u8(value).pad().u32(0).bytes();
}

TEST(PcapngFile, ReadsInterfacesOfDifferentLinkTypeAndClock) {
  const std::string bytes =
      section() + interface(1, {}, Order::little, 64) +
      interface(276, resolution(9), Order::little, 262144) + interface(101, resolution(0x80 | 10)) +
      enhanced(0, 1700000000'000001, "micro") + enhanced(1, 1700000000'000000002, "nano") +
      enhanced(2, (1700000000ULL << 10) + 512, "binary");
  const Read out = read(bytes);
  ASSERT_EQ(out.packets.size(), 3U) << out.error;
  EXPECT_EQ(out.note, "");
  EXPECT_EQ(out.packets[0].ref.link, LinkType::ethernet);
  EXPECT_EQ(out.packets[1].ref.link, LinkType::linux_sll2);
  EXPECT_EQ(out.packets[2].ref.link, LinkType::raw_ip);
  EXPECT_EQ(nanoseconds(out.packets[0]), 1700000000'000001000);
  EXPECT_EQ(nanoseconds(out.packets[1]), 1700000000'000000002);
  EXPECT_EQ(nanoseconds(out.packets[2]), 1700000000'500000000);
  for (const Kept& packet : out.packets) {
    EXPECT_EQ(bytes.substr(packet.ref.offset, packet.ref.captured), packet.bytes);
  }
}

TEST(PcapngFile, ReadsSectionsInBothByteOrders) {
  const std::string bytes =
      section(Order::big) +
      interface(1, Maker{Order::big}.u16(14).u16(8).u64(1000).u32(0).bytes(), Order::big) +
      enhanced(0, 5'000'000, "big", Order::big) + section(Order::little) +
      interface(228, Maker{}.u16(14).u16(8).u64(~std::uint64_t{0}).u32(0).bytes()) +
      enhanced(0, 5'000'000, "little");
  const Read out = read(bytes);
  ASSERT_EQ(out.packets.size(), 2U) << out.note << out.error;
  EXPECT_EQ(nanoseconds(out.packets[0]), 1005'000'000'000);
  EXPECT_EQ(nanoseconds(out.packets[1]), 4'000'000'000);
  EXPECT_EQ(out.packets[1].ref.link, LinkType::ipv4);
  EXPECT_EQ(out.packets[1].ref.frame, 2U);
}

TEST(PcapngFile, ReadsSimpleAndObsoletePacketsAndSkipsTheRest) {
  const std::string bytes =
      section() + interface(1, {}, Order::little, 4) + block(4, "names") + block(0x0bad, "") +
      block(2, Maker{}.u16(0).u16(7).u32(0).u32(3'000'000).u32(3).u32(90).raw("old").bytes()) +
      block(3, Maker{}.u32(9).raw("simp").bytes()) + block(5, std::string(100000, 's'));
  const Read out = read(bytes);
  ASSERT_EQ(out.packets.size(), 2U) << out.note << out.error;
  EXPECT_EQ(out.note, "");
  EXPECT_EQ(out.packets[0].bytes, "old");
  EXPECT_EQ(out.packets[0].ref.wire_length, 90U);
  EXPECT_EQ(nanoseconds(out.packets[0]), 3'000'000'000);
  EXPECT_EQ(out.packets[1].bytes, "simp");
  EXPECT_EQ(out.packets[1].ref.wire_length, 9U);
  EXPECT_EQ(nanoseconds(out.packets[1]), 3'000'000'000) << "a simple packet follows the one before";
  for (const Kept& packet : out.packets) {
    EXPECT_EQ(bytes.substr(packet.ref.offset, packet.ref.captured), packet.bytes);
  }
}

TEST(PcapngFile, EndsWhereTheFileIsDamaged) {
  const std::string good = section() + interface(1) + enhanced(0, 1, "good");
  std::string wrong_end = block(6, std::string(20, '\0'));
  wrong_end.back() = 1;
  const std::pair<const char*, std::string> cases[] = {
      {"a block of 8 bytes", Maker{}.u32(6).u32(8).u32(8).bytes()},
      {"a block of 13 bytes", Maker{}.u32(6).u32(13).u64(0).bytes()},
      {"a block of 4294967292 bytes", Maker{}.u32(6).u32(0xfffffffc).u64(0).bytes()},
      {"a block of 32 bytes whose end says 16777248", wrong_end},
      {"a packet of an interface that is not described", enhanced(1, 1, "x")},
      {"a packet that is longer than its block",
       block(6, Maker{}.u32(0).u64(0).u32(5).u32(5).raw("four").bytes())},
      {"a packet block that is too short", block(6, "1234")},
      {"a packet block that is too short", block(3, "")},
      {"an interface description that is too short", block(1, "1234")},
      {"a section header without byte-order magic", block(0x0a0d0d0a, std::string(16, 'x'))},
      {"a section of an unknown pcapng version",
       block(0x0a0d0d0a, Maker{}.u32(0x1a2b3c4d).u16(2).u16(0).u64(0).bytes())},
  };
  for (const auto& [reason, bad] : cases) {
    SCOPED_TRACE(reason);
    const Read out = read(good + bad + enhanced(0, 2, "never seen"));
    EXPECT_EQ(out.packets.size(), 1U) << out.error;
    EXPECT_EQ(out.note, "damaged after packet 1: " + std::string{reason});
  }
}

TEST(PcapngFile, LimitsTheInterfacesOfASection) {
  std::string bytes = section();
  const std::string one = interface(1);
  for (int i = 0; i <= 65536; ++i) {
    bytes += one;
  }
  EXPECT_EQ(read(bytes).note, "damaged after packet 0: more than 65536 interfaces in a section");
}

// A length that promises 4 GiB costs neither memory nor a packet before it.
TEST(PcapngFile, SkipsAnUnknownBlockByItsLength) {
  const std::string good = section() + interface(1) + enhanced(0, 1, "good");
  const Read out = read(good + Maker{}.u32(0x0bad).u32(0xfffffffc).u64(0).bytes());
  EXPECT_EQ(out.packets.size(), 1U);
  EXPECT_EQ(out.note, "cut short after packet 1");
}

TEST(PcapngFile, LeavesOutWhatIsBeyondTheLargestFrame) {
  const std::string bytes = section() + interface(1) + enhanced(0, 1, std::string(1'000'000, 'j')) +
                            enhanced(0, 2, "next");
  const Read out = read(bytes);
  ASSERT_EQ(out.packets.size(), 2U) << out.note;
  EXPECT_EQ(out.packets[0].ref.captured, kMaxFrame);
  EXPECT_EQ(out.packets[0].ref.wire_length, 1'000'000U);
  EXPECT_EQ(out.packets[1].bytes, "next");
}

TEST(PcapngFile, KeepsTimesWhereTheyCannotOverflow) {
  const std::uint64_t ticks[] = {0, 1, 1ULL << 40, ~0ULL};
  const std::int64_t offsets[] = {0, -1, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()};
  for (unsigned int unit = 0; unit < 256; ++unit) {
    for (const std::int64_t offset : offsets) {
      const std::string options = Maker{}
                                      .u16(9)
                                      .u16(1)
                                      .u8(unit)
                                      .pad()
                                      .u16(14)
                                      .u16(8)
                                      .u64(static_cast<std::uint64_t>(offset))
                                      .bytes();
      std::string bytes = section() + interface(1, options);
      for (const std::uint64_t tick : ticks) {
        bytes += enhanced(0, tick, "x");
      }
      const Read out = read(bytes);
      ASSERT_EQ(out.packets.size(), 4U);
      for (const Kept& packet : out.packets) {
        EXPECT_GE(nanoseconds(packet), 0);
        EXPECT_LE(packet.ref.time, kLatestTime);
      }
    }
  }
}

TEST(PcapngFile, ReadsEveryTruncationAsFarAsItGoes) {
  const std::string parts[] = {section(), interface(1, resolution(9)), enhanced(0, 1, "one"),
                               block(0x0bad, "unknown"), enhanced(0, 2, "two")};
  std::string bytes;
  std::vector<std::size_t> ends;
  for (const std::string& part : parts) {
    bytes += part;
    ends.push_back(bytes.size());
  }
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    SCOPED_TRACE(size);
    const Read out = read(bytes.substr(0, size));
    if (size < ends[0]) {
      EXPECT_NE(out.error, "");
      continue;
    }
    ASSERT_EQ(out.error, "");
    const std::size_t whole = size == bytes.size() ? 2 : size >= ends[2] ? 1 : 0;
    EXPECT_EQ(out.packets.size(), whole);
    const bool at_border = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(out.note, at_border ? "" : "cut short after packet " + std::to_string(whole));
  }
}

}  // namespace
}  // namespace prahari
