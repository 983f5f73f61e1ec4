#include "dissectors/protocols/modbus/session.hpp"

#include <algorithm>
#include <chrono>

namespace prahari::modbus {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeout = 10s;
constexpr auto kSettling = 5s;  // after a start in the middle, or a gap
constexpr std::uint8_t kMaxMisses = 3;

Adu read_adu(Carrier carrier, Bytes bytes, AsciiBuffer& buffer, bool& damaged) noexcept {
  Adu adu;
  switch (carrier) {
    case Carrier::mbap:
      return read_mbap(bytes);
    case Carrier::rtu:
      return read_rtu(bytes);
    case Carrier::ascii:
      damaged = !read_ascii(bytes, buffer, adu);
      break;
  }
  return adu;
}

// Whether an ADU is one to find the way back by. Codes without a length rule have to be known
// ones, unless `any_code`: then a scan of codes stays visible.
bool recognised(const Adu& adu, Direction direction, bool any_code) noexcept {
  const Function* function = find_function(adu.function());
  if (function == nullptr) {
    return any_code && adu.code != 0 && (!adu.exception() || adu.body.size() == 1);
  }
  const bool ruled = adu.exception() || function->request.kind != Shape::Kind::any;
  return !ruled || well_formed(adu, direction);
}

// The first ADU is whole and recognised, and the next one too, or the segment ends there. An
// unknown code passes only where the segment ends.
bool starts_mbap(Bytes head, Direction direction, bool any_code) noexcept {
  const Frame frame = frame_mbap(head);
  if (frame.verdict != Frame::Verdict::complete) {
    return false;
  }
  const Bytes rest = head.subspan(frame.size);
  if (!recognised(read_mbap(head.first(frame.size)), direction, any_code && rest.empty())) {
    return false;
  }
  const Frame next = frame_mbap(rest);
  switch (next.verdict) {
    case Frame::Verdict::complete:
      return recognised(read_mbap(rest.first(next.size)), direction, false);
    case Frame::Verdict::need_more:
      return rest.empty() || rest.size() >= kMbapSize;
    case Frame::Verdict::skip:
    case Frame::Verdict::not_mine:
      break;
  }
  return false;
}

// At the start of a segment of a trusted flow: an ADU that is the whole segment, whatever its
// function's rules say of it, or the beginning of one with a known function.
bool begins_mbap(Bytes head) noexcept {
  const Frame frame = frame_mbap(head);
  if (frame.verdict == Frame::Verdict::complete) {
    return frame.size == head.size() && read_mbap(head).code != 0;
  }
  return frame.verdict == Frame::Verdict::need_more && head.size() > kMbapSize &&
         find_function(read_mbap(head).function()) != nullptr;
}

}  // namespace

Direction ModbusSession::direction_from(Side side) const noexcept {
  if (!client_known_) {
    return Direction::unknown;
  }
  return side == client_ ? Direction::to_server : Direction::to_client;
}

Frame ModbusSession::frame(Bytes head, Side side) const noexcept {
  switch (carrier_) {
    case Carrier::rtu:
      return frame_rtu(head, direction_from(side));
    case Carrier::ascii:
      return frame_ascii(head);
    case Carrier::mbap:
      break;
  }
  return frame_mbap(head);
}

bool ModbusSession::starts_here(Bytes head, Side side, bool segment_start) const noexcept {
  const Direction direction = direction_from(side);
  switch (carrier_) {
    case Carrier::mbap: {
      const bool trusted = confirmed_ || bound_;
      return (trusted && segment_start && begins_mbap(head)) ||
             starts_mbap(head, direction, trusted);
    }
    case Carrier::rtu: {
      const Frame frame = frame_rtu(head, direction);
      return frame.verdict == Frame::Verdict::complete &&
             well_formed(read_rtu(head.first(frame.size)), direction);
    }
    case Carrier::ascii:
      break;
  }
  return frame_ascii(head).verdict == Frame::Verdict::complete;
}

// Direction by the bytes: what they allow, or that this answers what the other side sent.
Direction ModbusSession::settle_direction(const Adu& adu, Side side, bool paired, Emitter& out) {
  Direction direction = direction_of(adu);
  if (direction == Direction::unknown && paired) {
    direction = Direction::to_client;
  }
  if (direction != Direction::unknown) {
    client_ = direction == Direction::to_server ? side : other(side);
    client_known_ = true;
    out.client_is(client_);
  }
  return direction;
}

void ModbusSession::follow_time(const Pdu& pdu) noexcept {
  if (settling_) {
    settling_ = false;
    lenient_until_ = pdu.packet.time;
    if (pdu.state != Completeness::complete || lost_) {
      lenient_until_ += kSettling;
    }
  }
}

void ModbusSession::on_pdu(const Pdu& pdu, Emitter& out) {
  follow_time(pdu);
  if (pdu.direction != Direction::unknown) {
    client_ = pdu.direction == Direction::to_server ? pdu.side : other(pdu.side);
    client_known_ = true;
  }
  AsciiBuffer buffer;
  bool damaged = false;
  const Adu adu = read_adu(carrier_, pdu.bytes, buffer, damaged);
  dissect(adu, pdu, damaged, out);
}

