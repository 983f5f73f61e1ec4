// All assets, found by MAC address or by IP address within its VLAN and tunnel.
//
// Bounded: the least recently seen asset goes. Knows nothing of routers; AssetResolver decides to
// whom an address belongs. Analyst thread.

#pragma once

#include <cstdint>
#include <vector>

#include "inventory/asset_entry.hpp"
#include "inventory/lru_slots.hpp"
#include "inventory/oui.hpp"
#include "inventory/tag_index.hpp"

namespace prahari {

inline constexpr std::uint32_t kSpareAddresses = 65'536;  // of all assets, beyond one for each

// An IP address where it means something.
struct PlacedAddress {
  IpAddress ip;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
};

// How it is known that an asset uses an address.
struct Evidence {
  bool confirmed = false;
  bool heard = false;
};

class AssetTable {
 public:
  AssetTable(const OuiTable& oui, std::uint32_t limit);

  [[nodiscard]] AssetIndex find(const MacAddress& mac) const noexcept;
  [[nodiscard]] AssetIndex find(const PlacedAddress& address) const noexcept;

  AssetIndex add(const MacAddress& mac, const PacketRef& packet);
  AssetIndex add(const PlacedAddress& address, const PacketRef& packet);

  // Notes that the asset uses the address and makes find() lead to it.
  // False when the asset has no room for another address.
  bool bind(AssetIndex index, const PlacedAddress& address, Timestamp now, Evidence how);
  // The asset no longer has this address.
  void unbind(AssetIndex index, const PlacedAddress& address);
  // Moves addresses, facts, units and counts of `from`, which is gone afterwards.
  void merge(AssetIndex from, AssetIndex into);
  // Forgets all posture facts of the assets that were not seen for longest, until `least` of them
  // went or no other than `but` has any. How many went.
  std::uint32_t forget_postures(AssetIndex but, std::size_t least);
  // The asset's cached bindings no longer hold.
  void restamp(AssetIndex index) noexcept { slots_[index].stamp = ++stamps_; }

  // Makes it the most recently seen, so that no addition that follows can evict it.
  void touch(AssetIndex index) noexcept { slots_.use(index); }
  // The same for each message: cheap, since the order changes only now and then.
  void seen(AssetIndex index, AssetEntry& entry, std::uint32_t event_count) noexcept {
    if (event_count - entry.used > patience_) {
      entry.used = event_count;
      slots_.use(index);
    }
  }

  [[nodiscard]] AssetEntry& operator[](AssetIndex index) noexcept { return slots_[index]; }
  [[nodiscard]] const AssetEntry& operator[](AssetIndex index) const noexcept {
    return slots_[index];
  }
  [[nodiscard]] std::uint32_t generation(AssetIndex index) const noexcept {
    return slots_.generation(index);
  }
  [[nodiscard]] bool alive(AssetIndex index) const noexcept { return slots_.alive(index); }
  [[nodiscard]] bool alive(AssetIndex index, std::uint32_t generation) const noexcept {
    return slots_.alive(index, generation);
  }
  [[nodiscard]] std::vector<AssetIndex> all() const;
  [[nodiscard]] std::uint32_t end() const noexcept { return slots_.end(); }
  [[nodiscard]] std::uint32_t size() const noexcept { return slots_.size(); }

  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }
  [[nodiscard]] std::uint64_t addresses_dropped() const noexcept { return addresses_dropped_; }
  // Facts and units of assets that went, so that the totals can be kept.
  [[nodiscard]] std::uint64_t facts_freed() const noexcept { return facts_freed_; }
  [[nodiscard]] std::uint64_t units_freed() const noexcept { return units_freed_; }
  [[nodiscard]] std::uint64_t postures_freed() const noexcept { return postures_freed_; }

 private:
  AssetIndex add(std::string key, const PacketRef& packet);
  void remove(AssetIndex index);
  void index(const PlacedAddress& address, AssetIndex index);

  const OuiTable& oui_;
  std::uint32_t limit_;
  std::uint32_t patience_;  // events between two changes of one asset's place in the order
  LruSlots<AssetEntry> slots_;
  TagIndex by_mac_;
  TagIndex by_address_;
  std::uint32_t stamps_ = 0;
  std::uint32_t addresses_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint64_t addresses_dropped_ = 0;
  std::uint64_t facts_freed_ = 0;
  std::uint64_t units_freed_ = 0;
  std::uint64_t postures_freed_ = 0;
};

}  // namespace prahari
