#include "dissectors/analyzer.hpp"

#include <chrono>

#include "dissectors/hash.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kIdle = 1h;  // a flow without packets for so long has ended
constexpr auto kExpiryInterval = 1min;
constexpr auto kTouchInterval = 2s;  // order of eviction is exact to this; each packet would cost
constexpr auto kTwinWithin = 10ms;   // a mirror copies a frame at once; a sender repeats later
constexpr auto kSightingInterval = 1min;
constexpr std::uint32_t kSightings = 1024;
constexpr std::uint16_t kWellKnown = 1024;
constexpr std::uint16_t kEphemeral = 49152;  // RFC 6335, 6

// Whether one of the two ports, and no port of the other end, says who the server is.
bool is_bound(Transport transport, std::uint16_t port) noexcept {
  const auto layer =
      transport == Transport::tcp ? Binding::Layer::tcp_port : Binding::Layer::udp_port;
  for (const Dissector* dissector : all_dissectors()) {
    if (bound_to(*dissector, {layer, port})) {
      return true;
    }
  }
  return false;
}

// The same for a frame and its mirrored copy, also one taken behind a router; 0: cannot be told.
std::uint64_t fingerprint(const Layers& layers) noexcept {
  if (layers.ip_id == 0 && (layers.transport != Transport::tcp || layers.payload.empty())) {
    return 0;
  }
  const std::uint64_t sums = std::uint64_t{layers.ip_id} << 16U | layers.checksum;
  const std::uint64_t sizes = layers.payload.size() << 8U | layers.tcp.flags;
  return Hasher{layers.tcp.seq}.add(sums).add(sizes << 32U | layers.tcp.ack).value() | 1U;
}

}  // namespace

void AnalyzerStats::add(const AnalyzerStats& other) noexcept {
  flows += other.flows;
  flows_evicted += other.flows_evicted;
  duplicates += other.duplicates;
  gaps += other.gaps;
  gap_bytes += other.gap_bytes;
  retransmissions += other.retransmissions;
  out_of_order += other.out_of_order;
  impatient_gaps += other.impatient_gaps;
  foreign += other.foreign;
}

std::size_t Analyzer::SightingHash::operator()(const SightingKey& key) const noexcept {
  return Hasher{seed}
      .add(key.mac)
      .add(std::uint64_t{key.ethertype} << 16U | key.vlan.ids[0])
      .value();
}

Analyzer::Analyzer(std::uint16_t shard, EventSink& sink, bool fields)
    : shard_(shard),
      sink_(sink),
      flows_(kFlowsPerShard, FlowKeyHash{process_seed()}),
      sightings_(kSightings, SightingHash{process_seed()}),
      fields_(fields ? std::make_unique<Fields>() : nullptr) {}

Analyzer::~Analyzer() = default;

AnalyzerStats Analyzer::stats() const noexcept {
  AnalyzerStats out = stats_;
  out.gaps = budget_.gaps;
  out.gap_bytes = budget_.gap_bytes;
  out.retransmissions = budget_.retransmissions;
  out.out_of_order = budget_.out_of_order;
  out.impatient_gaps = budget_.impatient;
  return out;
}

void Analyzer::on_packet(const Packet& packet, const Layers& layers) {
  current_ = packet.ref;
  expire(packet.ref.time);
  current_ = packet.ref;
  if (layers.network != Network::ipv4 && layers.network != Network::ipv6) {
    on_host(packet, layers);
    return;
  }
  bool from_low = false;
  const FlowKey key = make_flow_key(layers, from_low);
  Flows::Slot slot = flows_.peek(key);
  if (slot == Flows::kNone) {
    slot = open(key, from_low, packet, layers);
  }
  select(slot);
  if (const auto age = packet.ref.time - flow_->touched;
      age >= kTouchInterval || age <= -kTouchInterval) {
    flow_->touched = packet.ref.time;
    flows_.touch(slot);
  }
  const Side side = from_low ? flow_->low_side : other(flow_->low_side);
  if (is_twin(flow_->side(side), packet, layers)) {
    ++flow_->duplicates;
    ++stats_.duplicates;
    return;
  }
  if (layers.transport == Transport::tcp) {
    on_tcp(packet, layers, side);
    return;
  }
  count(flow_->side(side), packet, layers);
  if (flow_->sides[0].packets > 0 && flow_->sides[1].packets > 0) {
    establish();
  }
  if (layers.transport == Transport::udp) {
    on_datagram(layers, side);
  }
}

