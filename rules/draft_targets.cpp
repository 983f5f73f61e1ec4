#include "rules/draft_targets.hpp"

#include <algorithm>
#include <charconv>

#include "rules/target_parser.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostRanges = 16;  // of one table; the smallest gaps are then filled
constexpr std::size_t kMostNames = 64;
constexpr std::size_t kMostUnits = 256;
constexpr std::size_t kLongestName = 200;
constexpr std::string_view kTag = "tag";

std::uint64_t gap_behind(const std::vector<NumberRange>& ranges, std::size_t at) noexcept {
  return std::uint64_t{ranges[at + 1].first} - ranges[at].last;
}

// Sorted, apart from each other, and at most kMostRanges. Whether a gap was filled.
bool add_range(std::vector<NumberRange>& ranges, NumberRange added) {
  const auto inside = std::ranges::find_if(ranges, [&](const NumberRange& range) {
    return range.first <= added.first && added.last <= range.last;
  });
  if (inside != ranges.end()) {
    return false;
  }
  ranges.push_back(added);
  std::ranges::sort(ranges, {}, &NumberRange::first);
  std::vector<NumberRange> joined;
  for (const NumberRange& range : ranges) {
    if (!joined.empty() && std::uint64_t{joined.back().last} + 1 >= range.first) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
  if (ranges.size() <= kMostRanges) {
    return false;
  }
  std::size_t smallest = 0;
  for (std::size_t i = 1; i + 1 < ranges.size(); ++i) {
    smallest = gap_behind(ranges, i) < gap_behind(ranges, smallest) ? i : smallest;
  }
  ranges[smallest].last = ranges[smallest + 1].last;
  ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(smallest) + 1);
  return true;
}

std::string range_text(const NumberRange& range) {
  return std::to_string(range.first) +
         (range.last > range.first ? '-' + std::to_string(range.last) : "");
}

NumberRange range_of(std::uint32_t first, std::uint32_t count) noexcept {
  const std::uint64_t last = std::uint64_t{first} + std::max<std::uint32_t>(count, 1) - 1;
  return {first, static_cast<std::uint32_t>(std::min<std::uint64_t>(last, 0xffffffff))};
}

// "Recipe[3]": its base and the elements that are touched.
bool element_of(const Target& target, std::string& base, NumberRange& range) {
  const std::string_view text = target.text;
  const std::size_t open = text.find('[');
  std::uint32_t index = 0;
  if (target.table != kTag || !text.ends_with(']') || open == std::string_view::npos || open == 0) {
    return false;
  }
  const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
  const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), index);
  base = text.substr(0, open);
  range = range_of(index, target.count);
  return failed == std::errc{} && end == digits.end() && !digits.empty() &&
         base.find_first_of(",'\"*]=") == std::string::npos;
}

void append(std::string& out, const std::string& limit) { out += (out.empty() ? "" : ",") + limit; }

}  // namespace

void DraftTargets::add(const Target& target, bool numbered) {
  numbered_ = numbered_ || numbered;
  const std::uint32_t number = numbered ? target.unit : 0;
  if (units_.size() >= kMostUnits && units_.find(number) == units_.end()) {
    too_many_ = true;
    return;
  }
  OfUnit& unit = units_[number];
  if (target.text.empty()) {
    if (target.count == 0) {
      unit.device = true;
    } else if (target.table.empty()) {
      unknown_ = true;
    } else {
      merged_ |= add_range(unit.numbers[std::string{target.table}],
                           range_of(target.address, target.count));
    }
    return;
  }
  const bool several = target.table != kTag && target.count > 1;
  if (several || target.table.empty() || target.text.size() > kLongestName ||
      printable(target.text) != target.text) {
    unknown_ = true;
    return;
  }
  std::string base;
  NumberRange range;
  if (element_of(target, base, range)) {
    if (unit.elements.size() < kMostNames || unit.elements.find(base) != unit.elements.end()) {
      merged_ |= add_range(unit.elements[base], range);
    } else {
      too_many_ = true;
    }
    return;
  }
  if (names_ >= kMostNames &&
      unit.names.find({std::string{target.table}, std::string{target.text}}) == unit.names.end()) {
    too_many_ = true;
    return;
  }
  names_ += unit.names.emplace(target.table, target.text).second ? 1U : 0U;
}

std::string DraftTargets::limits(const OfUnit& unit) const {
  std::string out;
  for (const auto& [table, ranges] : unit.numbers) {
    for (const NumberRange& range : ranges) {
      append(out, table + '=' + range_text(range));
    }
  }
  for (const auto& [base, ranges] : unit.elements) {
    for (const NumberRange& range : ranges) {
      append(out, "tag=" + base + '[' + range_text(range) + ']');
    }
  }
  for (const auto& [table, name] : unit.names) {
    append(out, text_target(table, name));
  }
  if (unit.device) {
    append(out, "device");
  }
  return out;
}

std::vector<std::string> DraftTargets::entries() const {
  if (unknown_ || too_many_ || units_.empty()) {
    return {""};
  }
  std::map<std::string, std::vector<NumberRange>> units_by_limits;
  for (const auto& [number, unit] : units_) {
    auto& ranges = units_by_limits[limits(unit)];
    if (!ranges.empty() && ranges.back().last + 1 == number) {
      ranges.back().last = number;
    } else {
      ranges.push_back({number, number});
    }
  }
  std::vector<std::string> out;
  for (const auto& [limit, ranges] : units_by_limits) {
    std::string entry;
    for (const NumberRange& range : ranges) {
      if (numbered_) {
        append(entry, "unit=" + range_text(range));
      }
    }
    append(entry, limit);
    out.push_back(std::move(entry));
  }
  std::ranges::sort(out);
  return out;
}

std::string DraftTargets::widened() const {
  if (too_many_) {
    return "too many targets to list: this allows the class on all of them";
  }
  if (unknown_) {
    return "not all targets are known: this allows the class on all of them";
  }
  return merged_ ? "the ranges cover gaps that were not seen, since there are many" : "";
}

}  // namespace prahari
