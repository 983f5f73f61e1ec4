#include "dissectors/protocols/csp/session.hpp"

#include <algorithm>
#include <chrono>

#include "dissectors/protocols/enip/pccc.hpp"

namespace prahari::csp {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;
constexpr auto kSettling = 5s;  // after a start in the middle, or a gap
constexpr std::uint8_t kMaxMisses = 3;
constexpr std::size_t kShown = 128;  // bytes of PCCC in a record
constexpr std::uint8_t kReplyBit = 0x40;

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

// Of the transaction, by which an answer is known; 0 where there is none.
std::uint16_t transaction_of(const Body& body) noexcept {
  Reader in{body.pccc};
  in.skip(2);
  const std::uint16_t transaction = in.le16();
  return in.ok() ? transaction : std::uint16_t{0};
}

std::uint8_t command_of(const Body& body) noexcept {
  return Reader{body.pccc}.u8() & static_cast<std::uint8_t>(~kReplyBit);
}

struct Naming {
  std::string_view name;
  Operation operation;
};

Naming naming_of(const Header& header) noexcept {
  switch (header.submode) {
    case submode::kConnect:
      return {"Connect", Operation::discover};
    case submode::kPccc:
      return {"PCCC Unknown Command", Operation::control};
    default:
      return {"Unknown Message", Operation::control};
  }
}

void show_header(Fields& fields, const Header& header) {
  fields.number(index(Field::mode), header.mode);
  fields.number(index(Field::submode), header.submode);
  fields.number(index(Field::length), header.length);
  fields.number(index(Field::connection), header.connection);
  fields.number(index(Field::status), header.status);
  fields.hex(index(Field::context), header.context);
}

void show_request(Fields& fields, const PacketRef& asked, Timestamp now) {
  fields.number(index(Field::request_frame), static_cast<std::int64_t>(asked.frame));
  if (now >= asked.time) {
    fields.number(index(Field::latency_us),
                  std::chrono::duration_cast<std::chrono::microseconds>(now - asked.time).count());
  }
}

void read_pccc(const Body& body, const enip::PcccCall& call) {
  call.message.sub_function = command_of(body);
  const bool good = !body.cut && enip::decode_pccc_message(call);
  call.message.problems |= good ? 0U : bit(Wrong::truncated);
}

void show_body(Fields& fields, const Header& header, const Body& body) {
  if (header.submode == submode::kPccc && !body.cut) {
    fields.boolean(index(Field::remote), body.remote);
    fields.hex(index(Field::data), body.pccc.first(std::min(body.pccc.size(), kShown)));
  }
}

Message message_of(const Header& header, const enip::Waiting* asked) noexcept {
  const Naming naming = naming_of(header);
  Message message;
  message.protocol = Protocol::csp;
  message.direction = Direction::to_server;
  message.kind = Kind::request;
  if (header.reply()) {
    message.direction = Direction::to_client;
    message.kind = header.status == 0 ? Kind::response : Kind::exception;
    message.outcome = header.status == 0 ? Outcome::success : Outcome::failure;
  }
  message.function = header.submode;
  message.status = header.status;
  message.operation = naming.operation;
  message.name = naming.name;
  message.matched = asked != nullptr;
  message.request = asked == nullptr ? PacketRef{} : asked->packet;
  message.problems |= is_known(header.submode) ? 0U : bit(Wrong::unknown_submode);
  return message;
}

}  // namespace

Frame CspSession::frame(Bytes head, Side /*side*/) const noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok()) {
    const bool wrong = !head.empty() && !is_mode(Reader{head}.u8());
    return wrong ? Frame::not_mine() : Frame::need_more();
  }
  if (!is_sound(header)) {
    return Frame::not_mine();
  }
  const std::size_t size = kHeaderSize + header.length;
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

bool CspSession::starts_here(Bytes head, Side /*side*/, bool segment_start) const noexcept {
  Reader in{head};
  const Header header = read_header(in);
  return segment_start && in.ok() && is_sound(header) && is_known(header.submode) &&
         head.size() >= kHeaderSize + header.length;
}

void CspSession::settle(const Pdu& pdu) noexcept {
  if (settling_) {
    settling_ = false;
    const bool middle = pdu.state != Completeness::complete || lost_;
    lenient_until_ = pdu.packet.time + (middle ? Timestamp::duration{kSettling} : 0s);
  }
}

