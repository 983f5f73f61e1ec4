// The analyzer's middle: mirrored twins, handshakes, resets, and streams put in order.

#include <algorithm>
#include <chrono>

#include "dissectors/analyzer.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

constexpr auto kTwinWithin = 10ms;  // a mirror copies a frame at once; a sender repeats later

// The same for a frame and its mirrored copy, also one taken behind a router; 0: cannot be told.
std::uint64_t fingerprint(const Layers& layers) noexcept {
  if (layers.ip_id == 0 && (layers.transport != Transport::tcp || layers.payload.empty())) {
    return 0;
  }
  const std::uint64_t sums = std::uint64_t{layers.ip_id} << 16U | layers.checksum;
  const std::uint64_t sizes = layers.payload.size() << 8U | layers.tcp.flags;
  Hasher hash{layers.tcp.seq};
  if (layers.transport != Transport::tcp) {  // no sequence number: the bytes themselves
    hash.add(as_text(layers.payload));
  }
  return hash.add(sums).add(sizes << 32U | layers.tcp.ack).value() | 1U;
}

// More than a SYN; where that was missed, data: a bare ACK or FIN out of the blue is a probe.
bool speaks(const Layers& layers, const FlowSide& own, bool data) noexcept {
  return (layers.tcp.flags & (tcp_flag::kSyn | tcp_flag::kRst)) == 0 && (own.syn || data);
}

// Of the first byte of the payload: a SYN takes a number of its own.
std::uint32_t payload_seq(const Layers& layers) noexcept {
  return layers.tcp.seq + ((layers.tcp.flags & tcp_flag::kSyn) != 0 ? 1U : 0U);
}

}  // namespace

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
  if (!fresh && (flow_->closed || answered)) {
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
  } else if (!fresh && own.synchronised()) {
    if (!answer) {
      flow_->new_syn = layers.tcp.seq;
      flow_->new_syn_pending = true;
    }
    return side;  // nothing of a living stream moves for it
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

// Data that belongs to a connection whose beginning was missed or could not be believed: it goes
// on after the end, or follows a SYN that nobody can be seen to answer.
bool Analyzer::begins_anew(const Layers& layers, Side side) const noexcept {
  const FlowSide& own = flow_->side(side);
  const bool one_way = flow_->side(other(side)).packets == 0;
  return (flow_->closed && !own.fin) ||
         (one_way && flow_->new_syn_pending && layers.tcp.seq == flow_->new_syn + 1);
}

Side Analyzer::begin_anew(const Packet& packet, const Layers& layers, Side side) {
  const bool from_low = side == flow_->low_side;
  const bool syn_seen = flow_->new_syn_pending;
  end(packet.ref.time);
  *flow_ = Flow{};
  begin(from_low, packet, layers);
  flow_->handshake = syn_seen;
  return Side::first;
}

// RFC 5961, 3.2: a reset counts at the next sequence number and nowhere else.
void Analyzer::on_reset(const Layers& layers, Side side) {
  const TcpStream& stream = flow_->side(side).stream;
  if (stream.synchronised() && layers.tcp.seq != stream.next()) {
    return;
  }
  if (!flow_->established && !flow_->refused && side != flow_->client) {
    flow_->refused = true;
    emit_flow(FlowStage::refused);
  }
  flush_streams();
  flow_->closed = true;
}

void Analyzer::on_tcp(const Packet& packet, const Layers& layers, Side side) {
  const std::uint8_t flags = layers.tcp.flags;
  const bool data = !layers.payload.empty() || layers.payload_missing > 0;
  if ((flags & tcp_flag::kSyn) != 0) {
    side = on_handshake(packet, layers, side);
  } else if (data && (flags & tcp_flag::kRst) == 0 && begins_anew(layers, side)) {
    side = begin_anew(packet, layers, side);
  }
  FlowSide& own = flow_->side(side);
  FlowSide& peer = flow_->side(other(side));
  count(own, packet, layers);
  own.answered = own.answered || speaks(layers, own, data);

  if ((flags & tcp_flag::kRst) != 0) {
    on_reset(layers, side);
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
    const bool old =
        own.stream.on_data(payload_seq(layers), layers.payload, layers.payload_missing, packet.ref,
                           budget_, [&](const StreamPiece& piece) { on_stream(side, piece); });
    flow_->retransmissions += old ? 1U : 0U;
  }
  if ((flags & tcp_flag::kFin) != 0) {
    own.fin = true;
    flow_->closed = flow_->closed || peer.fin;
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
