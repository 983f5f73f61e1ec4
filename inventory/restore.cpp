// What an earlier run knew of an asset, taken over: so that a sensor that was started anew does not
// take its plant for a new one.

#include <algorithm>
#include <utility>

#include "inventory/asset_key.hpp"
#include "inventory/classifier.hpp"
#include "inventory/inventory_impl.hpp"

namespace prahari {
namespace {

PacketRef of_former_run(PacketRef packet) noexcept {
  packet.offset = kNotKept;
  return packet;
}

// As many of these as one asset may have, and as there is room for in all.
template <class Part>
std::vector<Part> first_of(const std::vector<Part>& parts, std::size_t most, bool full) {
  const std::size_t count = full ? 0 : std::min(parts.size(), most);
  return {parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

// Its place under the key that it had.
AssetIndex Inventory::Impl::place_for(const Asset& known) {
  const PacketRef first = of_former_run(known.first_packet);
  if (!known.mac.empty() && known.key == key_text(known.mac)) {
    const AssetIndex at = assets.find(known.mac);
    return at != kNone ? at : assets.add(known.mac, first);
  }
  for (const AddressUse& use : known.addresses) {
    if (known.key == key_text(use.ip, use.vlan, use.tunnel)) {
      const PlacedAddress address{use.ip, use.vlan, use.tunnel};
      const AssetIndex at = assets.find(address);
      return at != kNone ? at : assets.add(address, first);
    }
  }
  return kNone;
}

bool Inventory::Impl::restore(const Asset& known) {
  const AssetIndex at = place_for(known);
  if (at == kNone || assets[at].former) {
    return false;
  }
  AssetEntry& entry = assets[at];
  // What only calls itself a router may front nobody.
  const RoleReason* routes = known.role_reason(Role::router);
  entry.router = routes != nullptr && (routes->reason.starts_with("fronts ") ||
                                       routes->reason.starts_with("answers ARP"));
  for (auto use = known.addresses.rbegin(); use != known.addresses.rend(); ++use) {
    const Evidence how{.confirmed = use->confirmed,
                       .heard = entry.by_mac && known.sent && !entry.router};
    assets.bind(at, {use->ip, use->vlan, use->tunnel}, use->first, how);
    assets.bind(at, {use->ip, use->vlan, use->tunnel}, use->last, how);
  }
  Asset& asset = entry.asset;
  asset.first_seen = std::min(asset.first_seen, known.first_seen);
  asset.last_seen = std::max(asset.last_seen, known.last_seen);
  asset.packets_sent = known.packets_sent;
  asset.packets_received = known.packets_received;
  asset.protocols = known.protocols;
  asset.sent = known.sent;
  asset.spoken_to = true;  // else it would have been no row
  asset.facts = first_of(known.facts, kFactsPerAsset, facts_full());
  asset.units = first_of(known.units, kUnitsPerAsset, units_full());
  asset.postures = first_of(known.postures, kPosturesPerAsset, postures_full());
  facts_ += asset.facts.size();
  units_ += asset.units.size();
  postures_ += asset.postures.size();
  for (Fact& fact : asset.facts) {
    fact.packet = of_former_run(fact.packet);
  }
  for (PostureFact& fact : asset.postures) {
    fact.packet = of_former_run(fact.packet);
  }
  for (const RoleReason& held : known.roles) {
    hold(asset, held);
  }
  asset.level = known.level;
  entry.former = std::make_unique<FormerSelf>(FormerSelf{known.roles, known.level});
  return true;
}

// The address that routers share keeps its group until traffic says so again.
void Inventory::Impl::restore(const MergeNote& note) {
  const std::string_view key{note.key};
  if (note.apart || !note.mac.empty() || !key.starts_with("ip ")) {
    return;
  }
  for (const AssetIndex at : assets.all()) {
    AssetEntry& entry = assets[at];
    entry.shared |= !entry.by_mac && entry.asset.key == key;
  }
}

}  // namespace prahari
