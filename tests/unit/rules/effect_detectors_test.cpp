// The kinds that follow from the effect of a message: who raises what, what is one alert, and how
// it ended.

#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

Ask with_effect(Effect effect, Operation operation = Operation::program) {
  return {operation, 75, "Transfer", 0, "", 0, 0, effect};
}

TEST(EffectDetectors, EachEffectRaisesItsKinds) {
  const struct {
    Effect effect;
    std::vector<std::string_view> kinds;
    Severity severity;
    std::string_view attack;
    std::string_view why;
  } cases[] = {
      {Effect::program_to,
       {"program-download"},
       Severity::critical,
       "T0843",
       "10.0.0.1 sent a program, or a change of one, to 10.0.0.2, by modbus Transfer."},
      {Effect::firmware,
       {"program-download"},
       Severity::critical,
       "T0857",
       "10.0.0.1 sent firmware to 10.0.0.2, by modbus Transfer."},
      {Effect::program_from,
       {"program-upload"},
       Severity::high,
       "T0845",
       "10.0.0.1 read the program of 10.0.0.2, by modbus Transfer."},
      {Effect::set_network,
       {"network-config-change"},
       Severity::high,
       "T0836",
       "10.0.0.1 sent new network settings to 10.0.0.2, by modbus Transfer."},
      {Effect::suppress,
       {"alarm-suppression"},
       Severity::high,
       "T0878",
       "10.0.0.1 told 10.0.0.2 to switch off, shelve or delete alarms or reports, by modbus "
       "Transfer."},
      {Effect::set_time,
       {"alarm-suppression"},
       Severity::high,
       "T0836",
       "10.0.0.1 set the clock, or the source of time, of 10.0.0.2, by modbus Transfer."},
      {Effect::clear_counters,
       {"alarm-suppression"},
       Severity::high,
       "T0872",
       "10.0.0.1 told 10.0.0.2 to clear its diagnostic counters, by modbus Transfer."},
      {Effect::erase,
       {"alarm-suppression"},
       Severity::high,
       "T0809",
       "10.0.0.1 told 10.0.0.2 to delete memory, files, logs or history, by modbus Transfer."},
      {Effect::force,
       {"alarm-suppression"},
       Severity::high,
       "T0835",
       "10.0.0.1 told 10.0.0.2 to force inputs or outputs, by modbus Transfer."},
      {Effect::unforce,
       {"alarm-suppression"},
       Severity::high,
       "T0835",
       "10.0.0.1 told 10.0.0.2 to give up forces, by modbus Transfer."},
      {Effect::silence, {"controller-mode-change", "alarm-suppression"}, {}, {}, {}},
      {Effect::none, {}, {}, {}, {}},
      {Effect::own, {}, {}, {}, {}},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(to_string(row.effect));
    Scene scene;
    scene.exchange(scene.talk("10.0.0.1", "10.0.0.2"), with_effect(row.effect));
    std::vector<std::string_view> kinds;
    for (const auto& alert : scene.sink.alerts) {
      kinds.push_back(alert.finding.kind);
      EXPECT_EQ(alert.count, 1);
      EXPECT_EQ(alert.finding.outcome, Outcome::success);
      EXPECT_EQ(alert.finding.certin, CertInClass::incident);
    }
    EXPECT_EQ(kinds, row.kinds);
    if (row.kinds.size() == 1) {
      const Finding& finding = scene.sink.alerts[0].finding;
      EXPECT_EQ(finding.severity, row.severity);
      EXPECT_EQ(finding.attack[0], row.attack);
      EXPECT_EQ(finding.why, row.why);
    }
  }
}

TEST(EffectDetectors, ATransferOfAThousandMessagesIsOneAlert) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 1000; ++i) {
    scene.exchange(talk, with_effect(Effect::program_to));
  }
  const auto alerts = scene.of("program-download");
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].count, 1000);
  EXPECT_EQ(alerts[0].finding.target, "program");
}

TEST(EffectDetectors, WhoConnectsAnewForEachMessageIsOneAlert) {
  Scene scene;
  Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, with_effect(Effect::program_to));
  scene.exchange(talk, with_effect(Effect::firmware));  // another matter, the same session
  for (std::uint16_t i = 1; i <= 100; ++i) {
    talk = scene.talk("10.0.0.1", "10.0.0.2");
    talk.client.port = static_cast<std::uint16_t>(40'000 + i);
    scene.exchange(talk, with_effect(Effect::program_to));
  }
  ASSERT_EQ(scene.of("program-download").size(), 2U);
  EXPECT_EQ(scene.of("program-download")[0].count, 101);
  scene.exchange(scene.talk("10.0.0.3", "10.0.0.2"), with_effect(Effect::program_to));
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.2", 503), with_effect(Effect::program_to));
  EXPECT_EQ(scene.of("program-download").size(), 4U) << "another client, another service";
}

