// Hours of the week as people write them: "Mon 06-14", "Sun 22-24".

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "rules/baseline.hpp"
#include "rules/timezone.hpp"

namespace prahari {

[[nodiscard]] std::vector<std::string> hours_text(const WeekHours& hours);
// Adds what the text says; false where it is no such text.
bool parse_hours(std::string_view text, WeekHours& hours) noexcept;

// The hour of the week there, 0 to 167.
[[nodiscard]] std::size_t hour_of_week(Timestamp time, const Timezone& zone) noexcept;

}  // namespace prahari
