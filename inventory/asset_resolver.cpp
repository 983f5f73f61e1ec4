#include "inventory/asset_resolver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "inventory/asset_key.hpp"
#include "inventory/classifier.hpp"

namespace prahari {
namespace {

// More than these, and not confirmed by ARP, means that the MAC fronts others. IPv6 hosts change
// their temporary addresses daily.
constexpr std::ptrdiff_t kOwnAddressesV4 = 4;
constexpr std::ptrdiff_t kOwnAddressesV6 = 8;

// A device that was silent for so long may have lost its address to another.
constexpr std::chrono::seconds kSilence{60};

// What a device used longer ago is history, as DHCP leaves it, and says nothing of whom it fronts.
constexpr std::chrono::hours kAtOnce{24};

const AddressUse* use_of(const Asset& asset, const PlacedAddress& address) noexcept {
  const auto found = std::ranges::find_if(asset.addresses, [&](const AddressUse& use) {
    return use.ip == address.ip && use.vlan == address.vlan && use.tunnel == address.tunnel;
  });
  return found == asset.addresses.end() ? nullptr : &*found;
}

// Bound only because somebody sent to it there.
bool weak(const AddressUse& use) noexcept { return !use.confirmed && !use.heard; }

// How an address is known beyond routers, where no VLAN tag of its own travels with it.
PlacedAddress beyond_routers(const PlacedAddress& address) noexcept {
  return {address.ip, {}, address.tunnel};
}

std::string fronts(const IpAddress& ip, std::string_view why) {
  std::string out = "fronts ";
  append(out, ip);
  out += ", ";
  out += why;
  return out;
}

}  // namespace

AssetIndex AssetResolver::resolve(const Sighting& host) {
  const IpAddress& ip = host.address.ip;
  const bool no_host = !ip.empty() && !ip.unspecified() && !names_host(ip);
  if (no_host || host.mac.group()) {
    return kNone;
  }
  const bool addressed = names_host(ip);
  if (!names_device(host.mac)) {
    return addressed ? shared_address(host) : kNone;
  }
  const AssetIndex at = device(host);
  if (!addressed) {
    return at;
  }
  // Inside a tunnel the MAC may be that of the tunnel's end.
  if (host.address.tunnel != 0 && !assets_[at].in_tunnel) {
    return by_address(host);
  }
  const AssetIndex owner = assets_.find(host.address);
  const AddressUse* own = use_of(assets_[at].asset, host.address);
  if (owner == at && (own->confirmed || assets_[at].router)) {
    assets_.bind(at, host.address, host.packet.time, {.heard = host.heard()});
    return at;
  }
  if (assets_[at].router) {
    return behind_router(host);
  }
  if (!host.claim) {
    return owner == kNone ? at : owner;
  }
  if (const std::string reason = behind(at, owner, host); !reason.empty()) {
    return route(at, owner, reason, host);
  }
  if (!may_take(at, owner, host, false)) {
    return owner;
  }
  take(at, owner, host, false);
  if (std::string reason = too_many(at, ip); !reason.empty()) {
    make_router(at, std::move(reason), host.packet, true);
    return behind_router(host);
  }
  return at;
}

AssetIndex AssetResolver::confirm(const Sighting& sender) {
  if (!names_device(sender.mac) || !names_host(sender.address.ip)) {
    return resolve(sender);
  }
  const AssetIndex at = device(sender);
  const AssetIndex owner = assets_.find(sender.address);
  if (may_take(at, owner, sender, true)) {
    take(at, owner, sender, true);
    claim_beyond_routers(at, sender);
  }
  return at;
}

// The address lies behind the device.
AssetIndex AssetResolver::route(AssetIndex device, AssetIndex owner, const std::string& reason,
                                const Sighting& host) {
  const AddressUse* use = owner == kNone ? nullptr : use_of(assets_[owner].asset, host.address);
  if (use != nullptr && assets_[owner].by_mac && (owner == device || weak(*use))) {
    assets_.unbind(owner, host.address);
    make_router(owner, reason, host.packet, false);
  }
  make_router(device, reason, host.packet, false);
  return behind_router(host);
}

// Behind no MAC, or behind one that belongs to a group of routers.
AssetIndex AssetResolver::shared_address(const Sighting& host) {
  const AssetIndex at = by_address(host);
  if (!host.mac.empty() && !assets_[at].by_mac) {
    assets_[at].shared = true;
  }
  return at;
}

AssetIndex AssetResolver::by_address(const Sighting& host) {
  const AssetIndex owner = assets_.find(host.address);
  if (owner == kNone) {
    return assets_.add(host.address, host.packet);
  }
  assets_.touch(owner);
  assets_.bind(owner, host.address, host.packet.time, {});
  return owner;
}

// One device whichever VLAN its routed packets are seen in, and the one that ARP showed at home.
AssetIndex AssetResolver::behind_router(const Sighting& host) {
  return by_address({.mac = host.mac,
                     .address = beyond_routers(host.address),
                     .ttl = host.ttl,
                     .claim = host.claim,
                     .packet = host.packet});
}

void AssetResolver::claim_beyond_routers(AssetIndex device, const Sighting& host) {
  const PlacedAddress address = beyond_routers(host.address);
  const AssetIndex owner = assets_.find(address);
  if (host.address.vlan.count == 0 || owner == device ||
      (owner != kNone && assets_[owner].by_mac)) {
    return;  // two devices with one address in different VLANs: the first keeps it
  }
  if (assets_.bind(device, address, host.packet.time, {.confirmed = true, .heard = true}) &&
      owner != kNone) {
    assets_.merge(owner, device);
  }
}

AssetIndex AssetResolver::device(const Sighting& host) {
  const AssetIndex known = assets_.find(host.mac);
  if (known != kNone) {
    assets_.touch(known);
    return known;
  }
  const AssetIndex at = assets_.add(host.mac, host.packet);
  assets_[at].in_tunnel = host.address.tunnel != 0;
  return at;
}

std::string AssetResolver::behind(AssetIndex device, AssetIndex owner, const Sighting& host) const {
  const Asset& asset = assets_[device].asset;
  const IpAddress& ip = host.address.ip;
  if (link_local(ip)) {
    return {};
  }
  const bool others = owner != kNone && owner != device;
  const auto own = [&](const AddressUse& use) { return use.ip != ip && !weak(use); };
  if (!usual_ttl(host.ttl) && (others || std::ranges::any_of(asset.addresses, own))) {
    return fronts(ip, "whose packets crossed a router: TTL " + std::to_string(host.ttl));
  }
  const auto is_private = [&](const AddressUse& use) {
    return use.ip.family == ip.family && !link_local(use.ip) && use.ip.is_private();
  };
  if (!ip.is_private() && std::ranges::any_of(asset.addresses, is_private)) {
    return fronts(ip, "a public address beside private ones");
  }
  return {};
}

bool AssetResolver::may_take(AssetIndex device, AssetIndex owner, const Sighting& host,
                             bool confirmed) const {
  if (owner == kNone || owner == device || !assets_[owner].by_mac) {
    return true;
  }
  const AddressUse* mine = use_of(assets_[device].asset, host.address);
  const AddressUse* theirs = use_of(assets_[owner].asset, host.address);
  if (weak(*theirs) || (mine != nullptr && !weak(*mine) && mine->first < theirs->first)) {
    return true;
  }
  const bool strong = confirmed || host.heard();
  return strong && host.packet.time - theirs->last >= kSilence;
}

std::string AssetResolver::too_many(AssetIndex device, const IpAddress& ip) const {
  std::vector<IpAddress> distinct;  // one address in several VLANs is one
  const Timestamp now = assets_[device].asset.addresses.front().last;  // just taken
  for (const AddressUse& use : assets_[device].asset.addresses) {
    if (use.ip.family == ip.family && !use.confirmed && now - use.last < kAtOnce &&
        !link_local(use.ip) && std::ranges::find(distinct, use.ip) == distinct.end()) {
      distinct.push_back(use.ip);
    }
  }
  const auto shown = std::ssize(distinct);
  if (shown <= (ip.v6() ? kOwnAddressesV6 : kOwnAddressesV4)) {
    return {};
  }
  return "fronts " + std::to_string(shown) + " addresses that ARP did not confirm";
}

void AssetResolver::take(AssetIndex device, AssetIndex owner, const Sighting& host,
                         bool confirmed) {
  const bool bound = assets_.bind(device, host.address, host.packet.time,
                                  {.confirmed = confirmed, .heard = confirmed || host.heard()});
  if (bound && owner != kNone && owner != device && !assets_[owner].by_mac) {
    assets_.merge(owner, device);  // was known by this address alone
  } else if (!bound && confirmed && !assets_[device].router) {
    make_router(device, "answers ARP for more than 16 addresses", host.packet, false);
  }
}

// `of_many`: even what it seemed to send itself is of others.
void AssetResolver::make_router(AssetIndex device, std::string reason, const PacketRef& packet,
                                bool of_many) {
  AssetEntry& entry = assets_[device];
  if (entry.router) {
    return;
  }
  entry.router = true;
  hold(entry.asset, {Role::router, std::move(reason), packet.time});
  const std::vector<AddressUse> uses = entry.asset.addresses;
  for (const AddressUse& use : uses) {
    const PlacedAddress here{use.ip, use.vlan, use.tunnel};
    const bool own = use.confirmed || (use.heard && !of_many) || link_local(use.ip);
    if (own || assets_.find(here) != device) {
      continue;
    }
    assets_.unbind(device, here);
    const PlacedAddress address = beyond_routers(here);
    AssetIndex behind = assets_.find(address);
    if (behind == kNone) {
      PacketRef first = packet;
      first.time = use.first;
      behind = assets_.add(address, first);
    }
    assets_.bind(behind, address, use.last, {});
    Asset& asset = assets_[behind].asset;
    asset.sent |= entry.asset.sent;
    asset.last_seen = std::max(asset.last_seen, use.last);
  }
  assets_.restamp(device);
}

}  // namespace prahari
