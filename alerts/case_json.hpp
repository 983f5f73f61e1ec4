// A case as JSON: in cases.json, and as a row of prahari.db.

#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "alerts/cases.hpp"
#include "inventory/store.hpp"

namespace prahari {

inline constexpr std::string_view kCaseSchema = "prahari.case/1";

[[nodiscard]] nlohmann::ordered_json case_json(const Case& entry, const AlertContext& context);

// cases.json: {"schema": "prahari.cases/1", "cases": [...]}, by first time.
[[nodiscard]] std::string cases_json(std::span<const Case> cases, const AlertContext& context);

[[nodiscard]] CaseRow case_row(const Case& entry, const AlertContext& context);

}  // namespace prahari
