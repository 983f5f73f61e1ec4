// What a code of a protocol stands for, in the words that every protocol shares: the rows that the
// tables of most dissectors are made of.

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "dissectors/message.hpp"

namespace prahari {

// For tables that the code itself is the index of, and for functions that switch over it. What a
// table does not know is `control`, so that no permission to read covers it.
struct Meaning {
  std::string_view name;  // a literal, in plain words
  Operation operation = Operation::control;
  Effect effect = Effect::none;
};

// For codes with gaps between them: a table sorted by code.
struct CommandCode {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
  Effect effect = Effect::none;
};

// Null for a code that the table does not have.
[[nodiscard]] constexpr const CommandCode* find_code(std::span<const CommandCode> sorted,
                                                     std::uint16_t code) noexcept {
  const auto found = std::ranges::lower_bound(sorted, code, {}, &CommandCode::code);
  return found != sorted.end() && found->code == code ? &*found : nullptr;
}

}  // namespace prahari
