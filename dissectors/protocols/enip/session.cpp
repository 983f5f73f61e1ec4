#include "dissectors/protocols/enip/session.hpp"

#include <algorithm>
#include <chrono>

#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/content.hpp"
#include "dissectors/protocols/enip/device_identity.hpp"
#include "dissectors/protocols/enip/fields.hpp"

namespace prahari::enip {

using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 10s;
constexpr auto kLongestPatience = 120s;
constexpr auto kSettling = 5s;  // after a start in the middle, or a gap
constexpr std::uint8_t kMaxMisses = 3;

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

std::uint64_t number_of(Bytes context) noexcept {
  Reader in{context};
  return in.le64();
}

std::uint32_t problems_of(const Content& content) noexcept {
  const bool known = content.command != nullptr;
  const bool bare = carries_cip(content.header.command) && content.has_items && content.cip.empty();
  const bool trailing = !content.rest.empty() && known && !content.items.too_many;
  std::uint32_t problems = 0;
  const auto note = [&](Wrong wrong, bool holds) { problems |= holds ? bit(wrong) : 0U; };
  note(Wrong::unknown_command, !known);
  note(Wrong::options_nonzero, content.header.options != 0);
  note(Wrong::truncated, content.truncated);
  note(Wrong::cpf_overrun, content.items.overrun);
  note(Wrong::cpf_too_many_items, content.items.too_many);
  note(Wrong::cpf_unusual, bare);
  note(Wrong::trailing_bytes, trailing);
  return problems;
}

Message envelope_of(const Content& content, Direction direction, const Waiting* asked) noexcept {
  const Header& header = content.header;
  Message message;
  message.protocol = Protocol::enip;
  message.direction = direction;
  message.kind = Kind::request;
  if (header.command == command::kNop) {
    message.kind = Kind::oneway;
  } else if (direction == Direction::to_client) {
    message.kind = header.status == 0 ? Kind::response : Kind::exception;
    message.outcome = header.status == 0 ? Outcome::success : Outcome::failure;
  }
  message.function = header.command;
  message.status = header.status;
  message.operation = content.command == nullptr ? Operation::control : content.command->operation;
  message.name = content.command == nullptr ? "Unknown Command" : content.command->name;
  message.envelope = !content.cip.empty();
  message.matched = asked != nullptr;
  message.request = asked == nullptr ? PacketRef{} : asked->packet;
  message.problems = problems_of(content);
  return message;
}

void show_header(Fields& fields, const Content& content) {
  const Header& header = content.header;
  fields.number(index(Field::command), header.command);
  fields.number(index(Field::session), header.session);
  fields.number(index(Field::status), header.status);
  fields.number(index(Field::length), header.length);
  fields.hex(index(Field::sender_context), header.context);
  fields.number(index(Field::options), header.options);
  if (content.has_items) {
    fields.begin_list(index(Field::items));
    for (const Item& one : content.items.list()) {
      fields.item(std::int64_t{one.type});
    }
    fields.end_list();
  }
}

void show_request(Fields& fields, const PacketRef& asked, Timestamp now) {
  fields.number(index(Field::request_frame), static_cast<std::int64_t>(asked.frame));
  if (now >= asked.time) {
    fields.number(index(Field::latency_us),
                  std::chrono::duration_cast<std::chrono::microseconds>(now - asked.time).count());
  }
}

}  // namespace

void EnipSession::join(Shared* shared, const FlowEnds& ends) {
  connections_ = static_cast<ConnectionTable*>(shared);
  ends_ = ends;
}

Frame EnipSession::frame(Bytes head, Side /*side*/) const noexcept {
  return frame_message(head, memory_.large);
}

bool EnipSession::starts_here(Bytes head, Side /*side*/, bool segment_start) const noexcept {
  const Frame frame = frame_message(head, memory_.large);
  if (frame.verdict == Frame::Verdict::not_mine || head.size() < kHeaderSize) {
    return false;
  }
  const bool whole = frame.verdict == Frame::Verdict::complete;
  if (!looks_right(head, handle_) || !is_evidence(Reader{head}.le16())) {
    // The whole segment is one message, if not one that is told from others by itself.
    return whole && segment_start && frame.size == head.size() && bound_;
  }
  if (segment_start || (whole && frame.size == head.size())) {
    return true;
  }
  const Bytes next = whole ? head.subspan(frame.size) : Bytes{};
  const bool followed = next.size() >= kHeaderSize && looks_right(next, handle_);
  return handle_ != 0 || followed;
}

