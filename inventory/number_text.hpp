// Numbers as people read them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prahari {

// "1,204"
[[nodiscard]] std::string with_commas(std::uint64_t number);
// "1 alert", "3 alerts"
[[nodiscard]] std::string plural(std::uint64_t number, std::string_view noun);
// A Purdue level: "1", "3.5"; empty for none.
[[nodiscard]] std::string level_text(std::optional<double> level);

}  // namespace prahari
