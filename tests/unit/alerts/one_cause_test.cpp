// However often one cause happens, it is one alert with a count, and memory is bounded.

#include <gtest/gtest.h>

#include "../rules/office.hpp"
#include "alerts/correlator.hpp"

namespace prahari::test {
namespace {

class Kept final : public AlertSink {
 public:
  void alert(Alert alert) override { alerts.push_back(std::move(alert)); }
  std::vector<Alert> alerts;
};

constexpr std::uint64_t kMillion = 1'000'000;

TEST(OneCause, AMillionFindingsAreOneAlertWithItsCount) {
  Kept kept;
  Correlator correlator{kept, [](AssetIndex) { return std::string{}; }};
  Scene scene;
  for (std::uint64_t i = 0; i < kMillion; ++i) {
    Finding finding;
    finding.kind = "scan";
    finding.dedup_key = "10.0.0.9";
    finding.why = "It scans.";
    finding.evidence = {scene.packet()};
    correlator.raise(std::move(finding));
  }
  EXPECT_EQ(correlator.stats().raised, 1U);
  EXPECT_LE(correlator.stats().evidence_refs, 1000U);
  correlator.finish();
  ASSERT_EQ(kept.alerts.size(), 1U);
  EXPECT_EQ(kept.alerts[0].count, kMillion);
  EXPECT_EQ(kept.alerts[0].evidence.size(), 1000U);
  EXPECT_EQ(kept.alerts[0].evidence_left_out, kMillion - 1000);
}

TEST(OneCause, AMillionMessagesThroughEveryDetector) {
  Scene scene{"[[zone]]\nname = \"cell\"\nmembers = [\"10.1.0.0/16\"]\n"};
  Kept kept;
  Correlator correlator{kept, [](AssetIndex) { return std::string{}; }};
  Engine engine{scene.inventory, scene.policy, correlator};
  const Talk talk = scene.talk("10.9.0.9", "10.1.0.7");
  Event write = scene.message(talk, Kind::request, kWriteCoil);
  for (std::uint64_t i = 0; i < kMillion; ++i) {
    write.packet = scene.packet();
    engine.on_event(write, scene.inventory.on_event(write));
  }
  engine.on_end();
  correlator.finish();
  ASSERT_EQ(kept.alerts.size(), 1U);
  EXPECT_EQ(kept.alerts[0].finding.kind, "conduit-violation");
  EXPECT_EQ(kept.alerts[0].count, kMillion);
  EXPECT_EQ(kept.alerts[0].evidence.size(), 1000U);
}

TEST(OneCause, ManyCausesAreBoundedAndCounted) {
  Kept kept;
  Correlator correlator{kept, [](AssetIndex) { return std::string{}; }};
  Scene scene;
  constexpr std::uint64_t kCauses = 20'000;
  for (std::uint64_t i = 0; i < kCauses; ++i) {
    Finding finding;
    finding.kind = "scan";
    finding.dedup_key = std::to_string(i);
    finding.evidence = {scene.packet()};
    correlator.raise(std::move(finding));
  }
  EXPECT_EQ(correlator.stats().keys_evicted, kCauses - CorrelatorLimits{}.keys);
}

TEST(OneCause, MoreIsKnownButNothingNewHappened) {
  Kept kept;
  Correlator correlator{kept, [](AssetIndex) { return std::string{}; }};
  Scene scene;
  for (const std::uint32_t times : {1U, 0U}) {
    Finding finding;
    finding.kind = "remote-access";
    finding.dedup_key = "key";
    finding.why = times == 1 ? "It began." : "It began and ended.";
    finding.evidence = {scene.packet()};
    finding.times = times;
    correlator.raise(std::move(finding));
  }
  correlator.finish();
  ASSERT_EQ(kept.alerts.size(), 1U);
  EXPECT_EQ(kept.alerts[0].count, 1U);
  EXPECT_EQ(kept.alerts[0].finding.why, "It began and ended.");
  EXPECT_EQ(kept.alerts[0].evidence.size(), 2U);
  EXPECT_EQ(kept.alerts[0].evidence_left_out, 0U);
}

}  // namespace
}  // namespace prahari::test
