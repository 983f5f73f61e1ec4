// An alert as a row of prahari.db: what is searched for in columns, the rest as its JSON.

#pragma once

#include "alerts/alert_json.hpp"
#include "inventory/store.hpp"

namespace prahari {

[[nodiscard]] AlertRow alert_row(const Alert& alert, const AlertContext& context);

}  // namespace prahari
