// IEC 60870-5-104: telecontrol over TCP. APDUs of at most 255 bytes, little-endian.

#include <algorithm>
#include <array>

#include "dissectors/dissector.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/foreign.hpp"
#include "dissectors/meaning.hpp"
#include "dissectors/short_words.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kFormat, kType, kCause, kNegative, kTest, kStation, kAddress, kCount };
constexpr std::array<std::string_view, kCount + 1> kFields = {
    "format", "type", "cause", "negative", "test", "common_address", "object_address", "objects"};

enum Wrong : std::uint8_t { kForeign, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_iec104_on_port", "bytes on the port of IEC 104 are no APDUs", false},
    Problem{"truncated", "the ASDU ends before its fields do", false},
};

constexpr std::uint8_t kStart = 0x68;
constexpr std::uint8_t kLeast = 4;
constexpr std::uint8_t kMost = 253;
constexpr std::uint8_t kUnnumbered = 3;

// U formats: one function bit, nothing behind.
bool is_unnumbered(std::uint32_t control) noexcept {
  constexpr std::array<std::uint32_t, 6> kKnown = {0x07, 0x0b, 0x13, 0x23, 0x43, 0x83};
  return std::ranges::find(kKnown, control) != kKnown.end();
}

bool is_control(std::uint8_t length, std::uint32_t control) noexcept {
  switch (control & 3U) {
    case kUnnumbered:
      return length == kLeast && is_unnumbered(control);
    case 1:
      return length == kLeast && (control & 0x0001fffdU) == 0;
    default:
      return length >= 12 && (control & 0x00010000U) == 0;
  }
}

Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t start = in.u8();
  if (in.ok() && start != kStart) {
    return Frame::not_mine();
  }
  const std::uint8_t length = in.u8();
  if (in.ok() && (length < kLeast || length > kMost)) {
    return Frame::not_mine();
  }
  const std::uint32_t control = in.le32();
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (!is_control(length, control)) {
    return Frame::not_mine();
  }
  const std::size_t size = length + std::size_t{2};
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

Meaning meaning_of(std::uint8_t type) noexcept {
  if (type < 45) {
    return {"Process Information", Operation::read};
  }
  switch (type) {
    case 45:
    case 58:
      return {"Single Command", Operation::control};
    case 46:
    case 59:
      return {"Double Command", Operation::control};
    case 47:
    case 60:
      return {"Regulating Step Command", Operation::control};
    case 48:
    case 49:
    case 50:
    case 61:
    case 62:
    case 63:
      return {"Set Point Command", Operation::control};
    case 51:
    case 64:
      return {"Bitstring Command", Operation::control};
    case 70:
      return {"End of Initialization", Operation::read};
    case 100:
      return {"Interrogation", Operation::read};
    case 101:
      return {"Counter Interrogation", Operation::read};
    case 102:
      return {"Read", Operation::read};
    case 103:
      return {"Clock Synchronization", Operation::admin, Effect::set_time};
    case 104:
    case 107:
      return {"Test", Operation::discover};
    case 105:
      return {"Reset Process", Operation::control, Effect::reset};
    case 106:
      return {"Delay Acquisition", Operation::admin};
    case 110:
    case 111:
    case 112:
    case 113:
      return {"Parameter", Operation::write};
    default:
      return type >= 120 && type <= 127 ? Meaning{"File Transfer", Operation::program}
                                        : Meaning{"Unknown ASDU", Operation::control};
  }
}

std::string_view name_of_control(std::uint32_t control) noexcept {
  switch (control & 0xffU) {
    case 0x07:
      return "Start Data Transfer";
    case 0x0b:
      return "Start Data Transfer Confirmed";
    case 0x13:
      return "Stop Data Transfer";
    case 0x23:
      return "Stop Data Transfer Confirmed";
    case 0x43:
      return "Test Frame";
    case 0x83:
      return "Test Frame Confirmed";
    default:
      return "Supervisory";
  }
}

struct Asdu {
  std::uint8_t type = 0;
  std::uint8_t count = 0;
  std::uint8_t cause = 0;
  bool negative = false;
  bool test = false;
  std::uint16_t station = 0;
  std::uint32_t address = 0;
  bool cut = false;
  Bytes rest;
};

Asdu read_asdu(Reader in) noexcept {
  Asdu asdu;
  asdu.type = in.u8();
  asdu.count = in.u8() & 0x7fU;
  const std::uint8_t cause = in.u8();
  asdu.cause = cause & 0x3fU;
  asdu.negative = (cause & 0x40U) != 0;
  asdu.test = (cause & 0x80U) != 0;
  in.skip(1);
  asdu.station = in.le16();
  asdu.address = in.le24();
  asdu.cut = !in.ok();
  asdu.rest = in.rest();
  return asdu;
}

// Causes that only the controlling station gives: activation, deactivation, request.
bool is_asked(std::uint8_t type, std::uint8_t cause) noexcept {
  return type >= 45 && type != 70 && (cause == 5 || cause == 6 || cause == 8);
}

class Iec104Session final : public Session {
 public:
  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }
  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    return segment_start && frame_of(head).verdict == Frame::Verdict::complete;
  }
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side /*side*/, Direction direction, Bytes /*head*/, const PacketRef& /*packet*/,
                  Emitter& out) override {
    out.anomaly(foreign_anomaly(Protocol::iec104, kForeign, direction));
  }

 private:
  void on_asdu(const Asdu& asdu, Message& message, Fields* fields, const Pdu& pdu, Emitter& out);
  // An answer: how it went, and to what.
  void settle(const Asdu& asdu, std::uint32_t key, Side side, Message& message);
  void tell_station(const Asdu& asdu, bool sender, Emitter& out);

  FewPending pending_;
  std::uint32_t told_ = 0;  // the station told last, plus one
};

