#include "rules/conduit_table.hpp"

#include <algorithm>
#include <charconv>

#include "dissectors/registry.hpp"
#include "rules/site_names.hpp"

namespace prahari {
namespace {

constexpr std::string_view kUnit = "unit";

static_assert(static_cast<unsigned>(Protocol::unknown) < 64, "Entry::protocols has 64 bits");

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

bool covers(std::string_view allowed, Protocol protocol) noexcept {
  return allowed == "any" || allowed == to_string(protocol) ||
         allowed == to_string(carrier_of(protocol));
}

bool inside(const std::vector<NumberRange>& ranges, std::uint64_t first,
            std::uint64_t last) noexcept {
  return std::ranges::any_of(
      ranges, [&](const NumberRange& range) { return first >= range.first && last <= range.last; });
}

bool object_within(const TargetLimit& limit, const Target& target) noexcept {
  if (limit.name != target.table) {
    return false;
  }
  if (limit.ranges.empty()) {
    return limit.text == target.text;
  }
  return target.count > 0 &&
         inside(limit.ranges, target.address, std::uint64_t{target.address} + target.count - 1);
}

}  // namespace

bool within(const std::vector<TargetLimit>& limits, const Target& target) noexcept {
  bool objects_limited = false;
  bool object_found = false;
  for (const TargetLimit& limit : limits) {
    if (limit.name == kUnit) {
      if (!inside(limit.ranges, target.unit, target.unit)) {
        return false;
      }
      continue;
    }
    objects_limited = true;
    object_found = object_found || object_within(limit, target);
  }
  return !objects_limited || object_found;
}

ConduitTable::Entry ConduitTable::compile(const Conduit& conduit, const Allow& allow) {
  Entry entry{.conduit = &conduit, .allow = &allow};
  for (const Dissector* one : all_dissectors()) {
    if (!one->opaque && covers(allow.protocol, one->protocol)) {
      entry.protocols |= std::uint64_t{1} << static_cast<unsigned>(one->protocol);
    }
  }
  entry.any = allow.protocol == "any" && !allow.operation;
  if (allow.protocol == "icmp") {
    entry.transport = Transport::icmp;
    return entry;
  }
  const bool tcp = allow.protocol.starts_with("tcp/");
  if (tcp || allow.protocol.starts_with("udp/")) {
    entry.transport = tcp ? Transport::tcp : Transport::udp;
    const std::string_view port = std::string_view{allow.protocol}.substr(4);
    std::from_chars(port.begin(), port.end(), entry.port);
  }
  return entry;
}

ConduitTable::ConduitTable(const Site& site) {
  for (const Conduit& conduit : site.conduits) {
    Entries& entries = pairs_[pair_key(index_of(site, conduit.from), index_of(site, conduit.to))];
    for (const Allow& allow : conduit.allow) {
      entries.push_back(compile(conduit, allow));
    }
  }
}

const ConduitTable::Entries* ConduitTable::between(ZoneIndex from, ZoneIndex to) const noexcept {
  const auto found = pairs_.find(pair_key(from, to));
  return found == pairs_.end() ? nullptr : &found->second;
}

// Whether the entry speaks of this protocol and class; its targets are another question. An entry
// by port goes on to hold when a later version learns to decode what runs there.
bool ConduitTable::names(const Entry& entry, const Request& request) noexcept {
  if (entry.any) {
    return true;
  }
  if (entry.transport != Transport::none) {
    return entry.transport == request.transport &&
           (entry.transport == Transport::icmp || entry.port == request.server_port);
  }
  const bool decoded = request.protocol != Protocol::unknown && request.has_operation;
  return decoded && (entry.protocols >> static_cast<unsigned>(request.protocol) & 1U) != 0 &&
         (!entry.allow->operation || *entry.allow->operation == request.operation);
}

Verdict ConduitTable::judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept {
  Verdict verdict{.allowed = from == to};
  const Entries* entries = verdict.allowed ? nullptr : between(from, to);
  if (entries == nullptr) {
    return verdict;
  }
  verdict.conduit = entries->empty() ? nullptr : entries->front().conduit;
  for (const Entry& entry : *entries) {
    if (!names(entry, request)) {
      continue;
    }
    if (entry.allow->targets.empty()) {
      return {.allowed = true, .depends_on_target = false, .conduit = entry.conduit};
    }
    verdict.depends_on_target = true;
    if (!verdict.allowed && within(entry.allow->targets, request.target)) {
      verdict.allowed = true;
      verdict.conduit = entry.conduit;
    }
  }
  return verdict;
}

bool ConduitTable::names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept {
  const Entries* entries = between(from, to);
  return from == to ||
         (entries != nullptr && std::ranges::any_of(*entries, [&](const Entry& entry) {
            return (entry.protocols >> static_cast<unsigned>(protocol) & 1U) != 0;
          }));
}

bool ConduitTable::names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept {
  const Entries* entries = between(from, to);
  return entries != nullptr &&
         std::ranges::any_of(*entries, [](const Entry& entry) { return entry.protocols != 0; });
}

}  // namespace prahari
