// What hosts say outside conversations: frames and datagrams that are read one by one.

#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {
namespace {

// Hears what one frame or datagram says, as lines.
class Ear final : public Emitter {
 public:
  void message(const Message& message) override {
    std::ostringstream line;
    line << word_of(message.kind);
    append_operation(line, message);
    if (!message.target.text.empty()) {
      line << " @" << message.target.table << ' ' << message.target.text;
    }
    append_problems(line, message);
    lines.push_back(line.str());
  }
  void identity(const Identity& identity) override {
    std::string line = std::string{to_string(identity.field)} + ' ' + std::string{identity.value};
    if (identity.about != nullptr) {
      line += " of " + to_string(identity.about->mac);
    }
    lines.push_back(line);
  }
  void anomaly(const Anomaly& /*anomaly*/) override { lines.emplace_back("anomaly"); }
  void host(const Identity::Host& host) override {
    lines.push_back("host " + to_string(host.mac) + ' ' + to_string(host.ip));
  }
  Fields* fields() override {
    fields_.clear();
    return &fields_;
  }
  void client_is(Side /*side*/) override {}

  std::vector<std::string> lines;

 private:
  Fields fields_;
};

struct Row {
  Protocol protocol;
  std::string_view payload;
  std::vector<std::string> says;
};

constexpr std::string_view kLldp =
    "0207 04 001d9c000001 0408 01 506f7274203031 0602 0078"
    "0a03 706c63 0e04 0014 0010 100c 05 01 0a000005 02 00000001 00"
    "fe09 00120f 01 03 6c01 0010 fe07 0012bb 08 414243 0000";

const std::string kDhcpFixed =
    "010106 00 12345678 00008000 00000000 00000000 00000000 00000000 001d9c000001"
    "00000000000000000000" +
    std::string(384, '0');
const std::string kAckFixed =
    "020106 00 12345678 00008000 00000000 0a000007 00000000 00000000 001d9c000001"
    "00000000000000000000" +
    std::string(384, '0');

std::vector<Row> frame_rows() {
  return {
      {Protocol::lldp,
       kLldp,
       {"name plc of 00:1d:9c:00:00:01", "serial ABC of 00:1d:9c:00:00:01",
        "device_type router of 00:1d:9c:00:00:01",
        "ip_config 10.0.0.5 for management of 00:1d:9c:00:00:01",
        "link Port 01, 100 Mbit/s, full duplex", "mac 00:1d:9c:00:00:01",
        "oneway discover \"LLDP Advertisement\""}},
      {Protocol::pn_dcp,
       "feff 05 01 01000001 0000 0022 0202 0006 0000 706c6331 0203 0006 0000 002a 0a01"
       "0204 0004 0000 0200 0502 0002 0000",
       {"name plc1", "vendor Siemens", "profile PROFINET vendor 0x002a, device 0x0a01",
        "device_type PROFINET IO controller", "response discover \"DCP Identify Response\""}},
      {Protocol::pn_dcp,
       "fefd 04 00 01000001 0000 0022 0202 0005 0000 706c63 00 0102 000e 0001 c0a8000a ffffff00"
       "c0a80001 0505 0002 0000",
       {"request admin/set-network \"DCP Set Station Name\" @station name plc",
        "request admin/set-network \"DCP Set IP Address\" @address 192.168.0.10",
        "request control/factory-reset \"DCP Factory Reset\""}},
      {Protocol::pn_dcp,
       "fefd 04 00 01000001 0000 0008 0503 0004 0000 0100",
       {"request control \"DCP Blink\""}},
      {Protocol::cdp,
       "aaaa03 00000c 2000 02b4 0000 0001 0007 737731 0003 000a 476930 2f3031"
       "0006 000c 636973636f205831 000b 0005 01",
       {"name sw1", "vendor Cisco", "model X1", "link port Gi0/01, full duplex",
        "oneway discover \"CDP Advertisement\""}},
      {Protocol::stp,
       "424203 0000 02 02 3c 8000 001d9c000001 00000000 8000 001d9c000001 8001 0000 1400 0200 0f00",
       {"device_type bridge", "mac 00:1d:9c:00:00:01", "service spanning tree root",
        "oneway discover \"RSTP BPDU\""}},
      {Protocol::lacp,
       "01 01 01 14 8000 001d9c000001 0001 8000 0003 3d 000000"
       "02 14 8000 001d9c000002 0001 8000 0004 3d 000000",
       {"mac 00:1d:9c:00:00:01", "neighbour port 4 of 00:1d:9c:00:00:02, bundled",
        "oneway discover \"LACP\""}},
      {Protocol::ethercat,
       "0e10 0c 00 00000001 0200 0000 aabb 0000",
       {"request read \"EtherCAT Process Data\""}},
      {Protocol::ethercat,
       "0e10 05 00 e903 2001 0200 0000 0100 0000",
       {"request control \"EtherCAT State Request\""}},
      {Protocol::goose,
       "0001 0020 0000 0000 61 17 80 04 67636231 81 01 0a 82 02 6473 83 02 6964 85 01 01 86 01 00",
       {"service gcb1", "application id", "oneway read \"GOOSE\" @control block gcb1"}},
  };
}

Ear hear_frame(Protocol protocol, Bytes payload) {
  Ear ear;
  Layers layers;
  layers.src_mac = MacAddress{{0x00, 0x1d, 0x9c, 0x00, 0x00, 0x09}};
  layers.payload = payload;
  dissector(protocol).on_frame(layers, ear);
  return ear;
}

TEST(Announcements, FramesSayWhoSentThem) {
  for (const Row& row : frame_rows()) {
    EXPECT_EQ(hear_frame(row.protocol, hex(row.payload)).lines, row.says)
        << to_string(row.protocol);
  }
}

TEST(Announcements, CutFramesAreNoTrouble) {
  for (const Row& row : frame_rows()) {
    const auto whole = hex(row.payload);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<std::byte> cut{whole.begin(),
                                       whole.begin() + static_cast<std::ptrdiff_t>(size)};
      (void)hear_frame(row.protocol, cut);
      Layers layers;
      layers.payload = cut;
      if (const auto alike = dissector(row.protocol).alike; alike != nullptr) {
        (void)alike(layers);
      }
    }
  }
}

