#include "capture/merged_source.hpp"

#include <gtest/gtest.h>

#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::string pcap_at(const std::vector<std::uint32_t>& seconds, const std::string& name) {
  std::string bytes = pcap_header();
  for (const std::uint32_t second : seconds) {
    bytes += pcap_record(second, 0, name + std::to_string(second));
  }
  return bytes;
}

std::string read_order(Source& source) {
  std::string order;
  for (const Kept& packet : read_all(source)) {
    order += packet.bytes + " ";
  }
  return order;
}

TEST(MergedSource, HandsOutInTimeOrderAndTiesByFile) {
  const Folder folder;
  const auto source = open_captures(
      {folder.write("a", pcap_at({3, 5, 5}, "a")), folder.write("b", pcap_at({1, 5, 9}, "b")),
       folder.write("c", pcap_at({}, "c")), folder.write("d", pcap_at({5}, "d"))});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(read_order(**source), "b1 a3 a5 a5 b5 d5 b9 ");
  const std::vector<Input>& inputs = (*source)->inputs();
  ASSERT_EQ(inputs.size(), 4U);
  EXPECT_EQ(inputs[0].packets, 3U);
  EXPECT_EQ(inputs[1].packets, 3U);
  EXPECT_EQ(inputs[2].packets, 0U);
  EXPECT_EQ(inputs[3].name, folder.path("d"));
  for (const Input& input : inputs) {
    EXPECT_EQ(input.sha256.size(), 64U);
  }
  EXPECT_EQ((*source)->stats().packets, 7U);
  EXPECT_EQ((*source)->stats().bytes, 14U);
  EXPECT_EQ((*source)->progress(), 1.0);
}

TEST(MergedSource, KeepsTheOrderWithinAFileWhoseClockGoesBack) {
  const Folder folder;
  const auto source = open_captures(
      {folder.write("a", pcap_at({5, 2, 6}, "a")), folder.write("b", pcap_at({4, 7}, "b"))});
  ASSERT_TRUE(source);
  EXPECT_EQ(read_order(**source), "b4 a5 a2 a6 b7 ");
}

TEST(MergedSource, NumbersFilesAndFrames) {
  const Folder folder;
  const auto source = open_captures(
      {folder.write("a", pcap_at({2, 4}, "a")), folder.write("b", pcap_at({1, 3}, "b"))});
  ASSERT_TRUE(source);
  const auto packets = read_all(**source);
  ASSERT_EQ(packets.size(), 4U);
  EXPECT_EQ(packets[0].ref.file, 1);
  EXPECT_EQ(packets[0].ref.frame, 1U);
  EXPECT_EQ(packets[1].ref.file, 0);
  EXPECT_EQ(packets[3].ref.file, 0);
  EXPECT_EQ(packets[3].ref.frame, 2U);
}

// More files than are kept open at once, the later ones given first.
TEST(MergedSource, MergesManyFiles) {
  const Folder folder;
  std::vector<std::string> paths;
  std::string wanted;
  constexpr std::uint32_t kFiles = 300;
  for (std::uint32_t i = 0; i < kFiles; ++i) {
    const std::uint32_t start = 10 * (kFiles - i);
    paths.push_back(
        folder.write("f" + std::to_string(i), pcap_at({start, start + 5, start + 8}, "p")));
  }
  for (std::uint32_t start = 10; start <= 10 * kFiles; start += 10) {
    for (const std::uint32_t second : {start, start + 5, start + 8}) {
      wanted += "p" + std::to_string(second) + " ";
    }
  }
  const auto source = open_captures(paths);
  ASSERT_TRUE(source) << source.error().message;
  std::filesystem::remove(paths[100]);  // put aside by now
  const std::string gone = "p2000 p2005 p2008 ";
  wanted.erase(wanted.find(gone), gone.size());
  EXPECT_EQ(read_order(**source), wanted);
  EXPECT_EQ((*source)->inputs()[100].note,
            "could not be opened again: " + paths[100] + ": no such file");
  EXPECT_EQ((*source)->inputs()[299].sha256.size(), 64U);
  EXPECT_EQ((*source)->stats().packets, 3 * (kFiles - 1));
}

TEST(MergedSource, NamesTheFileThatCannotBeOpened) {
  const Folder folder;
  const auto source = open_captures({folder.write("a", pcap_at({1}, "a")), folder.path("b")});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().message, folder.path("b") + ": no such file");
}

}  // namespace
}  // namespace prahari
