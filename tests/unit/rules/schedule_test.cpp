#include "rules/schedule.hpp"

#include <gtest/gtest.h>

#include "rules/timezone.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

Timestamp instant(int year, int month, int day, int hour, int minute) {
  const Timezone utc;
  return utc.to_instant(std::chrono::local_days{std::chrono::year{year} / month / day},
                        std::chrono::hours{hour} + std::chrono::minutes{minute});
}

Schedule schedule(std::string_view text) {
  auto spans = parse_schedule(text);
  Schedule made;
  if (const auto* problem = std::get_if<std::string>(&spans)) {
    ADD_FAILURE() << *problem;
    return made;
  }
  made.spans = std::get<std::vector<Schedule::Span>>(spans);
  return made;
}

TEST(Schedule, HoldsOnItsDaysAndHoursAtTheSite) {
  const Timezone kolkata = *Timezone::load("Asia/Kolkata");
  const Schedule shift = schedule("mon-fri 06:00-22:00");
  // 2026-11-20 is a Friday; 00:30 UTC is 06:00 in Kolkata.
  EXPECT_FALSE(shift.holds_at(instant(2026, 11, 20, 0, 29), kolkata));
  EXPECT_TRUE(shift.holds_at(instant(2026, 11, 20, 0, 30), kolkata));
  EXPECT_TRUE(shift.holds_at(instant(2026, 11, 20, 16, 29), kolkata));
  EXPECT_FALSE(shift.holds_at(instant(2026, 11, 20, 16, 30), kolkata));
  EXPECT_FALSE(shift.holds_at(instant(2026, 11, 21, 6, 0), kolkata));
  EXPECT_EQ(weekday_words(instant(2026, 11, 20, 16, 30), kolkata), "Fri 22:00");
}

TEST(Schedule, GoesOverMidnightAndOverTheEndOfTheWeek) {
  const Timezone utc;
  const Schedule night = schedule("sun 22:00-06:00");
  EXPECT_TRUE(night.holds_at(instant(2026, 11, 22, 23, 0), utc));  // Sunday
  EXPECT_TRUE(night.holds_at(instant(2026, 11, 23, 5, 59), utc));  // Monday
  EXPECT_FALSE(night.holds_at(instant(2026, 11, 23, 6, 0), utc));
  EXPECT_FALSE(night.holds_at(instant(2026, 11, 23, 23, 0), utc));
  const Schedule weekend = schedule("sat-mon");
  EXPECT_TRUE(weekend.holds_at(instant(2026, 11, 23, 0, 0), utc));
  EXPECT_FALSE(weekend.holds_at(instant(2026, 11, 24, 0, 0), utc));
  EXPECT_TRUE(schedule("daily 00:00-24:00").holds_at(instant(2026, 11, 24, 23, 59), utc));
  EXPECT_TRUE(schedule("08:00-09:00").holds_at(instant(2026, 11, 24, 8, 0), utc));
}

TEST(Schedule, SaysWhatIsWrong) {
  for (const std::string_view bad :
       {"", "monday", "mon 6-22", "mon 06:00", "mon 24:00-06:00", "mon 06:60-07:00", "mon-",
        "mon 06:00-25:00", "mon,,tue", "mon 06:00-22:00 x", "daily ", "mon  06:00-07:00"}) {
    const auto parsed = parse_schedule(bad);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << bad;
    EXPECT_NE(std::get<std::string>(parsed).find("expected days and hours"), std::string::npos);
  }
  EXPECT_NE(std::get<std::string>(parse_schedule("mon 06:00-06:00")).find("end where they begin"),
            std::string::npos);
}

}  // namespace
}  // namespace prahari::test
