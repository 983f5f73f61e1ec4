#include "rules/week_hours.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace prahari {
namespace {

constexpr auto kDays =
    std::to_array<std::string_view>({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
constexpr std::size_t kDayHours = 24;

std::string two_digits(std::size_t number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

bool read_hour(std::string_view text, std::size_t& hour) noexcept {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), hour);
  return text.size() == 2 && end.ec == std::errc{} && end.ptr == text.data() + 2 &&
         hour <= kDayHours;
}

}  // namespace

std::vector<std::string> hours_text(const WeekHours& hours) {
  std::vector<std::string> out;
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    const std::size_t base = day * kDayHours;
    for (std::size_t hour = 0; hour < kDayHours; ++hour) {
      if (!hours[base + hour]) {
        continue;
      }
      const std::size_t first = hour;
      while (hour < kDayHours && hours[base + hour]) {
        ++hour;
      }
      out.push_back(std::string(kDays[day]) + ' ' + two_digits(first) + '-' + two_digits(hour));
    }
  }
  return out;
}

bool parse_hours(std::string_view text, WeekHours& hours) noexcept {
  const auto* const day = std::ranges::find(kDays, text.substr(0, 3));
  std::size_t first = 0;
  std::size_t last = 0;
  if (text.size() != 9 || day == kDays.end() || text[3] != ' ' || text[6] != '-' ||
      !read_hour(text.substr(4, 2), first) || !read_hour(text.substr(7, 2), last) ||
      first >= last) {
    return false;
  }
  const auto base = static_cast<std::size_t>(day - kDays.begin()) * kDayHours;
  for (std::size_t hour = first; hour < last; ++hour) {
    hours.set(base + hour);
  }
  return true;
}

std::size_t hour_of_week(Timestamp time, const Timezone& zone) noexcept {
  const auto local = time + zone.offset_at(time);
  const auto hour = std::chrono::floor<std::chrono::hours>(local.time_since_epoch()).count();
  // 1970-01-01 was a Thursday.
  constexpr std::int64_t kThursday = std::int64_t{3} * 24;
  const std::int64_t week = (hour + kThursday) % static_cast<std::int64_t>(kWeekHours);
  return static_cast<std::size_t>(week < 0 ? week + static_cast<std::int64_t>(kWeekHours) : week);
}

}  // namespace prahari
