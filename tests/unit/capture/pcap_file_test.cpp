#include <gtest/gtest.h>

#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::unique_ptr<Source> must_open(const std::string& path) {
  auto source = open_capture(path);
  EXPECT_TRUE(source) << source.error().message;
  return source ? std::move(*source) : nullptr;
}

TEST(PcapFile, ReadsEveryMagicInBothByteOrders) {
  struct Case {
    std::uint32_t magic;
    std::int64_t unit;
    std::size_t record_header;
  };
  const Case cases[] = {{0xa1b2c3d4, 1000, 16}, {0xa1b23c4d, 1, 16}, {0xa1b2cd34, 1000, 24}};
  for (const Case& it : cases) {
    for (const Order order : {Order::little, Order::big}) {
      SCOPED_TRACE(testing::Message() << std::hex << it.magic << " " << static_cast<int>(order));
      const bool modified = it.record_header == 24;
      const Folder folder;
      const std::string path = folder.write(
          "x.pcap", pcap_header(order, it.magic) +
                        pcap_record(1700000000, 123456, "first frame", order, modified) +
                        pcap_record(4000000000, 999999, "2nd", order, modified));
      const auto source = must_open(path);
      ASSERT_NE(source, nullptr);
      const auto packets = read_all(*source);
      ASSERT_EQ(packets.size(), 2U);
      EXPECT_EQ(packets[0].bytes, "first frame");
      EXPECT_EQ(nanoseconds(packets[0]), 1700000000'000000000 + 123456 * it.unit);
      EXPECT_EQ(nanoseconds(packets[1]), 4000000000'000000000 + 999999 * it.unit);
      EXPECT_EQ(packets[0].ref.frame, 1U);
      EXPECT_EQ(packets[1].ref.frame, 2U);
      EXPECT_EQ(packets[0].ref.offset, 24 + it.record_header);
      EXPECT_EQ(packets[1].ref.offset, 24 + 2 * it.record_header + 11);
      EXPECT_EQ(packets[1].ref.captured, 3U);
      EXPECT_EQ(packets[1].ref.wire_length, 3U);
      EXPECT_EQ(source->inputs()[0].format, "pcap");
      EXPECT_EQ(source->inputs()[0].packets, 2U);
      EXPECT_EQ(source->inputs()[0].note, "");
      EXPECT_EQ(source->stats().bytes, 14U);
      EXPECT_EQ(source->progress(), 1.0);
    }
  }
}

TEST(PcapFile, NamesLinkTypesAsTheRegistryDoes) {
  const std::pair<std::uint32_t, int> cases[] = {{0, 0},     {1, 1},     {12, 101},      {14, 101},
                                                 {101, 101}, {108, 108}, {113, 113},     {228, 228},
                                                 {276, 276}, {147, 147}, {0x14000001, 1}};
  for (const auto& [in_file, wanted] : cases) {
    SCOPED_TRACE(in_file);
    const Folder folder;
    const auto source = must_open(folder.write(
        "x", pcap_header(Order::little, 0xa1b2c3d4, in_file) + pcap_record(1, 2, "frame")));
    ASSERT_NE(source, nullptr);
    const auto packets = read_all(*source);
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(static_cast<int>(packets[0].ref.link), wanted);
  }
}

TEST(PcapFile, ReadsPacketsLongerThanTheSnapLengthOfTheHeader) {
  const Folder folder;
  const auto source =
      must_open(folder.write("x", pcap_header(Order::big, 0xa1b2c3d4, 1, 64) +
                                      pcap_record(1, 0, std::string(1500, 'a'), Order::big) +
                                      pcap_record(2, 0, "tail", Order::big)));
  ASSERT_NE(source, nullptr);
  const auto packets = read_all(*source);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[0].ref.captured, 1500U);
  EXPECT_EQ(packets[1].bytes, "tail");
  EXPECT_EQ(packets[1].ref.offset, 24U + 16 + 1500 + 16);
}

// Link types of buses allow frames beyond 262,144 bytes; the rest is left out, the place stays.
TEST(PcapFile, KeepsItsPlaceBehindAFrameThatIsTooLong) {
  constexpr std::uint32_t kUsbPcap = 249;
  const Folder folder;
  const auto source = must_open(folder.write("x", pcap_header(Order::little, 0xa1b2c3d4, kUsbPcap) +
                                                      pcap_record(1, 0, std::string(300000, 'a')) +
                                                      pcap_record(2, 0, "tail")));
  ASSERT_NE(source, nullptr);
  const auto packets = read_all(*source);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[0].ref.captured, kMaxFrame);
  EXPECT_EQ(packets[0].ref.wire_length, 300000U);
  EXPECT_EQ(packets[1].bytes, "tail");
  EXPECT_EQ(packets[1].ref.offset, 24U + 16 + 300000 + 16);
}

TEST(PcapFile, EndsWhereTheFileIsDamaged) {
  const Folder folder;
  std::string bytes = pcap_header() + pcap_record(1, 0, "one") + pcap_record(2, 0, "two");
  bytes += Maker{}.u32(3).u32(0).u32(0xffffffff).u32(60).bytes() + std::string(100, 'x');
  const auto source = must_open(folder.write("x", bytes));
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(read_all(*source).size(), 2U);
  EXPECT_TRUE(source->inputs()[0].note.starts_with("damaged after packet 2: "))
      << source->inputs()[0].note;
  EXPECT_EQ(source->inputs()[0].size, bytes.size());
  EXPECT_EQ(source->inputs()[0].sha256.size(), 64U);
  Packet packet;
  EXPECT_EQ(source->next(packet), Source::Poll::end);
}

TEST(PcapFile, ReadsEveryTruncationAsFarAsItGoes) {
  const std::string bytes =
      pcap_header() + pcap_record(1, 0, "one") + pcap_record(2, 0, "") + pcap_record(3, 0, "three");
  const std::size_t ends[] = {24, 43, 59, 80};  // of header and records
  ASSERT_EQ(bytes.size(), ends[3]);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    SCOPED_TRACE(size);
    const Folder folder;
    const auto source = open_capture(folder.write("x", bytes.substr(0, size)));
    if (size < 24) {
      ASSERT_FALSE(source);
      EXPECT_EQ(source.error().kind, Error::Kind::input);
      continue;
    }
    ASSERT_TRUE(source) << source.error().message;
    std::size_t whole = 0;
    while (whole < 3 && size >= ends[whole + 1]) {
      ++whole;
    }
    EXPECT_EQ(read_all(**source).size(), whole);
    EXPECT_EQ((*source)->inputs()[0].note,
              size == ends[whole] ? "" : "cut short after packet " + std::to_string(whole));
  }
}

TEST(PcapFile, KeepsTimesWhereTheyCannotOverflow) {
  const Folder folder;
  const auto source =
      must_open(folder.write("x", pcap_header() + pcap_record(0, 0xffffffff, "before 1970") +
                                      pcap_record(0xffffffff, 0x7fffffff, "late")));
  ASSERT_NE(source, nullptr);
  const auto packets = read_all(*source);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_GE(nanoseconds(packets[0]), 0);
  EXPECT_LE(packets[1].ref.time, kLatestTime);
}

}  // namespace
}  // namespace prahari
