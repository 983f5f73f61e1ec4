#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "dissectors/decode.hpp"
#include "tests/unit/dissectors/frames.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

enum class Macs : std::uint8_t { none, source, both };

// Everything here carries the same Modbus request.
struct Wrapped {
  std::string_view name;
  Raw bytes;
  LinkType link = LinkType::ethernet;
  std::vector<std::uint16_t> vlan{};
  bool tunnel = false;
  Macs macs = Macs::both;
};

Raw snap(std::string_view oui_and_type) {
  const Raw body = hex("aaaa03") + hex(oui_and_type) + datagram();
  return hex("001d9c000002 001d9c000001") + be16(body.size()) + body;
}

std::vector<Wrapped> link_layers() {
  const Raw sll = hex("0000 0001 0006 001d9c000001 0000 0800");
  const Raw sll2 = hex("0800 0000 00000002 0001 00 06 001d9c000001 0000");
  return {
      {"Ethernet", frame()},
      {"padded", frame() + Raw(20)},
      {"SNAP", snap("000000 0800")},
      {"SNAP of a bridge tunnel", snap("0000f8 0800")},
      {"SLL", sll + datagram(), LinkType::linux_sll, {}, false, Macs::source},
      {"SLL2", sll2 + datagram(), LinkType::linux_sll2, {}, false, Macs::source},
      {"NULL, big endian", hex("00000002") + datagram(), LinkType::null, {}, false, Macs::none},
      {"NULL, little endian", hex("02000000") + datagram(), LinkType::null, {}, false, Macs::none},
      {"LOOP", hex("00000002") + datagram(), LinkType::loop, {}, false, Macs::none},
      {"raw IP", datagram(), LinkType::raw_ip, {}, false, Macs::none},
      {"IPv4", datagram(), LinkType::ipv4, {}, false, Macs::none},
      {"802.1Q", ethernet("8100 006e 0800", datagram()), LinkType::ethernet, {110}},
      {"priority tag", ethernet("8100 e000 0800", datagram())},
      {"802.1ad", ethernet("88a8 0064 8100 e06e 0800", datagram()), LinkType::ethernet, {100, 110}},
      {"QinQ 9100, 9200",
       ethernet("9100 0001 9200 0002 8100 0003 8100 0004 0800", datagram()),
       LinkType::ethernet,
       {1, 2, 3}},
      {"HSR", ethernet("892f 0040 0007 0800", datagram())},
      {"MPLS", ethernet("8847 000640ff 000c81ff", datagram())},
  };
}

