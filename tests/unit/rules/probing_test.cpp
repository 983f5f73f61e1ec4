#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "probing";

TEST(Probing, ThresholdsAtTheEdge) {
  const struct {
    std::uint32_t status;
    int count;
    double apart;  // seconds between two
    bool fires;
  } cases[] = {
      {1, 3, 30, true}, {1, 2, 1, false},    {1, 3, 30.5, false},  {2, 5, 15, true},
      {2, 4, 1, false}, {2, 5, 15.5, false}, {5, 3, 1, true},      {6, 3, 1, true},
      {6, 2, 1, false}, {3, 50, 1, false},   {0x0b, 50, 1, false},
  };
  for (const auto& row : cases) {
    Scene scene;
    const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
    for (int i = 0; i < row.count; ++i) {
      scene.exchange(talk, kRead, row.status);
      scene.now += std::chrono::nanoseconds{static_cast<std::int64_t>(row.apart * 1e9)};
    }
    EXPECT_EQ(scene.of(kKind).size(), row.fires ? 1U : 0U)
        << row.status << " x " << row.count << " every " << row.apart;
  }
}

TEST(Probing, SaysWhatAndShowsThePackets) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 6; ++i) {
    scene.exchange(talk, kRead, 1);
    scene.now += std::chrono::seconds{1};
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const auto alert = scene.of(kKind)[0];
  EXPECT_EQ(alert.count, 4);
  EXPECT_EQ(alert.finding.severity, Severity::medium);
  EXPECT_EQ(alert.finding.why,
            "10.0.0.2 refused 3 requests of 10.0.0.1 with exception 1 (illegal function) within 2 "
            "s: it tries out what the server knows, or it is set up wrongly.");
  ASSERT_EQ(alert.finding.evidence.size(), 6U);
  EXPECT_EQ(alert.finding.evidence[0].frame + 1, alert.finding.evidence[1].frame);
}

TEST(Probing, AcknowledgeAndBusyCountTogether) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, kRead, 5);
  scene.exchange(talk, kRead, 6);
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.exchange(talk, kRead, 5);
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(Probing, CountsForOnePairOnly) {
  Scene scene;
  for (int i = 0; i < 20; ++i) {
    scene.exchange(scene.talk("10.0.0." + std::to_string(10 + i), "10.0.0.2"), kRead, 1);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Probing, AClockThatGoesBackMakesNoBurst) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.exchange(talk, kRead, 1);
  scene.now += std::chrono::hours{1};
  scene.exchange(talk, kRead, 1);
  scene.now -= std::chrono::hours{1};
  scene.exchange(talk, kRead, 1);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Probing, ANewPairIsHigh) {
  for (const int minutes : {9, 10}) {
    Scene scene;
    scene.exchange(scene.talk("10.0.0.7", "10.0.0.8"));
    scene.now += std::chrono::minutes{minutes};
    const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
    for (int i = 0; i < 3; ++i) {
      scene.exchange(talk, kRead, 1);
    }
    ASSERT_EQ(scene.of(kKind).size(), 1U);
    EXPECT_EQ(scene.of(kKind)[0].finding.severity,
              minutes == 10 ? Severity::high : Severity::medium);
  }
}

}  // namespace
}  // namespace prahari::test