void EnipSession::follow_time(const Pdu& pdu) noexcept {
  if (settling_) {
    settling_ = false;
    lenient_until_ = pdu.packet.time;
    if (pdu.state != Completeness::complete || lost_) {
      lenient_until_ += kSettling;
    }
  }
}

// On a connection the answer has another id; which belong together is known from its opening, or
// learned where only one request can be meant.
bool EnipSession::find_on_connection(const Content& content, Side side, Waiting& asked) {
  if (const Link* link = memory_.by_answer_id(content.connection)) {
    const std::uint32_t id = link->to_target;
    return pending_.take(side, asked, [&](const Waiting& request) {
      return request.connection == id && request.sequence == content.sequence;
    });
  }
  const std::uint8_t service = content.service() & static_cast<std::uint8_t>(~kReplyBit);
  const auto may_be = [&](const Waiting& request) {
    return request.command == command::kSendUnitData && request.sequence == content.sequence &&
           request.service == service && memory_.by_request_id(request.connection) == nullptr;
  };
  if (pending_.ambiguous(side, may_be) || !pending_.take(side, asked, may_be)) {
    return false;
  }
  memory_.add({.to_target = asked.connection,
               .to_originator = content.connection,
               .unit = Identity::kNoUnit,
               .originator = asked.side,
               .opened = false});
  return true;
}

bool EnipSession::find_request(const Content& content, Side side, Waiting& asked) {
  if (content.connected) {
    return find_on_connection(content, side, asked);
  }
  // Some clients use one context for all; then the service tells more.
  const std::uint64_t context = number_of(content.header.context);
  const std::uint8_t service = content.service() & static_cast<std::uint8_t>(~kReplyBit);
  return pending_.take(side, asked, [&](const Waiting& request) {
    return request.command == content.header.command && request.context == context &&
           (content.cip.empty() || request.service == service ||
            request.service == svc::kUnconnectedSend);
  });
}

Direction EnipSession::settle_direction(const Content& content, const Pdu& pdu, Emitter& out) {
  const Direction told = content.direction();
  if (told == Direction::unknown) {
    return pdu.direction;
  }
  if (pdu.direction == Direction::unknown) {
    out.client_is(told == Direction::to_server ? pdu.side : other(pdu.side));
  }
  return told;
}

void EnipSession::on_pdu(const Pdu& pdu, Emitter& out) {
  follow_time(pdu);
  const Content content{pdu.bytes};
  if (content.header.session != 0 && content.header.status == 0) {
    confirmed_ = confirmed_ || (handle_ == content.header.session && looks_right(pdu.bytes, 0));
    handle_ = content.header.session;
  }
  const Direction direction = settle_direction(content, pdu, out);
  Waiting asked;
  const bool matched = direction == Direction::to_client && find_request(content, pdu.side, asked);
  if (matched) {
    confirmed_ = true;
    overflow_told_ = false;
  }
  show_envelope(content, pdu, direction, matched ? &asked : nullptr, out);
  show_cip(content, pdu, matched ? &asked : nullptr, out);
  judge(content, pdu, matched, out);
  if (direction == Direction::to_server) {
    remember(content, pdu, out);
  }
}

void EnipSession::show_envelope(const Content& content, const Pdu& pdu, Direction direction,
                                const Waiting* asked, Emitter& out) {
  DeviceIdentity device;
  const Item* identity = content.items.find(item::kIdentity);
  const bool told = identity != nullptr && read_identity_item(identity->data, device);
  if (Fields* fields = out.fields()) {
    show_header(*fields, content);
    if (told) {
      show(device, *fields, index(Field::identity));
    }
    if (asked != nullptr) {
      show_request(*fields, asked->packet, pdu.packet.time);
    }
  }
  out.message(envelope_of(content, direction, asked));
  if (told) {
    const FactSource source{.words = "EtherNet/IP List Identity"};
    tell(device, source, out);
    if (const Item* security = content.items.find(item::kSecurity)) {
      tell_security(security->data, source, out);
    }
  }
}