void Analyzer::on_host(const Packet& packet, const Layers& layers) {
  if (layers.network != Network::arp) {
    const SightingKey key{layers.src_mac, layers.ethertype, layers.vlan};
    auto slot = sightings_.find(key);
    if (slot == decltype(sightings_)::kNone) {
      slot = sightings_.insert(key);
    } else if (packet.ref.time - sightings_[slot] < kSightingInterval &&
               packet.ref.time >= sightings_[slot]) {
      return;
    }
    sightings_[slot] = packet.ref.time;
  }
  Event event;
  event.kind = EventKind::host;
  event.packet = packet.ref;
  event.vlan = layers.vlan;
  event.tunnel = layers.tunnel;
  event.client.mac = layers.src_mac;
  event.server.mac = layers.dst_mac;
  event.host = {layers.ethertype, 0};
  if (layers.network == Network::arp) {
    event.client = {layers.arp.sender_ip, layers.arp.sender_mac, 0};
    event.server = {layers.arp.target_ip, layers.arp.target_mac, 0};
    event.host.arp_operation = layers.arp.operation;
  }
  sink_.event(event);
}

// --- the life of a flow ---------------------------------------------------------------------

void Analyzer::select(Flows::Slot slot) noexcept {
  slot_ = slot;
  flow_ = &flows_[slot];
}

Analyzer::Flows::Slot Analyzer::open(const FlowKey& key, bool from_low, const Packet& packet,
                                     const Layers& layers) {
  if (flows_.full()) {
    select(flows_.oldest());
    end(packet.ref.time);
    flows_.erase(slot_);
    ++stats_.flows_evicted;
    current_ = packet.ref;
  }
  const Flows::Slot slot = flows_.insert(key);
  select(slot);
  begin(from_low, packet, layers);
  return slot;
}

void Analyzer::begin(bool from_low, const Packet& packet, const Layers& layers) {
  Flow& flow = *flow_;
  flow.generation = ++generation_;
  ++stats_.flows;
  flow.low_side = from_low ? Side::first : Side::second;
  flow.transport = layers.transport;
  flow.first = packet.ref.time;
  flow.touched = packet.ref.time;
  flow.last_packet = packet.ref;
  flow.side(Side::first).mac = layers.src_mac;
  flow.side(Side::second).mac = layers.dst_mac;
  flow.side(Side::first).ttl = layers.ttl;
  flow.handshake = layers.transport == Transport::tcp && (layers.tcp.flags & tcp_flag::kSyn) != 0;
  guess_client(layers, Side::first);
  emit_flow(FlowStage::opened);
}

// Before any handshake or content: the ports may tell.
void Analyzer::guess_client(const Layers& layers, Side sender) {
  Flow& flow = *flow_;
  flow.client = sender;
  if (layers.transport == Transport::tcp && (layers.tcp.flags & tcp_flag::kSyn) != 0) {
    const bool answer = (layers.tcp.flags & tcp_flag::kAck) != 0;
    flow.client = answer ? other(sender) : sender;
    flow.client_known = true;
    return;
  }
  const auto by_rank = [&](auto&& rank) {
    const int source = rank(layers.src_port);
    const int target = rank(layers.dst_port);
    if (source == target) {
      return false;
    }
    flow.client = source > target ? other(sender) : sender;
    return true;
  };
  if (layers.transport != Transport::tcp && layers.transport != Transport::udp) {
    return;
  }
  flow.client_known =
      by_rank([&](std::uint16_t port) { return is_bound(layers.transport, port) ? 1 : 0; }) ||
      by_rank([](std::uint16_t port) { return port < kWellKnown ? 1 : 0; });
  if (!flow.client_known) {
    by_rank([](std::uint16_t port) { return port < kEphemeral ? 1 : 0; });
  }
}

