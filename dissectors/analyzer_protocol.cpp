// The analyzer's upper half: which protocol a flow speaks, and what its dissector says.

#include <algorithm>

#include "dissectors/analyzer.hpp"
#include "dissectors/event_facts.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

constexpr std::size_t kHeld = 64;           // bytes kept while they are too few to tell
constexpr std::uint8_t kProbes = 16;        // segments looked at on ports bound to nothing
constexpr std::uint8_t kForeignProbes = 3;  // before a flow seen from its middle counts as foreign

Binding::Layer layer_of(Transport transport) noexcept {
  return transport == Transport::tcp ? Binding::Layer::tcp_port : Binding::Layer::udp_port;
}

DissectorSet bound_at_ends(const FlowKey& key, Transport transport) noexcept {
  const Binding::Layer layer = layer_of(transport);
  return bound_at({layer, key.low_port}) | bound_at({layer, key.high_port});
}

// What can only be recognised takes nothing from those that can be read: a stranger's hello on
// their port stays foreign, and what follows it is still theirs to read, also where the other port,
// which whoever connects may choose, is one of the stranger's: it stands last in protocols.def.
bool is_guest(const Dissector& dissector, bool refuted, bool awaited) noexcept {
  return dissector.opaque && (refuted || awaited);
}

}  // namespace

void Analyzer::on_datagram(const Layers& layers, Side side) {
  speaker_ = side;
  if (layers.payload.empty()) {
    return;
  }
  if (!flow_->session && !find_protocol(side, layers.payload)) {
    return;
  }
  Bytes rest = layers.payload;
  while (!rest.empty()) {
    const Frame frame = flow_->session->frame(rest, side);
    if (frame.verdict != Frame::Verdict::complete || frame.size == 0 || frame.size > rest.size()) {
      if (layers.payload_missing == 0) {
        foreign(rest, side, current_);
      }
      break;
    }
    pdu(rest.first(frame.size), side, current_);
    rest = rest.subspan(frame.size);
  }
  if (give_up_if_implausible(side)) {
    on_datagram(layers, side);
  }
}

// In-order bytes of a stream, from the first byte of a segment.
void Analyzer::on_bytes(Side side, Bytes bytes, const PacketRef& packet) {
  FlowSide& own = flow_->side(side);
  if (!flow_->session) {
    if (own.held) {
      own.held->insert(own.held->end(), bytes.begin(), bytes.end());
      bytes = *own.held;
    }
    const auto held = std::move(own.held);  // outlives the PDUs cut from it
    if (find_protocol(side, bytes)) {
      read(side, bytes, packet);
    }
    return;
  }
  read(side, bytes, packet);
}

// Bytes for the protocol that was found. What only looked like one that cannot be read anyway is
// offered to the others, so that nobody hides behind a made-up hello.
void Analyzer::read(Side side, Bytes bytes, const PacketRef& packet) {
  flow_->side(side).framer.feed(*flow_->session, side, bytes, packet, partials_, *this);
  if (give_up_if_implausible(side)) {
    on_bytes(side, bytes, packet);
  }
}

bool Analyzer::find_protocol(Side side, Bytes head) {
  if (flow_->found == Flow::Found::foreign) {
    return false;
  }
  const DissectorSet here = bound_at_ends(flows_.key(slot_), flow_->transport);
  bool any_bound = false;
  bool awaited = false;  // something that can be read is at home here
  bool need_more = false;
  // First those that are bound to one of the ports, then those that any port may carry.
  for (const bool bound : {true, false}) {
    for (DissectorSet left = bound ? here : bound_to_no_port() & ~here; left != 0;
         left &= left - 1) {
      const Dissector& dissector = first_of(left);
      if (is_guest(dissector, flow_->opaque_refuted, awaited)) {
        continue;
      }
      any_bound |= bound;
      awaited |= bound && !dissector.opaque;
      if (probe(dissector, {head, flow_->transport, direction_of(side), bound}, side, need_more)) {
        return true;
      }
    }
  }
  if (need_more && head.size() < kHeld && flow_->transport == Transport::tcp) {
    flow_->side(side).held = std::make_unique<std::vector<std::byte>>(head.begin(), head.end());
  } else {
    found_nothing(side, any_bound, awaited);
  }
  return false;
}

