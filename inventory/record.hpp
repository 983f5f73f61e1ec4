// One row of an export, filled from the live inventory or from the database: both then print the
// same bytes. Also what the site file adds to an asset.

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inventory/inventory.hpp"
#include "inventory/vendor_aliases.hpp"

namespace prahari {

// What people say about an asset. Empty: nothing.
struct AssetDecoration {
  std::string name;
  std::string zone;
  std::string criticality;
  std::string owner;
  std::string location;
  std::vector<std::string> tags;
  std::optional<float> level;  // of its zone; overrules the proposal
};
using Decorate = std::function<AssetDecoration(const Asset&)>;

struct AssetRecord {
  Asset asset;
  AssetDecoration site;
  std::vector<IoConnection> io;   // that the asset is an end of
  std::vector<MergeNote> merged;  // what belongs to it, and what was not put together with it
};

// Puts the parts of a device into its row. The notes are those of the row.
void put_together(AssetRecord& row, std::vector<AssetRecord> parts, std::vector<MergeNote> notes);

struct FlowRecord {
  Conversation row;  // its asset positions mean nothing here
  std::string client_asset;
  std::string server_asset;
  std::string client_zone;
  std::string server_zone;
};

// What every export needs besides the rows. All must outlive it.
struct ExportContext {
  std::span<const std::string> captures;  // by PacketRef::file
  const VendorAliases& aliases;
};

// One asset or conversation as the database keeps it: each part of a device for itself. Call
// Inventory::settle() before.
[[nodiscard]] AssetRecord part_record(const Inventory& inventory, const Decorate& decorate,
                                      AssetIndex at);
[[nodiscard]] FlowRecord part_flow_record(const Inventory& inventory, const Decorate& decorate,
                                          ConversationIndex at);

// Visits in the fixed order, one at a time. Call Inventory::settle() before.
void for_each_asset(const Inventory& inventory, const Decorate& decorate,
                    const std::function<void(const AssetRecord&)>& visit);
void for_each_flow(const Inventory& inventory, const Decorate& decorate,
                   const std::function<void(const FlowRecord&)>& visit);
// Likewise as the database keeps them.
void for_each_part(const Inventory& inventory, const Decorate& decorate,
                   const std::function<void(const AssetRecord&)>& visit);
void for_each_part_flow(const Inventory& inventory, const Decorate& decorate,
                        const std::function<void(const FlowRecord&)>& visit);

// A value to show, under the vendor's usual name; `fact` is null if it is unknown.
struct Chosen {
  const Fact* fact = nullptr;
  std::string value;
};
[[nodiscard]] Chosen choose(const Asset& asset, Identity::Field field, const VendorAliases& aliases,
                            std::uint32_t unit = Identity::kNoUnit);

// The site's name, or the name that the device told.
[[nodiscard]] std::string shown_name(const AssetRecord& record);
[[nodiscard]] std::optional<float> shown_level(const AssetRecord& record);
[[nodiscard]] std::string shown_level_reason(const AssetRecord& record);
// "modbus", "tcp/443", "icmp", as a conduit names it.
[[nodiscard]] std::string protocol_text(const Conversation& row);
[[nodiscard]] std::vector<std::string_view> protocol_names(std::uint64_t protocols);
[[nodiscard]] std::vector<std::string_view> operation_names(std::uint8_t operations);
// The worst that befell any flow of it.
[[nodiscard]] Completeness completeness(const Conversation& row) noexcept;
// Name of the capture, empty if the number has none.
[[nodiscard]] std::string_view capture_name(const PacketRef& packet, const ExportContext& context);

// The parts of an asset in an order that depends on content only, as the exports print them.
void sort_for_export(Asset& asset);

}  // namespace prahari