void Iec104Session::on_pdu(const Pdu& pdu, Emitter& out) {
  constexpr std::array<std::string_view, 4> kFormats = {"I", "S", "I", "U"};
  Reader in{pdu.bytes};
  in.skip(2);
  const std::uint32_t control = in.le32();
  const std::uint32_t format = control & 3U;
  Message message;
  message.protocol = Protocol::iec104;
  message.direction = pdu.direction;
  Fields* fields = out.fields();
  if (fields != nullptr) {
    fields->text(kFormat, kFormats[format]);
  }
  if (format != 1 && format != kUnnumbered) {
    on_asdu(read_asdu(in), message, fields, pdu, out);
    return;
  }
  const std::uint8_t code = control & 0xffU;
  const bool starts = code == 0x07 || code == 0x13;
  const bool confirms = code == 0x0b || code == 0x23;
  if (pdu.direction == Direction::unknown && (starts || confirms)) {
    out.client_is(starts ? pdu.side : other(pdu.side));
    message.direction = starts ? Direction::to_server : Direction::to_client;
  }
  message.kind = starts ? Kind::request : confirms ? Kind::response : Kind::oneway;
  message.outcome = confirms ? Outcome::success : Outcome::unknown;
  message.operation = Operation::discover;
  message.envelope = format == 1 || code == 0x43 || code == 0x83;
  message.name = name_of_control(control);
  message.function = code;
  out.message(message);
}

void Iec104Session::tell_station(const Asdu& asdu, bool sender, Emitter& out) {
  constexpr std::uint16_t kEveryone = 0xffff;
  if (told_ == asdu.station + 1U || asdu.station == kEveryone) {
    return;
  }
  told_ = asdu.station + 1U;
  ShortWords words;
  words.add(asdu.station);
  Identity identity;
  identity.field = Identity::Field::station;
  identity.confidence = 85;
  identity.of_sender = sender;
  identity.unit = Identity::kNoUnit;
  identity.source = "IEC 104 common address";
  identity.value = words.view();
  out.identity(identity);
}

bool is_answer(const Asdu& asdu) noexcept {
  return asdu.type >= 45 &&
         (asdu.cause == 7 || asdu.cause == 9 || (asdu.cause >= 44 && asdu.cause <= 47));
}

// Of a single or double command.
void add_value(const Asdu& asdu, Message& message) noexcept {
  const bool bits = asdu.type == 45 || asdu.type == 46 || asdu.type == 58 || asdu.type == 59;
  if (bits && !asdu.rest.empty()) {
    message.value_count = 1;
    message.values[0] = Reader{asdu.rest}.u8() & 3U;
  }
}

void show(const Asdu& asdu, Fields& fields) {
  fields.number(kType, asdu.type);
  fields.number(kCause, asdu.cause);
  fields.boolean(kNegative, asdu.negative);
  fields.boolean(kTest, asdu.test);
  fields.number(kStation, asdu.station);
  fields.number(kAddress, asdu.address);
  fields.number(kCount, asdu.count);
}

void Iec104Session::settle(const Asdu& asdu, std::uint32_t key, Side side, Message& message) {
  const bool failed = asdu.negative || asdu.cause >= 44;
  message.kind = failed ? Kind::exception : Kind::response;
  message.outcome = failed ? Outcome::failure : Outcome::success;
  message.status = failed ? asdu.cause : 0;
  PendingRequest request;
  if (pending_.take(side, key, request)) {
    message.matched = true;
    message.request = request.packet;
  }
}

void Iec104Session::on_asdu(const Asdu& asdu, Message& message, Fields* fields, const Pdu& pdu,
                            Emitter& out) {
  const bool asked = is_asked(asdu.type, asdu.cause);
  const bool answers = is_answer(asdu);
  if (pdu.direction == Direction::unknown && (asked || answers)) {
    out.client_is(asked ? pdu.side : other(pdu.side));
    message.direction = asked ? Direction::to_server : Direction::to_client;
  }
  const Meaning meaning = meaning_of(asdu.type);
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  message.function = asdu.type;
  message.sub_function = asdu.cause;
  message.problems = asdu.cut ? 1U << kTruncated : 0U;
  message.kind = asked ? Kind::request : Kind::oneway;
  const std::uint32_t key =
      std::uint32_t{asdu.type} << 24U | ((asdu.address ^ std::uint32_t{asdu.station}) & 0xffffffU);
  if (answers) {
    settle(asdu, key, pdu.side, message);
  } else if (asked) {
    pending_.push({.packet = pdu.packet, .key = key, .function = asdu.type, .side = pdu.side});
  }
  ShortWords words;
  words.add(asdu.station).add("/").add(asdu.address);
  message.target = {.table = "object",
                    .text = words.view(),
                    .unit = 0,
                    .address = asdu.address,
                    .count = asdu.count};
  add_value(asdu, message);
  if (fields != nullptr) {
    show(asdu, *fields);
  }
  out.message(message);
  if (!asdu.cut && (answers || asdu.type < 45)) {
    tell_station(asdu, true, out);
  }
}

Probe probe(const ProbeInput& input) noexcept {
  const Frame frame = frame_of(input.head);
  if (!input.bound || frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  return {frame.verdict == Frame::Verdict::complete ? Probe::Answer::yes : Probe::Answer::need_more,
          Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 2404}};

}  // namespace

extern constinit const Dissector iec104_dissector;
constinit const Dissector iec104_dissector{
    .protocol = Protocol::iec104,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<Iec104Session>();
    },
};

}  // namespace prahari
