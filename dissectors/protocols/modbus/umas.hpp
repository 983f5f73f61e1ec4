// UMAS, Schneider's engineering protocol inside function 90: its functions and what they do.

#pragma once

#include <cstdint>

#include "dissectors/protocols/modbus/functions.hpp"

namespace prahari::modbus {

inline constexpr std::uint8_t kUmasOk = 0xFE;      // second byte of a response
inline constexpr std::uint8_t kUmasError = 0xFD;   // likewise
inline constexpr std::uint8_t kUmasSigned = 0x38;  // an envelope around another message

struct UmasFunction {
  std::uint8_t code;
  Meaning meaning;
};

// Null for a code that no list names.
[[nodiscard]] const UmasFunction* find_umas(std::uint8_t code) noexcept;
[[nodiscard]] Meaning umas_meaning(std::uint8_t code) noexcept;

}  // namespace prahari::modbus