std::vector<Wrapped> tunnels() {
  const Raw tagged = ethernet("8100 006e 0800", datagram());
  const Raw erspan2 = hex("1064 1007 00000000");  // VLAN 100, tag moved
  const Raw erspan3 = hex("2064 0007 00000001 0000 0000");
  const Raw erspan3_platform = hex("2064 0007 00000001 0000 0001 0000000000000000");
  return {
      {"PPPoE",
       ethernet("8864 1100 0007", be16(datagram().size() + 2) + hex("0021") + datagram()),
       LinkType::ethernet,
       {},
       true},
      {"pseudowire with control word",
       ethernet("8847 000641ff", hex("00000000") + frame()),
       LinkType::ethernet,
       {},
       true},
      {"pseudowire without", ethernet("8847 000641ff", frame()), LinkType::ethernet, {}, true},
      {"GRE", outer("2f", hex("0000 0800") + datagram()), LinkType::ethernet, {}, true, Macs::none},
      {"GRE with checksum, key, sequence",
       outer("2f", hex("b000 0800 00000000 00000009 00000001") + datagram()),
       LinkType::ethernet,
       {},
       true,
       Macs::none},
      {"GRE with Ethernet",
       outer("2f", hex("0000 6558") + tagged),
       LinkType::ethernet,
       {110},
       true},
      {"ERSPAN I", outer("2f", hex("0000 88be") + frame()), LinkType::ethernet, {}, true},
      {"ERSPAN II",
       outer("2f", hex("1000 88be 00000001") + erspan2 + frame()),
       LinkType::ethernet,
       {100},
       true},
      {"ERSPAN III",
       outer("2f", hex("1000 22eb 00000001") + erspan3 + tagged),
       LinkType::ethernet,
       {110},
       true},
      {"ERSPAN III with platform header",
       outer("2f", hex("1000 22eb 00000001") + erspan3_platform + frame()),
       LinkType::ethernet,
       {},
       true},
      {"VXLAN",
       outer_udp("12b5", hex("08000000 00002a00") + frame()),
       LinkType::ethernet,
       {},
       true},
      {"VXLAN, old port of Linux",
       outer_udp("2118", hex("08000000 00002a00") + tagged),
       LinkType::ethernet,
       {110},
       true},
      {"VXLAN with group policy",
       outer_udp("12b5", hex("88080005 00002a00") + frame()),
       LinkType::ethernet,
       {},
       true},
      {"VXLAN-GPE",
       outer_udp("12b6", hex("0c000001 00002a00") + datagram()),
       LinkType::ethernet,
       {},
       true,
       Macs::none},
      {"GENEVE",
       outer_udp("17c1", hex("0000 6558 00002a00") + frame()),
       LinkType::ethernet,
       {},
       true},
      {"GENEVE with options",
       outer_udp("17c1", hex("0300 6558 00002a00 0102 80 01 aabbccdd 0102 80 00") + frame()),
       LinkType::ethernet,
       {},
       true},
      {"GRE in UDP",
       outer_udp("1292", hex("0000 0800") + datagram()),
       LinkType::ethernet,
       {},
       true,
       Macs::none},
      {"IP in IP", outer("04", datagram()), LinkType::ethernet, {}, true, Macs::none},
      {"VLAN, ERSPAN, VXLAN",
       hex("001d9c0000ee 001d9c0000ff 8100 0005 0800") +
           ipv4("2f", hex("0000 88be") + outer_udp("12b5", hex("08000000 00000100") + tagged)),
       LinkType::ethernet,
       {110},
       true},
      {"VLAN around IP in IP",
       hex("001d9c0000ee 001d9c0000ff 8100 0005 0800") + ipv4("04", datagram()),
       LinkType::ethernet,
       {5},
       true,
       Macs::none},
  };
}

std::vector<Wrapped> everything() {
  std::vector<Wrapped> all = link_layers();
  for (Wrapped& tunnel : tunnels()) {
    all.push_back(std::move(tunnel));
  }
  return all;
}

void expect_modbus(const Wrapped& wrapped, const Layers& layers) {
  EXPECT_EQ(layers.transport, Transport::tcp);
  EXPECT_EQ(layers.network, Network::ipv4);
  EXPECT_EQ(layers.ethertype, 0x0800);
  EXPECT_EQ(layers.ip_protocol, 6);
  EXPECT_EQ(to_string(layers.src), "10.0.0.1");
  EXPECT_EQ(to_string(layers.dst), "10.0.0.2");
  EXPECT_EQ(layers.src_port, 49152);
  EXPECT_EQ(layers.dst_port, 502);
  EXPECT_EQ(layers.ttl, 64);
  EXPECT_EQ(layers.ip_id, 0x1234);
  EXPECT_EQ(layers.checksum, 0xabcd);
  EXPECT_EQ(layers.tcp.seq, 1U);
  EXPECT_EQ(layers.tcp.ack, 2U);
  EXPECT_EQ(layers.tcp.window, 0x2000);
  EXPECT_EQ(layers.tcp.flags, tcp_flag::kPsh | tcp_flag::kAck);
  EXPECT_TRUE(std::ranges::equal(layers.payload, modbus()));
  EXPECT_EQ(layers.payload_missing, 0U);
  EXPECT_EQ(layers.tunnel != 0, wrapped.tunnel);
  EXPECT_EQ(to_string(layers.src_mac),
            wrapped.macs == Macs::none ? "00:00:00:00:00:00" : "00:1d:9c:00:00:01");
  EXPECT_EQ(to_string(layers.dst_mac),
            wrapped.macs != Macs::both ? "00:00:00:00:00:00" : "00:1d:9c:00:00:02");
  EXPECT_EQ(std::vector<std::uint16_t>(layers.vlan.ids.begin(),
                                       layers.vlan.ids.begin() + layers.vlan.count),
            wrapped.vlan);
}

