#include "rules/schedule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "rules/timezone.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint16_t kDay = 24 * 60;
constexpr std::uint8_t kAllDays = 0x7f;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::string wrong(std::string_view text) {
  return "expected days and hours such as \"mon-fri 06:00-22:00\", \"sat,sun\" or "
         "\"daily 22:00-06:00\", found " +
         in_quotes(text);
}

std::optional<unsigned> day_of(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(kDays, text);
  return found == kDays.end() ? std::nullopt
                              : std::optional{static_cast<unsigned>(found - kDays.begin())};
}

// "mon", or "fri-mon", which goes over the end of the week.
std::uint8_t days_of(std::string_view text) noexcept {
  const std::size_t dash = text.find('-');
  const auto first = day_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : day_of(text.substr(dash + 1));
  if (!first || !last) {
    return 0;
  }
  unsigned days = 0;
  for (unsigned day = *first;; day = (day + 1) % kDays.size()) {
    days |= 1U << day;
    if (day == *last) {
      return static_cast<std::uint8_t>(days);
    }
  }
}

// "mon-wed,fri" or "daily"; 0 where it is neither.
std::uint8_t day_list(std::string_view text) noexcept {
  if (text == "daily") {
    return kAllDays;
  }
  unsigned days = 0;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::uint8_t some = days_of(text.substr(0, comma));
    if (some == 0) {
      return 0;
    }
    days |= some;
    if (comma == std::string_view::npos) {
      return static_cast<std::uint8_t>(days);
    }
    text.remove_prefix(comma + 1);
  }
}

// "06:30" as minutes; also "24:00".
std::optional<std::uint16_t> minute_of(std::string_view text) noexcept {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const int all = hour * 60 + minute;
  return minute < 60 && all <= kDay ? std::optional{static_cast<std::uint16_t>(all)} : std::nullopt;
}

std::uint8_t day_after(std::uint8_t days) noexcept {
  return static_cast<std::uint8_t>(((days << 1U) | (days >> 6U)) & kAllDays);
}

struct LocalTime {
  unsigned day;  // 0 is Monday
  std::uint16_t minute;
};

LocalTime local_time(Timestamp now, const Timezone& timezone) noexcept {
  const Timestamp local = now + timezone.offset_at(now);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - day);
  return {std::chrono::weekday{day}.iso_encoding() - 1, static_cast<std::uint16_t>(minute.count())};
}

}  // namespace

bool Schedule::holds_at(Timestamp now, const Timezone& timezone) const noexcept {
  if (spans.empty()) {
    return true;
  }
  const LocalTime local = local_time(now, timezone);
  return std::ranges::any_of(spans, [&](const Span& span) {
    return (static_cast<unsigned>(span.days) >> local.day & 1U) != 0 && local.minute >= span.from &&
           local.minute < span.to;
  });
}

std::string Schedule::words() const {
  std::string out;
  for (const std::string& text : texts) {
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

std::variant<std::vector<Schedule::Span>, std::string> parse_schedule(std::string_view text) {
  const std::size_t space = text.find(' ');
  std::string_view days = text.substr(0, space);
  std::string_view hours =
      space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  if (hours.empty() && text.find(':') != std::string_view::npos) {
    hours = days;
    days = "daily";
  }
  const std::uint8_t on = day_list(days);
  if (on == 0 || (space != std::string_view::npos && hours.empty())) {
    return wrong(text);
  }
  if (hours.empty()) {
    return std::vector<Schedule::Span>{{on, 0, kDay}};
  }
  const std::size_t dash = hours.find('-');
  const auto from = minute_of(hours.substr(0, dash));
  const auto to = dash == std::string_view::npos ? std::nullopt : minute_of(hours.substr(dash + 1));
  if (!from || !to || *from == kDay) {
    return wrong(text);
  }
  if (*from == *to) {
    return "the hours end where they begin: expected a later or an earlier end, found " +
           in_quotes(text) + "; leave the hours out for whole days";
  }
  if (*from < *to) {
    return std::vector<Schedule::Span>{{on, *from, *to}};
  }
  std::vector<Schedule::Span> spans = {{on, *from, kDay}};
  if (*to > 0) {
    spans.push_back({day_after(on), 0, *to});
  }
  return spans;
}

std::string weekday_words(Timestamp now, const Timezone& timezone) {
  const LocalTime local = local_time(now, timezone);
  const auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  std::string day{kDays[local.day]};
  day[0] = static_cast<char>(day[0] - 'a' + 'A');
  return day + ' ' + two(local.minute / 60U) + ':' + two(local.minute % 60U);
}

}  // namespace prahari
