#include "rules/target_set.hpp"

#include <algorithm>
#include <tuple>

namespace prahari {
namespace {

constexpr std::size_t kMostShown = 8;

template <class One>
auto table_of(const One& one) {
  return std::tuple<std::uint32_t, std::string_view>(one.unit, one.table);
}

}  // namespace

void TargetSet::add(const BaselineTarget& target) {
  if (target.text.empty() && target.first <= target.last) {
    spans_.push_back({target.unit, target.table, target.first, target.last});
  } else {
    const std::uint32_t more = target.first <= target.last ? target.last - target.first : 0;
    names_.push_back({target.unit, target.table, target.text, more});
  }
}

void TargetSet::settle() {
  std::ranges::sort(names_, {}, [](const Name& one) {
    return std::tuple_cat(table_of(one), std::tuple{one.text, ~one.more});  // the longest first
  });
  std::ranges::sort(spans_, {}, [](const Span& one) {
    return std::tuple_cat(table_of(one), std::tuple{one.first});
  });
  std::vector<Span> joined;
  for (const Span& span : spans_) {
    const bool touches = !joined.empty() && table_of(joined.back()) == table_of(span) &&
                         span.first <= std::uint64_t{joined.back().last} + 1;
    if (touches) {
      joined.back().last = std::max(joined.back().last, span.last);
    } else {
      joined.push_back(span);
    }
  }
  spans_ = std::move(joined);
}

bool TargetSet::has_name(const TargetQuery& target) const noexcept {
  const auto key = [](const auto& one) {
    return std::tuple_cat(table_of(one), std::tuple{one.text});
  };
  const auto at = std::ranges::lower_bound(names_, key(target), {}, key);
  return at != names_.end() && key(*at) == key(target) &&
         (target.text.empty() || target.count <= 1 || target.count - 1 <= at->more);
}

bool TargetSet::covers(const TargetQuery& target) const noexcept {
  if (!target.text.empty() || target.count == 0) {
    return has_name(target);
  }
  // The last range that begins at or before the target.
  const auto key = [](const Span& one) {
    return std::tuple_cat(table_of(one), std::tuple{one.first});
  };
  const auto wanted = std::tuple_cat(table_of(target), std::tuple{target.first});
  const auto after = std::ranges::upper_bound(spans_, wanted, {}, key);
  if (after == spans_.begin()) {
    return false;
  }
  const Span& span = *(after - 1);
  const std::uint64_t last = std::uint64_t{target.first} + target.count - 1;
  return table_of(span) == table_of(target) && last <= span.last;
}

bool TargetSet::covers_alike(const TargetQuery& target) const noexcept {
  return target.text.empty() ? covers(target) : covers(target) || has_alike(target);
}

bool TargetSet::has_alike(const TargetQuery& target) const noexcept {
  if (target.text.empty()) {
    return std::ranges::any_of(spans_, [&](const Span& one) { return one.table == target.table; });
  }
  const std::string_view group = group_of(target.table, target.text);
  return std::ranges::any_of(names_, [&](const Name& one) {
    return one.table == target.table && !one.text.empty() && group_of(one.table, one.text) == group;
  });
}

std::string TargetSet::text() const {
  std::string out;
  std::size_t shown = 0;
  const auto add = [&](const BaselineTarget& target) {
    if (shown++ < kMostShown) {
      out += (out.empty() ? "" : ", ") + target_text(target);
    }
  };
  for (const Span& span : spans_) {
    BaselineTarget target;
    target.unit = span.unit;
    target.table = span.table;
    target.first = span.first;
    target.last = span.last;
    add(target);
  }
  for (const Name& name : names_) {
    BaselineTarget target;
    target.unit = name.unit;
    target.table = name.table;
    target.text = name.text;
    target.first = 1;
    add(target);
  }
  return shown > kMostShown ? out + " and " + std::to_string(shown - kMostShown) + " more" : out;
}

}  // namespace prahari
