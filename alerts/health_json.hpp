// Capture health as text, so that an export made later can say what the run said.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/summary.hpp"

namespace prahari {

[[nodiscard]] std::string health_json(std::span<const HealthNote> notes);

// Nothing where the text is not what health_json() wrote.
[[nodiscard]] std::vector<HealthNote> read_health(std::string_view text);

}  // namespace prahari
