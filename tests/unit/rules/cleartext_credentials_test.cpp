#include <gtest/gtest.h>

#include "office.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "cleartext-credentials";
using Flaw = Posture::Flaw;

void login(Scene& scene, const Talk& talk, std::string_view user, std::uint32_t flaws,
           Posture::Aspect aspect = Posture::Aspect::user_used) {
  Event made = scene.event(talk, EventKind::posture, Protocol::modbus);
  made.text = user;
  made.posture = {};
  made.posture.aspect = aspect;
  made.posture.of_client = true;
  made.posture.flaws = flaws;
  made.posture.secret_size = 8;
  made.posture.what = "user name";
  scene.send(made);
}

constexpr std::uint32_t kReadable = Posture::bit(Flaw::cleartext_password);

TEST(CleartextCredentials, APasswordThatAnybodyCanRead) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  login(scene, talk, "operator", kReadable | Posture::bit(Flaw::no_security));
  login(scene, talk, "operator", kReadable);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const auto alert = scene.of(kKind)[0];
  EXPECT_EQ(alert.count, 2);
  EXPECT_EQ(alert.finding.severity, Severity::high);
  EXPECT_EQ(alert.finding.certin, CertInClass::posture);
  EXPECT_EQ(alert.finding.why,
            "10.0.0.1 sent the password of user \"operator\" to 10.0.0.2 by modbus so that whoever "
            "listens can read it (8 bytes, not kept here).");
  EXPECT_EQ(mistakes_in(alert.finding.accept), "");
}

TEST(CleartextCredentials, EachUserAndServiceIsItsOwn) {
  Scene scene;
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "a", kReadable);
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "b", kReadable);
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4841), "a", kReadable);
  login(scene, scene.talk("10.0.0.3", "10.0.0.2", 4840), "a", kReadable);  // known
  EXPECT_EQ(scene.of(kKind).size(), 3U);
}

TEST(CleartextCredentials, WhatIsProtectedOrOnlyOfferedIsFine) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  login(scene, talk, "a", 0);
  login(scene, talk, "", Posture::bit(Flaw::anonymous));
  login(scene, talk, "a", kReadable, Posture::Aspect::user_offered);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(CleartextCredentials, AUserNameCannotForgeTheAlert) {
  Scene scene;
  login(scene, scene.talk("10.0.0.1", "10.0.0.2", 4840), "a\n\"\x1b[31m", kReadable);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.target, R"(user "a?\"?[31m")");
}

TEST(CleartextCredentials, ManyUsersOfOneClientAreOneMoreAlertThatCountsThem) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  for (int i = 0; i < 5000; ++i) {
    login(scene, talk, "user" + std::to_string(i), kReadable);
  }
  const auto alerts = scene.of(kKind);
  ASSERT_EQ(alerts.size(), 17U);
  EXPECT_EQ(alerts[15].finding.target, "user \"user15\"");
  EXPECT_EQ(alerts[16].finding.target, "many users");
  EXPECT_EQ(alerts[16].finding.why,
            "10.0.0.1 sent passwords or tokens of more than 16 users to 10.0.0.2 by modbus so that "
            "whoever listens can read them: user names are being tried.");
  EXPECT_EQ(alerts[16].count, 5000 - 16);
  EXPECT_EQ(mistakes_in(alerts[16].finding.accept), "");
  login(scene, talk, "user3", kReadable);
  EXPECT_EQ(scene.of(kKind)[3].count, 2) << "a user who was told of stays known";
  login(scene, scene.talk("10.0.0.3", "10.0.0.2", 4840), "somebody else", kReadable);
  EXPECT_EQ(scene.of(kKind).size(), 18U) << "each client has its own ceiling";
}

TEST(CleartextCredentials, AnIssuedTokenIsNamedByItsKindAlone) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  for (int i = 0; i < 2; ++i) {
    Event made = scene.event(talk, EventKind::posture, Protocol::modbus);
    made.text = "JSON Web Token";
    made.posture = {};
    made.posture.aspect = Posture::Aspect::user_used;
    made.posture.of_client = true;
    made.posture.flaws = kReadable;
    made.posture.secret_size = 812;
    made.posture.what = "issued token";
    scene.send(made);
  }
  login(scene, talk, "JSON Web Token", kReadable);  // a user of that name is another matter
  ASSERT_EQ(scene.of(kKind).size(), 2U);
  const auto alert = scene.of(kKind)[0];
  EXPECT_EQ(alert.count, 2);
  EXPECT_EQ(alert.finding.why,
            "10.0.0.1 sent an issued token (JSON Web Token) to 10.0.0.2 by modbus so that whoever "
            "listens can log in with it (812 bytes, not kept here).");
}

