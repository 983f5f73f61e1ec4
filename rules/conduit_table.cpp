#include "rules/conduit_table.hpp"

#include <algorithm>

#include "rules/site_names.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t pair_key(ZoneIndex from, ZoneIndex to) noexcept {
  return std::uint32_t{from} << 16U | to;
}

ZoneIndex index_of(const Site& site, std::string_view name) noexcept {
  if (name == kUnassigned) {
    return 0;
  }
  const auto zone = std::ranges::find(site.zones, name, &Zone::name);
  return static_cast<ZoneIndex>(zone - site.zones.begin() + 1);
}

}  // namespace

ConduitTable::ConduitTable(const Site& site) : timezone_(site.timezone) {
  for (const Conduit& conduit : site.conduits) {
    Entries& entries = pairs_[pair_key(index_of(site, conduit.from), index_of(site, conduit.to))];
    for (const Allow& allow : conduit.allow) {
      entries.push_back({compile(allow), &conduit});
    }
  }
}

const ConduitTable::Entries* ConduitTable::between(ZoneIndex from, ZoneIndex to) const noexcept {
  const auto found = pairs_.find(pair_key(from, to));
  return found == pairs_.end() ? nullptr : &found->second;
}

ConduitEntryVerdict ConduitTable::look(const Entry& entry, const Request& request) const noexcept {
  if (!entry.match.names(request)) {
    return ConduitEntryVerdict::other;
  }
  if (!within(entry.match.allow->targets, request.target)) {
    return ConduitEntryVerdict::other_target;
  }
  return entry.conduit->schedule.holds_at(request.time, timezone_) ? ConduitEntryVerdict::allows
                                                                   : ConduitEntryVerdict::closed;
}

Verdict ConduitTable::judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept {
  Verdict verdict{.allowed = from == to};
  const Entries* entries = verdict.allowed ? nullptr : between(from, to);
  if (entries == nullptr) {
    return verdict;
  }
  verdict.conduit = entries->empty() ? nullptr : entries->front().conduit;
  for (const Entry& entry : *entries) {
    const ConduitEntryVerdict said = look(entry, request);
    if (said == ConduitEntryVerdict::other) {
      continue;
    }
    const bool allows = said == ConduitEntryVerdict::allows;
    const bool any_target = entry.match.allow->targets.empty();
    const bool always = entry.conduit->schedule.always();
    if (allows && any_target && always) {
      return {.allowed = true, .conduit = entry.conduit, .allow = entry.match.allow};
    }
    verdict.depends_on_target = verdict.depends_on_target || !any_target;
    verdict.depends_on_time = verdict.depends_on_time || !always;
    if (verdict.allowed || (!allows && verdict.closed)) {
      continue;
    }
    if (allows || said == ConduitEntryVerdict::closed) {
      verdict.allowed = allows;
      verdict.closed = !allows;
      verdict.conduit = entry.conduit;
      verdict.allow = entry.match.allow;
    }
  }
  return verdict;
}

std::vector<ConsideredEntry> ConduitTable::consider(ZoneIndex from, ZoneIndex to,
                                                    const Request& request) const {
  std::vector<ConsideredEntry> considered;
  if (const Entries* entries = between(from, to)) {
    for (const Entry& entry : *entries) {
      considered.push_back({entry.conduit, entry.match.allow, look(entry, request)});
    }
  }
  return considered;
}

bool ConduitTable::names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept {
  const Entries* entries = between(from, to);
  return from == to ||
         (entries != nullptr && std::ranges::any_of(*entries, [&](const Entry& entry) {
            return entry.match.names_protocol(protocol);
          }));
}

bool ConduitTable::names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept {
  const Entries* entries = between(from, to);
  return entries != nullptr && std::ranges::any_of(*entries, [](const Entry& entry) {
           return entry.match.protocols != 0;
         });
}

}  // namespace prahari
