#include "rules/ot_place.hpp"

#include <algorithm>
#include <array>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr double kHighestOt = 3;  // Purdue levels
constexpr double kHighestField = 1;
constexpr auto kOtTags = std::to_array<std::string_view>(
    {"controller", "safety", "hmi", "engineering", "gateway", "critical"});

std::uint64_t ot_protocols() noexcept {
  static const std::uint64_t kMask = [] {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Protocol::unknown); ++i) {
      const auto protocol = static_cast<Protocol>(i);
      if (!dissector(protocol).opaque && protocol != Protocol::mqtt) {
        bits |= std::uint64_t{1} << i;
      }
    }
    return bits;
  }();
  return kMask;
}

AssetIndex asset_of(const HostKey& host, AssetIndex asset, const Inventory& inventory) {
  return asset == kNone && !host.ip.empty() ? inventory.find(host.ip, host.vlan) : asset;
}

}  // namespace

bool is_ot(Protocol protocol) noexcept {
  return protocol != Protocol::unknown &&
         (ot_protocols() >> static_cast<unsigned>(protocol) & 1U) != 0;
}

InOt ot_side(const HostKey& host, AssetIndex asset, const RuleContext& context) {
  const Policy& policy = context.policy;
  if (policy.has_zones()) {
    const double level = policy.level(policy.zone_of(host));
    if (level == level) {
      return level <= kHighestOt ? InOt::yes : InOt::no;
    }
  }
  if (std::ranges::any_of(kOtTags,
                          [&](std::string_view tag) { return policy.has_tag(host, tag); })) {
    return InOt::yes;
  }
  const AssetIndex known = asset_of(host, asset, context.inventory);
  if (known == kNone) {
    return InOt::unknown;
  }
  const Asset& it = context.inventory.asset(known);
  return (it.protocols & ot_protocols()) != 0 || it.has_role(Role::hmi) ? InOt::yes : InOt::unknown;
}

bool at_field_level(const HostKey& host, AssetIndex asset, const RuleContext& context) {
  const AssetIndex known = asset_of(host, asset, context.inventory);
  return (context.policy.has_zones() &&
          context.policy.level(context.policy.zone_of(host)) <= kHighestField) ||
         is_protected(host, known, context) ||
         (known != kNone && (context.inventory.answered_in(known) & ot_protocols()) != 0);
}

bool on_internet(const IpAddress& ip, const VlanTags& vlan, const Policy& policy) {
  constexpr std::uint8_t kReserved = 240;  // 240.0.0.0/4
  if (!names_host(ip) || ip.is_private() || (ip.v4() && ip.octets[0] >= kReserved) ||
      (ip.v4() && ip.octets[0] == 0)) {
    return false;
  }
  if (!policy.has_zones()) {
    return true;
  }
  const ZoneIndex zone = policy.zone_of({.ip = ip, .mac = {}, .vlan = vlan});
  return zone == 0 || policy.level(zone) > kHighestOt;
}

}  // namespace prahari
