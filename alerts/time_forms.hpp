// Packet time as CERT-In's form, a site and a court want to read it. Indian Standard Time is
// fixed: +05:30, no daylight saving.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "capture/packet.hpp"
#include "rules/timezone.hpp"

namespace prahari {

inline constexpr std::chrono::hours kCertInLimit{6};

// "2026-11-22T18:45:30Z"; a fraction only where there is one, without trailing zeros.
[[nodiscard]] std::string utc_text(Timestamp time);
// "2026-11-23T00:15:30+05:30", likewise.
[[nodiscard]] std::string ist_text(Timestamp time);
// "23/11/2026 00:15", IST, cut to the minute.
[[nodiscard]] std::string form_text(Timestamp time);
// "22 Nov 2026, 18:45:30 UTC"
[[nodiscard]] std::string long_utc_text(Timestamp time);

// "3 h 12 min", "45 s", "2 days 4 h"
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

[[nodiscard]] constexpr Timestamp report_by(Timestamp noticed) noexcept {
  return noticed + kCertInLimit;
}

// Times as a wall clock of the plant shows them.
class SiteClock {
 public:
  // "Asia/Kolkata"; a zone that the system does not know falls back to UTC.
  explicit SiteClock(const std::string& timezone);

  // "23 Nov 2026, 00:15:30 IST"
  [[nodiscard]] std::string text(Timestamp time) const;

 private:
  std::optional<Timezone> zone_;
  bool india_ = false;
};

}  // namespace prahari
