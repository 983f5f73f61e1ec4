// Text that devices send about themselves, made fit to show.

#pragma once

#include <array>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

using TextBuffer = std::array<char, 520>;

// The text without NUL and space around it: in place where it is printable UTF-8, else through
// `buffer` as UTF-8 from Latin-1, else as hex digits. Looks at the first 256 bytes.
[[nodiscard]] std::string_view clean_text(Bytes raw, TextBuffer& buffer) noexcept;

// All runs of four or more printable ASCII characters, joined by a space.
[[nodiscard]] std::string_view printable_runs(Bytes raw, TextBuffer& buffer) noexcept;

// `raw` as hex digits, lower case.
[[nodiscard]] std::string_view hex_text(Bytes raw, TextBuffer& buffer) noexcept;

}  // namespace prahari
