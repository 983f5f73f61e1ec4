// When a conduit holds: days of the week and hours of the day, in the site's time zone.
//
// "mon-fri 06:00-22:00", "sat,sun", "daily 22:00-06:00" (over midnight, into the next day).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "capture/packet.hpp"

namespace prahari {

class Timezone;  // rules/timezone.hpp

struct Schedule {
  // On these days (bit 0 is Monday) from a minute of the day up to, but without, another.
  struct Span {
    std::uint8_t days = 0;
    std::uint16_t from = 0;
    std::uint16_t to = 0;
  };

  std::vector<Span> spans;         // empty: always
  std::vector<std::string> texts;  // as written

  [[nodiscard]] bool always() const noexcept { return spans.empty(); }
  [[nodiscard]] bool holds_at(Timestamp now, const Timezone& timezone) const noexcept;
  // "mon-fri 06:00-22:00, sat 06:00-14:00".
  [[nodiscard]] std::string words() const;
};

// What one entry of a schedule says, or what is wrong with it and what to write instead.
[[nodiscard]] std::variant<std::vector<Schedule::Span>, std::string> parse_schedule(
    std::string_view text);

// "Tue 14:05", in the site's time zone.
[[nodiscard]] std::string weekday_words(Timestamp now, const Timezone& timezone);

}  // namespace prahari
