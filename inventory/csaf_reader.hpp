// Reads an advisory in the Common Security Advisory Framework, CSAF 2.0 (OASIS). What is of use to
// find products and judge versions is taken; the rest is passed over.

#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "capture/result.hpp"
#include "inventory/advisory.hpp"

namespace prahari {

// Whether it means to be one.
[[nodiscard]] bool looks_like_csaf(const nlohmann::json& root);

// `file` is what errors begin with: "a.json: /document/tracking/id: is empty".
Result<Advisory> read_csaf(const nlohmann::json& root, std::string_view file);

}  // namespace prahari
