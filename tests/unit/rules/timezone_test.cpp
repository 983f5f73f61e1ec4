#include "rules/timezone.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "rules/document.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

using std::chrono::hours;

std::chrono::local_days day(int year, unsigned month, unsigned number) {
  return std::chrono::local_days{std::chrono::year{year} / std::chrono::month{month} /
                                 std::chrono::day{number}};
}

TEST(Timezone, KolkataNeedsNoFiles) {
  const auto zone = Timezone::load("Asia/Kolkata", "/nonexistent");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->to_instant(day(2026, 11, 22), hours{9}), at(1'795'318'200));
  EXPECT_EQ(zone->offset_at(at(0)), std::chrono::minutes{330});
}

TEST(Timezone, ReadsSummerTime) {
  const auto zone = Timezone::load("Europe/Berlin");
  if (!zone) {
    GTEST_SKIP() << "tzdata is not installed";
  }
  EXPECT_EQ(zone->to_instant(day(2026, 1, 15), hours{12}), at(1'768'474'800));  // UTC+1
  EXPECT_EQ(zone->to_instant(day(2026, 7, 15), hours{12}), at(1'784'109'600));  // UTC+2
  // 25 October 2026, 02:30 happens twice; the first one counts.
  EXPECT_EQ(zone->to_instant(day(2026, 10, 25), std::chrono::minutes{150}), at(1'792'888'200));
}

TEST(Timezone, RefusesWhatIsNoZone) {
  EXPECT_EQ(Timezone::load("Asia/Kolkata2").error().kind, Error::Kind::input);
  EXPECT_EQ(Timezone::load("../../etc/passwd").error().kind, Error::Kind::input);
  EXPECT_EQ(Timezone::load("/etc/passwd").error().kind, Error::Kind::input);
  EXPECT_EQ(Timezone::load("Europe/Berlin", "/nonexistent").error().kind, Error::Kind::environment);
  EXPECT_FALSE(Timezone::parse("TZif"));
  EXPECT_FALSE(Timezone::parse(std::string(100, '\xff')));
}

TEST(CivilTime, Forms) {
  EXPECT_TRUE(parse_civil("2026-11-22"));
  EXPECT_FALSE(parse_civil("2026-11-22")->time_of_day);
  EXPECT_EQ(parse_civil("2026-11-22T09:00+05:30")->offset, std::chrono::minutes{330});
  EXPECT_EQ(parse_civil("2026-11-22 09:00:01.5-01:00")->time_of_day,
            hours{9} + std::chrono::milliseconds{1500});
  EXPECT_EQ(parse_civil("2026-11-22T09:00Z")->offset, std::chrono::minutes{0});
  for (const std::string_view wrong :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22T25:00",
        "2026-11-22T09:60", "2026-11-22T09:00+5:30", "2026-11-22T09:00Zx", "2026-11-22x",
        "2026-11-22T09:00:00.", "tomorrow"}) {
    EXPECT_FALSE(parse_civil(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace prahari::test
