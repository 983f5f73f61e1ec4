// Reads the list of known exploited vulnerabilities in the two forms in which CISA gives it out:
// JSON, and CSV whose header has "cveID".

#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "capture/result.hpp"
#include "inventory/advisory.hpp"

namespace prahari {

[[nodiscard]] bool looks_like_kev(const nlohmann::json& root);
[[nodiscard]] bool looks_like_kev_csv(std::string_view text);

// `file` is what errors begin with.
Result<KevList> read_kev(const nlohmann::json& root, std::string_view file);
Result<KevList> read_kev_csv(std::string_view text, std::string_view file);

}  // namespace prahari
