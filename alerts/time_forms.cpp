#include "alerts/time_forms.hpp"

#include <array>
#include <cstdlib>

namespace prahari {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr std::chrono::minutes kIst{330};

struct Civil {
  int year;
  unsigned month;
  unsigned day;
  unsigned hour;
  unsigned minute;
  unsigned second;
  unsigned nanosecond;
};

Civil civil(Timestamp time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const auto rest = time - day;
  const auto whole = floor<seconds>(rest);
  const auto clock = static_cast<unsigned>(whole.count());
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          clock / 3600,
          clock / 60 % 60,
          clock % 60,
          static_cast<unsigned>((rest - whole).count())};
}

void digits(std::string& out, unsigned value, std::size_t width) {
  const std::string text = std::to_string(value);
  out.append(width > text.size() ? width - text.size() : 0, '0');
  out += text;
}

std::string rfc3339(Timestamp time, std::string_view zone) {
  const Civil c = civil(time);
  std::string out;
  digits(out, static_cast<unsigned>(c.year), 4);
  out += '-';
  digits(out, c.month, 2);
  out += '-';
  digits(out, c.day, 2);
  out += 'T';
  digits(out, c.hour, 2);
  out += ':';
  digits(out, c.minute, 2);
  out += ':';
  digits(out, c.second, 2);
  if (c.nanosecond != 0) {
    out += '.';
    digits(out, c.nanosecond, 9);
    out.erase(out.find_last_not_of('0') + 1);
  }
  out += zone;
  return out;
}

std::string long_text(Timestamp time, std::string_view zone) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(time);
  std::string out = std::to_string(c.day) + " ";
  out += kMonths[c.month - 1];
  out += " " + std::to_string(c.year) + ", ";
  digits(out, c.hour, 2);
  out += ':';
  digits(out, c.minute, 2);
  out += ':';
  digits(out, c.second, 2);
  out += ' ';
  out += zone;
  return out;
}

}  // namespace

std::string utc_text(Timestamp time) { return rfc3339(time, "Z"); }

std::string ist_text(Timestamp time) { return rfc3339(time + kIst, "+05:30"); }

std::string form_text(Timestamp time) {
  const Civil c = civil(time + kIst);
  std::string out;
  digits(out, c.day, 2);
  out += '/';
  digits(out, c.month, 2);
  out += '/';
  digits(out, static_cast<unsigned>(c.year), 4);
  out += ' ';
  digits(out, c.hour, 2);
  out += ':';
  digits(out, c.minute, 2);
  return out;
}

std::string long_utc_text(Timestamp time) { return long_text(time, "UTC"); }

SiteClock::SiteClock(const std::string& zone)
    : india_(zone == "Asia/Kolkata" || zone == "Asia/Calcutta") {
  if (Result<Timezone> loaded = Timezone::load(zone)) {
    zone_ = std::move(*loaded);
  }
}

std::string SiteClock::text(Timestamp time) const {
  if (!zone_) {
    return long_utc_text(time);
  }
  const seconds offset = zone_->offset_at(time);
  if (india_) {
    return long_text(time + offset, "IST");
  }
  std::string label = offset.count() < 0 ? "UTC-" : "UTC+";
  const auto minutes = static_cast<unsigned>(std::abs(offset.count()) / 60);
  digits(label, minutes / 60, 2);
  label += ':';
  digits(label, minutes % 60, 2);
  return long_text(time + offset, label);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const auto total = floor<seconds>(duration).count();
  if (total < 0) {
    return "-" + duration_text(-duration);
  }
  if (total == 0) {
    return std::to_string(floor<std::chrono::milliseconds>(duration).count()) + " ms";
  }
  if (total < 60) {
    return std::to_string(total) + " s";
  }
  if (total < 3600) {
    return std::to_string(total / 60) + " min " + std::to_string(total % 60) + " s";
  }
  if (total < 86'400) {
    return std::to_string(total / 3600) + " h " + std::to_string(total / 60 % 60) + " min";
  }
  return std::to_string(total / 86'400) + (total < 172'800 ? " day " : " days ") +
         std::to_string(total / 3600 % 24) + " h";
}

}  // namespace prahari
