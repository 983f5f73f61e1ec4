#pragma once

#include <string>
#include <system_error>

namespace prahari {

// What the system says about an errno: "No space left on device".
inline std::string system_message(int number) { return std::generic_category().message(number); }

}  // namespace prahari