TEST(Wrapping, FindsTheSameRequestInEveryWrapping) {
  for (const Wrapped& wrapped : everything()) {
    SCOPED_TRACE(wrapped.name);
    Decoder decoder;
    Layers layers;
    ASSERT_EQ(decoder.decode(packet(wrapped.bytes, wrapped.link), layers), Decoded::ok);
    expect_modbus(wrapped, layers);
    EXPECT_EQ(decoder.stats().tunnelled, wrapped.tunnel ? 1U : 0U);
  }
}

TEST(Wrapping, NeverBlamesTheSenderForTheSnapLength) {
  Decoder decoder;
  Layers layers;
  std::uint64_t frames = 0;
  for (const Wrapped& wrapped : everything()) {
    for (std::size_t n = 0; n < wrapped.bytes.size(); ++n) {
      SCOPED_TRACE(testing::Message() << wrapped.name << " cut to " << n);
      Packet cut = packet(Raw(wrapped.bytes), wrapped.link);
      const Raw head(wrapped.bytes.begin(), wrapped.bytes.begin() + static_cast<long>(n));
      cut.bytes = head;
      const Decoded outcome = decoder.decode(cut, layers);
      ASSERT_TRUE(outcome == Decoded::ok || outcome == Decoded::truncated_link ||
                  outcome == Decoded::truncated_network || outcome == Decoded::truncated_transport)
          << to_string(outcome);
      EXPECT_EQ(decoder.stats().snapped, ++frames);
      if (outcome == Decoded::ok && layers.dst_port == 502) {
        EXPECT_EQ(layers.payload.size() + layers.payload_missing, modbus().size());
      }
    }
  }
}

TEST(Wrapping, SurvivesFramesThatEndAnywhereAndAreDamagedAnywhere) {
  Decoder decoder;
  Layers layers;
  std::mt19937 random{1};
  std::uint64_t frames = 0;
  for (const Wrapped& wrapped : everything()) {
    for (std::size_t n = 0; n <= wrapped.bytes.size(); ++n) {
      Raw bytes(wrapped.bytes.begin(), wrapped.bytes.begin() + static_cast<long>(n));
      decoder.decode(packet(bytes, wrapped.link), layers);
      for (int i = 0; i < 8 && !bytes.empty(); ++i) {
        bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        decoder.decode(packet(bytes, wrapped.link), layers);
        ++frames;
      }
      ++frames;
    }
  }
  std::uint64_t counted = 0;
  for (const std::uint64_t count : decoder.stats().by_reason) {
    counted += count;
  }
  EXPECT_EQ(counted, frames) << "every frame has exactly one outcome";
}

std::uint32_t tunnel_of(const Raw& bytes) {
  Decoder decoder;
  Layers layers;
  EXPECT_EQ(decoder.decode(packet(bytes), layers), Decoded::ok);
  return layers.tunnel;
}

Raw vxlan(std::string_view src, std::string_view dst, std::string_view network) {
  return ethernet("0800",
                  ipv4("11", udp("12b5", hex("08000000") + hex(network) + frame()), src, dst));
}

TEST(Wrapping, NamesATunnelAlikeInBothDirections) {
  const std::uint32_t key = tunnel_of(vxlan("c0a80001", "c0a80002", "00002a00"));
  EXPECT_EQ(key, tunnel_of(vxlan("c0a80002", "c0a80001", "00002a00")));
  EXPECT_NE(key, tunnel_of(vxlan("c0a80001", "c0a80002", "00002b00"))) << "other network";
  EXPECT_NE(key, tunnel_of(vxlan("c0a80001", "c0a80003", "00002a00"))) << "other end";
  EXPECT_NE(key, tunnel_of(outer("04", datagram()))) << "other kind";
  EXPECT_NE(key,
            tunnel_of(outer("2f", hex("0000 6558") + vxlan("c0a80001", "c0a80002", "00002a00"))))
      << "nested";
  EXPECT_EQ(tunnel_of(outer("2f", hex("2000 6558 00000000") + frame())),
            tunnel_of(outer("2f", hex("2000 6558 02000000") + frame())))
      << "mirrors use the key for the direction";
}

}  // namespace
}  // namespace prahari
