#include "inventory/asset_table.hpp"

#include <algorithm>
#include <utility>

#include "dissectors/hash.hpp"
#include "inventory/asset_key.hpp"
#include "inventory/classifier.hpp"
#include "inventory/fact_book.hpp"
#include "inventory/posture_book.hpp"

namespace prahari {
namespace {

constexpr std::size_t kAddressesPerAsset = 16;
constexpr std::chrono::hours kHistory{1};  // that no address gives way to a new one
constexpr std::uint32_t kPatience = 1024;
constexpr std::uint32_t kLeast = 32;  // one event may add a router and what it fronts

std::uint64_t hash_of(const MacAddress& mac) noexcept {
  return Hasher{process_seed()}.add(mac).value();
}

std::uint64_t hash_of(const PlacedAddress& address) noexcept {
  const auto& ids = address.vlan.ids;
  return Hasher{process_seed()}
      .add(address.ip)
      .add(std::uint64_t{ids[0]} << 48U | std::uint64_t{ids[1]} << 32U |
           std::uint64_t{ids[2]} << 16U | address.vlan.count)
      .add(address.tunnel)
      .value();
}

bool same(const AddressUse& use, const PlacedAddress& address) noexcept {
  return use.ip == address.ip && use.vlan == address.vlan && use.tunnel == address.tunnel;
}

auto use_of(Asset& asset, const PlacedAddress& address) noexcept {
  return std::ranges::find_if(asset.addresses,
                              [&](const AddressUse& use) { return same(use, address); });
}

PlacedAddress place_of(const AddressUse& use) noexcept { return {use.ip, use.vlan, use.tunnel}; }

// Whether this is how routers show an address that the asset has in a VLAN of its own.
bool is_routed_view(const std::vector<AddressUse>& uses, const PlacedAddress& address) noexcept {
  return address.vlan.count == 0 && std::ranges::any_of(uses, [&](const AddressUse& use) {
           return use.ip == address.ip && use.vlan.count > 0 && use.tunnel == address.tunnel;
         });
}

}  // namespace

AssetTable::AssetTable(const OuiTable& oui, std::uint32_t limit)
    : oui_(oui), limit_(std::max(limit, kLeast)), patience_(std::min(kPatience, limit_ / 64)) {}

AssetIndex AssetTable::find(const MacAddress& mac) const noexcept {
  return by_mac_.find(hash_of(mac), [&](AssetIndex at) { return slots_[at].asset.mac == mac; });
}

AssetIndex AssetTable::find(const PlacedAddress& address) const noexcept {
  return by_address_.find(hash_of(address), [&](AssetIndex at) {
    return std::ranges::any_of(slots_[at].asset.addresses,
                               [&](const AddressUse& use) { return same(use, address); });
  });
}

AssetIndex AssetTable::add(const MacAddress& mac, const PacketRef& packet) {
  const AssetIndex at = add(key_text(mac), packet);
  AssetEntry& entry = slots_[at];
  entry.by_mac = true;
  entry.asset.mac = mac;
  entry.asset.nic_vendor = oui_.vendor(mac);
  by_mac_.insert(hash_of(mac), at);
  return at;
}

AssetIndex AssetTable::add(const PlacedAddress& address, const PacketRef& packet) {
  const AssetIndex at = add(key_text(address.ip, address.vlan, address.tunnel), packet);
  bind(at, address, packet.time, {});
  return at;
}

AssetIndex AssetTable::add(std::string key, const PacketRef& packet) {
  if (slots_.size() == limit_) {
    remove(slots_.oldest());
    ++evicted_;
  }
  const AssetIndex at = slots_.add();
  restamp(at);
  Asset& asset = slots_[at].asset;
  asset.id = asset_id(key);
  asset.id.shrink_to_fit();  // for good, and there are many
  key.shrink_to_fit();
  asset.key = std::move(key);
  asset.first_seen = packet.time;
  asset.last_seen = packet.time;
  asset.first_packet = packet;
  return at;
}

bool AssetTable::bind(AssetIndex index, const PlacedAddress& address, Timestamp now, Evidence how) {
  auto& uses = slots_[index].asset.addresses;
  auto use = use_of(slots_[index].asset, address);
  if (use == uses.end()) {
    if (uses.size() == kAddressesPerAsset && now - uses.back().last >= kHistory) {
      const PlacedAddress oldest = place_of(uses.back());  // of a client of DHCP, say
      unbind(index, oldest);
      ++addresses_dropped_;
    }
    const bool spare = uses.empty() || addresses_ < slots_.size() + kSpareAddresses;
    if (uses.size() == kAddressesPerAsset || !spare) {
      ++addresses_dropped_;
      return false;
    }
    uses.reserve(uses.size() + 1);                    // most have one; doubling would waste
    const bool last = is_routed_view(uses, address);  // the asset's own place stays in front
    uses.insert(last ? uses.end() : uses.begin(), AddressUse{.ip = address.ip,
                                                             .vlan = address.vlan,
                                                             .confirmed = how.confirmed,
                                                             .heard = how.heard,
                                                             .tunnel = address.tunnel,
                                                             .first = now,
                                                             .last = now});
    ++addresses_;
  } else {
    use->confirmed |= how.confirmed;
    use->heard |= how.heard;
    use->first = std::min(use->first, now);
    use->last = std::max(use->last, now);
    if (!is_routed_view(uses, address)) {
      std::rotate(uses.begin(), use, use + 1);
    }
  }
  this->index(address, index);
  return true;
}

void AssetTable::index(const PlacedAddress& address, AssetIndex index) {
  const std::uint64_t hash = hash_of(address);
  const AssetIndex owner = find(address);
  if (owner == index) {
    return;
  }
  if (owner != kNone) {
    by_address_.erase(hash, owner);
    restamp(owner);
  }
  by_address_.insert(hash, index);
}

void AssetTable::unbind(AssetIndex index, const PlacedAddress& address) {
  auto& uses = slots_[index].asset.addresses;
  const auto use = use_of(slots_[index].asset, address);
  if (use != uses.end()) {
    by_address_.erase(hash_of(address), index);
    uses.erase(use);
    --addresses_;
    restamp(index);
  }
}

void AssetTable::merge(AssetIndex from, AssetIndex into) {
  Asset& old = slots_[from].asset;
  const std::vector<AddressUse> uses = old.addresses;
  for (const AddressUse& use : uses) {
    unbind(from, place_of(use));
    bind(into, place_of(use), use.first, {use.confirmed, use.heard});
    bind(into, place_of(use), use.last, {use.confirmed, use.heard});
  }
  Asset& asset = slots_[into].asset;
  merge_sightings(old, asset);
  // remove() takes all of `from` for freed.
  facts_freed_ -= merge_facts(old, asset);
  units_freed_ -= merge_units(old, asset);
  postures_freed_ -= merge_postures(old, asset);
  merge_behaviour(slots_[from], slots_[into]);
  for (RoleReason& role : old.roles) {
    hold(asset, std::move(role));
  }
  remove(from);
}

std::uint32_t AssetTable::forget_postures(AssetIndex but, std::size_t least) {
  std::size_t went = 0;
  for (AssetIndex at = slots_.oldest(); at != kNone && went < least; at = slots_.newer(at)) {
    if (at != but) {
      went += slots_[at].asset.postures.size();
      slots_[at].asset.postures = {};
    }
  }
  return static_cast<std::uint32_t>(went);
}

void AssetTable::remove(AssetIndex index) {
  AssetEntry& entry = slots_[index];
  if (entry.by_mac) {
    by_mac_.erase(hash_of(entry.asset.mac), index);
  }
  for (const AddressUse& use : entry.asset.addresses) {
    by_address_.erase(hash_of(place_of(use)), index);
  }
  addresses_ -= static_cast<std::uint32_t>(entry.asset.addresses.size());
  facts_freed_ += entry.asset.facts.size();
  units_freed_ += entry.asset.units.size();
  postures_freed_ += entry.asset.postures.size();
  slots_.erase(index);
}

std::vector<AssetIndex> AssetTable::all() const {
  std::vector<AssetIndex> out;
  out.reserve(slots_.size());
  for (AssetIndex at = 0; at < slots_.end(); ++at) {
    if (slots_.alive(at)) {
      out.push_back(at);
    }
  }
  return out;
}

}  // namespace prahari
