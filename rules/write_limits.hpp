// The engineering limits that people added to a baseline, against a write that touches what they
// are about in any shape: a register among a hundred others, or a tag in other letters.

#pragma once

#include <cstddef>
#include <optional>

#include "dissectors/event.hpp"
#include "rules/baseline.hpp"

namespace prahari {

// Which of the values of a write lie on the numbers, or the name, of one entry: [begin, end).
struct ValueSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
};
[[nodiscard]] ValueSpan values_on(const BaselineTarget& entry, const TargetQuery& target,
                                  std::size_t values) noexcept;

struct LimitBreach {
  const BaselineTarget* entry = nullptr;
  std::size_t at = 0;  // which value
};
// The first value outside the limits of an entry that the write touches.
[[nodiscard]] std::optional<LimitBreach> breach_of_limits(const Baseline& baseline,
                                                          BaselineLinkIndex link,
                                                          const TargetQuery& target,
                                                          const NumberList& values) noexcept;

}  // namespace prahari
