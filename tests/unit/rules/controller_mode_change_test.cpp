#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "controller-mode-change";

Ask command(Effect effect) {
  return {Operation::control, 90, "UMAS Stop PLC", 0, "", 0, 0, effect};
}

TEST(ControllerModeChange, SaidAtTheRequestAndRefinedByTheAnswer) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  const PacketRef request = scene.request(talk, command(Effect::stop));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::unknown);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::critical);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.1 told 10.0.0.2 to stop, by modbus UMAS Stop PLC.");
  EXPECT_EQ(scene.of(kKind)[0].finding.evidence, std::vector{request});
  scene.answer(talk, request, command(Effect::stop));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 1);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::success);
  EXPECT_EQ(scene.of(kKind)[0].packets.size(), 1U);
}

TEST(ControllerModeChange, ARefusedCommandFailed) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, command(Effect::reset), 1);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::failure);
}

TEST(ControllerModeChange, AnAnswerWithoutItsRequestIsEnough) {
  Scene scene;
  scene.answer(scene.talk("10.0.0.1", "10.0.0.2"), {}, command(Effect::stop));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::success);
}

TEST(ControllerModeChange, EachModeIsItsOwnAlert) {
  const struct {
    Effect effect;
    std::size_t alerts;
    Severity severity;
    std::string_view attack;
    CertInClass certin;
  } cases[] = {
      {Effect::start, 1, Severity::critical, "T0858", CertInClass::incident},
      {Effect::stop, 1, Severity::critical, "T0858", CertInClass::incident},
      {Effect::reset, 1, Severity::critical, "T0816", CertInClass::incident},
      {Effect::silence, 1, Severity::critical, "T0814", CertInClass::incident},
      {Effect::change_mode, 1, Severity::critical, "T0858", CertInClass::incident},
      {Effect::factory_reset, 1, Severity::critical, "T0816", CertInClass::incident},
      {Effect::set_safety, 1, Severity::critical, "T0836", CertInClass::incident},
      {Effect::reserve, 1, Severity::medium, "T0886", CertInClass::none},
      {Effect::release, 1, Severity::medium, "T0886", CertInClass::none},
      {Effect::none, 0, {}, {}, {}},
      {Effect::program_to, 0, {}, {}, {}},
  };
  Scene all;
  const Talk shared = all.talk("10.0.0.1", "10.0.0.2");
  for (const auto& row : cases) {
    Scene scene;
    scene.exchange(scene.talk("10.0.0.1", "10.0.0.2"), command(row.effect));
    all.exchange(shared, command(row.effect));
    ASSERT_EQ(scene.of(kKind).size(), row.alerts) << to_string(row.effect);
    if (row.alerts == 0) {
      continue;
    }
    const Finding finding = scene.of(kKind)[0].finding;
    EXPECT_EQ(finding.severity, row.severity) << to_string(row.effect);
    EXPECT_EQ(finding.attack[0], row.attack) << to_string(row.effect);
    EXPECT_EQ(finding.certin, row.certin) << to_string(row.effect);
  }
  EXPECT_EQ(all.of(kKind).size(), 9U);
}

TEST(ControllerModeChange, ManyUnansweredStayBounded) {
  Scene scene;
  for (int i = 0; i < 10'000; ++i) {
    scene.request(scene.talk("10.0.0.1", "10.0.0.2"), command(Effect::stop));
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 10'000);
}

TEST(ControllerModeChange, AnEditLockNamesItself) {
  Scene scene;
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.2"), command(Effect::reserve));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.target, "edit lock");
}

TEST(ControllerModeChange, OneThatWorkedAfterRefusalsIsASuccess) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, command(Effect::stop), 1);
  scene.exchange(talk, command(Effect::stop));
  scene.exchange(talk, command(Effect::stop), 1);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 3);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::success);
}

