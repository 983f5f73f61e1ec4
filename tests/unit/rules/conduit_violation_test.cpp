#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kSite = R"(
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
[[zone]]
name = "scada"
level = 2
members = ["10.2.0.0/16"]
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16"]
[[conduit]]
from = "scada"
to = "cell"
allow = ["modbus:read", "modbus:write@unit=1,coil=4", "tcp/443"]
[[asset]]
match = "10.1.0.7"
name = "PLC-7"
[[asset]]
match = "10.1.0.8"
name = "panel"
tags = ["hmi"]
)";

constexpr std::string_view kKind = "conduit-violation";

TEST(ConduitViolation, AllowedTrafficIsQuiet) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.2.0.1", "10.1.0.7");
  scene.connect(talk);
  scene.exchange(talk);
  scene.exchange(talk, kWriteCoil);
  const Talk web = scene.talk("10.2.0.1", "10.1.0.7", 443);
  scene.connect(web);
  const Talk inside = scene.talk("10.1.0.9", "10.1.0.7");
  scene.exchange(inside, kWriteCoil);
  scene.now += std::chrono::hours{1};
  scene.exchange(inside, kWriteCoil);
  scene.engine.on_end();
  EXPECT_TRUE(scene.sink.alerts.empty());
}

TEST(ConduitViolation, ARefusedClassIsOneAlertThatCounts) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  scene.connect(talk);
  const PacketRef first = scene.request(talk, kWriteCoil);
  for (int i = 0; i < 9; ++i) {
    scene.exchange(talk, kWriteCoil);
  }
  scene.exchange(scene.talk("10.4.0.10", "10.1.0.8"), kWriteCoil);  // the same zones and class
  const auto alerts = scene.of(kKind);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].count, 11);
  const Finding& finding = alerts[0].finding;
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.why,
            "10.4.0.9 in zone office sent modbus Write Single Coil (unit 1 coil 4) to 10.1.0.7 "
            "(PLC-7) in zone cell, but no conduit office -> cell allows modbus:write. It goes from "
            "Purdue level 4 to 1 and so past 3 levels. The target is a controller or marked as "
            "critical.");
  EXPECT_EQ(finding.accept,
            "[[conduit]]\nfrom = \"office\"\nto = \"cell\"\nallow = "
            "[\"modbus:write@unit=1,coil=4\"]\n");
  EXPECT_EQ(finding.policy.rule, "no conduit office -> cell allows modbus:write");
  EXPECT_EQ(finding.policy.file, "site.toml");
  EXPECT_EQ(finding.source.zone, "office");
  EXPECT_EQ(finding.destination.zone, "cell");
  EXPECT_EQ(finding.operation_name, "Write Single Coil");
  EXPECT_EQ(finding.target, "unit 1 coil 4");
  EXPECT_EQ(finding.attack[0], "T0886");
  EXPECT_EQ(finding.certin, CertInClass::incident);
  ASSERT_EQ(finding.evidence.size(), 1U);
  EXPECT_EQ(finding.evidence[0], first);
}

TEST(ConduitViolation, WhatItOffersToPasteMakesItExpected) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  scene.exchange(talk, kWriteCoil);
  scene.exchange(talk);
  scene.connect(scene.talk("10.4.0.9", "10.1.0.7", 8080));
  scene.engine.on_end();
  ASSERT_EQ(scene.sink.alerts.size(), 3U);
  std::string site{kSite};
  for (const auto& alert : scene.sink.alerts) {
    site += alert.finding.accept;
  }
  Scene mended{site};
  const Talk same = mended.talk("10.4.0.9", "10.1.0.7");
  mended.exchange(same, kWriteCoil);
  mended.exchange(same);
  mended.connect(mended.talk("10.4.0.9", "10.1.0.7", 8080));
  mended.engine.on_end();
  EXPECT_TRUE(mended.sink.alerts.empty());
}

