#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "second-master";

Ask own(std::uint32_t point, Effect effect = Effect::own) {
  return {Operation::write,
          84,
          "Forward Open: Exclusive Owner",
          0,
          "connection point",
          point,
          1,
          effect};
}

TEST(SecondMaster, WhoAsksForWhatAnotherOwns) {
  Scene scene;
  const PacketRef granted = [&] {
    scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));
    return scene.packet();
  }();
  EXPECT_TRUE(scene.of(kKind).empty());
  const Talk talk = scene.talk("10.0.0.2", "10.0.0.9");
  const PacketRef request = scene.request(talk, own(101));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::unknown);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::high);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.2 asked to be the owner of outputs of 10.0.0.9, unit 0 connection point 101, "
            "which 10.0.0.1 owns, by modbus Forward Open: Exclusive Owner.");
  ASSERT_EQ(scene.of(kKind)[0].finding.evidence.size(), 2U);
  EXPECT_LT(scene.of(kKind)[0].finding.evidence[0].frame, granted.frame);
  scene.answer(talk, request, own(101), 1);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::failure);
  scene.exchange(talk, own(101), 1);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 2);
}

TEST(SecondMaster, TheSameClientOrAnotherTargetIsFine) {
  Scene scene;
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));  // its second session
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.9"), own(102));
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.8"), own(101));
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(SecondMaster, WhatWasGivenBackMayBeTaken) {
  Scene scene;
  const Talk first = scene.talk("10.0.0.1", "10.0.0.9");
  scene.exchange(first, own(101));
  scene.exchange(first, own(101, Effect::disown));
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.9"), own(101));
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.exchange(first, own(101));  // now it is the other one's
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(SecondMaster, SomebodyElseCannotGiveItBack) {
  Scene scene;
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));
  const Talk other = scene.talk("10.0.0.2", "10.0.0.9");
  scene.exchange(other, own(101, Effect::disown));
  scene.exchange(other, own(101, Effect::disown), 1);
  scene.exchange(other, own(101));
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(SecondMaster, TheEndOfTheSessionEndsIt) {
  Scene scene;
  const Talk first = scene.talk("10.0.0.1", "10.0.0.9");
  scene.exchange(first, own(101));
  scene.flow(first, FlowStage::closed, 5, 5);
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.9"), own(101));
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(SecondMaster, ARefusedFirstOpenOwnsNothing) {
  Scene scene;
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101), 1);
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.9"), own(101));
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(SecondMaster, APermitCoversTheSwitchOver) {
  Scene scene{R"(
[[permit]]
from = "10.0.0.2"
to = "10.0.0.9"
allow = ["write"]
valid = ["2023-11-14T22:00Z", "2023-11-15T04:00Z"]
ticket = "CHG-7"
)"};
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));
  scene.exchange(scene.talk("10.0.0.2", "10.0.0.9"), own(101));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  EXPECT_EQ(scene.of(kKind)[0].finding.outcome, Outcome::success);
}

TEST(SecondMaster, ManyTargetsStayBounded) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.9");
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    scene.exchange(talk, own(i));
  }
  const Talk other = scene.talk("10.0.0.2", "10.0.0.9");
  scene.exchange(other, own(0));  // forgotten
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.exchange(other, own(9'999));
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(SecondMaster, WhatIsOnlyAskedForPushesNoOwnerOut) {
  Scene scene;
  scene.exchange(scene.talk("10.0.0.1", "10.0.0.9"), own(101));
  const Talk forger = scene.talk("10.0.0.66", "10.0.0.9");
  for (std::uint32_t i = 1000; i < 6000; ++i) {
    scene.request(forger, own(i));      // nobody answers
    scene.exchange(forger, own(i), 1);  // refused
    scene.answer(forger, {}, own(i));   // answers to what nobody asked
  }
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.request(scene.talk("10.0.0.2", "10.0.0.9"), own(101));
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_NE(scene.of(kKind)[0].finding.why.find("which 10.0.0.1 owns"), std::string::npos);
}

}  // namespace
}  // namespace prahari::test