// Office protocols matter where the host is in OT, and it may be seen later that it is.
TEST(CleartextCredentials, ByOfficeProtocolsOnlyToOt) {
  for (const bool first : {true, false}) {
    Scene scene;
    if (first) {
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    for (const std::string_view server : {"192.168.0.7", "192.168.0.50"}) {
      posture(scene, scene.talk("192.168.0.9", server, 23), Protocol::telnet,
              Posture::Aspect::user_used, "Telnet login", "admin", kReadable);
    }
    if (!first) {
      EXPECT_TRUE(scene.of(kKind).empty());
      poll(scene, "192.168.0.7", "192.168.0.2");
    }
    scene.engine.on_end();
    ASSERT_EQ(scene.of(kKind).size(), 1U) << first;
    EXPECT_EQ(scene.of(kKind)[0].finding.destination.ip, ip("192.168.0.7"));
  }
}

constexpr std::string_view kCell =
    "[[zone]]\nname = \"cell\"\nlevel = 1\nmembers = [\"10.0.0.0/16\"]\n";

TEST(CleartextCredentials, AScreenWithoutAPassword) {
  Scene scene{kCell};
  posture(scene, scene.talk("10.0.0.9", "10.0.0.7", 5900), Protocol::vnc,
          Posture::Aspect::user_used, "VNC", "nobody had to log in", Posture::bit(Flaw::anonymous));
  posture(scene, scene.talk("10.0.0.9", "10.0.0.8", 5900), Protocol::vnc,
          Posture::Aspect::user_offered, "VNC", "nobody has to log in",
          Posture::bit(Flaw::anonymous));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.9 was let in to the screen of 10.0.0.7 by VNC without a password.");
}

TEST(CleartextCredentials, SnmpThatReadsIsMediumAndThatWritesHigh) {
  Scene scene{kCell};
  const Talk talk = scene.talk("10.0.0.9", "10.0.0.7", 161, Transport::udp);
  posture(scene, talk, Protocol::snmp, Posture::Aspect::user_used, "SNMP community", "public",
          kReadable);
  posture(scene, talk, Protocol::snmp, Posture::Aspect::user_used, "SNMP community that may write",
          "not shown", kReadable);
  ASSERT_EQ(scene.of(kKind).size(), 2U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::medium);
  EXPECT_EQ(scene.of(kKind)[0].finding.attack[1], "T0812");
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.9 read values of 10.0.0.7 by SNMP with a community that whoever listens can "
            "read and use, and that devices are delivered with: \"public\".");
  EXPECT_EQ(scene.of(kKind)[1].finding.severity, Severity::high);
}

TEST(CleartextCredentials, ALogInThatDevicesAreDeliveredWith) {
  Scene scene{kCell};
  posture(scene, scene.talk("10.0.0.9", "10.0.0.7", 21), Protocol::ftp, Posture::Aspect::setting,
          "log-in as delivered", "admin (Moxa, switches and gateways)", 0);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.attack[0], "T0812");
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.9 logged in to 10.0.0.7 by ftp with a log-in that devices are delivered with: "
            "user admin (Moxa, switches and gateways).");
}

TEST(CleartextCredentials, HowManyAreToldOneByOneIsAThreshold) {
  Scene scene{"[thresholds.cleartext-credentials]\nusers = 2\n"};
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  for (int i = 0; i < 10; ++i) {
    login(scene, talk, "user" + std::to_string(i), kReadable);
  }
  EXPECT_EQ(scene.of(kKind).size(), 3U);
}

TEST(CleartextCredentials, OnePlanOfAddressesInTwoCells) {
  Scene scene;
  Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  talk.vlan.push(110);
  login(scene, talk, "operator", kReadable);
  Talk other = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  other.vlan.push(120);
  other.client.mac = mac("00:1d:9c:00:07:01");
  other.server.mac = mac("00:1d:9c:00:07:02");
  login(scene, other, "operator", kReadable);
  EXPECT_EQ(scene.of(kKind).size(), 2U);
}

}  // namespace
}  // namespace prahari::test
