#include "capture/time_text.hpp"

#include <gtest/gtest.h>

namespace prahari {
namespace {

using std::chrono::nanoseconds;

struct Case {
  std::int64_t since_epoch;
  std::string_view text;
};

const Case kCases[] = {
    {0, "1970-01-01T00:00:00.000000000Z"},
    {1, "1970-01-01T00:00:00.000000001Z"},
    {-1, "1969-12-31T23:59:59.999999999Z"},
    {951'827'696'123'456'789, "2000-02-29T12:34:56.123456789Z"},
    {1'795'318'200'000'000'000, "2026-11-22T03:30:00.000000000Z"},
    {9'223'372'036'854'775'807, "2262-04-11T23:47:16.854775807Z"},
    {-9'223'372'036'854'775'807, "1677-09-21T00:12:43.145224193Z"},
};

TEST(TimeText, WritesNanosecondsInUtc) {
  for (const Case& c : kCases) {
    EXPECT_EQ(format_time(Timestamp{nanoseconds{c.since_epoch}}), c.text);
  }
}

TEST(TimeText, AppendsBehindWhatIsThere) {
  std::string out = "at ";
  append_time(out, Timestamp{});
  EXPECT_EQ(out, "at 1970-01-01T00:00:00.000000000Z");
}

TEST(TimeText, ReadsBackWhatItWrote) {
  for (std::int64_t t = -4'000'000'000'000'000'000; t < 8'900'000'000'000'000'000;
       t += 98'765'432'109'876'543) {
    const Timestamp time{nanoseconds{t}};
    Timestamp back;
    ASSERT_TRUE(parse_time(format_time(time), back)) << format_time(time);
    EXPECT_EQ(back, time);
  }
}

TEST(TimeText, ReadsOffsetsAndShortFractions) {
  Timestamp time;
  ASSERT_TRUE(parse_time("2026-11-22T09:00:00+05:30", time));
  EXPECT_EQ(format_time(time), "2026-11-22T03:30:00.000000000Z");
  ASSERT_TRUE(parse_time("2026-11-21 22:30:00.25-05:00", time));
  EXPECT_EQ(format_time(time), "2026-11-22T03:30:00.250000000Z");
  ASSERT_TRUE(parse_time("2026-11-22T03:30:00.1234567899Z", time));
  EXPECT_EQ(format_time(time), "2026-11-22T03:30:00.123456789Z");
}

TEST(TimeText, RefusesWhatIsNoTime) {
  const std::string_view bad[] = {"",
                                  "2026-11-22",
                                  "2026-11-22T03:30:00",
                                  "2026-11-22T03:30:00.Z",
                                  "2026-13-22T03:30:00Z",
                                  "2026-02-30T03:30:00Z",
                                  "2026-11-22T24:00:00Z",
                                  "2026-11-22T03:30:00Z ",
                                  "2026-11-22T03:30:00+5:30",
                                  "0001-01-01T00:00:00Z",
                                  "2500-01-01T00:00:00Z",
                                  "+026-11-22T03:30:00Z"};
  for (const std::string_view text : bad) {
    Timestamp time;
    EXPECT_FALSE(parse_time(text, time)) << text;
  }
}

}  // namespace
}  // namespace prahari