TEST(Announcements, NeighboursAndRoutersOfIp) {
  Ear ear;
  Layers layers;
  layers.network = Network::ipv6;
  layers.ttl = 255;
  layers.src_port = 136;
  const auto advert = hex("a0000000 fe80 000000000000 021d9cfffe000001 02 01 001d9c000001");
  layers.payload = advert;
  dissector(Protocol::nd).on_frame(layers, ear);
  EXPECT_EQ(ear.lines, (std::vector<std::string>{"host 00:1d:9c:00:00:01 fe80::21d:9cff:fe00:1",
                                                 "device_type router",
                                                 "oneway discover \"Neighbour Advertisement\""}));
  layers.ttl = 64;  // routed: nobody's neighbour
  ear.lines.clear();
  dissector(Protocol::nd).on_frame(layers, ear);
  EXPECT_TRUE(ear.lines.empty());
  layers.network = Network::ipv4;
  layers.ttl = 255;
  const auto vrrp = hex("21 07 64 01 00 01 0000 0a000001 00000000 00000000");
  layers.payload = vrrp;
  dissector(Protocol::vrrp).on_frame(layers, ear);
  EXPECT_EQ(ear.lines,
            (std::vector<std::string>{"device_type router", "service virtual router 7: 10.0.0.1",
                                      "oneway discover \"VRRP Advertisement\""}));
}

std::vector<Row> datagram_rows() {
  static const std::string kRequest = kDhcpFixed +
                                      "63825363 350101 0c03706c63 3c08 4d53465420352e30"
                                      "3703010306 ff";
  static const std::string kAck = kAckFixed + "63825363 350105 0104 ffffff00 0304 0a000001 ff";
  return {
      {Protocol::dhcp,
       kRequest,
       {"name plc of 00:1d:9c:00:00:01", "os Windows of 00:1d:9c:00:00:01",
        "software MSFT 5.0 of 00:1d:9c:00:00:01", "fingerprint dhcp 1,3,6 of 00:1d:9c:00:00:01",
        "request discover \"DHCP Discover\""}},
      {Protocol::dhcp,
       kAck,
       {"host 00:1d:9c:00:00:01 10.0.0.7",
        "ip_config 10.0.0.7/24, gateway 10.0.0.1, by DHCP of 00:1d:9c:00:00:01",
        "service DHCP server", "response discover \"DHCP ACK\""}},
      {Protocol::dhcpv6,
       "01 123456 0001 000a 0003 0001 001d9c000001 0027 0005 00 03706c63"
       "0010 000e 00000137 0008 4d53465420352e30",
       {"name plc of 00:1d:9c:00:00:01", "os Windows of 00:1d:9c:00:00:01",
        "software MSFT 5.0 of 00:1d:9c:00:00:01", "request discover \"DHCPv6 Solicit\""}},
      {Protocol::hsrp,
       "00 00 10 03 0a 78 01 00 636973636f000000 0a000001",
       {"device_type router", "service virtual router 1: 10.0.0.1",
        "oneway discover \"HSRP Hello\""}},
  };
}

TEST(Announcements, DatagramsSayWhoAsks) {
  for (const Row& row : datagram_rows()) {
    const auto bytes = hex(row.payload);
    const Dissector& protocol = dissector(row.protocol);
    EXPECT_EQ(protocol.probe({bytes, Transport::udp, Direction::unknown, true}).answer,
              Probe::Answer::yes);
    EXPECT_EQ(protocol.probe({bytes, Transport::udp, Direction::unknown, false}).answer,
              Probe::Answer::no);
    Ear ear;
    Pdu pdu;
    pdu.bytes = bytes;
    protocol.open(0)->on_pdu(pdu, ear);
    EXPECT_EQ(ear.lines, row.says);
  }
}

TEST(Announcements, CutDatagramsAreNoTrouble) {
  for (const Row& row : datagram_rows()) {
    const auto whole = hex(row.payload);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<std::byte> cut{whole.begin(),
                                       whole.begin() + static_cast<std::ptrdiff_t>(size)};
      const auto session = dissector(row.protocol).open(0);
      Ear ear;
      Pdu pdu;
      pdu.bytes = cut;
      if (session->frame(cut, Side::first).verdict == Frame::Verdict::complete) {
        session->on_pdu(pdu, ear);
      }
    }
  }
}

}  // namespace
}  // namespace prahari::test