TEST(ConduitViolation, TargetsAreJudgedEachTime) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.2.0.1", "10.1.0.7");
  Ask other = kWriteCoil;
  other.address = 5;
  scene.exchange(talk, kWriteCoil);
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.exchange(talk, other);
  scene.exchange(talk, kWriteCoil);
  scene.exchange(talk, other);
  const auto alerts = scene.of(kKind);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].count, 2);
  EXPECT_EQ(alerts[0].finding.policy.rule,
            "the conduit scada -> cell allows modbus:write on other targets only");
  EXPECT_EQ(alerts[0].finding.policy.line, 14);
}

TEST(ConduitViolation, SeverityByLevelAndTarget) {
  const struct {
    std::string_view client;
    std::string_view server;
    Severity severity;
  } cases[] = {
      {"10.2.0.1", "10.1.0.7", Severity::critical},  // a controller
      {"10.2.0.1", "10.1.0.8", Severity::high},      // a panel, next level
      {"10.4.0.1", "10.1.0.8", Severity::critical},  // past 3.5, 3 and 2
      {"10.4.0.1", "10.2.0.1", Severity::critical},
  };
  for (const auto& row : cases) {
    Scene scene{kSite};
    Ask stop{Operation::control, 8, "Diagnostics", 1, "", 0, 0};
    scene.exchange(scene.talk(row.client, row.server), stop);
    ASSERT_EQ(scene.of(kKind).size(), 1U);
    EXPECT_EQ(scene.of(kKind)[0].finding.severity, row.severity) << row.client << row.server;
  }
}

TEST(ConduitViolation, AnswersNeedNoConduit) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.2.0.1", "10.1.0.7");
  Ask control{Operation::control, 90, "UMAS", 1, "", 0, 0};
  Event answer = scene.message(talk, Kind::response, control);
  answer.message.matched = true;
  answer.message.request = scene.packet();
  scene.send(answer);
  scene.state = Completeness::midstream;  // its request was before the capture began
  scene.send(scene.message(talk, Kind::response, control));
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.state = Completeness::one_way;  // its request will never be seen
  scene.send(scene.message(talk, Kind::response, control));
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(ConduitViolation, AFlowWithoutDecoderIsJudgedByItsPort) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7", 3389);
  scene.connect(talk);
  EXPECT_TRUE(scene.of(kKind).empty());  // its first message may still come
  scene.now += std::chrono::seconds{3};
  scene.connect(scene.talk("10.1.0.1", "10.1.0.2"));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.protocol, "tcp/3389");
  EXPECT_EQ(
      finding.why,
      "10.4.0.9 in zone office opened a tcp/3389 session with 10.1.0.7 (PLC-7) in zone cell, "
      "but no conduit office -> cell allows tcp/3389. It goes from Purdue level 4 to 1 and so "
      "past 3 levels.");
  EXPECT_EQ(finding.accept,
            "[[conduit]]\nfrom = \"office\"\nto = \"cell\"\nallow = [\"tcp/3389\"]\n");
  EXPECT_FALSE(finding.has_operation);
}

TEST(ConduitViolation, AFlowThatSpeaksIsJudgedByItsMessagesAlone) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7", 5020);
  scene.connect(talk);
  scene.exchange(talk);
  scene.now += std::chrono::hours{1};
  scene.flow(talk, FlowStage::closed, 9, 9);
  scene.engine.on_end();
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.protocol, "modbus");
}

TEST(ConduitViolation, AnIdleConnectionToAnAllowedProtocolIsQuiet) {
  Scene scene{kSite};
  const Talk idle = scene.talk("10.2.0.1", "10.1.0.7");
  scene.connect(idle);
  scene.flow(idle, FlowStage::closed, 4, 3);
  EXPECT_TRUE(scene.of(kKind).empty());
  // The same port with much to say, but no Modbus.
  const Talk tunnel = scene.talk("10.2.0.1", "10.1.0.7");
  scene.connect(tunnel);
  scene.flow(tunnel, FlowStage::closed, 40, 60, 900);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.protocol, "tcp/502");
}

