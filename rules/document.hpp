// A TOML file as plain values, each with the place where it stands, so that every mistake can
// name its line. The only file that knows the TOML library is document.cpp.
//
// Bounded by the file's size; not for the hot path.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace prahari {

struct Place {
  int line = 0;
  int column = 0;
  std::uint16_t file = 0;  // which of the files that make up a document
};

// A date, or a date with a time of day; with an offset it names an instant.
struct CivilTime {
  std::chrono::local_days day;
  std::optional<std::chrono::nanoseconds> time_of_day;
  std::optional<std::chrono::minutes> offset;  // from UTC
};

// "2026-11-22", "2026-11-22T09:00", "2026-11-22 09:00:30.5+05:30", "...Z". Empty for anything else.
[[nodiscard]] std::optional<CivilTime> parse_civil(std::string_view text) noexcept;

struct Node {
  enum class Kind : std::uint8_t { table, array, text, integer, number, boolean, time, other };

  Kind kind = Kind::other;
  Place place;
  std::string text;                // text: the value; all others but tables and arrays: as it reads
  std::int64_t integer = 0;        // integer
  double number = 0;               // integer and number
  CivilTime time;                  // time
  std::vector<Node> items;         // array: its items; table: its values, sorted by key
  std::vector<std::string> names;  // table: the keys of the items
  std::vector<Place> keys;         // table: where the keys stand

  [[nodiscard]] const Node* find(std::string_view key) const noexcept;
  // What a person calls it: "a string", "an array".
  [[nodiscard]] std::string_view kind_name() const noexcept;
  // What was found, for the end of a mistake: "the string \"x\"", "an array".
  [[nodiscard]] std::string describe() const;
};

struct SyntaxMistake {
  Place place;
  std::string text;
};

// The root table, or the first syntax mistake (the library stops there).
[[nodiscard]] std::variant<Node, SyntaxMistake> parse_toml(std::string_view toml,
                                                           std::uint16_t file = 0);

}  // namespace prahari
