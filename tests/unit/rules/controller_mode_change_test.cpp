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
  EXPECT_EQ(scene.of(kKind)[0].finding.why, "10.0.0.1 stopped 10.0.0.2 by modbus UMAS Stop PLC.");
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
  EXPECT_EQ(all.of(kKind).size(), 6U);
}

TEST(ControllerModeChange, ManyUnansweredStayBounded) {
  Scene scene;
  for (int i = 0; i < 10'000; ++i) {
    scene.request(scene.talk("10.0.0.1", "10.0.0.2"), command(Effect::stop));
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 10'000);
}

}  // namespace
}  // namespace prahari::test
