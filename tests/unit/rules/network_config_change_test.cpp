#include <gtest/gtest.h>

#include "office.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "network-config-change";

void dhcp_answer(Scene& scene, std::string_view server, std::uint16_t vlan = 0) {
  Talk talk = scene.talk("10.1.0.200", server, 67, Transport::udp);
  if (vlan != 0) {
    talk.vlan.push(vlan);
  }
  scene.send(envelope(scene, talk, Protocol::dhcp, Kind::response, "DHCP ACK"));
}

// A Modbus connection that ends: its protocol is known by then.
void ot_flow(Scene& scene, std::uint16_t vlan = 0) {
  Talk talk = scene.talk("10.1.0.2", "10.1.0.7");
  if (vlan != 0) {
    talk.vlan.push(vlan);
  }
  Event made = scene.event(talk, EventKind::flow, Protocol::modbus);
  made.flow_facts = {};
  made.flow_facts.stage = FlowStage::closed;
  scene.send(made);
}

TEST(NetworkConfigChange, ASecondDhcpServerInAnOtVlan) {
  Scene scene;
  ot_flow(scene);
  dhcp_answer(scene, "10.1.0.1");
  after(scene, 3600);
  dhcp_answer(scene, "10.1.0.1");
  dhcp_answer(scene, "10.1.0.66");
  dhcp_answer(scene, "10.1.0.66");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.why,
            "10.1.0.66 began to give addresses away where 10.1.0.1 did so before: who gets its "
            "address from a stranger gets its gateway too.");
  EXPECT_EQ(finding.severity, Severity::high);
  EXPECT_EQ(finding.attack[0], "T0830");
  EXPECT_EQ(finding.evidence.size(), 2U);
  EXPECT_EQ(mistakes_in(finding.accept), "");
}

TEST(NetworkConfigChange, TwoServersFromTheBeginningAndOfficesAreNone) {
  Scene pair;
  ot_flow(pair);
  dhcp_answer(pair, "10.1.0.1");
  dhcp_answer(pair, "10.1.0.3");
  after(pair, 7200);
  dhcp_answer(pair, "10.1.0.1");
  dhcp_answer(pair, "10.1.0.3");
  EXPECT_TRUE(pair.of(kKind).empty());
  Scene office_only;
  dhcp_answer(office_only, "10.1.0.1", 40);
  ot_flow(office_only, 110);  // in another VLAN
  after(office_only, 7200);
  dhcp_answer(office_only, "10.1.0.66", 40);
  EXPECT_TRUE(office_only.of(kKind).empty());
}

TEST(NetworkConfigChange, ThatTheVlanIsOtMayBeSeenLater) {
  Scene scene;
  dhcp_answer(scene, "10.1.0.1");
  after(scene, 3600);
  dhcp_answer(scene, "10.1.0.66");
  EXPECT_TRUE(scene.of(kKind).empty());
  ot_flow(scene);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

void lldp(Scene& scene, std::string_view link) {
  Event made;
  made.kind = EventKind::identity;
  made.protocol = Protocol::lldp;
  made.packet = scene.packet();
  made.client = {{}, mac("00:1d:9c:01:00:07"), 0};
  made.text = link;
  made.identity = {Identity::Field::link, 95, true, Identity::kNoUnit, "LLDP"};
  scene.send(made);
  after(scene, 30);
}

TEST(NetworkConfigChange, APortThatMovedForGood) {
  Scene scene;
  for (int i = 0; i < 5; ++i) {
    lldp(scene, "port 1, 100 Mbit/s, full duplex");
  }
  lldp(scene, "port 1, 1 Gbit/s, full duplex");  // the same port
  lldp(scene, "port 7, 1 Gbit/s, full duplex");
  EXPECT_TRUE(scene.of(kKind).empty());
  lldp(scene, "port 7, 1 Gbit/s, full duplex");
  lldp(scene, "port 7, 1 Gbit/s, full duplex");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 1);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "What 00:1d:9c:01:00:07 says of the port that it sends from changed from \"port 1\" to "
            "\"port 7, 1 Gbit/s, full duplex\" (lldp): a cable was moved, or another device speaks "
            "in its name.");
}

TEST(NetworkConfigChange, ASwitchWithSeveralPortsIsNone) {
  Scene scene;
  for (int i = 0; i < 20; ++i) {
    lldp(scene, "port 1");
    lldp(scene, "port 2");
  }
  Scene late;
  for (int i = 0; i < 5; ++i) {
    lldp(late, "port 1");
  }
  for (int i = 0; i < 20; ++i) {
    lldp(late, "port 2");
    lldp(late, "port 1");
  }
  EXPECT_TRUE(scene.of(kKind).empty());
  EXPECT_TRUE(late.of(kKind).empty());
}

}  // namespace
}  // namespace prahari::test
