#include "dissectors/decode.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/frames.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

Raw v6_extensions() {
  const Raw hop_by_hop = hex("3c00 0502 0000 0100");
  const Raw destination = hex("2b00 0104 00000000");
  const Raw routing = hex("3302 0400 00000000 20010db8000000000000000000000009");
  const Raw authentication = hex("2c04 0000 00000001 00000001 aabbccdd eeff0011 22334455");
  const Raw atomic_fragment = hex("0600 0000 00000007");
  return hop_by_hop + destination + routing + authentication + atomic_fragment + tcp();
}

struct Ipv6Case {
  std::string_view name;
  Raw bytes;
  LinkType link = LinkType::ethernet;
};

TEST(Decode, ReadsIpv6WithItsExtensionHeaders) {
  const std::vector<Ipv6Case> cases = {
      {"plain", ethernet("86dd", ipv6("06", tcp()))},
      {"extensions", ethernet("86dd", ipv6("00", v6_extensions()))},
      {"raw", ipv6("06", tcp()), LinkType::raw_ip},
      {"link type IPv6", ipv6("06", tcp()), LinkType::ipv6},
      {"NULL of macOS", hex("1e000000") + ipv6("06", tcp()), LinkType::null},
      {"NULL of FreeBSD", hex("0000001c") + ipv6("06", tcp()), LinkType::null},
      {"PPPoE",
       ethernet("8864 1100 0007", be16(42 + tcp().size()) + hex("0057") + ipv6("06", tcp()))},
      {"IPv6 in IPv4", outer("29", ipv6("06", tcp()))},
      {"GRE", outer("2f", hex("0000 86dd") + ipv6("06", tcp()))},
      {"MPLS", ethernet("8847 000641ff", ipv6("06", tcp()))},
  };
  for (const Ipv6Case& c : cases) {
    SCOPED_TRACE(c.name);
    Decoder decoder;
    Layers layers;
    ASSERT_EQ(decoder.decode(packet(c.bytes, c.link), layers), Decoded::ok);
    EXPECT_EQ(to_string(layers.src), "2001:db8::1");
    EXPECT_EQ(to_string(layers.dst), "2001:db8::2");
    EXPECT_EQ(layers.network, Network::ipv6);
    EXPECT_EQ(layers.ethertype, 0x86dd);
    EXPECT_EQ(layers.ip_protocol, 6);
    EXPECT_EQ(layers.dst_port, 502);
    EXPECT_TRUE(std::ranges::equal(layers.payload, modbus()));
  }
}

struct Outcome {
  std::string_view name;
  Raw bytes;
  Decoded outcome;
  LinkType link = LinkType::ethernet;
};