void Analyzer::establish() {
  if (!flow_->established) {
    flow_->established = true;
    emit_flow(FlowStage::established);
  }
}

// The flow's last words; the caller erases it or begins it anew.
void Analyzer::end(Timestamp now) {
  flush_streams();
  if (flow_->session) {
    flow_->session->on_time(now, *this);
  }
  for (FlowSide& side : flow_->sides) {
    side.stream.drop(budget_);
  }
  emit_flow(FlowStage::closed);
}

void Analyzer::expire(Timestamp now) {
  if (now < next_expiry_ && next_expiry_ - now < 2 * kExpiryInterval) {
    return;
  }
  next_expiry_ = now + kExpiryInterval;
  while (flows_.size() > 0) {
    select(flows_.oldest());
    if (now - flow_->last_packet.time < kIdle) {
      return;
    }
    end(now);
    flows_.erase(slot_);
  }
}

void Analyzer::finish(Timestamp end_time) {
  flows_.for_each([&](Flows::Slot slot) {
    select(slot);
    end(end_time);
    flows_.erase(slot);
  });
}

void Analyzer::emit_flow(FlowStage stage) {
  const Flow& flow = *flow_;
  Event event = about_flow(EventKind::flow, flow.last_packet);
  const FlowSide& client = flow.side(flow.client);
  const FlowSide& server = flow.side(other(flow.client));
  // An attempt that nobody answered is no sign of a mirror that shows one direction.
  const bool attempt = flow.transport == Transport::tcp && !client.answered && !server.answered;
  event.flow_facts = {
      .stage = stage,
      .handshake = flow.handshake,
      .one_way = !attempt && (client.packets == 0 || server.packets == 0),
      .gap = flow.gap,
      .client_known = flow.client_known,
      .ttl = client.ttl,
      .server_ttl = server.ttl,
      .first = flow.first,
      .packets = {client.packets, server.packets},
      .bytes = {client.bytes, server.bytes},
      .duplicates = flow.duplicates,
      .retransmissions = flow.retransmissions,
  };
  sink_.event(event);
}

// --- transport ------------------------------------------------------------------------------

bool Analyzer::is_twin(FlowSide& side, const Packet& packet, const Layers& layers) {
  const std::uint64_t print = fingerprint(layers);
  const auto apart = packet.ref.time - side.last_time;
  const bool twin =
      print != 0 && print == side.last_fingerprint && apart < kTwinWithin && apart > -kTwinWithin;
  side.last_fingerprint = print;
  return twin;
}

void Analyzer::count(FlowSide& side, const Packet& packet, const Layers& layers) {
  if (side.packets == 0) {
    side.ttl = layers.ttl;
  }
  ++side.packets;
  side.bytes += packet.ref.wire_length;
  side.mac = layers.src_mac;
  side.last_time = packet.ref.time;
  if (!layers.payload.empty() && side.data_packets < 3) {
    ++side.data_packets;
  }
  flow_->last_packet = packet.ref;
  speaker_ = &side == flow_->sides.data() ? Side::first : Side::second;
  if (flow_->session) {
    flow_->session->on_time(packet.ref.time, *this);
  }
}

