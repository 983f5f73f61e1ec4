#include "inventory/record.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace prahari {
namespace {

// Zones of both ends are asked for once an asset, not once a row.
class Zones {
 public:
  Zones(const Inventory& inventory, const Decorate& decorate) {
    for (const AssetIndex at : inventory.parts_in_order()) {
      zones_.emplace(at, decorate(inventory.asset(at)).zone);
    }
  }
  [[nodiscard]] std::string of(AssetIndex asset) const {
    const auto found = zones_.find(asset);
    return found == zones_.end() ? std::string{} : found->second;
  }

 private:
  std::unordered_map<AssetIndex, std::string> zones_;
};

bool is_there(const Inventory& inventory, AssetIndex at) {
  return at != kNone && inventory.shown(at).present();
}

std::string id_of(const Inventory& inventory, AssetIndex at) {
  return is_there(inventory, at) ? inventory.shown(at).id : std::string{};
}

std::string part_id_of(const Inventory& inventory, AssetIndex at) {
  return is_there(inventory, at) ? inventory.asset(at).id : std::string{};
}

std::string zone_of(const Inventory& inventory, const Decorate& decorate, AssetIndex at) {
  return is_there(inventory, at) ? decorate(inventory.asset(at)).zone : std::string{};
}

// With those of the connections that the asset is an end of.
AssetRecord record_of(const Asset& asset, const Decorate& decorate,
                      std::span<const IoConnection> connections) {
  AssetRecord record{asset, decorate(asset), {}, {}};
  sort_for_export(record.asset);
  for (const IoConnection& io : connections) {
    if (io.originator == asset.id || io.target == asset.id) {
      record.io.push_back(io);
    }
  }
  return record;
}

// The connections by the ids of their ends.
class IoByAsset {
 public:
  explicit IoByAsset(const Inventory& inventory) {
    for (const IoConnection& row : inventory.io_connections()) {
      io_[row.originator].push_back(row);
      if (row.target != row.originator) {
        io_[row.target].push_back(row);
      }
    }
  }
  [[nodiscard]] std::span<const IoConnection> of(const std::string& id) const {
    const auto own = io_.find(id);
    return own == io_.end() ? std::span<const IoConnection>{} : std::span{own->second};
  }

 private:
  std::unordered_map<std::string_view, std::vector<IoConnection>> io_;
};

void fill(std::string& value, const std::string& other) {
  if (value.empty()) {
    value = other;
  }
}

// What people say of the row comes first.
void fill(AssetDecoration& site, const AssetDecoration& part) {
  fill(site.name, part.name);
  if (site.zone.empty()) {
    site.zone = part.zone;
    site.level = part.level;
  }
  fill(site.criticality, part.criticality);
  fill(site.owner, part.owner);
  fill(site.location, part.location);
  if (site.tags.empty()) {
    site.tags = part.tags;
  }
}

}  // namespace

void put_together(AssetRecord& row, std::vector<AssetRecord> parts, std::vector<MergeNote> notes) {
  for (AssetRecord& part : parts) {
    absorb(row.asset, part.asset);
    fill(row.site, part.site);
    std::ranges::move(part.io, std::back_inserter(row.io));
  }
  row.merged = std::move(notes);
  sort_for_export(row.asset);
}

AssetRecord part_record(const Inventory& inventory, const Decorate& decorate, AssetIndex at) {
  AssetRecord record = record_of(inventory.asset(at), decorate, inventory.io_connections());
  record.merged = inventory.found_merges(at);
  return record;
}

FlowRecord part_flow_record(const Inventory& inventory, const Decorate& decorate,
                            ConversationIndex at) {
  const Conversation& row = inventory.conversation(at);
  return {row, part_id_of(inventory, row.client), part_id_of(inventory, row.server),
          zone_of(inventory, decorate, row.client), zone_of(inventory, decorate, row.server)};
}

void for_each_asset(const Inventory& inventory, const Decorate& decorate,
                    const std::function<void(const AssetRecord&)>& visit) {
  const IoByAsset io{inventory};
  for (const AssetIndex at : inventory.assets_in_order()) {
    const Asset& asset = inventory.asset(at);
    AssetRecord record = record_of(asset, decorate, io.of(asset.id));
    if (const auto notes = inventory.merges(at); !notes.empty()) {
      std::vector<AssetRecord> parts;
      for (const AssetIndex part : inventory.parts_of(at)) {
        parts.push_back(record_of(inventory.asset(part), decorate, {}));
      }
      put_together(record, std::move(parts), {notes.begin(), notes.end()});
    }
    visit(record);
  }
}