void CspSession::on_pdu(const Pdu& pdu, Emitter& out) {
  settle(pdu);
  Reader in{pdu.bytes};
  const Header header = read_header(in);
  const bool carries = header.submode == submode::kPccc;
  const Body body = carries ? read_body(in.rest()) : Body{};
  if (pdu.direction == Direction::unknown) {
    out.client_is(header.reply() ? other(pdu.side) : pdu.side);
  }
  enip::Waiting request;
  const bool matched = header.reply() && find_request(header, body, pdu.side, request);
  const enip::Waiting* asked = matched ? &request : nullptr;
  confirmed_ = confirmed_ || matched;

  Message message = message_of(header, asked);
  Fields* fields = out.fields();
  if (fields != nullptr) {
    show_header(*fields, header);
    show_body(*fields, header, body);
    if (matched) {
      show_request(*fields, asked->packet, pdu.packet.time);
    }
  }
  enip::ShortText<200> words;
  const bool refused = header.reply() && header.status != 0 && body.pccc.empty();
  if (carries && !refused) {
    read_pccc(body, {.bytes = body.pccc,
                     .asked = matched ? pending_.bytes(*asked) : Bytes{},
                     .with_requestor = false,
                     .response = header.reply(),
                     .message = message,
                     .words = words,
                     .fields = fields,
                     .field = index(Field::pccc),
                     .out = out});
  }
  out.message(message);
  if (!header.reply()) {
    remember(header, body, pdu, out);
  } else if (!matched && misses_request(pdu)) {
    say(Wrong::unmatched_response, Direction::to_client, {}, out);
  }
}

// Whether the request of an answer ought to have been seen.
bool CspSession::misses_request(const Pdu& pdu) const noexcept {
  return asked_ && pdu.state != Completeness::one_way && pdu.packet.time >= lenient_until_;
}

// By the context that is sent back, where it says anything, and by the transaction of PCCC.
bool CspSession::find_request(const Header& header, const Body& body, Side side,
                              enip::Waiting& asked) {
  const std::uint64_t context = Reader{header.context}.le64();
  const std::uint16_t transaction = transaction_of(body);
  return pending_.take(side, asked, [&](const enip::Waiting& request) {
    return request.command == header.submode && request.sequence == transaction &&
           (request.context == context || header.submode == submode::kPccc);
  });
}

void CspSession::remember(const Header& header, const Body& body, const Pdu& pdu, Emitter& out) {
  asked_ = true;
  if (pdu.state == Completeness::one_way) {
    return;  // its answer cannot be seen
  }
  enip::Waiting request;
  request.packet = pdu.packet;
  request.context = Reader{header.context}.le64();
  request.connection = header.connection;
  request.sequence = transaction_of(body);
  request.command = header.submode;
  request.side = pdu.side;
  request.patience = kPatience;
  if (!pending_.push(request, body.pccc) && !overflow_told_) {
    overflow_told_ = true;
    say(Wrong::pending_overflow, Direction::to_server, {}, out);
  }
}

void CspSession::say(Wrong wrong, Direction direction, const PacketRef& request,
                     Emitter& out) const {
  out.anomaly({.protocol = Protocol::csp,
               .problem = static_cast<std::uint8_t>(wrong),
               .direction = direction,
               .function = 0,
               .target = {},
               .request = request});
}

void CspSession::on_foreign(Side /*side*/, Direction direction, Bytes /*head*/,
                            const PacketRef& /*packet*/, Emitter& out) {
  if (misses_ < kMaxMisses) {
    ++misses_;
  }
  say(confirmed_ ? Wrong::malformed : Wrong::non_csp_on_port, direction, {}, out);
}

void CspSession::on_gap(Side /*side*/) {
  pending_.mark_unsure();
  settling_ = true;
  lost_ = true;
}

void CspSession::on_time(Timestamp now, Emitter& out) {
  enip::Waiting late;
  while (pending_.take_late(now, late)) {
    if (!late.unsure) {
      say(Wrong::request_timeout, Direction::to_client, late.packet, out);
    }
  }
}

bool CspSession::plausible() const noexcept { return confirmed_ || misses_ < kMaxMisses; }

}  // namespace prahari::csp
