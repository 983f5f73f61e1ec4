// An alert as a row of prahari.db: what is searched for in columns, the rest as its JSON.

#pragma once

#include <optional>
#include <string_view>

#include "alerts/alert_json.hpp"
#include "inventory/store.hpp"

namespace prahari {

[[nodiscard]] AlertRow alert_row(const Alert& alert, const AlertContext& context);

// The row again that a line of alerts.jsonl was written from, as a new alert. None: it is no alert.
[[nodiscard]] std::optional<AlertRow> alert_row(std::string_view line);

}  // namespace prahari
