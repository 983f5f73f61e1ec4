#include "dissectors/cotp.hpp"

#include <string_view>

#include "dissectors/foreign.hpp"

namespace prahari::cotp {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kTpktHeader = 4;
constexpr std::size_t kLeastTpkt = 7;
constexpr std::uint8_t kCallingCode = 0xc1;
constexpr std::uint8_t kCalledCode = 0xc2;
constexpr std::uint8_t kEndOfMessage = 0x80;

Type type_of(std::uint8_t code) noexcept {
  switch (code & 0xf0U) {
    case 0xe0:
      return Type::connect_request;
    case 0xd0:
      return Type::connect_confirm;
    case 0x80:
      return Type::disconnect;
    case 0xf0:
      return Type::data;
    case 0x10:  // expedited data, its acknowledgement, error, acknowledgement
    case 0x20:
    case 0x60:
    case 0x70:
      return Type::other;
    default:
      return Type::bad;
  }
}

void read_parameters(Reader in, Tpdu& tpdu) noexcept {
  while (in.ok() && !in.done()) {
    const std::uint8_t code = in.u8();
    const Bytes value = in.take(in.u8());
    if (code == kCallingCode) {
      tpdu.calling = value;
    } else if (code == kCalledCode) {
      tpdu.called = value;
    }
  }
}

bool is_connect(Type type) noexcept {
  return type == Type::connect_request || type == Type::connect_confirm;
}

std::string_view name_of(Type type) noexcept {
  switch (type) {
    case Type::connect_request:
      return "COTP Connect Request";
    case Type::connect_confirm:
      return "COTP Connect Confirm";
    case Type::disconnect:
      return "COTP Disconnect";
    case Type::data:
      return "COTP Data";
    default:
      return "COTP Control";
  }
}

}  // namespace

Tpdu read_tpdu(Bytes tpkt) noexcept {
  Reader in{tpkt};
  in.skip(kTpktHeader);
  Reader header = in.sub(in.u8());
  Tpdu tpdu;
  tpdu.type = type_of(header.u8());
  if (tpdu.type == Type::data) {
    tpdu.last = (header.u8() & kEndOfMessage) != 0;
  } else if (is_connect(tpdu.type)) {
    header.skip(5);  // both references, class
    read_parameters(header, tpdu);
  }
  tpdu.data = in.rest();
  if (!in.ok() || !header.ok()) {
    tpdu.type = Type::bad;
  }
  return tpdu;
}

Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t version = in.u8();
  const bool wrong = in.ok() && version != kVersion;
  const std::uint8_t reserved = in.u8();
  const std::uint16_t size = in.be16();
  if (wrong) {
    return Frame::not_mine();
  }
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (reserved != 0 || size < kLeastTpkt) {
    return Frame::not_mine();
  }
  const std::uint8_t header = in.u8();
  const std::uint8_t code = in.u8();
  if (in.ok() && (header < 2 || header + kTpktHeader + 1U > size || type_of(code) == Type::bad)) {
    return Frame::not_mine();
  }
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

Protocol guess(const Tpdu& connect) noexcept {
  if (as_text(connect.called).starts_with("SIMATIC-ROOT")) {
    return Protocol::s7plus;
  }
  const bool siemens = connect.called.size() == 2 && connect.called[0] != std::byte{0};
  return siemens ? Protocol::s7comm : Protocol::mms;
}

Probe probe(const ProbeInput& input, Protocol protocol, bool (*is_mine)(Bytes) noexcept) noexcept {
  if (input.transport != Transport::tcp) {
    return {};
  }
  const Frame frame = frame_of(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  const Tpdu tpdu = read_tpdu(input.head);
  if (is_connect(tpdu.type) && input.bound && frame.verdict == Frame::Verdict::complete) {
    const Direction direction =
        tpdu.type == Type::connect_request ? Direction::to_server : Direction::to_client;
    return {guess(tpdu) == protocol ? Probe::Answer::yes : Probe::Answer::no, direction, 0};
  }
  const bool mine = tpdu.type == Type::data && is_mine(tpdu.data);
  return {mine ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown, 0};
}

bool CotpSession::starts_here(Bytes head, Side /*side*/, bool segment_start) const noexcept {
  return segment_start && frame_of(head).verdict == Frame::Verdict::complete;
}

void CotpSession::on_pdu(const Pdu& pdu, Emitter& out) {
  const Tpdu tpdu = read_tpdu(pdu.bytes);
  if (tpdu.type == Type::data) {
    on_data(tpdu, pdu, out);
    return;
  }
  if (is_connect(tpdu.type) && pdu.direction == Direction::unknown) {
    out.client_is(tpdu.type == Type::connect_request ? pdu.side : other(pdu.side));
  }
  tell(tpdu, pdu, out);
  if (is_connect(tpdu.type)) {
    on_connect(tpdu, out);
  }
}

void CotpSession::on_data(const Tpdu& tpdu, const Pdu& pdu, Emitter& out) {
  const auto side = static_cast<std::size_t>(pdu.side);
  std::vector<std::byte>& kept = parts_[side];
  if (!tpdu.last || !kept.empty() || lost_[side]) {
    if (kept.size() + tpdu.data.size() <= kMostKept && !lost_[side]) {
      kept.insert(kept.end(), tpdu.data.begin(), tpdu.data.end());
    } else {
      kept.clear();
      lost_[side] = true;
    }
    if (!tpdu.last || lost_[side]) {
      lost_[side] = lost_[side] && !tpdu.last;
      tell(tpdu, pdu, out);
      return;
    }
  }
  const Bytes whole = kept.empty() ? tpdu.data : Bytes{kept};
  if (is_mine_(whole)) {
    confirmed_ = true;
    on_payload(whole, pdu, out);
  } else {
    tell(tpdu, pdu, out);
    misses_ = confirmed_ ? misses_ : kMostMisses;
  }
  if (!kept.empty()) {
    kept = {};
  }
}

void CotpSession::tell(const Tpdu& tpdu, const Pdu& pdu, Emitter& out) {
  if (Fields* fields = out.fields()) {
    fields->text(kTpdu, name_of(tpdu.type));
    if (is_connect(tpdu.type)) {
      fields->hex(kCalled, tpdu.called);
      fields->hex(kCalling, tpdu.calling);
    }
  }
  Message message;
  message.protocol = protocol_;
  message.kind = Kind::oneway;
  message.operation = Operation::discover;
  message.direction = pdu.direction;
  message.envelope = true;
  message.name = name_of(tpdu.type);
  out.message(message);
}

void CotpSession::on_foreign(Side /*side*/, Direction direction, Bytes /*head*/,
                             const PacketRef& /*packet*/, Emitter& out) {
  misses_ = misses_ < kMostMisses ? static_cast<std::uint8_t>(misses_ + 1) : misses_;
  out.anomaly(foreign_anomaly(protocol_, kForeign, direction));
}

void CotpSession::on_gap(Side side) { parts_[static_cast<std::size_t>(side)].clear(); }

}  // namespace prahari::cotp