TEST(ControllerModeChange, OneDeviceIsOneCauseInWhicheverVlan) {
  Scene scene;
  Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, command(Effect::stop));
  talk = scene.talk("10.0.0.1", "10.0.0.2");
  talk.vlan.push(110);
  scene.exchange(talk, command(Effect::stop));
  EXPECT_EQ(scene.of(kKind).size(), 1U) << "the same two devices, mirrored in two VLANs";
  talk = scene.talk("10.0.0.1", "10.0.0.2");
  talk.vlan.push(120);
  talk.client.mac = Scene::station("10.0.1.1");
  talk.server.mac = Scene::station("10.0.1.2");
  scene.exchange(talk, command(Effect::stop));
  EXPECT_EQ(scene.of(kKind).size(), 2U) << "another cell with the same addresses";
}

constexpr auto kMode = Identity::Field::mode;

TEST(ControllerModeChange, AModeThatChangesByItselfIsTold) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.identity(talk, kMode, "remote run");
  scene.identity(talk, kMode, "remote run");
  scene.identity(talk, kMode, "run");  // the key was turned, it runs as before
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.identity(talk, kMode, "remote program");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.certin, CertInClass::incident);
  EXPECT_TRUE(finding.source.ip.empty());
  EXPECT_EQ(finding.destination.ip, ip("10.0.0.2"));
  EXPECT_EQ(finding.why,
            "10.0.0.2 went from \"remote run\" to \"remote program\", as its CIP Identity shows; "
            "no command to do so was seen: a key was turned, or it came another way.");
  scene.identity(talk, kMode, "remote program");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
  scene.identity(talk, kMode, "remote run");
  EXPECT_EQ(scene.of(kKind).size(), 2U);
}

TEST(ControllerModeChange, AModeThatFollowsACommandBelongsToIt) {
  for (const int minutes : {5, 6}) {
    Scene scene;
    const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
    scene.identity(talk, kMode, "run");
    scene.request(talk, command(Effect::stop));
    scene.now += std::chrono::minutes{minutes};
    scene.identity(talk, kMode, "stop");
    const auto alerts = scene.of(kKind);
    ASSERT_FALSE(alerts.empty());
    if (minutes == 5) {
      ASSERT_EQ(alerts.size(), 1U);
      EXPECT_EQ(alerts[0].count, 1);
      EXPECT_EQ(alerts[0].finding.outcome, Outcome::success);
    } else {
      EXPECT_EQ(alerts[0].count, 2) << "the same device and mode: one alert";
    }
  }
}

TEST(ControllerModeChange, ModesOfTwoSourcesOrUnitsAreNoChange) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 3; ++i) {
    scene.identity(talk, kMode, "run", "CIP Identity", 98, 1);
    scene.identity(talk, kMode, "stop", "CIP Identity", 98, 2);
    scene.identity(talk, kMode, "stop", "Modbus server ID", 70, 1);
    scene.identity(talk, kMode, i % 2 == 0 ? "run" : "stop", "a guess", 40, 3);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ControllerModeChange, PlannedWorkCoversAModeThatNobodyCommanded) {
  Scene scene{R"(
[[permit]]
from = "10.0.0.1"
to = "10.0.0.2"
allow = ["control"]
valid = ["2023-11-14T22:00Z", "2023-11-15T04:00Z"]
ticket = "CHG-7"
)"};
  const Talk talk = scene.talk("10.0.0.9", "10.0.0.2");
  scene.identity(talk, kMode, "run");
  scene.identity(talk, kMode, "program");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
}

TEST(ControllerModeChange, ManyDevicesStayBounded) {
  Scene scene;
  for (int i = 0; i < 10'000; ++i) {
    const std::string host = "10.1." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250);
    scene.identity(scene.talk("10.0.0.1", host), kMode, "run");
  }
  // The first is long forgotten, so that nothing can be told of it; the last is known.
  scene.identity(scene.talk("10.0.0.1", "10.1.0.1"), kMode, "stop");
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.identity(scene.talk("10.0.0.1", "10.1.39.250"), kMode, "stop");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

}  // namespace
}  // namespace prahari::test
