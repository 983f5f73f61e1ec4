#include "inventory/export_csv.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "capture/time_text.hpp"
#include "dissectors/join.hpp"
#include "dissectors/unit.hpp"
#include "inventory/asset_key.hpp"
#include "inventory/conflict.hpp"
#include "inventory/number_text.hpp"

namespace prahari {
namespace {

std::vector<std::string> addresses_of(const Asset& asset) {
  std::vector<std::string> out;
  for (const AddressUse& use : asset.addresses) {
    std::string text = to_string(use.ip);
    if (std::ranges::find(out, text) == out.end()) {  // one address in two VLANs
      out.push_back(std::move(text));
    }
  }
  return out;
}

std::vector<std::string> vlans_of(const Asset& asset) {
  std::set<VlanTags> vlans;
  for (const AddressUse& use : asset.addresses) {
    if (use.vlan.count > 0) {
      vlans.insert(use.vlan);
    }
  }
  std::vector<std::string> out;
  for (const VlanTags& vlan : vlans) {
    append(out.emplace_back(), vlan);
  }
  return out;
}

std::vector<std::string> answering_units(const Asset& asset) {
  std::vector<std::string> out;
  for (const Unit& unit : asset.units) {
    if (unit.responses > 0) {
      out.push_back(is_slot(unit.id) || is_route(unit.id) ? unit_words(unit.id)
                                                          : std::to_string(unit.id));
    }
  }
  return out;
}

std::vector<std::string_view> roles_of(const Asset& asset) {
  std::vector<std::string_view> out;
  out.reserve(asset.roles.size());
  for (const RoleReason& held : asset.roles) {
    out.push_back(to_string(held.role));
  }
  return out;
}

// The keys of what belongs to the same device.
std::vector<std::string_view> merged_with(const AssetRecord& record) {
  std::vector<std::string_view> out;
  for (const MergeNote& note : record.merged) {
    if (!note.apart) {
      out.push_back(note.key);
    }
  }
  return out;
}

// Of what the asset is: the best known of vendor, product and model. Empty if none is known.
std::string confidence_of(const Asset& asset) {
  int best = -1;
  for (const auto field :
       {Identity::Field::vendor, Identity::Field::product, Identity::Field::model}) {
    const Fact* fact = asset.best(field);
    best = fact == nullptr ? best : std::max(best, int{fact->confidence});
  }
  return best < 0 ? std::string{} : std::to_string(best);
}

constexpr auto kAssetColumns = std::to_array<std::string_view>({"id",           "name",
                                                                "vendor",       "model",
                                                                "product",      "firmware",
                                                                "serial",       "roles",
                                                                "level",        "zone",
                                                                "criticality",  "tags",
                                                                "mac",          "nic_vendor",
                                                                "ip",           "vlans",
                                                                "units",        "protocols",
                                                                "first_seen",   "last_seen",
                                                                "packets_sent", "packets_received",
                                                                "confidence",   "key",
                                                                "owner",        "location",
                                                                "conflicts",    "merged"});

constexpr auto kFlowColumns = std::to_array<std::string_view>(
    {"client",         "client_asset",   "server",       "server_asset", "port",
     "transport",      "protocol",       "vlan",         "client_zone",  "server_zone",
     "operations",     "first",          "last",         "packets",      "bytes",
     "client_packets", "server_packets", "client_bytes", "server_bytes", "messages",
     "exceptions",     "completeness",   "flows"});

// Cells of one row, one after another.
class Row {
 public:
  Row& cell(std::string_view text) {
    cells_.push_back({.text = std::string{text}});
    return *this;
  }
  Row& number(std::uint64_t value) {
    cells_.push_back({.number = value, .is_number = true});
    return *this;
  }
  template <class Texts>
  Row& list(const Texts& texts) {
    return cell(joined(texts, ";"));
  }
  std::vector<ExportCell> take() { return std::move(cells_); }

 private:
  std::vector<ExportCell> cells_;
};

void header(CsvWriter& csv, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    csv.cell(name);
  }
  csv.end_row();
}

void write_row(CsvWriter& csv, std::span<const ExportCell> cells) {
  for (const ExportCell& cell : cells) {
    cell.is_number ? csv.number(cell.number) : csv.cell(cell.text);
  }
  csv.end_row();
}

}  // namespace

std::span<const std::string_view> asset_columns() noexcept { return kAssetColumns; }
std::span<const std::string_view> flow_columns() noexcept { return kFlowColumns; }

std::vector<ExportCell> asset_cells(const AssetRecord& record, const ExportContext& context) {
  const Asset& asset = record.asset;
  const auto value = [&](Identity::Field field) {
    return choose(asset, field, context.aliases).value;
  };
  std::string model = value(Identity::Field::model);
  if (model.empty()) {
    model = value(Identity::Field::order_number);  // what a buyer calls the model
  }
  return Row{}
      .cell(asset.id)
      .cell(shown_name(record))
      .cell(value(Identity::Field::vendor))
      .cell(model)
      .cell(value(Identity::Field::product))
      .cell(value(Identity::Field::firmware))
      .cell(value(Identity::Field::serial))
      .list(roles_of(asset))
      .cell(level_text(shown_level(record)))
      .cell(record.site.zone)
      .cell(record.site.criticality)
      .list(record.site.tags)
      .cell(asset.mac.empty() ? std::string{} : to_string(asset.mac))
      .cell(asset.nic_vendor)
      .list(addresses_of(asset))
      .list(vlans_of(asset))
      .list(answering_units(asset))
      .list(protocol_names(asset.protocols))
      .cell(format_time(asset.first_seen))
      .cell(format_time(asset.last_seen))
      .number(asset.packets_sent)
      .number(asset.packets_received)
      .cell(confidence_of(asset))
      .cell(asset.key)
      .cell(record.site.owner)
      .cell(record.site.location)
      .list(conflict_words(asset, context.aliases))
      .list(merged_with(record))
      .take();
}

std::vector<ExportCell> flow_cells(const FlowRecord& record) {
  const Conversation& row = record.row;
  const bool has_port = row.transport == Transport::tcp || row.transport == Transport::udp;
  std::string vlan;
  append(vlan, row.vlan);
  return Row{}
      .cell(to_string(row.client_ip))
      .cell(record.client_asset)
      .cell(to_string(row.server_ip))
      .cell(record.server_asset)
      .cell(has_port ? std::to_string(row.server_port) : std::string{})
      .cell(to_string(row.transport))
      .cell(protocol_text(row))
      .cell(vlan)
      .cell(record.client_zone)
      .cell(record.server_zone)
      .list(operation_names(row.operations))
      .cell(format_time(row.first))
      .cell(format_time(row.last))
      .number(row.packets[0] + row.packets[1])
      .number(row.bytes[0] + row.bytes[1])
      .number(row.packets[0])
      .number(row.packets[1])
      .number(row.bytes[0])
      .number(row.bytes[1])
      .number(row.messages)
      .number(row.exceptions)
      .cell(to_string(completeness(row)))
      .number(row.flows)
      .take();
}

AssetCsv::AssetCsv(std::ostream& out, const ExportContext& context) : csv_(out), context_(context) {
  header(csv_, kAssetColumns);
}

void AssetCsv::write(const AssetRecord& record) { write_row(csv_, asset_cells(record, context_)); }

FlowCsv::FlowCsv(std::ostream& out) : csv_(out) { header(csv_, kFlowColumns); }

void FlowCsv::write(const FlowRecord& record) { write_row(csv_, flow_cells(record)); }

}  // namespace prahari
