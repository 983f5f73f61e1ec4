#include "rules/baseline_continue.hpp"

#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

BaselineLink link(std::string_view client, std::string_view server) {
  BaselineLink made;
  made.client.ip = ip(client);
  made.server.ip = ip(server);
  made.service.protocol = Protocol::modbus;
  return made;
}

BaselineTarget target(std::uint32_t first, std::uint32_t last, std::uint64_t times = 0) {
  BaselineTarget made;
  made.link = link("10.0.0.9", "10.0.0.1");
  made.unit = 1;
  made.table = "holding";
  made.first = first;
  made.last = last;
  made.times = times;
  return made;
}

BaselinePoll poll(std::uint32_t address, double median, std::uint64_t times) {
  BaselinePoll made;
  made.link = link("10.0.0.9", "10.0.0.1");
  made.address = address;
  made.interval = {.median = median, .mad = 0};
  made.times = times;
  return made;
}

BaselineData learned(double from, double to, double last_new) {
  BaselineData data;
  data.from = at(from);
  data.to = at(to);
  BaselineZone zone;
  zone.name = "site";
  zone.progress = {.from = at(from), .to = at(to), .last_new = at(last_new)};
  data.zones.push_back(std::move(zone));
  return data;
}

bool every(std::string_view /*zone*/) { return true; }

TEST(ContinuedLearning, KeepsWhatWasLearnedAndSaysWhatIsNew) {
  BaselineData before = learned(1, 1001, 100);
  before.zones[0].writes = {target(1, 1, 5), target(7, 7, 2)};
  before.zones[0].writes[0].values = {{.least = 10, .most = 20}};
  before.zones[0].writes[0].limits = ValueRange{.least = 0, .most = 50};
  before.zones[0].polls = {poll(0, 5, 200), poll(9, 1, 50)};
  before.zones[0].hours.set(3);
  BaselineData now = learned(1100, 1200, 1150);
  now.zones[0].writes = {target(1, 1, 1)};
  now.zones[0].writes[0].values = {{.least = 15, .most = 25}, {.least = 1, .most = 1}};
  now.zones[0].polls = {poll(0, 6, 20)};
  now.zones[0].hours.set(5);

  const BaselineData both = continued(before, now, {}, every);
  const BaselineZone& zone = both.zones.at(0);
  ASSERT_EQ(zone.writes.size(), 2U);
  EXPECT_EQ(zone.writes[0].times, 6U);
  ASSERT_EQ(zone.writes[0].values.size(), 2U);
  EXPECT_EQ(zone.writes[0].values[0].least, 10);
  EXPECT_EQ(zone.writes[0].values[0].most, 25);
  ASSERT_TRUE(zone.writes[0].limits) << "what people added stays";
  ASSERT_EQ(zone.polls.size(), 2U);
  EXPECT_EQ(zone.polls[0].interval.median, 5) << "seen more often";
  EXPECT_TRUE(zone.hours.test(3) && zone.hours.test(5));
  EXPECT_EQ(both.from, at(1));
  EXPECT_EQ(both.to, at(1200));
  EXPECT_EQ(zone.progress.from, at(1));
  EXPECT_EQ(zone.progress.last_new, at(100)) << "nothing was new since the restart";
  EXPECT_EQ(zone.progress.percent(), 100);

  now.zones[0].writes.push_back(target(8, 8, 1));
  const BaselineData more = continued(before, now, {}, every);
  EXPECT_EQ(more.zones[0].progress.last_new, at(1150));
  EXPECT_EQ(more.zones[0].progress.new_of_late, 1U);
}

TEST(ContinuedLearning, ReadsThatLieInsideOthersAreNoEntries) {
  BaselineData before = learned(1, 1001, 100);
  before.zones[0].reads = {target(0, 9), target(100, 120)};
  BaselineData now = learned(1000, 1100, 1000);
  now.zones[0].reads = {target(0, 50), target(105, 106), target(119, 130)};
  const BaselineData both = continued(before, now, {}, every);
  std::string ranges;
  for (const BaselineTarget& one : both.zones[0].reads) {
    ranges += std::to_string(one.first) + '-' + std::to_string(one.last) + ' ';
  }
  EXPECT_EQ(ranges, "0-50 100-120 119-130 ");
}

TEST(ContinuedLearning, IsBoundedAndForgetsZonesThatAreGone) {
  BaselineData before = learned(1, 1001, 100);
  before.zones[0].writes = {target(1, 1), target(2, 2), target(3, 3)};
  before.zones.push_back(before.zones[0]);
  before.zones[1].name = "torn down";
  BaselineData now = learned(1000, 1100, 1000);
  now.zones[0].writes = {target(0, 0), target(2, 2)};
  const LearnerLimits limits{.links = 8, .operations = 8, .targets = 3, .polls = 8};
  const BaselineData both =
      continued(before, now, limits, [](std::string_view zone) { return zone == "site"; });
  ASSERT_EQ(both.zones.size(), 1U);
  ASSERT_EQ(both.zones[0].writes.size(), 3U);
  EXPECT_EQ(both.zones[0].writes[0].first, 1U) << "what was learned first stays";
  EXPECT_EQ(both.zones[0].progress.not_kept, 1U);
}

}  // namespace
}  // namespace prahari::test
