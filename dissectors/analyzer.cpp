#include "dissectors/analyzer.hpp"

#include <chrono>
#include <utility>

#include "dissectors/hash.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 1h;  // a flow without packets for so long has ended
constexpr auto kExpiryInterval = 1min;
constexpr auto kTouchInterval = 2s;  // order of eviction is exact to this; each packet would cost
constexpr std::uint16_t kWellKnown = 1024;
constexpr std::uint16_t kEphemeral = 49152;  // RFC 6335, 6

// Whether one of the two ports, and no port of the other end, says who the server is.
bool is_bound(Transport transport, std::uint16_t port) noexcept {
  const auto layer =
      transport == Transport::tcp ? Binding::Layer::tcp_port : Binding::Layer::udp_port;
  return bound_at({layer, port}) != 0;
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
  partials_evicted += other.partials_evicted;
  routines_refused += other.routines_refused;
  shared_evicted += other.shared_evicted;
}

Analyzer::Analyzer(std::uint16_t shard, EventSink& sink, bool fields)
    : shard_(shard),
      sink_(sink),
      flows_(kFlowsPerShard, FlowKeyHash{process_seed()}),
      fields_(fields ? std::make_unique<Fields>() : nullptr),
      host_frames_(sink, fields_.get()) {}

Analyzer::~Analyzer() = default;

AnalyzerStats Analyzer::stats() const noexcept {
  AnalyzerStats out = stats_;
  out.gaps = budget_.gaps;
  out.gap_bytes = budget_.gap_bytes;
  out.retransmissions = budget_.retransmissions;
  out.out_of_order = budget_.out_of_order;
  out.impatient_gaps = budget_.impatient;
  out.partials_evicted = partials_.evicted();
  out.routines_refused = routines_.refused;
  for (const auto& shared : shared_) {
    out.shared_evicted += shared == nullptr ? 0 : shared->evicted();
  }
  return out;
}

FlowPlace Analyzer::place_of(const Layers& layers) const noexcept {
  FlowPlace place;
  place.in_flow = layers.network == Network::ipv4 || layers.network == Network::ipv6;
  if (place.in_flow) {
    place.key = make_flow_key(layers, place.from_low);
    place.hash = flows_.hash(place.key);
    flows_.prefetch(place.hash);
  }
  return place;
}

// What generation the flow has is not known before it arrives from memory; any stands for "some".
FlowId Analyzer::approach(const FlowPlace& place) const noexcept {
  const Flows::Slot slot = place.in_flow ? flows_.prefetch_entry(place.hash) : Flows::kNone;
  return slot == Flows::kNone ? FlowId{} : FlowId{shard_, static_cast<std::uint16_t>(slot), 1};
}

bool Analyzer::approach_session(FlowId id) const noexcept {
  constexpr std::size_t kUsualSession = 3 * kCacheLine;
  const Flow& flow = flows_[id.slot];
  if (const auto* const session = reinterpret_cast<const char*>(flow.session.get())) {
    for (std::size_t at = 0; at < kUsualSession; at += kCacheLine) {
      __builtin_prefetch(session + at);
    }
  }
  __builtin_prefetch(flow.routine.get());
  return !flow.quiet;
}

void Analyzer::approach_routine(FlowId id) const noexcept {
  if (const Routine* routine = flows_[id.slot].routine.get()) {
    routine->prefetch();
  }
}

void Analyzer::on_packet(const Packet& packet, const Layers& layers, const FlowPlace& place) {
  current_ = packet.ref;
  expire(packet.ref.time);
  if (!place.in_flow) {
    host_frames_.on_frame(packet, layers);
    return;
  }
  const bool from_low = place.from_low;
  Flows::Slot slot = flows_.peek(place.key, place.hash);
  if (slot == Flows::kNone) {
    slot = open(place.key, from_low, packet, layers);
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
  } else {
    host_frames_.read(packet, layers);
  }
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

// The flow's last words; the caller erases it or begins it anew. They belong to its own last
// packet: the packet at hand, if there is one, is another flow's, and so is its speaker.
void Analyzer::end(Timestamp now) {
  const PacketRef outer = std::exchange(current_, flow_->last_packet);
  speaker_ = flow_->client;
  flush_streams();
  if (flow_->session) {
    flow_->session->on_time(now, *this);
    flow_->session->on_end(*this);
  }
  end_routine();
  for (FlowSide& side : flow_->sides) {
    side.stream.drop(budget_);
  }
  emit_flow(FlowStage::closed);
  current_ = outer;
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
  tell(event);
}

}  // namespace prahari
