// Small helpers for sentences that people read.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace prahari {

// Control characters, and bytes that are no UTF-8, become '?': safe on a terminal and in a report.
[[nodiscard]] std::string printable(std::string_view text);

// In double quotes, escaped as a TOML basic string (which also reads well); at most `limit`
// characters of it, then "...".
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t limit = 80);

// The candidate that a person most likely meant, or empty: smallest edit distance, at most a
// third of the word's length.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

// "; did you mean \"x\"?" or empty.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

// "a, b or c".
[[nodiscard]] std::string one_of(std::span<const std::string_view> words);

}  // namespace prahari
