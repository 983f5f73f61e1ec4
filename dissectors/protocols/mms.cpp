// MMS, which carries IEC 61850 client and server. ISO 9506-2 in BER, behind the session (ISO 8327)
// and presentation (ISO 8823) layers.

#include <algorithm>
#include <array>

#include "dissectors/cotp.hpp"
#include "dissectors/device_text.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/meaning.hpp"
#include "dissectors/short_words.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kPdu = cotp::kOwnFields, kInvoke, kService, kObject, kRequestFrame };
constexpr std::array<std::string_view, kRequestFrame + 1> kFields = {
    "cotp",      "called_tsap", "calling_tsap", "pdu",
    "invoke_id", "service",     "object",       "request_frame"};

constexpr std::uint8_t kConnect = 0x0d;
constexpr std::uint8_t kAccept = 0x0e;
constexpr std::uint8_t kVisibleString = 0x1a;
constexpr std::uint8_t kIdentify = 2;
constexpr std::uint8_t kRead = 4;
constexpr std::uint8_t kWrite = 5;

struct Element {
  std::uint8_t tag = 0;
  std::uint8_t number = 0;  // below the class; also of two octets
  Bytes value;
};

Element read_element(Reader& in) noexcept {
  constexpr std::uint8_t kLongTag = 0x1f;
  Element element;
  element.tag = in.u8();
  element.number = element.tag & kLongTag;
  if (element.number == kLongTag) {
    element.number = in.u8() & 0x7fU;
  }
  std::size_t size = in.u8();
  switch (size) {
    case 0x81:
      size = in.u8();
      break;
    case 0x82:
      size = in.be16();
      break;
    case 0x83:
      size = in.be24();
      break;
    default:
      if (size >= 0x80) {
        in.fail();
      }
  }
  element.value = in.take(size);
  return element;
}

bool is_mms(Bytes payload) noexcept {
  Reader in{payload};
  const std::uint32_t head = in.be32();
  const std::uint8_t tag = in.u8();
  if (in.ok() && head == 0x01000100U && tag == 0x61) {
    return true;
  }
  Reader session{payload};
  const std::uint8_t kind = session.u8();
  const std::uint8_t size = session.u8();
  return session.ok() && payload.size() > 16 && (kind == kConnect || kind == kAccept) &&
         (size == 0xff || size == session.remaining());
}

Meaning meaning_of(std::uint8_t service) noexcept {
  switch (service) {
    case 0:
      return {"Status", Operation::discover};
    case 1:
      return {"Get Name List", Operation::discover};
    case kIdentify:
      return {"Identify", Operation::discover};
    case kRead:
      return {"Read", Operation::read};
    case kWrite:
      return {"Write", Operation::write};
    case 6:
      return {"Get Variable Access Attributes", Operation::discover};
    case 11:
      return {"Define Named Variable List", Operation::admin};
    case 12:
      return {"Get Named Variable List Attributes", Operation::discover};
    case 13:
      return {"Delete Named Variable List", Operation::admin};
    case 26:
    case 27:
    case 28:
      return {"Download Domain", Operation::program, Effect::program_to};
    case 29:
    case 30:
    case 31:
      return {"Upload Domain", Operation::program, Effect::program_from};
    case 36:
      return {"Delete Domain", Operation::program, Effect::erase};
    case 40:
    case 42:
      return {"Start Program", Operation::control, Effect::start};
    case 41:
    case 44:
      return {"Stop Program", Operation::control, Effect::stop};
    case 43:
      return {"Reset Program", Operation::control, Effect::reset};
    case 46:
      return {"Obtain File", Operation::program};
    case 72:
    case 73:
    case 74:
    case 77:
      return {"Read File", Operation::read};
    case 75:
      return {"Rename File", Operation::program};
    case 76:
      return {"Delete File", Operation::program, Effect::erase};
    default:
      return {"Confirmed Service", Operation::control};
  }
}

// The first domain and item named: two strings in a row.
void find_object(Bytes bytes, ShortWords& words) noexcept {
  constexpr std::size_t kDeep = 64;  // bytes of headers before the name
  for (std::size_t at = 0; at + 4 < bytes.size() && at < kDeep; ++at) {
    if (bytes[at] != std::byte{kVisibleString}) {
      continue;
    }
    Reader in{bytes.subspan(at + 1)};
    const std::string_view domain = in.text(in.u8());
    const bool again = in.u8() == kVisibleString;
    const std::string_view item = in.text(in.u8());
    if (in.ok() && again && !domain.empty()) {
      words.add(domain).add("/").add(item);
      return;
    }
  }
}

class MmsSession final : public cotp::CotpSession {
 public:
  MmsSession() : CotpSession{Protocol::mms, is_mms} {}

 private:
  void on_payload(Bytes payload, const Pdu& pdu, Emitter& out) override;
  Meaning settle(bool failed, std::uint32_t invoke, Side side, Message& message);
  void on_confirmed(const Element& outer, Message& message, Fields* fields, const Pdu& pdu,
                    Emitter& out);
  static void tell_identity(Bytes bytes, Emitter& out);

  FewPending pending_;
};

