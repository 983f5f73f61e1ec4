#include <gtest/gtest.h>

#include "office.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "internet-exposure";
constexpr std::string_view kZones = R"(
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16"]
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
)";

TEST(InternetExposure, AHostInACellReachesTheInternet) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.1.0.7", "203.0.113.9", 443);
  scene.connect(talk);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.certin, CertInClass::incident);
  EXPECT_EQ(finding.why, "10.1.0.7 reached 203.0.113.9 on the Internet (tcp/443).");
  EXPECT_EQ(finding.attack[0], "T0883");
  EXPECT_EQ(mistakes_in(std::string{kZones} + finding.accept), "");
}

TEST(InternetExposure, OneNetworkIsOneAlert) {
  Scene scene{kZones};
  for (int i = 1; i < 50; ++i) {
    scene.connect(scene.talk("10.1.0.7", "203.0.113." + std::to_string(i), 443));
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 49);
}

TEST(InternetExposure, WhoBrowsesIsOneMoreAlertThatCounts) {
  Scene scene{kZones};
  for (int i = 1; i <= 200; ++i) {
    scene.connect(scene.talk("10.1.0.7", "203.0." + std::to_string(i) + ".1", 443));
  }
  ASSERT_EQ(scene.of(kKind).size(), 9U);
  EXPECT_EQ(scene.of(kKind)[8].count, 192);
}

TEST(InternetExposure, SomebodyFromOutsideIsAnswered) {
  Scene scene{kZones};
  scene.connect(scene.talk("198.51.100.3", "10.1.0.7", 502));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "198.51.100.3 on the Internet reached 10.1.0.7, which answered it (tcp/502).");
  EXPECT_EQ(scene.of(kKind)[0].finding.attack[1], "T0822");
}

TEST(InternetExposure, WhatNobodyAnsweredIsNone) {
  Scene scene{kZones};
  const Talk from_outside = scene.talk("198.51.100.3", "10.1.0.7", 502);
  scene.refuse(from_outside);
  const Talk lost = scene.talk("10.1.0.7", "203.0.113.9", 443);
  scene.flow(lost, FlowStage::opened);
  scene.flow(lost, FlowStage::closed, 3, 0);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(InternetExposure, ANameAskedForAndAnAttemptToConnect) {
  Scene scene{kZones};
  office(scene, scene.talk("10.1.0.7", "10.4.0.53", 53, Transport::udp), Protocol::dns, "Query",
         "update.example");
  after(scene, 2);
  const Talk lost = scene.talk("10.1.0.7", "203.0.113.9", 443);
  scene.flow(lost, FlowStage::opened);
  scene.flow(lost, FlowStage::closed, 3, 0);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::high);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.1.0.7 asked for the address of \"update.example\" and tried to connect to "
            "203.0.113.9 on the Internet (tcp/443), which did not answer.");
  EXPECT_EQ(scene.of(kKind)[0].finding.evidence.size(), 2U);
}

TEST(InternetExposure, OfficesAndPrivateAndGroupAddressesAreNone) {
  Scene scene{kZones};
  scene.connect(scene.talk("10.4.0.7", "203.0.113.9", 443));
  scene.connect(scene.talk("10.1.0.7", "192.168.7.9", 443));
  scene.connect(scene.talk("10.1.0.7", "169.254.7.9", 443));
  scene.connect(scene.talk("10.1.0.7", "239.192.1.2", 2222, Transport::udp));
  scene.connect(scene.talk("10.1.0.7", "255.255.255.255", 67, Transport::udp));
  scene.connect(scene.talk("198.51.100.3", "203.0.113.9", 443));
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(InternetExposure, AConduitThatAllowsItMakesItExpected) {
  Scene scene{std::string{kZones} + R"(
[[conduit]]
from = "cell"
to = "unassigned"
allow = ["tcp/443"]
)"};
  scene.connect(scene.talk("10.1.0.7", "203.0.113.9", 443));
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.connect(scene.talk("10.1.0.7", "203.0.113.9", 80));
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

// The scene plays in the night from Tuesday to Wednesday; 1970 began on a Thursday.
TEST(InternetExposure, AConduitWithHoursHoldsAtTheTimeOfThePacket) {
  for (const bool open : {true, false}) {
    Scene scene{std::string{kZones} + R"(
[[conduit]]
from = "cell"
to = "unassigned"
allow = ["tcp/443"]
schedule = [")" +
                (open ? "tue,wed" : "thu") + "\"]\n"};
    scene.connect(scene.talk("10.1.0.7", "203.0.113.9", 443));
    EXPECT_EQ(scene.of(kKind).size(), open ? 0U : 1U);
  }
}

TEST(InternetExposure, APlantThatUsesPublicAddressesNamesThem) {
  Scene scene{"[[zone]]\nname = \"cell\"\nlevel = 1\nmembers = [\"141.81.0.0/16\"]\n"};
  scene.connect(scene.talk("141.81.0.10", "141.81.0.86", 502));
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.connect(scene.talk("141.81.0.10", "203.0.113.9", 443));
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

// Without zones a host is in OT once it speaks an OT protocol; before or after makes no difference.
TEST(InternetExposure, WithoutZonesTheOrderDoesNotMatter) {
  std::vector<std::string> said;
  for (const bool first : {true, false}) {
    Scene scene;
    if (first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    scene.connect(scene.talk("192.168.0.7", "203.0.113.9", 443));
    scene.connect(scene.talk("192.168.0.50", "203.0.113.9", 443));  // an office host
    if (!first) {
      EXPECT_TRUE(scene.of(kKind).empty());
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    scene.engine.on_end();
    ASSERT_EQ(scene.of(kKind).size(), 1U) << first;
    said.push_back(scene.of(kKind)[0].finding.why);
  }
  EXPECT_EQ(said[0], said[1]);
}

TEST(InternetExposure, OnePlanOfAddressesInTwoCells) {
  Scene scene{kZones};
  for (const std::uint16_t vlan : std::initializer_list<std::uint16_t>{110, 120}) {
    Talk talk = scene.talk("10.1.0.7", "203.0.113.9", 443);
    talk.vlan.push(vlan);
    talk.client.mac = mac("00:1d:9c:00:07:" + std::to_string(vlan / 10));
    scene.connect(talk);
  }
  EXPECT_EQ(scene.of(kKind).size(), 2U);
}

}  // namespace
}  // namespace prahari::test
