#include "inventory/inventory.hpp"

#include <algorithm>
#include <utility>

#include "inventory/classifier.hpp"
#include "inventory/inventory_impl.hpp"

namespace prahari {

// For each asset, of how many devices it asked something in an OT protocol.
std::vector<std::uint32_t> Inventory::Impl::count_asked() {
  std::vector<std::pair<AssetIndex, AssetIndex>> pairs;
  for (const ConversationIndex at : conversations.all()) {
    conversations.mend(at);
    const Conversation& row = conversations[at];
    if (row.messages > 0 && row.client != kNone && row.server != kNone) {
      pairs.emplace_back(row.client, row.server);
    }
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<std::uint32_t> asked(assets.end(), 0);
  for (const auto& pair : pairs) {
    ++asked[pair.first];
  }
  return asked;
}

void Inventory::Impl::settle() {
  const std::vector<std::uint32_t> asked = count_asked();
  for (const AssetIndex at : assets.all()) {
    classify(assets[at], asked[at]);
  }
  settle_rows();
  settle_io();
}

// Whose addresses they are now.
void Inventory::Impl::settle_io() {
  io_rows.clear();
  for (PlacedIo& row : io.rows()) {
    const auto id_of = [&](const IpAddress& ip) {
      const AssetIndex at = assets.find(PlacedAddress{ip, row.place.vlan, row.place.tunnel});
      return at == kNone ? std::string{} : shown_id(at);
    };
    row.connection.originator = id_of(row.connection.originator_ip);
    row.connection.target = id_of(row.connection.target_ip);
    io_rows.push_back(std::move(row.connection));
  }
}

const std::vector<ConversationIndex>& Inventory::Impl::conversations_in_order() {
  auto& [all, as_of, known] = conversation_order_;
  if (!known || as_of != events_) {
    all = conversations.all();
    for (const ConversationIndex at : all) {
      conversations.mend(at);
    }
    std::ranges::sort(all, [this](ConversationIndex a, ConversationIndex b) {
      return conversations[a].comes_before(conversations[b]);
    });
    as_of = events_;
    known = true;
  }
  return all;
}

Inventory::Inventory(const OuiTable& oui, InventoryLimits limits)
    : impl_(std::make_unique<Impl>(oui, limits)) {}

Inventory::~Inventory() = default;

void Inventory::expect(std::span<const FlowId> flows) const noexcept { impl_->expect(flows); }

Parties Inventory::on_event(const Event& event) {
  impl_->tick();
  switch (event.kind) {
    case EventKind::host:
      return impl_->on_host(event);
    case EventKind::flow:
      return impl_->on_flow(event);
    case EventKind::message:
    case EventKind::tally:
      return impl_->on_message(event);
    case EventKind::identity:
      return impl_->on_identity(event);
    case EventKind::posture:
      return impl_->on_posture(event);
    case EventKind::connection:
      return impl_->on_connection(event);
    case EventKind::production:
      return impl_->on_production(event);
    case EventKind::target_name:
      return impl_->on_target_name(event);
    case EventKind::anomaly:
      return impl_->parties_of(event);
  }
  return {};
}

bool Inventory::restore(const Asset& known) {
  impl_->tick();
  return impl_->restore(known);
}

void Inventory::settle() { impl_->settle(); }

const Asset& Inventory::asset(AssetIndex index) const {
  static const Asset kNobody;
  return impl_->assets.alive(index) ? impl_->assets[index].asset : kNobody;
}

const Conversation& Inventory::conversation(ConversationIndex index) const {
  impl_->conversations.mend_if_stale(index);
  return impl_->conversations[index];
}

bool Inventory::alive(AssetIndex index, std::uint32_t generation) const {
  return impl_->assets.alive(index, generation);
}

std::uint32_t Inventory::generation(AssetIndex index) const {
  return impl_->assets.generation(index);
}

std::string_view Inventory::target_name(AssetIndex index, std::string_view table,
                                        std::string_view text) const {
  return impl_->assets.alive(index)
             ? impl_->target_names.name_of(index, generation(index), table, text)
             : std::string_view{};
}

std::uint64_t Inventory::answered_in(AssetIndex index) const {
  const auto& behaviour = impl_->assets[index].behaviour;
  return behaviour ? behaviour->answered_in : 0;
}

void Inventory::give_role(AssetIndex index, RoleReason role) {
  impl_->give_role(index, std::move(role));
}

AssetIndex Inventory::find(const IpAddress& ip, const VlanTags& vlan, std::uint32_t tunnel) const {
  return impl_->assets.find(PlacedAddress{ip, vlan, tunnel});
}

AssetIndex Inventory::find(const MacAddress& mac) const { return impl_->assets.find(mac); }

std::vector<AssetIndex> Inventory::assets_in_order() const {
  std::vector<AssetIndex> out = parts_in_order();
  std::erase_if(out, [this](AssetIndex at) { return row_of(at) != at; });
  return out;
}

std::vector<AssetIndex> Inventory::parts_in_order() const {
  std::vector<std::pair<std::string_view, AssetIndex>> parts;
  for (const AssetIndex at : impl_->assets.all()) {
    if (shown(at).present()) {
      parts.emplace_back(asset(at).id, at);
    }
  }
  std::ranges::sort(parts);
  std::vector<AssetIndex> out(parts.size());
  std::ranges::transform(parts, out.begin(), [](const auto& part) { return part.second; });
  return out;
}

std::uint64_t Inventory::asked_only() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      impl_->assets.all(), [this](AssetIndex at) { return !shown(at).present(); }));
}

std::vector<ConversationIndex> Inventory::conversations_in_order() const {
  return impl_->conversations_in_order();
}

std::span<const IoConnection> Inventory::io_connections() const noexcept { return impl_->io_rows; }

const InventoryStats& Inventory::stats() const noexcept {
  InventoryStats& stats = impl_->stats;
  stats.assets_evicted = impl_->assets.evicted();
  stats.conversations_evicted = impl_->conversations.evicted();
  stats.addresses_dropped = impl_->assets.addresses_dropped();
  stats.io_evicted = impl_->io.evicted();
  stats.names_evicted = impl_->target_names.evicted();
  return stats;
}

}  // namespace prahari