void MmsSession::on_payload(Bytes payload, const Pdu& pdu, Emitter& out) {
  Message message;
  message.protocol = Protocol::mms;
  message.direction = pdu.direction;
  message.kind = Kind::oneway;
  message.operation = Operation::discover;
  Reader in{payload};
  const std::uint8_t session = in.u8();
  Fields* fields = out.fields();
  if (session == kConnect || session == kAccept) {
    message.kind = session == kConnect ? Kind::request : Kind::response;
    message.name = session == kConnect ? "Session Connect" : "Session Accept";
    message.envelope = true;
    if (fields != nullptr) {
      fields->number(kPdu, session);
    }
    out.message(message);
    return;
  }
  in.skip(3);
  Reader user{read_element(in).value};
  Reader list{read_element(user).value};
  read_element(list);  // presentation context
  Reader data{read_element(list).value};
  const Element outer = read_element(data);
  if (!data.ok()) {
    message.problems = 1U << cotp::kTruncated;
  }
  if (fields != nullptr) {
    fields->number(kPdu, outer.number);
  }
  const bool confirmed = outer.tag >= 0xa0 && outer.tag <= 0xa2;
  if (data.ok() && confirmed) {
    on_confirmed(outer, message, fields, pdu, out);
    return;
  }
  const bool report = outer.tag == 0xa3;
  message.name = report ? "Information Report" : "MMS Control";
  message.operation = report ? Operation::read : Operation::discover;
  out.message(message);
}

// Of a confirmed PDU.
std::uint32_t invoke_id(Bytes value) noexcept {
  std::uint32_t out = 0;
  for (const std::byte byte : value.first(std::min<std::size_t>(value.size(), 4))) {
    out = out << 8U | std::to_integer<std::uint32_t>(byte);
  }
  return out;
}

void show(std::uint32_t invoke, const Message& message, Fields& fields) {
  fields.number(kInvoke, invoke);
  fields.number(kService, message.function);
  if (!message.target.text.empty()) {
    fields.text(kObject, message.target.text);
  }
  if (message.matched) {
    fields.number(kRequestFrame, static_cast<std::int64_t>(message.request.frame));
  }
}

// Takes the request that is answered, so that the answer is called what was asked.
Meaning MmsSession::settle(bool failed, std::uint32_t invoke, Side side, Message& message) {
  message.kind = failed ? Kind::exception : Kind::response;
  message.outcome = failed ? Outcome::failure : Outcome::success;
  PendingRequest asked;
  message.matched = pending_.take(side, invoke, asked);
  if (!message.matched) {
    return failed ? Meaning{"Confirmed Error", Operation::read}
                  : meaning_of(static_cast<std::uint8_t>(message.function));
  }
  message.request = asked.packet;
  message.function = asked.function;
  Meaning meaning = meaning_of(static_cast<std::uint8_t>(message.function));
  meaning.operation = static_cast<Operation>(asked.detail);
  return meaning;
}

void MmsSession::on_confirmed(const Element& outer, Message& message, Fields* fields,
                              const Pdu& pdu, Emitter& out) {
  Reader in{outer.value};
  const std::uint32_t invoke = invoke_id(read_element(in).value);
  const Element service = read_element(in);
  ShortWords words;
  Meaning meaning = meaning_of(service.number);
  message.function = service.number;
  if (outer.number == 0) {
    message.kind = Kind::request;
    find_object(service.value, words);
    // Operate, select and cancel of a control object.
    if (service.number == kWrite && words.view().find("$CO$") != std::string_view::npos) {
      meaning = {"Write Control", Operation::control};
    }
    if (pdu.direction == Direction::unknown) {
      out.client_is(pdu.side);
      message.direction = Direction::to_server;
    }
    pending_.push({.packet = pdu.packet,
                   .key = invoke,
                   .function = service.number,
                   .detail = static_cast<std::uint16_t>(meaning.operation),
                   .effect = meaning.effect,
                   .side = pdu.side});
  } else {
    meaning = settle(outer.number == 2, invoke, pdu.side, message);
  }
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  TextBuffer buffer;
  if (!words.view().empty()) {
    message.target.table = "variable";
    message.target.text = clean_text(as_bytes(words.view()), buffer);
    message.target.count = 1;
  }
  if (fields != nullptr) {
    show(invoke, message, *fields);
  }
  out.message(message);
  if (message.kind == Kind::response && service.number == kIdentify && in.ok()) {
    tell_identity(service.value, out);
  }
}

void MmsSession::tell_identity(Bytes bytes, Emitter& out) {
  Reader in{bytes};
  for (int i = 0; i < 3 && in.ok() && !in.done(); ++i) {
    const Element element = read_element(in);
    if (!in.ok() || element.tag < 0x80 || element.tag > 0x82) {
      return;
    }
    constexpr std::array kWhat = {Identity::Field::vendor, Identity::Field::model,
                                  Identity::Field::firmware};
    TextBuffer buffer;
    Identity identity;
    identity.field = kWhat.at(element.number);
    identity.confidence = 98;
    identity.unit = Identity::kNoUnit;
    identity.source = "MMS Identify";
    identity.value = clean_text(element.value, buffer);
    if (!identity.value.empty()) {
      out.identity(identity);
    }
  }
}

Probe probe(const ProbeInput& input) noexcept { return cotp::probe(input, Protocol::mms, is_mms); }

}  // namespace

extern constinit const Dissector mms_dissector;
constinit const Dissector mms_dissector{
    .protocol = Protocol::mms,
    .bindings = cotp::kBindings,
    .fields = kFields,
    .problems = cotp::kProblems,
    .foreign_problem = cotp::kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<MmsSession>();
    },
};

}  // namespace prahari
