#include "alerts/correlator.hpp"

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "alerts/collector.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace {
std::size_t allocations = 0;  // NOLINT: counted by the operator below, in this program only
}  // namespace

// Address sanitizers have their own and check that they are used in pairs: GCC's says so, Clang's
// takes the place of what is weak.
#ifndef __SANITIZE_ADDRESS__
// NOLINTNEXTLINE(misc-definitions-in-headers)
[[gnu::weak]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {  // NOLINT
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::weak]] void operator delete(void* memory) noexcept { std::free(memory); }  // NOLINT
[[gnu::weak]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT
}
#endif

namespace prahari {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string name_asset(AssetIndex index) {
  return index == kNone ? "" : "ast-" + std::to_string(index);
}

struct Bench {
  AlertCollector collector;
  Correlator correlator;
  explicit Bench(CorrelatorLimits limits = {}, std::size_t most = 100)
      : collector(most), correlator(collector, name_asset, limits) {}
  std::vector<Alert> finish() {
    correlator.finish();
    return collector.take();
  }
};

Finding finding(const std::string& key, const PacketRef& packet,
                Severity severity = Severity::medium) {
  Finding out = test::write_finding(severity);
  out.dedup_key = key;
  out.evidence = {packet};
  return out;
}

TEST(Correlator, OneCauseIsOneAlert) {
  Bench bench;
  const AlertHandle handle = bench.correlator.raise(finding("a", test::packet(1)));
  for (std::uint32_t i = 2; i <= 50; ++i) {
    EXPECT_TRUE(bench.correlator.again(handle, test::packet(i, seconds{i})));
  }
  EXPECT_EQ(bench.correlator.raise(finding("a", test::packet(51, seconds{51}))).slot, handle.slot);
  const std::vector<Alert> alerts = bench.finish();
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].count, 51U);
  EXPECT_EQ(alerts[0].evidence.size(), 51U);
  EXPECT_EQ(alerts[0].first_seen, test::kNoticed);
  EXPECT_EQ(alerts[0].last_seen, test::kNoticed + seconds{51});
  EXPECT_EQ(alerts[0].noticed, test::kNoticed);
  EXPECT_EQ(alerts[0].source_asset, "ast-0");
}

TEST(Correlator, TheAnswerRefinesTheOutcomeAndIsNoFurtherOccurrence) {
  Bench bench;
  const AlertHandle handle = bench.correlator.raise(finding("a", test::packet(1)));
  bench.correlator.refine(handle, Outcome::failure, test::packet(2, seconds{1}));
  bench.correlator.refine({}, Outcome::success, test::packet(3, seconds{2}));  // names no alert
  const std::vector<Alert> alerts = bench.finish();
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].finding.outcome, Outcome::failure);
  EXPECT_EQ(alerts[0].count, 1U);
  EXPECT_EQ(alerts[0].evidence.size(), 2U);
}

TEST(Correlator, QuietPeriodBeginsAtTheFirst) {
  Bench bench;
  const AlertHandle handle = bench.correlator.raise(finding("a", test::packet(1)));
  EXPECT_TRUE(bench.correlator.again(handle, test::packet(2, hours{23})));
  EXPECT_FALSE(bench.correlator.again(handle, test::packet(3, hours{24})));
  bench.correlator.raise(finding("a", test::packet(3, hours{24})));
  EXPECT_FALSE(bench.correlator.again(handle, test::packet(4, hours{24})));
  const std::vector<Alert> alerts = bench.finish();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_NE(alerts[0].id, alerts[1].id);
  EXPECT_EQ(alerts[0].count, 2U);
}

TEST(Correlator, WorseFindingsRaiseSeverityAndRefineTheRest) {
  Bench bench;
  Finding first = finding("a", test::packet(1));
  first.certin = CertInClass::posture;
  first.outcome = Outcome::unknown;
  bench.correlator.raise(first);
  Finding same = finding("a", test::packet(2, minutes{1}));
  same.certin = CertInClass::incident;
  same.outcome = Outcome::failure;
  same.why = "31 hosts by now.";
  bench.correlator.raise(same);
  Finding worse = finding("a", test::packet(3, minutes{2}), Severity::critical);
  worse.why = "It wrote as well.";
  worse.outcome = Outcome::success;
  bench.correlator.raise(worse);
  Finding milder = finding("a", test::packet(4, minutes{3}), Severity::low);
  milder.why = "Only a read.";
  milder.outcome = Outcome::unknown;
  bench.correlator.raise(milder);
  const std::vector<Alert> alerts = bench.finish();
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].finding.severity, Severity::critical);
  EXPECT_EQ(alerts[0].finding.why, "It wrote as well.");
  EXPECT_EQ(alerts[0].finding.outcome, Outcome::success);
  EXPECT_TRUE(alerts[0].incident());
  EXPECT_EQ(alerts[0].noticed, test::kNoticed + minutes{1});
}

TEST(Correlator, FullTableHandsOutTheLeastRecentlyUsed) {
  Bench bench({.keys = 2});
  const AlertHandle a = bench.correlator.raise(finding("a", test::packet(1)));
  const AlertHandle b = bench.correlator.raise(finding("b", test::packet(2)));
  EXPECT_TRUE(bench.correlator.again(a, test::packet(3)));
  bench.correlator.raise(finding("c", test::packet(4)));
  EXPECT_FALSE(bench.correlator.again(b, test::packet(5)));
  EXPECT_TRUE(bench.correlator.again(a, test::packet(6)));
  EXPECT_EQ(bench.correlator.stats().keys_evicted, 1U);
  EXPECT_EQ(bench.finish().size(), 3U);
}

