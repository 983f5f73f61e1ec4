// Reads the texts that advisories write for ranges of versions.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "inventory/version_range.hpp"

namespace prahari {

// None: some of it is not understood. Empty: every version.
[[nodiscard]] std::optional<std::vector<VersionBound>> read_bounds(std::string_view text);

}  // namespace prahari
