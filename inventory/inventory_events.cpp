#include <algorithm>
#include <span>
#include <utility>

#include "dissectors/prefetch.hpp"
#include "dissectors/reader.hpp"
#include "dissectors/unit.hpp"
#include "inventory/asset_key.hpp"
#include "inventory/classifier.hpp"
#include "inventory/inventory_impl.hpp"

namespace prahari {
namespace {

constexpr std::uint8_t kRoutedPenalty = 20;  // identification.md section 2

// Different for the two ends of any flow.
std::uint64_t orientation_of(const Endpoint& client) noexcept {
  const auto [low, high] = client.ip.words();
  return (low ^ (high * 0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd + client.port;
}

// Whether the number in Target::unit names a device behind the address.
bool numbers_units(Protocol protocol, std::uint32_t unit) noexcept {
  return protocol == Protocol::modbus || is_slot(unit) || is_route(unit);
}

bool has_ports(Transport transport) noexcept {
  return transport == Transport::tcp || transport == Transport::udp;
}

// The key of the event's conversation; its ends are not set.
Conversation key_of(const Event& event, Protocol protocol) noexcept {
  Conversation key;
  key.client_ip = event.client.ip;
  key.server_ip = event.server.ip;
  key.vlan = event.vlan;
  key.tunnel = event.tunnel;
  key.transport = event.transport;
  key.server_port = has_ports(event.transport) ? event.server.port : std::uint16_t{0};
  key.protocol = protocol;
  return key;
}

// Moves what one flow said in its former conversation, of which it was the only flow.
void move_messages(const Conversation& from, Conversation& to) noexcept {
  to.operations |= from.operations;
  to.messages += from.messages;
  to.exceptions += from.exceptions;
  for (std::size_t i = 0; i < to.by_state.size(); ++i) {
    to.by_state[i] += from.by_state[i];
  }
  to.first = std::min(to.first, from.first);
}

}  // namespace

// One round for each step from pointer to pointer: what a round reads, the one before asked for.
void Inventory::Impl::expect(std::span<const FlowId> flows) const noexcept {
  const auto each_note = [&](auto&& visit) {
    for (const FlowId flow : flows) {
      if (const FlowNote* note = flow.valid() ? notes_.peek(flow) : nullptr) {
        visit(*note);
      }
    }
  };
  const auto each_end = [](const FlowNote& note, auto&& visit) {
    for (const NotedAsset* end : {&note.client, &note.server}) {
      if (end->entry != nullptr) {
        visit(*end->entry);
      }
    }
  };
  each_note([](const FlowNote& note) { prefetch_object(&note); });
  each_note([&](const FlowNote& note) {
    each_end(note, [](const AssetEntry& end) {
      __builtin_prefetch(&end.asset.units);
      __builtin_prefetch(&end.asset.last_seen);
      __builtin_prefetch(&end.stamp);
    });
    prefetch_object(note.conversation.entry);
  });
  each_note([&](const FlowNote& note) {
    each_end(note, [](const AssetEntry& end) {
      prefetch_object(end.behaviour.get());
      __builtin_prefetch(end.asset.units.data());
    });
  });
}

NotedAsset Inventory::Impl::noted(AssetIndex asset) noexcept {
  if (asset == kNone) {
    return {};
  }
  AssetEntry& entry = assets[asset];
  return {&entry, asset, entry.stamp};
}

void Inventory::Impl::saw(const NotedAsset& asset, Timestamp now) noexcept {
  if (asset.entry != nullptr) {
    Asset& seen = asset.entry->asset;
    seen.last_seen = std::max(seen.last_seen, now);
    assets.seen(asset.index, *asset.entry, events_);
  }
}

AssetIndex Inventory::Impl::resolve(const Endpoint& end, const Event& event, std::uint8_t ttl,
                                    bool claim) {
  return resolver_.resolve(Sighting{.mac = end.mac,
                                    .address = {end.ip, event.vlan, event.tunnel},
                                    .ttl = ttl,
                                    .claim = claim,
                                    .packet = event.packet});
}

Parties Inventory::Impl::on_host(const Event& event) {
  const Sighting sender{.mac = event.client.mac,
                        .address = {event.client.ip, event.vlan, event.tunnel},
                        .packet = event.packet};
  Parties parties;
  const bool confirmed = event.host.arp_operation != 0 || event.host.stated;
  parties.client = confirmed ? resolver_.confirm(sender) : resolver_.resolve(sender);
  if (parties.client != kNone && !event.host.stated) {
    saw(noted(parties.client), event.packet.time);
    Asset& asset = assets[parties.client].asset;
    asset.sent = true;
    ++asset.packets_sent;
  }
  if (names_host(event.server.ip)) {  // whom ARP asks for may not exist
    parties.server = assets.find(PlacedAddress{event.server.ip, event.vlan, event.tunnel});
  } else if (names_device(event.server.mac)) {
    parties.server = assets.find(event.server.mac);
  }
  return parties;
}

FlowNote& Inventory::Impl::note_of(const Event& event) {
  FlowNote& note = event.flow.valid() ? notes_.of(event.flow) : stray_;
  if (!event.flow.valid() || note.generation != event.flow.generation) {
    note = FlowNote{};
    note.generation = event.flow.generation;
  }
  return note;
}

bool Inventory::Impl::holds(const FlowNote& note, const Event& event) noexcept {
  return note.conversation.holds() && note.orientation == orientation_of(event.client) &&
         (event.protocol == Protocol::unknown || note.protocol == carrier_of(event.protocol)) &&
         note.client.holds() && note.server.holds();
}

void Inventory::Impl::link(FlowNote& note, const Event& event, bool claim) {
  const bool is_flow = event.kind == EventKind::flow;
  const AssetIndex client = resolve(event.client, event, is_flow ? event.flow_facts.ttl : 0, claim);
  const AssetIndex server =
      resolve(event.server, event, is_flow ? event.flow_facts.server_ttl : 0, claim);
  note.client = noted(client);
  note.server = noted(server);
  note.orientation = orientation_of(event.client);
  note.unit = 0;
  if (event.protocol != Protocol::unknown) {
    note.protocol = carrier_of(event.protocol);
  }
  if (event.client.ip.empty() || event.server.ip.empty()) {
    note.conversation = {};
    return;
  }
  Conversation key = key_of(event, note.protocol);
  key.client = client;
  key.server = server;
  const ConversationIndex next = conversations.find_or_add(key, event.packet.time);
  leave(note, next);
  ConversationEntry& entry = conversations.entry(next);
  note.conversation = {&entry, next, entry.stamp};
}

// The flow turns out to belong to another conversation, or is new.
void Inventory::Impl::leave(FlowNote& note, ConversationIndex next) {
  Conversation& row = conversations[next];
  const bool had = note.conversation.holds();
  if (had && note.conversation.index == next) {
    return;
  }
  ++row.flows;
  row.established |= note.established;
  if (!had) {
    return;
  }
  Conversation& former = note.conversation.entry->row;
  if (former.flows > 1) {
    --former.flows;
    return;
  }
  move_messages(former, row);
  conversations.erase(note.conversation.index);
}

// The note, true to this event, whose parties are there to see.
FlowNote& Inventory::Impl::seen_note_of(const Event& event) {
  FlowNote& note = note_of(event);
  if (!holds(note, event)) {
    link(note, event, true);
  }
  saw(note.client, event.packet.time);
  saw(note.server, event.packet.time);
  if (ConversationEntry* entry = note.conversation.entry) {
    entry->row.last = std::max(entry->row.last, event.packet.time);
    conversations.seen(note.conversation.index, *entry, events_);
  }
  return note;
}

Parties Inventory::Impl::parties_of(const Event& event) { return seen_note_of(event).parties(); }

Parties Inventory::Impl::on_flow(const Event& event) {
  const FlowFacts& flow = event.flow_facts;
  const bool closed = flow.stage == FlowStage::closed;
  if (FlowNote& note = note_of(event); !closed || !holds(note, event)) {
    link(note, event, !closed);
  }
  FlowNote& note = seen_note_of(event);
  const Parties parties = note.parties();
  if (note.conversation.entry != nullptr) {
    Conversation& row = note.conversation.entry->row;
    row.first = std::min(row.first, flow.first);
    row.client_known |= flow.client_known;
    if (flow.stage == FlowStage::established) {
      note.established = true;
      row.established = true;
    }
  }
  // Over UDP nobody need answer, so datagrams prove nobody; over TCP one side proves the other.
  const bool proven = flow.stage == FlowStage::established ||
                      (closed && flow.one_way && event.transport == Transport::tcp);
  if (note.client.entry != nullptr) {
    Asset& client = note.client.entry->asset;
    client.spoken_to |= proven;
    client.sent |= flow.ttl != 0 || flow.packets[0] > 0;
  }
  if (note.server.entry != nullptr) {
    Asset& server = note.server.entry->asset;
    server.spoken_to |= proven;
    server.sent |= flow.server_ttl != 0 || flow.packets[1] > 0;
  }
  if (closed) {
    close(note, event);
  }
  return parties;
}

void Inventory::Impl::close(FlowNote& note, const Event& event) {
  const FlowFacts& flow = event.flow_facts;
  if (note.client.entry != nullptr) {
    note.client.entry->asset.packets_sent += flow.packets[0];
    note.client.entry->asset.packets_received += flow.packets[1];
  }
  if (note.server.entry != nullptr) {
    note.server.entry->asset.packets_sent += flow.packets[1];
    note.server.entry->asset.packets_received += flow.packets[0];
  }
  if (note.conversation.entry != nullptr) {
    Conversation& row = note.conversation.entry->row;
    for (std::size_t i = 0; i < row.packets.size(); ++i) {
      row.packets[i] += flow.packets[i];
      row.bytes[i] += flow.bytes[i];
    }
    row.one_way_flows += flow.one_way ? 1 : 0;
    row.gap_flows += flow.gap ? 1 : 0;
    row.midstream_flows += event.transport == Transport::tcp && !flow.handshake ? 1 : 0;
  }
  note = FlowNote{};
}

void Inventory::Impl::count_unit(FlowNote& note, const Event& event) {
  const MessageFacts& message = event.message;
  if (note.server.entry == nullptr || message.direction == Direction::unknown ||
      !numbers_units(event.protocol, message.unit)) {
    return;
  }
  Asset& server = note.server.entry->asset;
  if (note.unit >= server.units.size() || server.units[note.unit].id != message.unit) {
    const std::size_t before = server.units.size();
    note.unit =
        static_cast<std::uint32_t>(unit_at(server, message.unit, event.packet.time, units_full()));
    units_ += server.units.size() - before;
    if (note.unit == server.units.size()) {
      ++stats.units_dropped;
      return;
    }
  }
  const std::uint32_t times = event.repeats + 1U;
  Unit& unit = server.units[note.unit];
  unit.last = std::max(unit.last, event.packet.time);
  if (message.direction == Direction::to_server) {
    unit.requests += times;
  } else if (message.kind == Kind::exception) {
    ++unit.exceptions;
  } else {
    unit.responses += times;
  }
}

// Who sent is there. So is the other end if it was heard, or if it must have answered: one segment
// out of the blue can be sent to nobody.
void Inventory::Impl::believe_ends(const FlowNote& note, const Event& event) noexcept {
  const NotedAsset& sender = event.from_client ? note.client : note.server;
  const NotedAsset& other = event.from_client ? note.server : note.client;
  if (sender.entry != nullptr) {
    sender.entry->asset.spoken_to = true;
  }
  if (other.entry != nullptr &&
      (other.entry->asset.sent || event.state != Completeness::midstream)) {
    other.entry->asset.spoken_to = true;
  }
}

Parties Inventory::Impl::on_message(const Event& event) {
  FlowNote& note = seen_note_of(event);
  const MessageFacts& message = event.message;
  const std::uint32_t times = event.repeats + 1U;
  if (message.envelope) {
    return note.parties();  // what it carries is counted
  }
  if (note.conversation.entry != nullptr) {
    Conversation& row = note.conversation.entry->row;
    if (message.further) {
      row.operations |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(message.operation));
      return note.parties();
    }
    row.messages += times;
    row.exceptions += message.kind == Kind::exception ? 1 : 0;
    row.operations |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(message.operation));
    row.by_state[static_cast<std::size_t>(event.state)] += times;
  }
  if (event.transport == Transport::tcp) {
    believe_ends(note, event);
  }
  observe(note.client.entry, note.server.entry, event);
  count_unit(note, event);
  return note.parties();
}

Parties Inventory::Impl::on_identity(const Event& event) {
  const Parties parties = parties_of(event);
  const bool of_client = event.identity.of_client;
  const AssetIndex about = of_client ? parties.client : parties.server;
  if (about == kNone || event.text.empty()) {
    return parties;
  }
  AssetEntry& entry = assets[about];
  const MacAddress& mac = of_client ? event.client.mac : event.server.mac;
  const bool routed = !entry.by_mac && !mac.empty();
  switch (learn(entry.asset, event, routed ? kRoutedPenalty : std::uint8_t{0}, facts_full())) {
    case Learned::again:
      break;
    case Learned::added:
      ++facts_;
      break;
    case Learned::replaced:
    case Learned::dropped:
      ++stats.facts_dropped;
      break;
  }
  return parties;
}

Parties Inventory::Impl::on_posture(const Event& event) {
  const Parties parties = parties_of(event);
  const AssetIndex about = event.posture.of_client ? parties.client : parties.server;
  if (about == kNone) {
    return parties;
  }
  if (postures_full()) {
    const std::uint32_t went = assets.forget_postures(about, kPosturesInAll / 128);
    postures_ -= went;
    stats.postures_evicted += went;
  }
  switch (learn_posture(assets[about].asset, event, postures_full())) {
    case Learned::added:
      ++postures_;
      break;
    case Learned::again:
      break;
    case Learned::replaced:
    case Learned::dropped:
      ++stats.facts_dropped;
      break;
  }
  return parties;
}

Parties Inventory::Impl::on_connection(const Event& event) {
  const Parties parties = parties_of(event);
  io.on_connection(event);
  const bool by_client = event.connection.by_client;
  const auto entry = [this](AssetIndex at) { return at == kNone ? nullptr : &assets[at]; };
  observe_connection(entry(by_client ? parties.client : parties.server),
                     entry(by_client ? parties.server : parties.client), event);
  return parties;
}

Parties Inventory::Impl::on_production(const Event& event) {
  const Parties parties = parties_of(event);
  io.on_production(event);
  const AssetIndex producer = event.production.by_client ? parties.client : parties.server;
  if (producer != kNone) {
    observe_production(assets[producer], event);
  }
  return parties;
}

Parties Inventory::Impl::on_target_name(const Event& event) {
  const Parties parties = parties_of(event);
  if (parties.server != kNone) {
    target_names.learn(event, parties.server, assets.generation(parties.server));
  }
  return parties;
}

}  // namespace prahari
