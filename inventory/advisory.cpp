#include "inventory/advisory.hpp"

#include <algorithm>
#include <utility>

#include "capture/time_text.hpp"
#include "inventory/version_order.hpp"

namespace prahari {
namespace {

std::partial_ordering by_version(const Advisory& left, const Advisory& right) {
  const auto a = parse_version(left.version);
  const auto b = parse_version(right.version);
  return a && b ? compare(*a, *b).order : std::partial_ordering::unordered;
}

std::partial_ordering by_time(const Advisory& left, const Advisory& right) {
  Timestamp a;
  Timestamp b;
  return parse_time(left.updated, a) && parse_time(right.updated, b)
             ? std::partial_ordering{a <=> b}
             : std::partial_ordering::unordered;
}

}  // namespace

Replaces replaces(const Advisory& offered, const Advisory& held) {
  std::partial_ordering order = by_version(offered, held);
  if (order == std::partial_ordering::unordered || order == 0) {
    order = by_time(offered, held);
  }
  if (order > 0) {
    return Replaces::newer;
  }
  return order < 0 ? Replaces::older : Replaces::same;
}

const KevEntry* AdvisoryBook::exploited(std::string_view cve) const noexcept {
  const auto at = std::ranges::lower_bound(kev.entries, cve, {}, &KevEntry::cve);
  return at != kev.entries.end() && at->cve == cve ? &*at : nullptr;
}

bool AdvisoryBook::add(Advisory advisory) {
  Key key{advisory.name_space, advisory.id};
  const auto [at, fresh] = advisories.try_emplace(std::move(key));
  if (!fresh && replaces(advisory, at->second) != Replaces::newer) {
    return false;
  }
  at->second = std::move(advisory);
  return true;
}

}  // namespace prahari
