// Everything that is remembered about the network: assets and conversations.
//
// The analyst thread owns it and feeds it every event in order, before the rules see the event.
// Bounded: 65,536 assets, 262,144 conversations; the least recently seen goes, and is counted.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dissectors/event.hpp"
#include "inventory/asset.hpp"
#include "inventory/io_connection.hpp"
#include "inventory/merge.hpp"
#include "inventory/oui.hpp"

namespace prahari {

struct InventoryLimits {
  std::uint32_t assets = 65'536;
  std::uint32_t conversations = 262'144;
  std::uint32_t io_connections = 4096;  // and twice as many streams of data
};

struct InventoryStats {
  std::uint64_t assets_evicted = 0;
  std::uint64_t conversations_evicted = 0;
  std::uint64_t postures_evicted = 0;
  std::uint64_t facts_dropped = 0;  // beyond the bound of one asset, or of all
  std::uint64_t units_dropped = 0;
  std::uint64_t addresses_dropped = 0;
  std::uint64_t io_evicted = 0;     // connections and streams of cyclic data
  std::uint64_t names_evicted = 0;  // of targets
};

// Whom the event is about. kNone where the address names no host (broadcast, multicast, none).
struct Parties {
  AssetIndex client = kNone;
  AssetIndex server = kNone;
  ConversationIndex conversation = kNone;
};

class Inventory {
 public:
  // `oui` must outlive the inventory.
  explicit Inventory(const OuiTable& oui, InventoryLimits limits = {});
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;
  ~Inventory();

  // Events of these flows come soon: asks memory for what is known about them.
  void expect(std::span<const FlowId> flows) const noexcept;

  // Learns from the event and says whom it is about.
  Parties on_event(const Event& event);

  // Takes over what an earlier run knew of an asset, before any event. Its packets are those of
  // that run: their references lead nowhere (kNotKept). Those seen last come last. False where it
  // cannot be told what the asset is known by.
  bool restore(const Asset& known);
  // Likewise what it knew to be one device of which this is a part or the row; after restore().
  void restore(const MergeNote& note);
  // What people say of which assets are one device. Holds from the next settle() on.
  void follow(std::vector<MergeOrder> orders);

  // Derives roles and the like from what was counted. Cheap enough to be called before each look.
  void settle();

  // An empty asset where there is none: kNone, or evicted.
  [[nodiscard]] const Asset& asset(AssetIndex index) const;
  [[nodiscard]] const Conversation& conversation(ConversationIndex index) const;

  // Rows: assets that are one device are one, as of the last settle(). The whole device that the
  // asset is, or belongs to; the position of its row; and what was put together, or was not.
  [[nodiscard]] const Asset& shown(AssetIndex index) const;
  [[nodiscard]] AssetIndex row_of(AssetIndex index) const;
  [[nodiscard]] std::vector<AssetIndex> parts_of(AssetIndex row) const;
  [[nodiscard]] std::span<const MergeNote> merges(AssetIndex row) const;
  // What the traffic alone shows, where the asset is row or part.
  [[nodiscard]] std::vector<MergeNote> found_merges(AssetIndex index) const;

  // False when the asset that had this position and generation is gone.
  [[nodiscard]] bool alive(AssetIndex index, std::uint32_t generation) const;
  [[nodiscard]] std::uint32_t generation(AssetIndex index) const;

  // What the asset calls that target of its own (target_names.hpp); empty where nobody was told. As
  // on the wire. Valid until the next event.
  [[nodiscard]] std::string_view target_name(AssetIndex index, std::string_view table,
                                             std::string_view text) const;

  // In which protocols it answered so far, bit per Protocol; known before settle().
  [[nodiscard]] std::uint64_t answered_in(AssetIndex index) const;

  // For what only a rule can see, such as a scanner. Held from then on.
  void give_role(AssetIndex index, RoleReason role);

  // The asset that has this address now, or kNone.
  [[nodiscard]] AssetIndex find(const IpAddress& ip, const VlanTags& vlan,
                                std::uint32_t tunnel = 0) const;
  [[nodiscard]] AssetIndex find(const MacAddress& mac) const;

  // All that are present, in an order that depends on content only: rows by id, conversations by
  // client, server, port, protocol and VLAN.
  [[nodiscard]] std::vector<AssetIndex> assets_in_order() const;
  // Likewise each asset for itself, with all parts of rows that are present.
  [[nodiscard]] std::vector<AssetIndex> parts_in_order() const;
  [[nodiscard]] std::vector<ConversationIndex> conversations_in_order() const;

  // Connections for cyclic data, as of the last settle(), in an order that depends on content only:
  // by target, originator and serial.
  [[nodiscard]] std::span<const IoConnection> io_connections() const noexcept;

  // Addresses that were asked and never answered: remembered, and no assets.
  [[nodiscard]] std::uint64_t asked_only() const;

  [[nodiscard]] const InventoryStats& stats() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
