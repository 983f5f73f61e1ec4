// Numbers and bytes as hex digits, in lower case.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

// The lowest `digits` digits of a number, leading zeros included.
inline void append_hex(std::string& out, std::uint64_t value, unsigned digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned shift = 4 * digits; shift > 0; shift -= 4) {
    out += kDigits[static_cast<std::size_t>(value >> (shift - 4) & 0xFU)];
  }
}

// Two digits a byte, no separators.
inline void append_hex(std::string& out, Bytes bytes) {
  for (const std::byte byte : bytes) {
    append_hex(out, std::to_integer<std::uint64_t>(byte), 2);
  }
}

}  // namespace prahari