void for_each_part(const Inventory& inventory, const Decorate& decorate,
                   const std::function<void(const AssetRecord&)>& visit) {
  const IoByAsset io{inventory};
  for (const AssetIndex at : inventory.parts_in_order()) {
    AssetRecord record = record_of(inventory.asset(at), decorate, io.of(inventory.asset(at).id));
    record.merged = inventory.found_merges(at);
    visit(record);
  }
}

void for_each_flow(const Inventory& inventory, const Decorate& decorate,
                   const std::function<void(const FlowRecord&)>& visit) {
  const Zones zones{inventory, decorate};
  for (const ConversationIndex at : inventory.conversations_in_order()) {
    const Conversation& row = inventory.conversation(at);
    visit({row, id_of(inventory, row.client), id_of(inventory, row.server), zones.of(row.client),
           zones.of(row.server)});
  }
}

void for_each_part_flow(const Inventory& inventory, const Decorate& decorate,
                        const std::function<void(const FlowRecord&)>& visit) {
  const Zones zones{inventory, decorate};
  for (const ConversationIndex at : inventory.conversations_in_order()) {
    const Conversation& row = inventory.conversation(at);
    visit({row, part_id_of(inventory, row.client), part_id_of(inventory, row.server),
           zones.of(row.client), zones.of(row.server)});
  }
}

Chosen choose(const Asset& asset, Identity::Field field, const VendorAliases& aliases,
              std::uint32_t unit) {
  const Fact* fact = asset.best(field, unit);
  if (fact == nullptr) {
    return {};
  }
  const bool vendor = field == Identity::Field::vendor;
  return {fact, std::string{vendor ? aliases.usual(fact->value) : fact->value}};
}

std::string shown_name(const AssetRecord& record) {
  if (!record.site.name.empty()) {
    return record.site.name;
  }
  const Fact* told = record.asset.best(Identity::Field::name);
  return told == nullptr ? std::string{} : told->value;
}

std::optional<float> shown_level(const AssetRecord& record) {
  return record.site.level ? record.site.level : level_of(record.asset.level);
}

std::string shown_level_reason(const AssetRecord& record) {
  return record.site.level ? "zone " + record.site.zone
                           : std::string{reason_of(record.asset.level)};
}

std::string protocol_text(const Conversation& row) {
  if (row.protocol != Protocol::unknown) {
    return std::string{to_string(row.protocol)};
  }
  std::string out{to_string(row.transport)};
  if (row.transport == Transport::tcp || row.transport == Transport::udp) {
    out += '/';
    out += std::to_string(row.server_port);
  }
  return out;
}

std::vector<std::string_view> protocol_names(std::uint64_t protocols) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Protocol::unknown); ++i) {
    if ((protocols >> i & 1U) != 0) {
      out.push_back(to_string(static_cast<Protocol>(i)));
    }
  }
  return out;
}

std::vector<std::string_view> operation_names(std::uint8_t operations) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < kOperations; ++i) {
    if ((unsigned{operations} >> i & 1U) != 0) {
      out.push_back(to_string(static_cast<Operation>(i)));
    }
  }
  return out;
}

Completeness completeness(const Conversation& row) noexcept {
  const auto messages = [&row](Completeness state) {
    return row.by_state[static_cast<std::size_t>(state)] > 0;
  };
  if (row.one_way_flows > 0 || messages(Completeness::one_way)) {
    return Completeness::one_way;
  }
  if (row.gap_flows > 0 || messages(Completeness::gap)) {
    return Completeness::gap;
  }
  return row.midstream_flows > 0 || messages(Completeness::midstream) ? Completeness::midstream
                                                                      : Completeness::complete;
}

std::string_view capture_name(const PacketRef& packet, const ExportContext& context) {
  return packet.file < context.captures.size() ? std::string_view{context.captures[packet.file]}
                                               : std::string_view{};
}

void sort_for_export(Asset& asset) {
  std::ranges::sort(asset.addresses, [](const AddressUse& a, const AddressUse& b) {
    return std::tie(b.last, a.ip, a.vlan, a.tunnel) < std::tie(a.last, b.ip, b.vlan, b.tunnel);
  });
  std::ranges::sort(asset.roles, {}, &RoleReason::role);
  std::ranges::sort(asset.postures, {}, [](const PostureFact& fact) {
    return std::tie(fact.as_client, fact.protocol, fact.port, fact.aspect, fact.what, fact.text,
                    fact.thumbprint);
  });
  std::ranges::sort(asset.facts, {}, [](const Fact& fact) {
    // The device itself (no unit) comes first.
    return std::tuple{fact.unit + 1, fact.field, 100 - int{fact.confidence}, fact.value,
                      fact.source};
  });
}

}  // namespace prahari
