// Text off the wire, made fit for people, files and terminals.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prahari {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // bytes it takes; 0: no valid UTF-8
};

// The code point at the head of a text that is not empty (RFC 3629: shortest form, no surrogates).
[[nodiscard]] CodePoint decode_utf8(std::string_view text) noexcept;

// Moves a cursor, hides or reorders text: C0, DEL, C1, line separators, bidirectional controls, and
// what has no width in any script.
[[nodiscard]] bool acts_on_terminal(std::uint32_t c) noexcept;

// The same for one byte of ASCII: C0 and DEL.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7f;
}

// Appends `text` as valid UTF-8 without anything that acts on a terminal: each byte or character
// that may not pass becomes '?'. At most `limit` bytes, cut between characters.
void append_printable(std::string& out, std::string_view text, std::size_t limit);

[[nodiscard]] std::string printable_text(std::string_view text, std::size_t limit);

}  // namespace prahari
