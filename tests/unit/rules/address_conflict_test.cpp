#include <gtest/gtest.h>

#include "office.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "address-conflict";
constexpr std::string_view kOwner = "00:1d:9c:01:00:07";  // of 10.1.0.7, as Scene::station has it
constexpr std::string_view kThief = "00:0c:29:aa:bb:cc";

TEST(AddressConflict, TwoStationsAnswerWithinAMinute) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  after(scene, 12);
  claim(scene, "10.1.0.7", kThief);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.certin, CertInClass::incident);
  EXPECT_EQ(finding.attack[0], "T0830");
  EXPECT_EQ(finding.why,
            "Two stations answer for 10.1.0.7 within 12 s: 00:1d:9c:01:00:07 and then "
            "00:0c:29:aa:bb:cc.");
  EXPECT_EQ(finding.evidence.size(), 2U);
  EXPECT_EQ(mistakes_in(finding.accept), "");
  for (int i = 0; i < 20; ++i) {
    after(scene, 5);
    claim(scene, "10.1.0.7", i % 2 == 0 ? kOwner : kThief);
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U) << "one address is one alert";
  EXPECT_EQ(scene.of(kKind)[0].count, 21);
}

TEST(AddressConflict, WhoComesFirstDoesNotMatter) {
  Scene scene;
  claim(scene, "10.1.0.7", kThief);
  after(scene, 1);
  claim(scene, "10.1.0.7", kOwner);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(AddressConflict, OneStationIsNone) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    claim(scene, "10.1.0.7", kOwner);
    claim(scene, "10.1.0.8", "00:1d:9c:01:00:08");
    after(scene, 5);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, ADeviceThatWasReplacedIsNone) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  after(scene, 600);
  claim(scene, "10.1.0.7", kThief);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, OfAControllerItIsToldThoughTheOwnerIsSilent) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  poll(scene, "10.1.0.7");
  after(scene, 600);
  claim(scene, "10.1.0.7", kThief, 1, "10.1.0.7");  // announces itself
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.1.0.7, known at 00:1d:9c:01:00:07, is now claimed by 00:0c:29:aa:bb:cc, and no "
            "DHCP server gave it away.");
}

TEST(AddressConflict, AQuestionInSomebodysNameIsNoAnswer) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  claim(scene, "10.1.0.7", kThief, 1, "10.1.0.9");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, WhoseAddressWasGivenIsNoThief) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  given(scene, "10.1.0.7", kThief);
  claim(scene, "10.1.0.7", kThief);
  EXPECT_TRUE(scene.of(kKind).empty());
  claim(scene, "10.1.0.7", "00:0c:29:00:00:01");
  EXPECT_EQ(scene.of(kKind).size(), 1U) << "but a third one is";
}

TEST(AddressConflict, AskingWhetherAnAddressIsFreeIsNone) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  claim(scene, "0.0.0.0", kThief, 1, "10.1.0.7");
  claim(scene, "0.0.0.0", kOwner, 1, "10.1.0.7");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, StationsThatShareAnAddressByDesign) {
  Scene scene;
  for (const std::string_view group :
       {"00:00:5e:00:01:07", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "00:07:b4:00:01:01"}) {
    claim(scene, "10.1.0.1", "00:1d:9c:01:00:01");
    claim(scene, "10.1.0.1", group);
    after(scene, 2);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, RoutersThatSpeakVrrpWithTheirOwnAddress) {
  Scene scene;
  for (const std::string_view router : {"10.1.0.2", "10.1.0.3"}) {
    const Talk talk = scene.talk(router, "224.0.0.18", 0, Transport::other);
    scene.send(envelope(scene, talk, Protocol::vrrp, Kind::oneway, "VRRP Advertisement"));
  }
  claim(scene, "10.1.0.1", to_string(Scene::station("10.1.0.2")));
  claim(scene, "10.1.0.1", to_string(Scene::station("10.1.0.3")));
  EXPECT_TRUE(scene.of(kKind).empty());
}

// Anybody can take such an address: it hides no theft of a controller's.
TEST(AddressConflict, AControllerSharesWithNoRouter) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  poll(scene, "10.1.0.7");
  claim(scene, "10.1.0.7", "00:00:5e:00:01:07");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

// Nor does the station that talks to it, though a forged VRRP packet makes a router of anybody.
TEST(AddressConflict, AnOperatorStationSharesWithNoRouterEither) {
  Scene scene;
  const auto owner = to_string(Scene::station("10.1.0.50"));
  claim(scene, "10.1.0.50", owner);
  poll(scene, "10.1.0.7", "10.1.0.50");
  claim(scene, "10.1.0.50", "00:00:5e:00:01:07");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

// A question fills the tables of its neighbours with its sender, as an answer does.
TEST(AddressConflict, AQuestionInTheNameOfAControllerIsATheft) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  poll(scene, "10.1.0.7");
  claim(scene, "10.1.0.7", kThief, 1, "10.1.0.9");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

// Anybody can say that he gave an address away.
TEST(AddressConflict, WhatIsStillInUseWasNotGivenAway) {
  Scene scene;
  claim(scene, "10.1.0.7", kOwner);
  poll(scene, "10.1.0.7");
  given(scene, "10.1.0.7", kThief);
  after(scene, 5);
  poll(scene, "10.1.0.7");
  claim(scene, "10.1.0.7", kThief);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(AddressConflict, OnePlanOfAddressesInTwoCells) {
  Scene scene;
  for (const std::uint16_t vlan : std::initializer_list<std::uint16_t>{110, 120}) {
    Event made;
    made.kind = EventKind::host;
    made.packet = scene.packet();
    made.vlan.push(vlan);
    made.client = {ip("10.1.0.7"), mac(vlan == 110 ? kOwner : kThief), 0};
    made.server = {ip("10.1.0.9"), {}, 0};
    made.host = {0x0806, 2, false};
    scene.send(made);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(AddressConflict, WhoTakesManyIsOneMoreAlert) {
  Scene scene;
  for (int i = 1; i <= 50; ++i) {
    const std::string address = "10.1.0." + std::to_string(i);
    claim(scene, address, to_string(Scene::station(address)));
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 1; i <= 50; ++i) {
      claim(scene, "10.1.0." + std::to_string(i), kThief);
    }
  }
  ASSERT_EQ(scene.of(kKind).size(), 4U);
  EXPECT_EQ(scene.of(kKind)[3].count, 3 * 47);
}

TEST(AddressConflict, TheMinuteIsAThreshold) {
  Scene scene{"[thresholds.address-conflict]\nwithin_seconds = 5\n"};
  claim(scene, "10.1.0.7", kOwner);
  after(scene, 12);
  claim(scene, "10.1.0.7", kThief);
  EXPECT_TRUE(scene.of(kKind).empty());
}

}  // namespace
}  // namespace prahari::test
