// The captures of other people beside the project: the packets that are there are handed out.

#include <sstream>

#include <gtest/gtest.h>

#include "capture/packet_fetcher.hpp"
#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

struct Row {
  std::string path;
  std::string sha256;
  std::string bytes;
  std::string packets;
};

std::vector<Row> manifest(const std::string& path) {
  std::ifstream file{path};
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    Row row;
    std::getline(fields, row.path, '\t');
    std::getline(fields, row.sha256, '\t');
    std::getline(fields, row.bytes, '\t');
    std::getline(fields, row.packets, '\t');
    rows.push_back(row);
  }
  return rows;
}

TEST(RealCaptures, HandOutAsManyPacketsAsTheManifestCounts) {
  const std::string folder = PRAHARI_SOURCE_DIR "/../shared/pcaps/";
  const auto rows = manifest(folder + "MANIFEST.tsv");
  if (rows.empty()) {
    GTEST_SKIP() << "no captures in " << folder;
  }
  for (const Row& row : rows) {
    SCOPED_TRACE(row.path);
    const auto source = open_capture(folder + row.path);
    if (!source) {
      ADD_FAILURE() << source.error().message;
      continue;
    }
    const auto packets = read_all(**source);
    const Input& input = (*source)->inputs()[0];
    EXPECT_EQ(std::to_string(packets.size()), row.packets) << input.note;
    EXPECT_EQ(input.sha256, row.sha256);
    EXPECT_EQ(std::to_string(input.size), row.bytes);
    std::vector<PacketRef> refs;
    refs.reserve(packets.size());
    for (const Kept& packet : packets) {
      refs.push_back(packet.ref);
    }
    std::size_t at = 0;
    const Status fetched = fetch_packets(input, refs, [&](const Packet& packet) {
      EXPECT_EQ(text(packet.bytes), packets[at].bytes);
      ++at;
      return ok_status();
    });
    EXPECT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(at, packets.size());
  }
}

}  // namespace
}  // namespace prahari