void ModbusSession::dissect(const Adu& adu, const Pdu& pdu, bool damaged, Emitter& out) {
  Direction direction = direction_from(pdu.side);
  Request answered;
  bool matched = direction != Direction::to_server && pending_.take(adu, pdu.side, answered);
  if (direction == Direction::unknown) {
    direction = settle_direction(adu, pdu.side, matched, out);
    matched = matched && direction == Direction::to_client;
  }
  const bool response = direction == Direction::to_client;

  Request asked{.packet = pdu.packet,
                .transaction = adu.transaction,
                .unit = adu.unit,
                .function = adu.function(),
                .side = pdu.side};
  Message message;
  message.protocol = Protocol::modbus;
  message.kind = response ? Kind::response : Kind::request;
  message.direction = direction;
  message.matched = matched;
  message.function = adu.function();
  message.target.unit = adu.unit;
  if (matched) {
    message.request = answered.packet;
    confirmed_ = true;
    overflow_told_ = false;
  }
  Decoding decoding{.adu = adu,
                    .in = Reader{adu.body},
                    .way = response ? Way::response : Way::request,
                    .request = matched ? &answered : nullptr,
                    .asked = asked,
                    .message = message,
                    .fields = out.fields(),
                    .out = out,
                    .memory = memory_};
  if (carrier_ == Carrier::mbap) {
    decoding.number(Field::tid, adu.transaction);
  }
  if (damaged) {
    decoding.problem(Wrong::lrc_mismatch);
  }
  decode(decoding);
  if (matched && pdu.packet.time >= answered.packet.time) {
    decoding.show_latency(pdu.packet.time - answered.packet.time);
  }
  if (direction == Direction::unknown) {
    // What else is wrong with it depends on the direction.
    message.problems &= bit(Wrong::length_over_spec) | bit(Wrong::invalid_function_zero);
  }
  out.message(message);
  judge(adu, pdu, decoding);
  if (!response && !adu.exception()) {
    remember_request(asked, pdu, decoding);
  }
}

void ModbusSession::remember_request(const Request& asked, const Pdu& pdu,
                                     const Decoding& decoding) {
  asked_ = asked_ || decoding.message.direction == Direction::to_server;
  if (pdu.state == Completeness::one_way) {
    return;  // its response cannot be seen
  }
  Request request = asked;
  // A broadcast on a serial line has no response; what may be a response itself is not awaited.
  request.silent = request.silent || (carrier_ != Carrier::mbap && asked.unit == 0) ||
                   decoding.message.direction == Direction::unknown;
  if (!pending_.push(request) && !overflow_told_) {
    overflow_told_ = true;
    decoding.note(Wrong::pending_overflow);
  }
}

// What the message tells about the session, beside what is wrong with the message itself.
void ModbusSession::judge(const Adu& adu, const Pdu& pdu, const Decoding& decoding) {
  const Message& message = decoding.message;
  if (decoding.enron32 && !enron_told_) {
    enron_told_ = true;
    decoding.note(Wrong::enron32);
  }
  if (message.direction == Direction::to_client && !message.matched && asked_ &&
      pdu.state != Completeness::one_way && pdu.packet.time >= lenient_until_) {
    decoding.note(Wrong::unmatched_response);
  }
  if (!confirmed_ && !bound_ && misses_ < kMaxMisses && !well_formed(adu, message.direction)) {
    ++misses_;
  }
}

void ModbusSession::on_foreign(Side /*side*/, Direction direction, Bytes head,
                               const PacketRef& /*packet*/, Emitter& out) {
  if (misses_ < kMaxMisses) {
    ++misses_;
  }
  if (!confirmed_ && !bound_) {
    return;  // most likely it never was Modbus
  }
  Reader in{head};
  in.skip(2);
  const std::uint16_t protocol = in.be16();
  const std::uint16_t length = in.be16();
  const bool framed =
      in.ok() && length >= kMinLength && length <= kLaxLength && in.remaining() >= length;
  Wrong wrong = bound_ ? Wrong::non_modbus_on_port : Wrong::malformed;
  if (carrier_ == Carrier::mbap && protocol != 0 && framed) {
    wrong = Wrong::bad_protocol_id;
  } else if (carrier_ != Carrier::mbap || (in.ok() && protocol == 0)) {
    wrong = Wrong::malformed;
  }
  Anomaly anomaly;
  anomaly.protocol = Protocol::modbus;
  anomaly.problem = static_cast<std::uint8_t>(wrong);
  anomaly.direction = direction;
  if (wrong == Wrong::bad_protocol_id) {
    anomaly.target.unit = in.u8();
    anomaly.function = in.u8();
  }
  out.anomaly(anomaly);
}

void ModbusSession::on_gap(Side /*side*/) {
  pending_.mark_unsure();
  settling_ = true;
  lost_ = true;
}

void ModbusSession::on_time(Timestamp now, Emitter& out) {
  Request late;
  while (pending_.take_older(now, kTimeout, late)) {
    if (late.unsure || late.silent) {
      continue;
    }
    const Function* function = find_function(late.function);
    Anomaly anomaly;
    anomaly.protocol = Protocol::modbus;
    anomaly.problem = static_cast<std::uint8_t>(Wrong::request_timeout);
    anomaly.direction = Direction::to_client;
    anomaly.function = late.function;
    anomaly.target = target_of(late);
    anomaly.target.table = function == nullptr ? std::string_view{} : function->table;
    anomaly.request = late.packet;
    out.anomaly(anomaly);
  }
}

bool ModbusSession::plausible() const noexcept { return confirmed_ || misses_ < kMaxMisses; }

}  // namespace prahari::modbus