// One more segment that no dissector knows. `any_bound`: one of the ports is bound to something;
// `awaited`: to something that can be read.
void Analyzer::found_nothing(Side side, bool any_bound, bool awaited) {
  flow_->probes = static_cast<std::uint8_t>(std::min<int>(flow_->probes + 1, 255));
  const bool certain = flow_->handshake || (awaited && flow_->probes >= kForeignProbes);
  if (any_bound && certain && !flow_->gap) {
    report_foreign(side);
  }
  if (!awaited && flow_->probes >= kProbes) {
    flow_->found = Flow::Found::foreign;
  }
}

bool Analyzer::probe(const Dissector& dissector, const ProbeInput& input, Side side,
                     bool& need_more) {
  const Probe answer = dissector.probe(input);
  need_more = need_more || answer.answer == Probe::Answer::need_more;
  if (answer.answer != Probe::Answer::yes) {
    return false;
  }
  flow_->session = dissector.open(answer.variant);
  flow_->session->join(shared_of(dissector), ends());
  flow_->protocol = dissector.protocol;
  flow_->found = Flow::Found::known;
  if (answer.direction != Direction::unknown) {
    client_is(answer.direction == Direction::to_server ? side : other(side));
  }
  flow_->side(side).framer.reset();
  if (!flow_->handshake) {
    flow_->side(other(side)).framer.lose();  // may be in the middle of a PDU
  }
  return true;
}

Shared* Analyzer::shared_of(const Dissector& dissector) {
  if (dissector.share == nullptr) {
    return nullptr;
  }
  std::unique_ptr<Shared>& shared = shared_[static_cast<std::size_t>(dissector.protocol)];
  if (!shared) {
    shared = dissector.share();
  }
  return shared.get();
}

// Bytes on a port where another protocol is at home.
void Analyzer::report_foreign(Side side) {
  if (flow_->foreign_reported) {
    return;
  }
  const DissectorSet here = bound_at_ends(flows_.key(slot_), flow_->transport);
  if (here == 0) {
    return;
  }
  const Dissector& dissector = first_of(here);
  flow_->foreign_reported = true;
  ++stats_.foreign;
  anomaly({.protocol = dissector.protocol,
           .problem = dissector.foreign_problem,
           .direction = direction_of(side),
           .target = {},
           .request = {}});
}

bool Analyzer::give_up_if_implausible(Side side) {
  if (!flow_->session || flow_->session->plausible()) {
    return false;
  }
  const bool opaque = dissector(flow_->protocol).opaque;
  end_routine();
  flow_->session.reset();
  flow_->protocol = Protocol::unknown;
  flow_->found = Flow::Found::undecided;
  report_foreign(side);
  if (opaque) {
    flow_->opaque_refuted = true;
    for (FlowSide& each : flow_->sides) {
      each.framer.reset();
    }
  }
  return opaque;
}

// --- what the framer found ------------------------------------------------------------------

void Analyzer::pdu(Bytes bytes, Side side, const PacketRef& packet) {
  const PacketRef outer = current_;
  current_ = packet;
  speaker_ = side;
  pdu_size_ = bytes.size();
  flow_->session->on_pdu({bytes, side, direction_of(side), state_of(side), packet}, *this);
  pdu_size_ = 0;
  current_ = outer;
}

void Analyzer::foreign(Bytes head, Side side, const PacketRef& packet) {
  const PacketRef outer = current_;
  current_ = packet;
  speaker_ = side;
  ++stats_.foreign;
  flow_->session->on_foreign(side, direction_of(side), head, packet, *this);
  current_ = outer;
}

// --- what the dissector says ----------------------------------------------------------------

Fields* Analyzer::fields() {
  if (fields_) {
    fields_->clear();
    fields_taken_ = true;
  }
  return fields_.get();
}

void Analyzer::client_is(Side side) {
  if (!flow_->client_known) {
    flow_->client = side;
    flow_->client_known = true;
  }
}

void Analyzer::client_is_surely(Side side) {
  if (flow_->client != side) {
    end_routine();
  }
  flow_->client = side;
  flow_->client_known = true;
}

void Analyzer::message(const Message& message) {
  const Routine::Verdict verdict = routine_verdict(message);
  flow_->quiet = !verdict.tell;
  if (!verdict.tell) {
    return;
  }
  Event event =
      about_flow(EventKind::message, message.packet == nullptr ? current_ : *message.packet);
  event.protocol = message.protocol;
  event.repeats = verdict.untold;
  event.text = message.target.text;
  event.message = facts_of(message, pdu_size_);
  tell(event);
  if (fields_taken_) {
    fields_taken_ = false;
    sink_.record(event, *fields_);
  }
}

