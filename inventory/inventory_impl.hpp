// Behind Inventory: the tables, and what each kind of event does to them.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "inventory/asset_resolver.hpp"
#include "inventory/conversation_table.hpp"
#include "inventory/fact_book.hpp"
#include "inventory/flow_notes.hpp"
#include "inventory/inventory.hpp"
#include "inventory/io_book.hpp"
#include "inventory/posture_book.hpp"
#include "inventory/target_names.hpp"

namespace prahari {

class Inventory::Impl {
 public:
  Impl(const OuiTable& oui, InventoryLimits limits)
      : assets(oui, limits.assets),
        conversations(assets, limits.conversations),
        io(limits.io_connections, 2 * limits.io_connections) {}

  void expect(std::span<const FlowId> flows) const noexcept;
  Parties on_host(const Event& event);
  Parties on_flow(const Event& event);
  Parties on_message(const Event& event);
  Parties on_identity(const Event& event);
  Parties on_posture(const Event& event);
  Parties on_connection(const Event& event);
  Parties on_production(const Event& event);
  Parties on_target_name(const Event& event);
  void settle();
  bool restore(const Asset& known);
  void restore(const MergeNote& note);

  void give_role(AssetIndex index, RoleReason role);

  // One device of several assets.
  struct Row {
    Asset whole;
    std::vector<AssetIndex> parts;  // the row's own is none of them
    std::vector<MergeNote> notes;
  };
  // The row that holds at this position; null where the asset is alone, or another by now.
  [[nodiscard]] const Row* row_at(AssetIndex index) const;
  [[nodiscard]] AssetIndex row_index(AssetIndex index) const;

  AssetTable assets;
  ConversationTable conversations;
  IoBook io;
  TargetNames target_names;
  std::vector<IoConnection> io_rows;    // as of the last settle()
  std::vector<MergeNote> found_merges;  // likewise
  std::vector<MergeOrder> orders;
  mutable InventoryStats stats;

  [[nodiscard]] bool facts_full() const noexcept {
    return facts_ - assets.facts_freed() >= kFactsInAll;
  }
  [[nodiscard]] bool units_full() const noexcept {
    return units_ - assets.units_freed() >= kUnitsInAll;
  }

  [[nodiscard]] bool postures_full() const noexcept {
    return postures_ - assets.postures_freed() >= kPosturesInAll;
  }

  Parties parties_of(const Event& event);
  void tick() noexcept { ++events_; }

  // In its fixed order; found once and kept until the next event.
  const std::vector<ConversationIndex>& conversations_in_order();

 private:
  template <class Index>
  struct Order {
    std::vector<Index> all;
    std::uint32_t as_of = 0;  // event count
    bool known = false;
  };

  AssetIndex place_for(const Asset& known);
  FlowNote& note_of(const Event& event);
  [[nodiscard]] static bool holds(const FlowNote& note, const Event& event) noexcept;
  FlowNote& seen_note_of(const Event& event);
  void link(FlowNote& note, const Event& event, bool claim);
  void leave(FlowNote& note, ConversationIndex next);
  void close(FlowNote& note, const Event& event);
  static void believe_ends(const FlowNote& note, const Event& event) noexcept;
  void count_unit(FlowNote& note, const Event& event);
  [[nodiscard]] NotedAsset noted(AssetIndex asset) noexcept;
  void saw(const NotedAsset& asset, Timestamp now) noexcept;
  AssetIndex resolve(const Endpoint& end, const Event& event, std::uint8_t ttl, bool claim);
  std::vector<std::uint32_t> count_asked();
  void settle_io();
  void settle_rows();
  [[nodiscard]] std::string shown_id(AssetIndex index) const;

  // Where an asset is, as of the last settle(); `generation` of the asset itself.
  struct Place {
    AssetIndex row = kNone;
    std::uint32_t generation = 0;
    std::uint32_t row_generation = 0;
  };
  std::unordered_map<AssetIndex, Place> places_;
  std::unordered_map<AssetIndex, Row> rows_;
  AssetResolver resolver_{assets};
  FlowNotes notes_;
  FlowNote stray_;  // stands in for an event that belongs to no flow
  std::uint32_t events_ = 0;
  std::uint64_t facts_ = 0;
  std::uint64_t units_ = 0;
  std::uint64_t postures_ = 0;
  Order<ConversationIndex> conversation_order_;
};

}  // namespace prahari