TEST(Correlator, EvidenceKeepsTheFirstAndTheLast) {
  Bench bench({.evidence_per_alert = 10});
  const AlertHandle handle = bench.correlator.raise(finding("a", test::packet(1)));
  for (std::uint32_t i = 2; i <= 1000; ++i) {
    bench.correlator.again(handle, test::packet(i, seconds{i}));
    bench.correlator.again(handle, test::packet(i, seconds{i}));  // a second message in it
  }
  const std::vector<Alert> alerts = bench.finish();
  ASSERT_EQ(alerts.size(), 1U);
  std::vector<std::uint32_t> frames;
  for (const PacketRef& packet : alerts[0].evidence) {
    frames.push_back(packet.frame);
  }
  EXPECT_EQ(frames, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 996, 997, 998, 999, 1000}));
  EXPECT_EQ(alerts[0].evidence_left_out, 990U);
  EXPECT_EQ(alerts[0].count, 1999U);
}

TEST(Correlator, BudgetOfAllAlertsStillKeepsTwoEach) {
  Bench bench({.evidence_total = 4});
  for (const char* key : {"a", "b", "c"}) {
    const AlertHandle handle = bench.correlator.raise(finding(key, test::packet(1)));
    for (std::uint32_t i = 2; i <= 9; ++i) {
      bench.correlator.again(handle, test::packet(i, seconds{i}));
    }
  }
  for (const Alert& alert : bench.finish()) {
    ASSERT_GE(alert.evidence.size(), 2U);
    EXPECT_EQ(alert.evidence.front().frame, 1U);
    EXPECT_EQ(alert.evidence.back().frame, 9U);
  }
  EXPECT_GT(bench.correlator.stats().evidence_left_out, 0U);
}

TEST(Correlator, AgainAllocatesNothingOnceFull) {
  Bench bench({.evidence_per_alert = 4});
  const AlertHandle a = bench.correlator.raise(finding("a", test::packet(1)));
  const AlertHandle b = bench.correlator.raise(finding("b", test::packet(1)));
  for (std::uint32_t i = 2; i < 10; ++i) {
    bench.correlator.again(a, test::packet(i));
    bench.correlator.again(b, test::packet(i));
  }
  const std::uint64_t refs = bench.correlator.stats().evidence_refs;
  const std::size_t before = allocations;
  for (std::uint32_t i = 10; i < 10'000; ++i) {
    bench.correlator.again((i & 1U) == 0 ? a : b, test::packet(i));
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(bench.correlator.stats().evidence_refs, refs);
}

TEST(Correlator, QuietZeroStillMergesFindingsOfOnePacket) {
  Bench bench;
  for (int i = 0; i < 3; ++i) {
    Finding each = finding("a", test::packet(1));
    each.quiet = seconds{0};
    bench.correlator.raise(each);
  }
  Finding later = finding("a", test::packet(2, seconds{1}));
  later.quiet = seconds{0};
  bench.correlator.raise(later);
  EXPECT_EQ(bench.finish().size(), 2U);
}

TEST(Correlator, SurvivesFindingsWithoutPacketsAndWildHandles) {
  Bench bench;
  Finding empty = finding("a", test::packet(1));
  empty.evidence.clear();
  bench.correlator.raise(empty);
  EXPECT_FALSE(bench.correlator.again({}, test::packet(1)));
  EXPECT_FALSE(bench.correlator.again({4095, 1}, test::packet(1)));
  EXPECT_FALSE(bench.correlator.again({0, 77}, test::packet(1)));
  EXPECT_EQ(bench.finish().size(), 1U);
}

TEST(AlertId, DerivesFromContentAlone) {
  const std::string id = alert_id("conduit-violation", "k", test::packet(1), test::packet(2));
  EXPECT_EQ(id, alert_id("conduit-violation", "k", test::packet(1, {}, 7), test::packet(2)));
  EXPECT_EQ(id.substr(0, 3), "cv-");
  EXPECT_EQ(id.size(), 19U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-"), std::string::npos);
  EXPECT_NE(id, alert_id("conduit-violation", "l", test::packet(1), test::packet(2)));
  EXPECT_NE(id, alert_id("conduit-violation", "k", test::packet(1), test::packet(3)));
  EXPECT_NE(id, alert_id("scan", "k", test::packet(1), test::packet(2)));
}

TEST(AlertCollector, LetsTheLeastSevereGo) {
  AlertCollector collector(2);
  const auto give = [&](Severity severity, const char* id) {
    collector.alert(test::alert_of(test::write_finding(severity), id));
  };
  give(Severity::low, "a");
  give(Severity::high, "b");
  give(Severity::critical, "c");
  give(Severity::info, "d");
  const std::vector<Alert> alerts = collector.take();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].id, "b");
  EXPECT_EQ(alerts[1].id, "c");
  EXPECT_EQ(collector.left_out().at("conduit-violation"), 2U);
}

}  // namespace
}  // namespace prahari