void Analyzer::identity(const Identity& identity) {
  Event event = about_flow(EventKind::identity, current_);
  if (identity.about != nullptr) {
    be_about(event, *identity.about);
  }
  event.text = identity.value;
  event.identity =
      facts_of(identity, identity.about != nullptr || event.from_client == identity.of_sender);
  tell(event);
}

void Analyzer::anomaly(const Anomaly& anomaly) {
  Event event = about_flow(EventKind::anomaly, current_);
  event.protocol = anomaly.protocol;
  event.text = anomaly.target.text;
  event.anomaly = facts_of(anomaly);
  tell(event);
}

void Analyzer::posture(const Posture& posture) {
  Event event = about_flow(EventKind::posture, current_);
  event.protocol = posture.protocol;
  event.text = posture.text;
  event.posture = facts_of(posture, event.from_client == posture.of_sender);
  tell(event);
}

void Analyzer::host(const Identity::Host& host) {
  Event event = about_flow(EventKind::host, current_);
  be_about(event, host);
  event.host = {.ethertype = 0, .arp_operation = 0, .stated = true};
  tell(event);
}

void Analyzer::connection(const Connection& connection) {
  Event event = about_flow(EventKind::connection, current_);
  event.protocol = connection.protocol;
  event.connection = {connection, flow_->client == connection.originator_side};
  tell(event);
}

void Analyzer::production(const Production& production) {
  Event event = about_flow(EventKind::production, current_);
  event.protocol = production.protocol;
  event.production = {production, flow_->client == production.producer};
  tell(event);
}

void Analyzer::target_name(const TargetName& naming) {
  naming_ = naming.text;
  naming_ += naming.below;
  naming_ += naming.name;
  Event event = about_flow(EventKind::target_name, current_);
  event.protocol = naming.protocol;
  event.text = naming_;
  event.naming = {.table = naming.table,
                  .target_size = static_cast<std::uint32_t>(naming.text.size()),
                  .below_size = static_cast<std::uint32_t>(naming.below.size())};
  tell(event);
}

Endpoint Analyzer::endpoint(Side side) const noexcept {
  const FlowKey& key = flows_.key(slot_);
  const bool low = side == flow_->low_side;
  return {low ? key.low : key.high, flow_->side(side).mac, low ? key.low_port : key.high_port};
}

FlowEnds Analyzer::ends() const noexcept {
  const FlowKey& key = flows_.key(slot_);
  return {endpoint(Side::first).ip, endpoint(Side::second).ip, key.vlan, key.tunnel};
}

Event Analyzer::about_flow(EventKind kind, const PacketRef& packet) const noexcept {
  const FlowKey& key = flows_.key(slot_);
  Event event;
  event.kind = kind;
  const bool judged_by_port = kind == EventKind::flow && flow_->protocol != Protocol::unknown &&
                              dissector(flow_->protocol).opaque;
  event.protocol = judged_by_port ? Protocol::unknown : flow_->protocol;
  event.transport = flow_->transport;
  event.state = state_of(speaker_);
  event.from_client = speaker_ == flow_->client;
  event.flow = {shard_, static_cast<std::uint16_t>(slot_), flow_->generation};
  event.packet = packet;
  event.client = endpoint(flow_->client);
  event.server = endpoint(other(flow_->client));
  event.vlan = key.vlan;
  event.tunnel = key.tunnel;
  return event;
}

Direction Analyzer::direction_of(Side side) const noexcept {
  if (!flow_->client_known) {
    return Direction::unknown;
  }
  return side == flow_->client ? Direction::to_server : Direction::to_client;
}

// UDP promises nothing, so nothing can be missing from it.
Completeness Analyzer::state_of(Side side) const noexcept {
  if (flow_->transport != Transport::tcp) {
    return Completeness::complete;
  }
  const bool peer_unseen = flow_->side(other(side)).packets == 0;
  if (peer_unseen && (flow_->handshake || flow_->side(side).data_packets > 1)) {
    return Completeness::one_way;
  }
  if (flow_->gap) {
    return Completeness::gap;
  }
  return flow_->handshake ? Completeness::complete : Completeness::midstream;
}

}  // namespace prahari
