#include <algorithm>
#include <span>
#include <utility>

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
  const Bytes octets = std::as_bytes(std::span{client.ip.octets});
  const auto low = detail::join_le<std::uint64_t>(octets.first(8));
  const auto high = detail::join_le<std::uint64_t>(octets.subspan(8));
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

void Inventory::Impl::saw(AssetIndex asset, Timestamp now) noexcept {
  if (asset != kNone) {
    Asset& seen = assets[asset].asset;
    seen.last_seen = std::max(seen.last_seen, now);
    assets.seen(asset, events_);
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
  parties.client =
      event.host.arp_operation != 0 ? resolver_.confirm(sender) : resolver_.resolve(sender);
  if (parties.client != kNone) {
    saw(parties.client, event.packet.time);
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

bool Inventory::Impl::holds(const FlowNote& note, const Event& event) const noexcept {
  const auto bound = [this](AssetIndex asset, std::uint32_t stamp) {
    return asset == kNone || (assets[asset].stamp == stamp);
  };
  return note.conversation != kNone && note.orientation == orientation_of(event.client) &&
         (event.protocol == Protocol::unknown || note.protocol == carrier_of(event.protocol)) &&
         bound(note.client, note.client_stamp) && bound(note.server, note.server_stamp) &&
         conversations.alive(note.conversation, note.conversation_generation);
}

void Inventory::Impl::link(FlowNote& note, const Event& event, bool claim) {
  const bool is_flow = event.kind == EventKind::flow;
  const auto stamp = [this](AssetIndex asset) { return asset == kNone ? 0 : assets[asset].stamp; };
  note.client = resolve(event.client, event, is_flow ? event.flow_facts.ttl : 0, claim);
  note.server = resolve(event.server, event, is_flow ? event.flow_facts.server_ttl : 0, claim);
  note.client_stamp = stamp(note.client);
  note.server_stamp = stamp(note.server);
  note.orientation = orientation_of(event.client);
  note.unit = 0;
  if (event.protocol != Protocol::unknown) {
    note.protocol = carrier_of(event.protocol);
  }
  if (event.client.ip.empty() || event.server.ip.empty()) {
    note.conversation = kNone;
    return;
  }
  Conversation key = key_of(event, note.protocol);
  key.client = note.client;
  key.server = note.server;
  const ConversationIndex next = conversations.find_or_add(key, event.packet.time);
  leave(note, next);
  note.conversation = next;
  note.conversation_generation = conversations.generation(next);
}

// The flow turns out to belong to another conversation, or is new.
void Inventory::Impl::leave(FlowNote& note, ConversationIndex next) {
  Conversation& row = conversations[next];
  const bool had = note.conversation != kNone &&
                   conversations.alive(note.conversation, note.conversation_generation);
  if (had && note.conversation == next) {
    return;
  }
  ++row.flows;
  row.established |= note.established;
  if (!had) {
    return;
  }
  Conversation& former = conversations[note.conversation];
  if (former.flows > 1) {
    --former.flows;
    return;
  }
  move_messages(former, row);
  conversations.erase(note.conversation);
}

Parties Inventory::Impl::parties_of(const Event& event) {
  FlowNote& note = note_of(event);
  if (!holds(note, event)) {
    link(note, event, true);
  }
  saw(note.client, event.packet.time);
  saw(note.server, event.packet.time);
  if (note.conversation != kNone) {
    Conversation& row = conversations[note.conversation];
    row.last = std::max(row.last, event.packet.time);
    conversations.seen(note.conversation, events_);
  }
  return {note.client, note.server, note.conversation};
}

Parties Inventory::Impl::on_flow(const Event& event) {
  FlowNote& note = note_of(event);
  const FlowFacts& flow = event.flow_facts;
  const bool closed = flow.stage == FlowStage::closed;
  if (!closed || !holds(note, event)) {
    link(note, event, !closed);
  }
  const Parties parties = parties_of(event);
  if (parties.conversation != kNone) {
    Conversation& row = conversations[parties.conversation];
    row.first = std::min(row.first, flow.first);
    row.client_known |= flow.client_known;
    if (flow.stage == FlowStage::established) {
      note.established = true;
      row.established = true;
    }
  }
  // Over UDP nobody need answer; one datagram is a try, several are a habit.
  const bool one_way =
      closed && flow.one_way && (event.transport == Transport::tcp || flow.packets[0] > 1);
  if ((one_way || flow.stage == FlowStage::established) && parties.server != kNone) {
    assets[parties.server].asset.spoken_to = true;
  }
  if (parties.client != kNone) {
    assets[parties.client].asset.sent |= flow.ttl != 0 || flow.packets[0] > 0;
  }
  if (parties.server != kNone) {
    assets[parties.server].asset.sent |= flow.server_ttl != 0 || flow.packets[1] > 0;
  }
  if (closed) {
    close(note, event);
  }
  return parties;
}

void Inventory::Impl::close(FlowNote& note, const Event& event) {
  const FlowFacts& flow = event.flow_facts;
  if (note.client != kNone) {
    assets[note.client].asset.packets_sent += flow.packets[0];
    assets[note.client].asset.packets_received += flow.packets[1];
  }
  if (note.server != kNone) {
    assets[note.server].asset.packets_sent += flow.packets[1];
    assets[note.server].asset.packets_received += flow.packets[0];
  }
  if (note.conversation != kNone) {
    Conversation& row = conversations[note.conversation];
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
  if (note.server == kNone || message.direction == Direction::unknown ||
      !numbers_units(event.protocol, message.unit)) {
    return;
  }
  Asset& server = assets[note.server].asset;
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
  Unit& unit = server.units[note.unit];
  unit.last = std::max(unit.last, event.packet.time);
  if (message.direction == Direction::to_server) {
    ++unit.requests;
  } else if (message.kind == Kind::exception) {
    ++unit.exceptions;
  } else {
    ++unit.responses;
  }
}

Parties Inventory::Impl::on_message(const Event& event) {
  const Parties parties = parties_of(event);
  const MessageFacts& message = event.message;
  if (message.envelope) {
    return parties;  // what it carries is counted
  }
  if (parties.conversation != kNone) {
    Conversation& row = conversations[parties.conversation];
    if (message.further) {
      row.operations |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(message.operation));
      return parties;
    }
    ++row.messages;
    row.exceptions += message.kind == Kind::exception ? 1 : 0;
    row.operations |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(message.operation));
    ++row.by_state[static_cast<std::size_t>(event.state)];
  }
  if (parties.server != kNone) {
    assets[parties.server].asset.spoken_to = true;
  }
  observe(parties.client == kNone ? nullptr : &assets[parties.client],
          parties.server == kNone ? nullptr : &assets[parties.server], event);
  FlowNote& note = event.flow.valid() ? notes_.of(event.flow) : stray_;
  count_unit(note, event);
  return parties;
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

}  // namespace prahari
