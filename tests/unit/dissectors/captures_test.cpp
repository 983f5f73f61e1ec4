// decode over real captures, against what tshark counted: frames by TCP conversation.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "dissectors/decode.hpp"
#include "tests/support.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

const fs::path kCaptures = fs::path{PRAHARI_SOURCE_DIR} / ".." / "shared" / "pcaps";

// Addresses and ports of both ends, smaller first, and how many frames they exchanged.
using Conversations = std::map<std::string, std::uint64_t>;

std::string conversation(const std::string& a, const std::string& b) {
  return std::min(a, b) + " " + std::max(a, b);
}

// Classic pcap, little endian, is all that this test needs.
template <class Visit>
bool read_pcap(const fs::path& path, Visit visit) {
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  Reader in{as_bytes(text)};
  const std::uint32_t magic = in.le32();
  const bool nano = magic == 0xa1b23c4d;
  if (magic != 0xa1b2c3d4 && !nano) {
    return false;
  }
  in.skip(16);
  const auto link = static_cast<LinkType>(in.le32() & 0xffffU);
  while (in.ok() && in.remaining() > 0) {
    Packet packet;
    const std::chrono::seconds seconds{in.le32()};
    const std::chrono::nanoseconds fraction{std::uint64_t{in.le32()} * (nano ? 1 : 1000)};
    packet.ref.time = Timestamp{seconds + fraction};
    packet.ref.captured = in.le32();
    packet.ref.wire_length = in.le32();
    packet.ref.link = link;
    packet.bytes = in.take(packet.ref.captured);
    if (in.ok()) {
      visit(packet);
    }
  }
  return true;
}

Conversations of_tshark(const fs::path& path) {
  static const std::regex kLine{
      R"(^(\S+:\d+)\s+<->\s+(\S+:\d+)\s+\d+ \S+ \S+\s+\d+ \S+ \S+\s+(\d+) .*)"};
  Conversations out;
  std::ifstream file{path};
  bool tcp = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) {
      tcp = line.ends_with("conv,tcp");
    }
    std::smatch match;
    if (tcp && std::regex_match(line, match, kLine)) {
      out[conversation(match[1], match[2])] += std::stoull(match[3]);
    }
  }
  return out;
}

Conversations of_decode(const fs::path& path, DecodeStats& stats) {
  Conversations out;
  Decoder decoder;
  const bool known = read_pcap(path, [&](const Packet& packet) {
    Layers layers;
    if (decoder.decode(packet, layers) == Decoded::ok && layers.transport == Transport::tcp) {
      ++out[conversation(to_string(layers.src) + ":" + std::to_string(layers.src_port),
                         to_string(layers.dst) + ":" + std::to_string(layers.dst_port))];
    }
  });
  EXPECT_TRUE(known || out.empty());
  stats = decoder.stats();
  return out;
}

// Captures whose frames lie about their lengths: tshark counts them, a host drops them, and so
// do we.
const std::set<std::string> kLyingLengths = {"fuzz-72.pcap", "pppoe-over-qinq.pcap"};

TEST(Captures, HaveTheTcpConversationsThatTsharkSees) {
  if (!fs::exists(kCaptures)) {
    GTEST_SKIP() << "no captures beside the project, at " << kCaptures;
  }
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator{kCaptures}) {
    const fs::path tables = entry.path().string() + ".conv.txt";
    if (entry.is_regular_file() && fs::exists(tables) && entry.file_size() < 4'000'000) {
      paths.push_back(entry.path());
    }
  }
  ASSERT_GT(paths.size(), 50U);
  std::uint64_t frames = 0;
  std::uint64_t compared = 0;
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path);
    if (!read_pcap(path, [](const Packet&) {})) {
      continue;  // pcapng
    }
    DecodeStats stats;
    const Conversations ours = of_decode(path, stats);
    const Conversations theirs = of_tshark(path.string() + ".conv.txt");
    ++compared;
    for (const auto& [ends, count] : theirs) {
      const auto found = ours.find(ends);
      const std::uint64_t here = found == ours.end() ? 0 : found->second;
      const std::uint64_t lies =
          kLyingLengths.contains(path.filename())
              ? stats.by_reason[static_cast<std::size_t>(Decoded::bad_network)]
              : 0;
      EXPECT_LE(here, count) << ends;
      EXPECT_GE(here + lies, count) << ends;
      frames += here;
    }
    EXPECT_LE(ours.size(), theirs.size());
  }
  EXPECT_GT(compared, 50U);
  EXPECT_GT(frames, 10'000U);
}

TEST(Captures, ThroughTunnelsShowTheInnerHosts) {
  if (!fs::exists(kCaptures)) {
    GTEST_SKIP() << "no captures beside the project, at " << kCaptures;
  }
  struct Case {
    std::string_view file;
    std::uint64_t tunnelled;
    std::uint64_t reassembled;
    std::string_view ends;  // of one inner conversation, "" for none over TCP
  };
  const Case cases[] = {
      {"erspan.pcap", 248, 16, ""},
      {"erspanI.pcap", 10, 0, ""},
      {"erspanII.pcap", 4, 0, ""},
      {"geneve.pcap", 6, 0, ""},
      {"gre-sample.pcap", 40, 0, ""},
      {"gre-over-udp-4754.pcap", 14, 0, "172.17.0.2:36518 192.0.78.150:80"},
      {"vxlan-encapsulated-http.pcap", 12, 0, "172.16.11.201:40354 54.86.237.188:80"},
      {"http-qinq-0.pcap", 0, 0, "141.142.228.5:59856 192.150.187.43:80"},
      {"pppoe-over-qinq.pcap", 86, 0, "1.1.1.1:20394 2.2.2.2:443"},
      {"mixed-vlan-mpls.pcap", 0, 0, "10.1.2.1:11001 10.34.0.1:23"},
      {"../arkime/gre-erspan-vxlan.pcap", 7, 0, "10.16.27.12:65174 10.16.27.131:80"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file);
    DecodeStats stats;
    const Conversations found = of_decode(kCaptures / "mixed" / "zeek" / c.file, stats);
    EXPECT_EQ(stats.tunnelled, c.tunnelled);
    EXPECT_EQ(stats.fragments_reassembled, c.reassembled);
    EXPECT_TRUE(c.ends.empty() || found.contains(std::string{c.ends}));
  }
}

}  // namespace
}  // namespace prahari