TEST(EffectDetectors, OneFailureOfATransferTells) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, with_effect(Effect::firmware));
  scene.exchange(talk, with_effect(Effect::firmware), 8);
  scene.exchange(talk, with_effect(Effect::firmware));
  ASSERT_EQ(scene.of("program-download").size(), 1U);
  EXPECT_EQ(scene.of("program-download")[0].finding.outcome, Outcome::failure);
}

TEST(EffectDetectors, WhatNobodyAnswersStaysUnknown) {
  Scene scene;
  scene.request(scene.talk("10.0.0.1", "10.0.0.2"), with_effect(Effect::set_network));
  ASSERT_EQ(scene.of("network-config-change").size(), 1U);
  EXPECT_EQ(scene.of("network-config-change")[0].finding.outcome, Outcome::unknown);
}

TEST(EffectDetectors, OnlyAnEngineeringStationMayReadAProgram) {
  Scene scene{R"(
[[asset]]
match = "10.0.0.1"
name = "ews-1"
tags = ["engineering"]
[[asset]]
match = "10.0.0.3"
name = "hmi-1"
tags = ["hmi"]
)"};
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.2"), with_effect(Effect::program_from));
  EXPECT_TRUE(scene.of("program-upload").empty());
  const Talk talk = scene.talk("10.0.0.3", "10.0.0.2");
  scene.exchange(talk, with_effect(Effect::program_from));
  scene.exchange(talk, with_effect(Effect::program_from));
  ASSERT_EQ(scene.of("program-upload").size(), 1U);
  EXPECT_EQ(scene.of("program-upload")[0].count, 2);
  // A download is critical from any station.
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.2"), with_effect(Effect::program_to));
  EXPECT_EQ(scene.of("program-download").size(), 1U);
}

TEST(EffectDetectors, OneDeviceIsOneAlertWhoeverAsks) {
  Scene scene;
  for (const std::string_view client : {"10.0.0.1", "10.0.0.3", "10.0.0.4"}) {
    scene.exchange(scene.talk(client, "10.0.0.2"), with_effect(Effect::set_time));
    scene.exchange(scene.talk(client, "10.0.0.5"), with_effect(Effect::set_time));
  }
  ASSERT_EQ(scene.of("alarm-suppression").size(), 2U);
  EXPECT_EQ(scene.of("alarm-suppression")[0].count, 3);
}

TEST(EffectDetectors, APermitMakesItARecord) {
  Scene scene{R"(
[[permit]]
from = "10.0.0.1"
to = "10.0.0.2"
allow = ["program"]
valid = ["2023-11-14T22:00Z", "2023-11-15T00:00Z"]
ticket = "CHG-9"
)"};
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 10; ++i) {
    scene.exchange(talk, with_effect(Effect::program_to));
  }
  scene.exchange(talk, with_effect(Effect::set_network, Operation::admin));  // not permitted
  ASSERT_EQ(scene.sink.alerts.size(), 2U);
  EXPECT_EQ(scene.sink.alerts[0].finding.severity, Severity::info);
  EXPECT_EQ(scene.sink.alerts[0].finding.certin, CertInClass::none);
  EXPECT_EQ(scene.sink.alerts[0].count, 10);
  EXPECT_NE(scene.sink.alerts[0].finding.why.find("CHG-9"), std::string::npos);
  EXPECT_EQ(scene.sink.alerts[1].finding.severity, Severity::high);
  scene.now = at(1'700'006'400);  // the permit is over, the transfer goes on
  scene.exchange(talk, with_effect(Effect::program_to));
  ASSERT_EQ(scene.of("program-download").size(), 2U);
  EXPECT_EQ(scene.of("program-download")[1].finding.severity, Severity::critical);
}

TEST(EffectDetectors, WhoUnsubscribesHidesNothing) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 4840);
  scene.exchange(talk, with_effect(Effect::suppress, Operation::read));
  EXPECT_TRUE(scene.sink.alerts.empty());
  scene.exchange(talk, with_effect(Effect::suppress, Operation::control));
  EXPECT_EQ(scene.of("alarm-suppression").size(), 1U);
}

TEST(EffectDetectors, SeveralTargetsOfOneMessageCountOnce) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  Event made = scene.message(talk, Kind::request, with_effect(Effect::set_time));
  scene.send(made);
  made.message.further = true;
  scene.send(made);
  ASSERT_EQ(scene.of("alarm-suppression").size(), 1U);
  EXPECT_EQ(scene.of("alarm-suppression")[0].count, 1);
}

TEST(EffectDetectors, ManyCausesStayBounded) {
  Scene scene;
  for (int i = 0; i < 10'000; ++i) {
    scene.request(scene.talk("10.0.0.1", "10.0.0.2"), with_effect(Effect::program_to));
  }
  // Forgotten causes are told again and end in the same alert.
  ASSERT_EQ(scene.of("program-download").size(), 1U);
  EXPECT_EQ(scene.of("program-download")[0].count, 10'000);
}

}  // namespace
}  // namespace prahari::test
