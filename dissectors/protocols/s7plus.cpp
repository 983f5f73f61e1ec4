// S7 communication plus of S7-1200 and 1500. Siemens never published it; the layout is that of the
// Wireshark plugin s7comm_plus. Big-endian.

#include <array>

#include "dissectors/cotp.hpp"
#include "dissectors/device_text.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/meaning.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kVersion = cotp::kOwnFields,
  kOpcode,
  kFunction,
  kSequence,
  kRequestFrame
};
constexpr std::array<std::string_view, kRequestFrame + 1> kFields = {
    "cotp", "called_tsap", "calling_tsap", "version", "opcode", "function", "seq", "request_frame"};

constexpr std::uint8_t kMark = 0x72;
constexpr std::uint8_t kRequest = 0x31;
constexpr std::uint8_t kResponse = 0x32;
constexpr std::uint8_t kNotification = 0x33;
constexpr std::uint8_t kSigned = 3;  // version from which on a digest may come first

Meaning meaning_of(std::uint16_t function) noexcept {
  switch (function) {
    case 0x04bb:
      return {"Explore", Operation::discover};
    case 0x04ca:
      return {"Create Object", Operation::control};
    case 0x04d4:
      return {"Delete Object", Operation::control};
    case 0x04f2:
      return {"Set Variable", Operation::write};
    case 0x04fc:
      return {"Get Variable", Operation::read};
    case 0x0524:
      return {"Get Link", Operation::read};
    case 0x0542:
      return {"Set Multiple Variables", Operation::write};
    case 0x054c:
      return {"Get Multiple Variables", Operation::read};
    case 0x0556:
      return {"Begin Sequence", Operation::control};
    case 0x0560:
      return {"End Sequence", Operation::control};
    case 0x056b:
      return {"Invoke", Operation::control};
    case 0x0586:
      return {"Get Variable Parts", Operation::read};
    default:
      return {"Unknown Function", Operation::control};
  }
}

bool is_plus(Bytes payload) noexcept {
  Reader in{payload};
  const bool mark = in.u8() == kMark;
  const std::uint8_t version = in.u8();
  const std::uint16_t size = in.be16();
  const bool known = (version >= 1 && version <= 3) || version >= 0xfe;
  return in.ok() && mark && known && size <= in.remaining();
}

void tell(Identity::Field field, std::string_view value, Emitter& out) {
  if (value.empty()) {
    return;
  }
  Identity identity;
  identity.field = field;
  identity.confidence = 95;
  identity.unit = Identity::kNoUnit;
  identity.source = "S7 plus session";
  identity.value = value;
  out.identity(identity);
}

// "1;6ES7 214-1AG40-0XB0 ;V4.2" somewhere among the attributes.
bool tell_product(Bytes bytes, Emitter& out) {
  constexpr std::size_t kMostOrder = 24;
  constexpr std::size_t kMostVersion = 12;
  const std::string_view text = as_text(bytes);
  std::size_t at = text.find(";6ES7");
  at = at == std::string_view::npos ? text.find(";6AG1") : at;
  if (at == std::string_view::npos) {
    return false;
  }
  const std::string_view order = text.substr(at + 1, kMostOrder);
  const std::size_t end = order.find(';');
  if (end == std::string_view::npos) {
    return false;
  }
  TextBuffer buffer;
  tell(Identity::Field::vendor, "Siemens", out);
  tell(Identity::Field::order_number, clean_text(as_bytes(order.substr(0, end)), buffer), out);
  const std::string_view version = text.substr(at + 2 + end, kMostVersion);
  if (version.starts_with('V')) {
    const std::size_t size = version.find_first_not_of("V0123456789.");
    tell(Identity::Field::firmware, version.substr(0, size), out);
  }
  return true;
}

struct Header {
  std::uint8_t version = 0;
  std::uint8_t opcode = 0;
  std::uint16_t function = 0;
  std::uint16_t sequence = 0;

  [[nodiscard]] bool calls() const noexcept { return opcode == kRequest || opcode == kResponse; }
};

// `body` is what the length covers.
Header read_header(Reader& body, std::uint8_t version) noexcept {
  Header out;
  out.version = version;
  out.opcode = body.u8();
  if (version == kSigned && !out.calls() && out.opcode != kNotification) {
    body.skip(out.opcode);  // it was the length of the digest
    out.opcode = body.u8();
  }
  body.skip(2);
  out.function = body.be16();
  body.skip(2);
  out.sequence = body.be16();
  return out;
}

Message message_of(const Header& header, Direction direction) noexcept {
  Message out;
  out.protocol = Protocol::s7plus;
  out.direction = direction;
  out.kind = header.opcode == kRequest    ? Kind::request
             : header.opcode == kResponse ? Kind::response
                                          : Kind::oneway;
  const Meaning meaning = header.calls() ? meaning_of(header.function)
                          : header.opcode == kNotification
                              ? Meaning{"Notification", Operation::read}
                              : Meaning{"Keep Alive", Operation::discover};
  out.name = meaning.name;
  out.operation = meaning.operation;
  out.function = header.calls() ? header.function : std::uint16_t{0};
  out.outcome = header.opcode == kResponse ? Outcome::success : Outcome::unknown;
  return out;
}

class S7PlusSession final : public cotp::CotpSession {
 public:
  S7PlusSession() : CotpSession{Protocol::s7plus, is_plus} {}

 private:
  void on_payload(Bytes payload, const Pdu& pdu, Emitter& out) override;

  FewPending pending_;
  bool told_ = false;
};

void S7PlusSession::on_payload(Bytes payload, const Pdu& pdu, Emitter& out) {
  Reader in{payload};
  in.skip(1);
  const std::uint8_t version = in.u8();
  Reader body = in.sub(in.be16());
  const Header header = read_header(body, version);
  Message message = message_of(header, pdu.direction);
  if (header.opcode == kRequest) {
    pending_.push({.packet = pdu.packet,
                   .key = header.sequence,
                   .function = header.function,
                   .side = pdu.side});
  }
  PendingRequest asked;
  if (header.opcode == kResponse && pending_.take(pdu.side, header.sequence, asked)) {
    message.matched = true;
    message.request = asked.packet;
  }
  if (Fields* fields = out.fields()) {
    fields->number(kVersion, header.version);
    fields->number(kOpcode, header.opcode);
    if (header.calls()) {
      fields->number(kFunction, header.function);
      fields->number(kSequence, header.sequence);
    }
    if (message.matched) {
      fields->number(kRequestFrame, static_cast<std::int64_t>(asked.packet.frame));
    }
  }
  out.message(message);
  if (header.opcode == kResponse && !told_ && body.ok()) {
    told_ = tell_product(body.rest(), out);
  }
}

Probe probe(const ProbeInput& input) noexcept {
  return cotp::probe(input, Protocol::s7plus, is_plus);
}

}  // namespace

extern constinit const Dissector s7plus_dissector;
constinit const Dissector s7plus_dissector{
    .protocol = Protocol::s7plus,
    .bindings = cotp::kBindings,
    .fields = kFields,
    .problems = cotp::kProblems,
    .foreign_problem = cotp::kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<S7PlusSession>();
    },
};

}  // namespace prahari
