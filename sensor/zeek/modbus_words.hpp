// Zeek's words for Modbus: base/protocols/modbus/consts.zeek.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prahari::zeek {

// "READ_COILS", "READ_COILS_EXCEPTION" with the exception bit, "unknown-29".
[[nodiscard]] std::string function_word(std::uint8_t code);

[[nodiscard]] std::string exception_word(std::uint64_t code);  // "ILLEGAL_FUNCTION", "unknown-7"

}  // namespace prahari::zeek