void EnipSession::show_cip(const Content& content, const Pdu& pdu, const Waiting* asked,
                           Emitter& out) {
  if (content.cip.empty()) {
    return;
  }
  Exchange exchange{.pdu = pdu,
                    .out = out,
                    .memory = memory_,
                    .connections = connections_,
                    .ends = ends_,
                    .connection_id = std::nullopt,
                    .sequence = std::nullopt,
                    .asked = asked,
                    .asked_message = asked == nullptr ? Bytes{} : pending_.bytes(*asked)};
  if (const Item* socket = content.items.find(item::kSocketTtoO)) {
    exchange.group = socket_address(*socket);
  }
  if (content.connected) {
    exchange.connection_id = content.connection;
    exchange.sequence = content.sequence;
    const bool reply = (content.service() & kReplyBit) != 0;
    const Link* link = reply ? memory_.by_answer_id(content.connection)
                             : memory_.by_request_id(content.connection);
    if (link != nullptr) {
      exchange.unit = link->unit;
    }
  }
  decode_cip(exchange, content.cip);
}

void EnipSession::remember(const Content& content, const Pdu& pdu, Emitter& out) {
  const bool answered = (content.command != nullptr && content.command->answered) ||
                        (content.connected && !content.cip.empty());
  if (!answered) {
    return;
  }
  asked_ = true;
  if (pdu.state == Completeness::one_way) {
    return;  // its answer cannot be seen
  }
  Waiting request;
  request.packet = pdu.packet;
  request.context = number_of(content.header.context);
  request.connection = content.connected ? content.connection : 0;
  request.sequence = content.sequence;
  request.command = content.header.command;
  request.service = content.service();
  request.side = pdu.side;
  request.patience = kPatience;
  if (content.timeout > 0 && !content.connected) {
    request.patience = std::clamp<Timestamp::duration>(std::chrono::seconds{content.timeout},
                                                       kPatience, kLongestPatience);
  }
  if (!pending_.push(request, content.cip) && !overflow_told_) {
    overflow_told_ = true;
    out.anomaly({.protocol = Protocol::enip,
                 .problem = static_cast<std::uint8_t>(Wrong::pending_overflow),
                 .direction = Direction::to_server,
                 .function = content.header.command,
                 .target = {},
                 .request = {}});
  }
}

// What the message tells about the session, beside what is wrong with the message itself.
void EnipSession::judge(const Content& content, const Pdu& pdu, bool matched, Emitter& out) {
  const bool answer = content.direction() == Direction::to_client &&
                      (!content.connected || memory_.by_answer_id(content.connection) != nullptr);
  if (answer && !matched && asked_ && pdu.state != Completeness::one_way &&
      pdu.packet.time >= lenient_until_) {
    out.anomaly({.protocol = Protocol::enip,
                 .problem = static_cast<std::uint8_t>(Wrong::unmatched_response),
                 .direction = Direction::to_client,
                 .function = content.header.command,
                 .target = {},
                 .request = {}});
  }
  if (!confirmed_ && !bound_ && misses_ < kMaxMisses && !looks_right(pdu.bytes, 0)) {
    ++misses_;
  }
}

void EnipSession::on_foreign(Side /*side*/, Direction direction, Bytes head,
                             const PacketRef& /*packet*/, Emitter& out) {
  if (misses_ < kMaxMisses) {
    ++misses_;
  }
  if (!confirmed_ && !bound_) {
    return;  // most likely it never was EtherNet/IP
  }
  Reader in{head};
  const Header header = read_header(in);
  const bool near = in.ok() && find_command(header.command) != nullptr;
  const Wrong wrong = confirmed_ || near ? Wrong::malformed : Wrong::non_enip_on_port;
  out.anomaly({.protocol = Protocol::enip,
               .problem = static_cast<std::uint8_t>(wrong),
               .direction = direction,
               .function = near ? header.command : std::uint16_t{0},
               .target = {},
               .request = {}});
}

void EnipSession::on_gap(Side /*side*/) {
  pending_.mark_unsure();
  settling_ = true;
  lost_ = true;
}

void EnipSession::on_time(Timestamp now, Emitter& out) {
  Waiting late;
  while (pending_.take_late(now, late)) {
    if (late.unsure) {
      continue;
    }
    out.anomaly({.protocol = Protocol::enip,
                 .problem = static_cast<std::uint8_t>(Wrong::request_timeout),
                 .direction = Direction::to_client,
                 .function = late.command,
                 .target = {},
                 .request = late.packet});
  }
}

bool EnipSession::plausible() const noexcept { return confirmed_ || misses_ < kMaxMisses; }

}  // namespace prahari::enip
