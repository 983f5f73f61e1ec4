#include "rules/baseline_choice.hpp"

#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kSite = R"(
[site]
timezone = "Asia/Kolkata"
[[zone]]
name = "filling"
members = ["10.0.1.0/24"]
[[zone]]
name = "packing"
members = ["10.0.2.0/24"]
[[baseline]]
name = "cleaning"
zones = ["filling"]
schedule = ["sat 06:00-14:00"]
[[baseline]]
name = "shutdown"
schedule = ["sat,sun"]
)";

Baseline named(std::string name) {
  BaselineData data;
  data.name = std::move(name);
  return Baseline{std::move(data)};
}

// 2026-11-21 is a Saturday; Kolkata is 5 h 30 min ahead.
Timestamp at_site(int day, int hour, int minute = 0) {
  return std::chrono::sys_days{std::chrono::year{2026} / 11 / day} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} - std::chrono::minutes{330};
}

class Choice : public ::testing::Test {
 protected:
  std::string_view at(Timestamp now, std::string_view host) {
    choice.set_time(now);
    const Baseline* found = choice.at(policy.zone_of({.ip = ip(host), .mac = {}, .vlan = {}}));
    return found == nullptr ? "none" : std::string_view{found->data().name};
  }

  Policy policy{site_of(kSite)};
  BaselineChoice choice{policy};
  Baseline running = named("running");
  Baseline cleaning = named("cleaning");
  Baseline shutdown = named("shutdown");
};

TEST_F(Choice, TheFirstEntryWhoseZoneAndHoursFit) {
  const Baseline* const all[] = {&cleaning, &running, &shutdown};
  choice.approve(all);
  EXPECT_TRUE(choice.varies());
  EXPECT_EQ(at(at_site(20, 23, 59), "10.0.1.5"), "running");
  EXPECT_EQ(at(at_site(21, 5, 59), "10.0.1.5"), "shutdown");
  EXPECT_EQ(at(at_site(21, 6), "10.0.1.5"), "cleaning");
  EXPECT_EQ(at(at_site(21, 6), "10.0.2.5"), "shutdown") << "the other zone is not cleaned";
  EXPECT_EQ(at(at_site(21, 6), "10.9.9.9"), "shutdown") << "zones left out: every host";
  EXPECT_EQ(at(at_site(21, 14), "10.0.1.5"), "shutdown");
  EXPECT_EQ(at(at_site(23, 0), "10.0.1.5"), "running");
  EXPECT_EQ(at(at_site(21, 6), "10.0.1.5"), "cleaning") << "packets of several files may go back";
}

TEST_F(Choice, WhatNobodyApprovedIsNotInForce) {
  const Baseline* const some[] = {&running};
  choice.approve(some);
  EXPECT_FALSE(choice.varies());
  EXPECT_EQ(at(at_site(21, 6), "10.0.1.5"), "running");
  const auto missing = missing_baselines(policy.site(), some);
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0],
            "site.toml:10: no baseline \"cleaning\" is approved; running holds at its hours, too");
  const Baseline* const other[] = {&shutdown};
  choice.approve(other);
  EXPECT_EQ(at(at_site(21, 6), "10.0.1.5"), "shutdown");
  EXPECT_EQ(at(at_site(20, 6), "10.0.1.5"), "none") << "nothing is called running";
}

TEST(BaselineShifts, SayWhatIsWrong) {
  EXPECT_EQ(mistakes_in("[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/8\"]\n"
                        "[[baseline]]\nname = \"cleaning\"\nzones = [\"b\"]\nschedule = []\n"
                        "[[baseline]]\nschedule = [\"never\"]\n"),
            "site.toml:6:10: baseline[0].zones[0]: unknown zone \"b\"; did you mean \"a\"?\n"
            "site.toml:7:12: baseline[0].schedule: expected at least one entry, such as "
            "[\"mon-fri 06:00-22:00\"]\n"
            "site.toml:8:1: baseline[1]: the key \"name\" is missing; add it\n"
            "site.toml:9:13: baseline[1].schedule[0]: expected days and hours such as "
            "\"mon-fri 06:00-22:00\", \"sat,sun\" or \"daily 22:00-06:00\", found \"never\"\n");
}

}  // namespace
}  // namespace prahari::test