TEST(Decode, GivesEveryFailureItsReason) {
  Raw options = hex("4600 0038 1234 4000 40 06 0000 0a000001 0a000002 01010101") + tcp();
  Raw nine_tags;
  for (int i = 0; i < 9; ++i) {
    nine_tags = nine_tags + hex("8100 0001");
  }
  Raw nine_tunnels = datagram();
  for (int i = 0; i < 9; ++i) {
    nine_tunnels = ipv4("04", nine_tunnels);
  }
  Raw nine_extensions;
  for (int i = 0; i < 9; ++i) {
    nine_extensions = nine_extensions + hex("3c00 0104 00000000");
  }
  const std::vector<Outcome> cases = {
      {"link type", frame(), Decoded::unsupported_link, static_cast<LinkType>(147)},
      {"netlink in SLL", hex("0004 0338 0000 0000000000000000 0000") + Raw(40),
       Decoded::unsupported_link, LinkType::linux_sll},
      {"empty", {}, Decoded::truncated_link},
      {"half an address", hex("001d9c0000"), Decoded::truncated_link},
      {"half a tag", ethernet("8100 00", {}), Decoded::truncated_link},
      {"half an IP header", ethernet("0800 4500 0034", {}), Decoded::truncated_network},
      {"half an ARP", ethernet("0806 0001 0800 0604 0001", {}), Decoded::truncated_network},
      {"version", ethernet("0800", hex("55") + Raw(30)), Decoded::bad_network},
      {"version of IPv6", ethernet("86dd", hex("40") + Raw(60)), Decoded::bad_network},
      {"IP header length", ethernet("0800", hex("44") + Raw(30)), Decoded::bad_network},
      {"IP total length below header",
       ethernet("0800", hex("4500 0010 12344000 4006 0000 0a000001 0a000002") + tcp()),
       Decoded::bad_network},
      {"IP total length beyond frame",
       ethernet("0800", hex("4500 0100 12344000 4006 0000 0a000001 0a000002") + tcp()),
       Decoded::bad_network},
      {"IP options", ethernet("0800", options), Decoded::ok},
      {"half a TCP header", ethernet("0800", ipv4("06", hex("c000 01f6 0000"))),
       Decoded::truncated_transport},
      {"half an ICMP header", ethernet("0800", ipv4("01", hex("0800 0000 00"))),
       Decoded::truncated_transport},
      {"TCP offset too small",
       ethernet("0800", ipv4("06", hex("c00001f6 00000001 00000002 4018 2000 0000 0000"))),
       Decoded::bad_transport},
      {"TCP offset too large",
       ethernet("0800", ipv4("06", hex("c00001f6 00000001 00000002 6018 2000 0000 0000"))),
       Decoded::bad_transport},
      {"UDP length too small", ethernet("0800", ipv4("11", hex("c001 c002 0007 0000"))),
       Decoded::bad_transport},
      {"UDP length too large", ethernet("0800", ipv4("11", hex("c001 c002 0009 0000"))),
       Decoded::bad_transport},
      {"GRE cut", outer("2f", hex("b000 0800 0000")), Decoded::bad_tunnel},
      {"GRE version", outer("2f", hex("0002 0800")), Decoded::bad_tunnel},
      {"ERSPAN version", outer("2f", hex("1000 88be 00000001 f000 0000 00000000") + frame()),
       Decoded::bad_tunnel},
      {"IP in IP without IP", outer("04", hex("55")), Decoded::bad_tunnel},
      {"PPPoE version", ethernet("8864 2100 0007 0002 0021", {}), Decoded::bad_tunnel},
      {"nine tags", hex("001d9c000002 001d9c000001") + nine_tags + hex("0800") + datagram(),
       Decoded::too_deep},
      {"nine tunnels", ethernet("0800", nine_tunnels), Decoded::too_deep},
      {"nine extensions", ethernet("86dd", ipv6("3c", nine_extensions)), Decoded::too_deep},
  };
  for (const Outcome& c : cases) {
    SCOPED_TRACE(c.name);
    Decoder decoder;
    Layers layers;
    const Decoded outcome = decoder.decode(packet(c.bytes, c.link), layers);
    EXPECT_EQ(to_string(outcome), to_string(c.outcome));
    EXPECT_EQ(decoder.stats().by_reason[static_cast<std::size_t>(c.outcome)], 1U);
  }
}

TEST(Decode, KeepsUdpThatOnlyHasTheTunnelsPort) {
  const std::vector<Outcome> cases = {
      {"VXLAN without instance flag", outer_udp("12b5", hex("00000000 00002a00") + frame()), {}},
      {"VXLAN with reserved bits", outer_udp("12b5", hex("08000001 00002a00") + frame()), {}},
      {"VXLAN with too little inside", outer_udp("12b5", hex("08000000 00002a00 0001")), {}},
      {"VXLAN from a group address",
       outer_udp("12b5", hex("08000000 00002a00 001d9c000002 011d9c000001 0800") + datagram()),
       {}},
      {"Modbus", outer_udp("12b5", modbus()), {}},
      {"GENEVE version", outer_udp("17c1", hex("4000 6558 00002a00") + frame()), {}},
      {"GENEVE options too long",
       outer_udp("17c1", hex("0200 6558 00002a00 0102 800f") + frame()),
       {}},
      {"GENEVE protocol", outer_udp("17c1", hex("0000 1234 00002a00") + frame()), {}},
      {"GRE in UDP, reserved bits", outer_udp("1292", hex("0ff8 0800") + datagram()), {}},
      {"GRE in UDP, no IP inside", outer_udp("1292", hex("0000 0800") + modbus() + modbus()), {}},
  };
  for (const Outcome& c : cases) {
    SCOPED_TRACE(c.name);
    Decoder decoder;
    Layers layers;
    EXPECT_EQ(decoder.decode(packet(c.bytes), layers), Decoded::ok);
    EXPECT_EQ(layers.transport, Transport::udp);
    EXPECT_EQ(to_string(layers.src), "192.168.0.1");
    EXPECT_EQ(layers.payload.size(), c.bytes.size() - 42);
    EXPECT_EQ(layers.tunnel, 0U);
    EXPECT_EQ(to_string(layers.src_mac), "00:1d:9c:00:00:01");
  }
}

TEST(Decode, ReadsArp) {
  Decoder decoder;
  Layers layers;
  const Raw arp = ethernet(
      "0806", hex("0001 0800 06 04 0002 001d9c000001 0a000001 001d9c000002 0a000002") + Raw(18));
  ASSERT_EQ(decoder.decode(packet(arp), layers), Decoded::ok);
  EXPECT_EQ(layers.network, Network::arp);
  EXPECT_EQ(layers.arp.operation, 2);
  EXPECT_EQ(to_string(layers.arp.sender_mac), "00:1d:9c:00:00:01");
  EXPECT_EQ(to_string(layers.arp.sender_ip), "10.0.0.1");
  EXPECT_EQ(to_string(layers.arp.target_mac), "00:1d:9c:00:00:02");
  EXPECT_EQ(to_string(layers.arp.target_ip), "10.0.0.2");
}

