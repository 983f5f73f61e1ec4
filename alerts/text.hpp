// Text from the wire made safe for the place where it is shown: a page, a terminal, a JSON line.
//
// Every name, path and sentence may hold what an enemy sent. All of these take any bytes and give
// valid UTF-8. Bytes that are none become U+FFFD; controls and characters that reorder or hide
// text (bidi, zero width) become visible escapes.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "inventory/number_text.hpp"

namespace prahari {

// The next code point, U+FFFD for bytes that are no UTF-8. Moves `at` by at least one; `at` must
// lie within the text.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at) noexcept;

void append_utf8(std::string& out, char32_t code_point);

// A control, or a character that changes how its neighbours are shown.
[[nodiscard]] bool is_unsafe(char32_t code_point) noexcept;

// For HTML text and quoted attributes alike.
void append_html(std::string& out, std::string_view text);

// One line for a terminal; `limit` is in characters, what is longer ends in "...".
[[nodiscard]] std::string terminal_text(std::string_view text, std::size_t limit = 400);

// Cut between words into lines of at most `width` characters; a longer word is cut as well.
[[nodiscard]] std::vector<std::string_view> wrap(std::string_view text, std::size_t width);

// Valid UTF-8 without controls, cut to `limit` characters: for fields that people copy.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit = 10'000);

// Compact JSON, safe on a terminal. An indent makes it readable: one member a line.
[[nodiscard]] std::string dump_json(const nlohmann::ordered_json& value, int indent = -1);

// "42", "72.5": the shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(double number);
// "3.2 MB", decimal units.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace prahari
