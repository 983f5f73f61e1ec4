// Numbers in the sentences of alerts: "1.00 s", "0.02", "42", "72.5".

#pragma once

#include <string>

namespace prahari {

[[nodiscard]] std::string value_words(double value);    // "42", "72.5"
[[nodiscard]] std::string seconds_words(double value);  // "0.25 s", "5.3 s", "3 min", "2 h"

}  // namespace prahari
