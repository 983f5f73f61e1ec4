// Which of two versions is the later one, across the ways in which vendors write them: "20.11" and
// "20.011", "V4.5.2", "FW 2.8", "2.8a", "04.02.13(24)", "2.9 SP1", "3.0-rc2". Where the texts do
// not tell, neither does the answer.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prahari {

struct Version {
  struct Part {
    enum class Kind : std::uint8_t { number, letter, word };
    Kind kind = Kind::number;
    std::uint64_t number = 0;
    std::uint8_t digits = 0;  // as written, leading zeros included
    std::string word{};       // lower-case; of a letter: that letter

    friend bool operator==(const Part& a, const Part& b) noexcept {
      return a.kind == b.kind && a.number == b.number && a.word == b.word;
    }
  };

  std::string text;    // as written, without what stands around it
  std::string prefix;  // letters before the first number that say more than "version": "lmb"
  std::vector<Part> parts;
  std::optional<std::uint64_t> release;  // 24 of "04.02.13(24)"

  // How many of the first parts are numbers.
  [[nodiscard]] std::size_t numbers() const noexcept;
};

// None: the text holds no number, or is no version.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

struct VersionOrder {
  std::partial_ordering order = std::partial_ordering::unordered;  // unordered: cannot be told
  // Part by part it is so, as decimal fractions it is not: 20.9 and 20.11.
  bool doubtful = false;
};

[[nodiscard]] VersionOrder compare(const Version& left, const Version& right);

// Whether `whole` begins with all of `start` and goes on: 33.11 is of 33.
[[nodiscard]] bool is_of(const Version& whole, const Version& start);

}  // namespace prahari
