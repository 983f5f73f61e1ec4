// Who runs a command that changes something, and when: for the audit table.

#pragma once

#include <string>

#include "capture/packet.hpp"

namespace prahari {

// The account that asked, behind sudo too.
[[nodiscard]] std::string operator_name();

[[nodiscard]] Timestamp clock_now();

}  // namespace prahari