TEST(Decode, ReadsIcmpTypeAndCodeAsPorts) {
  Decoder decoder;
  Layers layers;
  const Raw unreachable = hex("0303 1234 00000000") + datagram();
  ASSERT_EQ(decoder.decode(packet(ethernet("0800", ipv4("01", unreachable))), layers), Decoded::ok);
  EXPECT_EQ(layers.transport, Transport::icmp);
  EXPECT_EQ(layers.src_port, 3);
  EXPECT_EQ(layers.dst_port, 3);
  EXPECT_EQ(layers.checksum, 0x1234);
  EXPECT_EQ(layers.payload.size(), 4 + datagram().size()) << "all that follows the checksum";
  ASSERT_EQ(
      decoder.decode(packet(ethernet("86dd", ipv6("3a", hex("8700 0000") + Raw(20)))), layers),
      Decoded::ok);
  EXPECT_EQ(layers.transport, Transport::icmp);
  EXPECT_EQ(layers.src_port, 135);
}

TEST(Decode, CarriesWhatItDoesNotRead) {
  struct Case {
    std::string_view name;
    Raw bytes;
    std::uint16_t ethertype;
    Network network;
    Transport transport;
    std::size_t payload;
  };
  const std::vector<Case> cases = {
      {"PROFINET DCP", ethernet("8892", Raw(46)), 0x8892, Network::other, Transport::none, 46},
      {"tagged GOOSE", ethernet("8100 8000 88b8", Raw(60)), 0x88b8, Network::other, Transport::none,
       60},
      {"LLC, padded", ethernet("0003 424203", Raw(43)), 0, Network::other, Transport::none, 3},
      {"CDP", ethernet("000a aaaa03 00000c 2000 0204", {}), 0, Network::other, Transport::none, 10},
      {"PPP LCP", ethernet("8864 1100 0007 0006 c021 01020304", Raw(30)), 0x8864, Network::other,
       Transport::none, 6},
      {"ESP", ethernet("0800", ipv4("32", Raw(24))), 0x0800, Network::ipv4, Transport::other, 24},
      {"no next header", ethernet("86dd", ipv6("3b", Raw(4))), 0x86dd, Network::ipv6,
       Transport::other, 4},
      {"PPTP", outer("2f", hex("3001 880b 0000 0001 00000001")), 0x0800, Network::ipv4,
       Transport::other, 12},
      {"LLDP in VXLAN", outer_udp("12b5", hex("08000000 00000100") + ethernet("88cc", Raw(20))),
       0x88cc, Network::other, Transport::none, 20},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Decoder decoder;
    Layers layers;
    ASSERT_EQ(decoder.decode(packet(c.bytes), layers), Decoded::ok);
    EXPECT_EQ(layers.ethertype, c.ethertype);
    EXPECT_EQ(layers.network, c.network);
    EXPECT_EQ(layers.transport, c.transport);
    EXPECT_EQ(layers.payload.size(), c.payload);
    EXPECT_EQ(layers.src.empty(), c.network == Network::other);
    EXPECT_EQ(decoder.stats().other_ethertype, c.network == Network::other ? 1U : 0U);
  }
}

TEST(Decode, TakesWhatIsThereOfASegmentNotYetCut) {
  Decoder decoder;
  Layers layers;
  const Raw offloaded = hex("4500 0000 12344000 4006 0000 0a000001 0a000002") + tcp() + Raw(3000);
  ASSERT_EQ(decoder.decode(packet(ethernet("0800", offloaded)), layers), Decoded::ok);
  EXPECT_EQ(layers.payload.size(), modbus().size() + 3000);
}

TEST(Decode, SaysHowMuchOfThePayloadTheSnapLengthCut) {
  Decoder decoder;
  Layers layers;
  const Raw whole = ethernet("0800", ipv4("11", udp("c002", Raw(1000)))) + Raw(4);
  Raw head(whole.begin(), whole.begin() + 142);
  Packet cut = packet(whole);
  cut.bytes = head;
  ASSERT_EQ(decoder.decode(cut, layers), Decoded::ok);
  EXPECT_EQ(layers.payload.size(), 100U);
  EXPECT_EQ(layers.payload_missing, 900U) << "the padding behind the datagram does not count";
}

}  // namespace
}  // namespace prahari