TEST(ConduitViolation, AttemptsAreNoViolation) {
  Scene scene{kSite};
  scene.refuse(scene.talk("10.4.0.9", "10.1.0.7"));
  const Talk unanswered = scene.talk("10.4.0.9", "10.1.0.8", 22);
  scene.flow(unanswered, FlowStage::opened);
  scene.now += std::chrono::minutes{5};
  scene.flow(unanswered, FlowStage::closed, 3, 0);
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ConduitViolation, BroadcastAndMulticastAreNotJudged) {
  Scene scene{kSite};
  for (const std::string_view target : {"255.255.255.255", "239.1.2.3", "0.0.0.0"}) {
    scene.connect(scene.talk("10.4.0.9", target, 5353, Transport::udp));
  }
  Talk subnet = scene.talk("10.4.0.9", "10.1.255.255", 2222, Transport::udp);
  subnet.server.mac = mac("ff:ff:ff:ff:ff:ff");
  scene.connect(subnet);
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ConduitViolation, WithUnknownDirectionEitherWillDo) {
  Scene scene{kSite};
  scene.client_known = false;
  Talk turned = scene.talk("10.1.0.7", "10.2.0.1", 40'000);
  turned.client.port = 443;
  scene.connect(turned);
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ConduitViolation, ASlotWithANewFlowIsJudgedAnew) {
  Scene scene{kSite};
  const Talk allowed = scene.talk("10.2.0.1", "10.1.0.7");
  scene.exchange(allowed);
  Talk other = scene.talk("10.4.0.9", "10.1.0.7");
  other.flow = allowed.flow;
  scene.exchange(other);  // same generation: still the note of the first
  EXPECT_TRUE(scene.of(kKind).empty());
  ++other.flow.generation;
  scene.exchange(other);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(ConduitViolation, WithoutZonesRulesAreOff) {
  Scene scene;
  scene.exchange(scene.talk("10.4.0.9", "10.1.0.7"), kWriteCoil);
  scene.connect(scene.talk("10.4.0.9", "10.1.0.7", 22));
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ConduitViolation, ManyWaitingFlowsStayBounded) {
  Scene scene{kSite};
  for (int i = 0; i < 20'000; ++i) {
    scene.flow(scene.talk("10.4.0.9", "10.1.0.7", 22), FlowStage::established, 2, 1);
  }
  scene.engine.on_end();
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 20'000);
}

// What the analyzer makes of a routine: one that stands for many, and the last words on them.
TEST(ConduitViolation, CountsWhatARoutineStandsFor) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  Event one = scene.message(talk, Kind::request, kRead);
  one.repeats = 9;
  scene.send(one);
  one.packet = scene.packet();
  scene.send(one);
  Event tally = scene.message(talk, Kind::request, kRead);
  tally.kind = EventKind::tally;
  tally.repeats = 4;
  scene.send(tally);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 25);
  EXPECT_EQ(scene.of(kKind)[0].packets.back(), tally.packet);
}

TEST(ConduitViolation, CountsARoutineByItsTargetWhereThatDecides) {
  std::string site{kSite};
  site.replace(site.find("\"modbus:read\""), 13, "\"modbus:read@holding=0-9\"");
  Scene scene{site};
  const Talk talk = scene.talk("10.2.0.1", "10.1.0.7");
  Ask forbidden = kRead;
  forbidden.address = 20;
  scene.request(talk, forbidden);
  for (const Ask& ask : {kRead, forbidden}) {
    Event tally = scene.message(talk, Kind::request, ask);
    tally.kind = EventKind::tally;
    tally.repeats = 4;
    scene.send(tally);
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 1 + 5);
}

}  // namespace
}  // namespace prahari::test
