#include "rules/write_limits.hpp"

#include <algorithm>

namespace prahari {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A controller does not tell "Speed" from "SPEED" where names are those of tags.
bool same_name(const BaselineTarget& entry, const TargetQuery& target) noexcept {
  return entry.table == "tag" ? std::ranges::equal(entry.text, target.text, {}, lower, lower)
                              : entry.text == target.text;
}

}  // namespace

ValueSpan values_on(const BaselineTarget& entry, const TargetQuery& target,
                    std::size_t values) noexcept {
  const bool without_numbers = entry.first > entry.last;
  if (!target.text.empty() || !entry.text.empty() || target.count == 0) {
    const bool same = same_name(entry, target) && (!target.text.empty() || without_numbers);
    return same ? ValueSpan{0, values} : ValueSpan{};
  }
  const std::uint64_t first = std::max(entry.first, target.first);
  const std::uint64_t end =
      std::min(std::uint64_t{entry.last} + 1, std::uint64_t{target.first} + target.count);
  if (without_numbers || first >= end) {
    return {};
  }
  if (values != target.count) {  // which of them is which number, nobody knows
    return {0, values};
  }
  return {static_cast<std::size_t>(first - target.first),
          static_cast<std::size_t>(end - target.first)};
}

std::optional<LimitBreach> breach_of_limits(const Baseline& baseline, BaselineLinkIndex link,
                                            const TargetQuery& target,
                                            const NumberList& values) noexcept {
  for (const BaselineTarget* entry : baseline.limited(link, target)) {
    if (!entry->limits) {
      continue;
    }
    const ValueSpan span = values_on(*entry, target, values.size());
    for (std::size_t i = span.begin; i < span.end; ++i) {
      const double value = values[i];
      if (!(value >= entry->limits->least && value <= entry->limits->most)) {  // nor is NaN inside
        return LimitBreach{entry, i};
      }
    }
  }
  return std::nullopt;
}

}  // namespace prahari
