#include "rules/engine.hpp"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "rules/attack.hpp"
#include "rules/kinds.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kZones = R"(
[[zone]]
name = "office"
level = 4
members = ["10.4.0.0/16"]
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16"]
)";

std::string with(std::string_view more) { return std::string{kZones} + std::string{more}; }

TEST(Engine, AnIgnoreSilencesUntilItsDay) {
  Scene scene{with(R"(
[[ignore]]
kind = "conduit-violation"
from = "office"
until = 2023-11-15T00:00:00Z
reason = "old office client"
)")};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  scene.now = at(1'700'006'399);  // the last second of 14 November
  for (int i = 0; i < 5; ++i) {
    scene.exchange(talk, kWriteCoil);
  }
  EXPECT_TRUE(scene.sink.alerts.empty());
  ASSERT_EQ(scene.engine.silenced().size(), 1U);
  EXPECT_EQ(scene.engine.silenced()[0].count, 5U);
  EXPECT_EQ(scene.engine.silenced()[0].ignore->reason, "old office client");
  scene.now += std::chrono::seconds{1};
  scene.exchange(talk, kWriteCoil);
  EXPECT_EQ(scene.sink.alerts.size(), 1U);
  EXPECT_EQ(scene.engine.silenced()[0].count, 5U);
}

TEST(Engine, APermitMakesItInfoWhileItHolds) {
  Scene scene{with(R"(
[[permit]]
from = "10.4.0.9"
to = "cell"
allow = ["write"]
valid = ["2023-11-15T00:00Z", "2023-11-15T04:00Z"]
ticket = "CHG-1042"
)")};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  scene.now = at(1'700'006'399);
  scene.exchange(talk, kWriteCoil);  // a second too early
  scene.now += std::chrono::seconds{1};
  scene.exchange(talk, kWriteCoil);
  scene.exchange(talk, kWriteCoil);
  scene.exchange(talk, kRead);  // not permitted
  scene.now += std::chrono::hours{4};
  scene.exchange(talk, kWriteCoil);
  ASSERT_EQ(scene.sink.alerts.size(), 3U);
  const auto& outside = scene.sink.alerts[0];
  const auto& inside = scene.sink.alerts[1];
  EXPECT_EQ(outside.finding.severity, Severity::critical);
  EXPECT_EQ(outside.count, 2);
  EXPECT_EQ(inside.finding.severity, Severity::info);
  EXPECT_EQ(inside.finding.certin, CertInClass::none);
  EXPECT_EQ(inside.count, 2);
  EXPECT_TRUE(inside.finding.why.ends_with(" This is covered by permit CHG-1042."))
      << inside.finding.why;
  EXPECT_EQ(inside.finding.policy.line, 11);
  EXPECT_EQ(scene.sink.alerts[2].finding.operation, Operation::read);
  EXPECT_EQ(scene.engine.permitted()[0].count, 2U);
}

TEST(Engine, AZoneSwitchesAKindOff) {
  Scene scene{
      with("[[zone]]\nname = \"lab\"\nmembers = [\"10.7.0.0/16\"]\noff = "
           "[\"conduit-violation\"]\n")};
  const Talk talk = scene.talk("10.4.0.9", "10.7.0.1");
  scene.exchange(talk);
  scene.exchange(talk);
  EXPECT_TRUE(scene.sink.alerts.empty());
  EXPECT_EQ(scene.engine.switched_off(), 2U);
}

TEST(Engine, WhatAFindingOffersIsAGoodSiteFile) {
  Scene scene{kZones};
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  scene.exchange(talk, {Operation::control, 90, "Stop", 0, "", 0, 0, Effect::stop});
  for (int i = 0; i < 5; ++i) {
    scene.exchange(talk, kRead, 2);
  }
  for (int i = 0; i < 12; ++i) {
    scene.refuse(scene.talk("10.4.0.8", "10.1.0." + std::to_string(20 + i)));
  }
  scene.engine.on_end();
  ASSERT_GE(scene.sink.alerts.size(), 5U);
  for (const auto& alert : scene.sink.alerts) {
    SCOPED_TRACE(alert.finding.accept);
    EXPECT_FALSE(alert.finding.accept.empty());
    EXPECT_EQ(mistakes_in(with(alert.finding.accept)), "");
    EXPECT_FALSE(alert.finding.evidence.empty());
  }
}

// Everything that the kinds of an effect and of a device's own words are about.
void do_it_all(Scene& scene) {
  const Talk talk = scene.talk("10.4.0.9", "10.1.0.7");
  for (std::size_t i = 1; i < kEffects; ++i) {
    if (static_cast<Effect>(i) == Effect::disown) {
      continue;  // or the second owner would be welcome
    }
    scene.exchange(talk, {Operation::program, 75, "Do", 0, "", 0, 0, static_cast<Effect>(i)});
  }
  scene.request(scene.talk("10.4.0.8", "10.1.0.7"),
                {Operation::write, 84, "Own", 0, "", 0, 0, Effect::own});
  for (const std::string_view value : {"one", "run"}) {
    const Talk device = scene.talk("10.4.0.9", "10.1.0.8");
    scene.identity(device, Identity::Field::serial, value);
    scene.identity(device, Identity::Field::mode, value);
  }
}

TEST(Engine, WhatAFindingOffersMakesItExpected) {
  Scene first{kZones};
  do_it_all(first);
  std::set<std::string> kinds;
  for (const auto& alert : first.sink.alerts) {
    const Finding& finding = alert.finding;
    if (finding.kind == "conduit-violation") {
      continue;
    }
    kinds.emplace(finding.kind);
    SCOPED_TRACE(finding.accept);
    EXPECT_FALSE(finding.accept.empty());
    EXPECT_EQ(mistakes_in(with(finding.accept)), "");
    Scene again{with(finding.accept)};
    do_it_all(again);
    for (const auto& other : again.sink.alerts) {
      const bool same = other.finding.kind == finding.kind &&
                        other.finding.dedup_key.starts_with(finding.dedup_key);
      EXPECT_TRUE(!same || other.finding.severity == Severity::info) << other.finding.why;
    }
  }
  EXPECT_EQ(kinds,
            (std::set<std::string>{"program-download", "controller-mode-change", "program-upload",
                                   "identity-change", "network-config-change", "second-master",
                                   "alarm-suppression"}));
}

TEST(Detectors, EachHasAPublicKindOfItsOwn) {
  std::set<std::string_view> seen;
  for (const DetectorInfo* info : all_detectors()) {
    const auto* const kind = std::ranges::find(kAlertKinds, info->kind, &AlertKind::id);
    ASSERT_NE(kind, kAlertKinds.end()) << info->kind;
    EXPECT_TRUE(seen.insert(info->kind).second);
    EXPECT_EQ(find_detector(info->kind), info);
  }
  for (const AlertKind& kind : kAlertKinds) {
    EXPECT_TRUE(seen.contains(kind.id) || kind.id == "sensor-blind") << kind.id;
  }
  EXPECT_EQ(find_detector("no-such-kind"), nullptr);
}

AttackTable attack_table() {
  const auto table = AttackTable::load(std::filesystem::path{PRAHARI_SOURCE_DIR} / "rules" /
                                       "data" / "attack_ics_v18.csv");
  EXPECT_TRUE(table) << table.error().message;
  return *table;
}

TEST(Detectors, NameOnlyLivingTechniques) {
  const AttackTable table = attack_table();
  for (const DetectorInfo* info : all_detectors()) {
    EXPECT_FALSE(info->attack.empty());
    for (const std::string_view id : info->attack) {
      const Technique* technique = table.find(id);
      ASSERT_NE(technique, nullptr) << info->kind << ' ' << id;
      EXPECT_FALSE(technique->deprecated) << info->kind << ' ' << id;
    }
  }
}

TEST(AttackTable, NamesAndTactics) {
  const AttackTable table = attack_table();
  EXPECT_EQ(table.size(), 95U);
  EXPECT_EQ(table.find("T0858")->name, "Change Operating Mode");
  EXPECT_EQ(table.find("T0855")->tactics, std::vector<std::string>{"Impair Process Control"});
  EXPECT_EQ(table.find("T0800")->tactics, std::vector<std::string>{"Inhibit Response Function"});
  EXPECT_EQ(table.find("T0866")->tactics.size(), 2U);
  EXPECT_TRUE(table.find("T0850")->deprecated);
  EXPECT_EQ(table.find("T9999"), nullptr);
}

}  // namespace
}  // namespace prahari::test
