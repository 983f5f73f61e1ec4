// What `policy test` prints.

#pragma once

#include <string>

#include "sensor/policy_backtest.hpp"

namespace prahari {

[[nodiscard]] std::string test_text(const Backtests& tests);
[[nodiscard]] std::string test_json(const Backtests& tests);

}  // namespace prahari