// SYN and SYN-ACK. A SYN within a living connection may be forged, so the ports are taken for a
// new connection only once the other end has answered it. Returns the sender's side, which
// changes when the flow begins anew.
Side Analyzer::on_handshake(const Packet& packet, const Layers& layers, Side side) {
  const bool answer = (layers.tcp.flags & tcp_flag::kAck) != 0;
  const bool fresh = flow_->sides[0].packets == 0 && flow_->sides[1].packets == 0;
  TcpStream& own = flow_->side(side).stream;
  if (own.synchronised() && own.next() == layers.tcp.seq + 1 && !flow_->closed) {
    return side;  // sent again
  }
  const bool answered = answer && flow_->new_syn_pending && layers.tcp.ack == flow_->new_syn + 1;
  if (!fresh && (flow_->closed || answered) && (own.synchronised() || flow_->closed)) {
    const bool from_low = side == flow_->low_side;
    const std::uint32_t client_syn = layers.tcp.ack - 1;
    end(packet.ref.time);
    *flow_ = Flow{};
    begin(from_low, packet, layers);
    side = Side::first;
    if (answered) {
      flow_->side(Side::second).stream.synchronise(client_syn);
      flow_->side(Side::second).syn = true;
    }
  } else if (!fresh && !answer && own.synchronised()) {
    flow_->new_syn = layers.tcp.seq;
    flow_->new_syn_pending = true;
    return side;
  }
  flow_->handshake = true;
  flow_->side(side).syn = true;
  flow_->side(side).stream.synchronise(layers.tcp.seq);
  if (!flow_->client_known) {
    flow_->client = answer ? other(side) : side;
    flow_->client_known = true;
  }
  TcpStream& peer = flow_->side(other(side)).stream;
  if (answer && !peer.synchronised()) {
    peer.synchronise(layers.tcp.ack - 1);
  }
  return side;
}

void Analyzer::on_tcp(const Packet& packet, const Layers& layers, Side side) {
  const std::uint8_t flags = layers.tcp.flags;
  const bool data = !layers.payload.empty() || layers.payload_missing > 0;
  if ((flags & tcp_flag::kSyn) != 0) {
    side = on_handshake(packet, layers, side);
  } else if (flow_->closed && data && (flags & tcp_flag::kRst) == 0 && !flow_->side(side).fin) {
    const bool from_low = side == flow_->low_side;  // goes on after a reset: forged, or reused
    end(packet.ref.time);
    *flow_ = Flow{};
    begin(from_low, packet, layers);
    side = Side::first;
  }
  FlowSide& own = flow_->side(side);
  FlowSide& peer = flow_->side(other(side));
  count(own, packet, layers);
  own.answered = own.answered || (flags & (tcp_flag::kSyn | tcp_flag::kRst)) == 0;

  if ((flags & tcp_flag::kRst) != 0) {
    if (!flow_->established && !flow_->refused && side != flow_->client) {
      flow_->refused = true;
      emit_flow(FlowStage::refused);
    }
    flush_streams();
    flow_->closed = true;
    return;
  }
  if ((flags & tcp_flag::kAck) != 0) {
    peer.stream.on_ack(layers.tcp.ack, budget_,
                       [&](const StreamPiece& piece) { on_stream(other(side), piece); });
    if (own.syn && peer.syn && (flags & tcp_flag::kSyn) == 0 && side == flow_->client) {
      establish();
    }
  }
  if (data) {
    if (own.data_packets > 0 && peer.data_packets > 0) {
      establish();
    }
    const std::uint32_t seq = layers.tcp.seq + ((flags & tcp_flag::kSyn) != 0 ? 1U : 0U);
    const bool old =
        own.stream.on_data(seq, layers.payload, layers.payload_missing, packet.ref, budget_,
                           [&](const StreamPiece& piece) { on_stream(side, piece); });
    flow_->retransmissions += old ? 1U : 0U;
  }
  if ((flags & tcp_flag::kFin) != 0) {
    own.fin = true;
    flow_->closed = peer.fin;
  }
}

void Analyzer::on_stream(Side side, const StreamPiece& piece) {
  speaker_ = side;
  FlowSide& own = flow_->side(side);
  if (piece.after_gap) {
    flow_->gap = true;
    own.framer.lose();
    own.held.reset();
    if (flow_->session) {
      flow_->session->on_gap(side);
    }
  }
  if (!piece.bytes.empty()) {
    on_bytes(side, piece.bytes, piece.packet);
  }
}

void Analyzer::flush_streams() {
  for (const Side side : {Side::first, Side::second}) {
    flow_->side(side).stream.flush(budget_,
                                   [&](const StreamPiece& piece) { on_stream(side, piece); });
  }
}

}  // namespace prahari
