// Who sits before the program, and when: what the audit record wants to know.

#pragma once

#include <string>

#include "capture/packet.hpp"

namespace prahari {

// The operating-system account that asked, the caller of sudo first.
[[nodiscard]] std::string operator_name();

[[nodiscard]] Timestamp wall_clock();

}  // namespace prahari
