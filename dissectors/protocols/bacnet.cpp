// BACnet/IP. ANSI/ASHRAE 135: BVLC (annex J), NPDU (clause 6), APDU (clause 20). Big-endian.

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "dissectors/device_text.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/foreign.hpp"
#include "dissectors/meaning.hpp"
#include "dissectors/short_words.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kLinkFunction,
  kNetwork,
  kApdu,
  kInvoke,
  kService,
  kObject,
  kInstance,
  kProperty,
  kError,
  kRequestFrame
};
constexpr std::array<std::string_view, kRequestFrame + 1> kFields = {
    "bvlc_function", "source_network", "apdu_type", "invoke_id", "service",
    "object_type",   "instance",       "property",  "error",     "request_frame"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kLengthMismatch };
constexpr std::array kProblems = {
    Problem{"non_bacnet_on_port", "bytes on the BACnet port are no BACnet/IP", false},
    Problem{"truncated", "the message ends before its fields do", false},
    Problem{"length_mismatch", "the length does not fit the datagram", false},
};

constexpr std::uint8_t kBvlc = 0x81;
constexpr std::uint8_t kMostBvlc = 0x0c;
constexpr std::uint8_t kForwarded = 4;
constexpr std::uint8_t kReadProperty = 12;
constexpr std::uint8_t kReadMultiple = 14;
constexpr std::uint8_t kNothing = 0xff;

// A datagram is one message. Devices take it also where the length is wrong, so that is told and
// no reason to look away.
Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t mark = in.u8();
  const std::uint8_t function = in.u8();
  const std::uint16_t size = in.be16();
  if (!in.ok() || mark != kBvlc || function > kMostBvlc || size < 4) {
    return Frame::not_mine();
  }
  return Frame::complete(head.size());
}

bool states_its_size(Bytes message) noexcept {
  Reader in{message};
  in.skip(2);
  return in.be16() == message.size();
}

// Whether the network layer of version 1 follows, where the length does not vouch for the rest.
bool has_network_layer(Bytes message) noexcept {
  Reader in{message};
  in.skip(4);
  return in.u8() == 1;
}

constexpr std::array<Meaning, 30> kConfirmed = {{
    {"Acknowledge Alarm", Operation::admin},
    {"Confirmed COV Notification", Operation::read},
    {"Confirmed Event Notification", Operation::read},
    {"Get Alarm Summary", Operation::read},
    {"Get Enrollment Summary", Operation::read},
    {"Subscribe COV", Operation::read},
    {"Atomic Read File", Operation::program, Effect::program_from},
    {"Atomic Write File", Operation::program, Effect::program_to},
    {"Add List Element", Operation::write},
    {"Remove List Element", Operation::write},
    {"Create Object", Operation::program},
    {"Delete Object", Operation::program, Effect::erase},
    {"Read Property", Operation::read},
    {"Read Property Conditional", Operation::read},
    {"Read Property Multiple", Operation::read},
    {"Write Property", Operation::write},
    {"Write Property Multiple", Operation::write},
    {"Device Communication Control", Operation::control, Effect::silence},
    {"Confirmed Private Transfer", Operation::control},
    {"Confirmed Text Message", Operation::admin},
    {"Reinitialize Device", Operation::control, Effect::reset},
    {"VT Open", Operation::admin},
    {"VT Close", Operation::admin},
    {"VT Data", Operation::admin},
    {"Authenticate", Operation::admin},
    {"Request Key", Operation::admin},
    {"Read Range", Operation::read},
    {"Life Safety Operation", Operation::control},
    {"Subscribe COV Property", Operation::read},
    {"Get Event Information", Operation::read},
}};

constexpr std::array<Meaning, 10> kUnconfirmed = {{
    {"I-Am", Operation::discover},
    {"I-Have", Operation::discover},
    {"Unconfirmed COV Notification", Operation::read},
    {"Unconfirmed Event Notification", Operation::read},
    {"Unconfirmed Private Transfer", Operation::control},
    {"Unconfirmed Text Message", Operation::admin},
    {"Time Synchronization", Operation::admin},
    {"Who-Has", Operation::discover},
    {"Who-Is", Operation::discover},
    {"UTC Time Synchronization", Operation::admin},
}};

Meaning meaning_of(std::span<const Meaning> all, std::uint8_t service) noexcept {
  return service < all.size() ? all[service] : Meaning{"Unknown Service", Operation::control};
}

Meaning meaning_of_link(std::uint8_t function) noexcept {
  switch (function) {
    case 0:
      return {"BVLC Result", Operation::discover};
    case 1:
      return {"Write Broadcast Table", Operation::admin};
    case 2:
    case 3:
      return {"Read Broadcast Table", Operation::discover};
    case 5:
      return {"Register Foreign Device", Operation::admin};
    case 6:
    case 7:
      return {"Read Foreign Device Table", Operation::discover};
    case 8:
      return {"Delete Foreign Device", Operation::admin};
    default:
      return {"Network Message", Operation::discover};
  }
}

std::string_view table_of(std::uint32_t type) noexcept {
  constexpr std::array<std::string_view, 20> kTypes = {"analog input",
                                                       "analog output",
                                                       "analog value",
                                                       "binary input",
                                                       "binary output",
                                                       "binary value",
                                                       "calendar",
                                                       "command",
                                                       "device",
                                                       "event enrollment",
                                                       "file",
                                                       "group",
                                                       "loop",
                                                       "multi-state input",
                                                       "multi-state output",
                                                       "notification class",
                                                       "program",
                                                       "schedule",
                                                       "averaging",
                                                       "multi-state value"};
  return type < kTypes.size() ? kTypes[type] : "object";
}

struct Tag {
  std::uint8_t number = 0;
  bool context = false;
  bool opens = false;
  bool closes = false;
  Bytes value;
};

// Clause 20.2.1.
Tag read_tag(Reader& in) noexcept {
  const std::uint8_t head = in.u8();
  Tag tag;
  tag.number = head >> 4U;
  tag.context = (head & 8U) != 0;
  if (tag.number == 15) {
    tag.number = in.u8();
  }
  std::size_t size = head & 7U;
  tag.opens = tag.context && size == 6;
  tag.closes = tag.context && size == 7;
  if (tag.opens || tag.closes || (!tag.context && tag.number == 1)) {
    return tag;  // a boolean has its value in place of the length
  }
  if (size == 5) {
    size = in.u8();
    size = size == 254 ? in.be16() : size == 255 ? in.be32() : size;
  }
  tag.value = in.take(size);
  return tag;
}

std::uint32_t number_of(Bytes value) noexcept {
  std::uint32_t number = 0;
  for (const std::byte byte : value.first(value.size() <= 4 ? value.size() : 0)) {
    number = number << 8U | std::to_integer<std::uint32_t>(byte);
  }
  return number;
}

struct ObjectId {
  std::uint32_t type = 0x3ff;
  std::uint32_t instance = 0;
};

ObjectId object_of(Bytes value) noexcept {
  const std::uint32_t raw = number_of(value);
  return {raw >> 22U, raw & 0x3fffffU};
}

struct Apdu {
  std::uint8_t link = 0;
  bool routed = false;  // from behind a router: not the sender itself
  std::uint16_t network = 0;
  bool message = false;  // of the network layer
  std::uint8_t type = kNothing;
  std::uint8_t invoke = 0;
  std::uint8_t service = kNothing;
  bool segmented = false;
  bool cut = false;
  Bytes body;
};

void read_network(Reader& in, Apdu& apdu) noexcept {
  in.skip(1);
  const std::uint8_t control = in.u8();
  const bool destination = (control & 0x20U) != 0;
  if (destination) {
    in.skip(2);
    in.skip(in.u8());
  }
  if ((control & 0x08U) != 0) {
    apdu.routed = true;
    apdu.network = in.be16();
    in.skip(in.u8());
  }
  if (destination) {
    in.skip(1);
  }
  apdu.message = (control & 0x80U) != 0;
}

void read_application(Reader& in, Apdu& apdu) noexcept {
  const std::uint8_t head = in.u8();
  apdu.type = head >> 4U;
  apdu.segmented = (head & 0x08U) != 0 && (apdu.type == 0 || apdu.type == 3);
  if (apdu.type == 0) {
    in.skip(1);
  }
  if (apdu.type != 1) {
    apdu.invoke = in.u8();
  }
  if (apdu.segmented) {
    in.skip(2);
  }
  if (apdu.type <= 3 || apdu.type == 5) {
    apdu.service = in.u8();
  }
  apdu.body = in.rest();
}

Apdu read_apdu(Bytes bytes) noexcept {
  Reader in{bytes};
  in.skip(1);
  Apdu apdu;
  apdu.link = in.u8();
  in.skip(2);
  const bool carries = apdu.link == kForwarded || (apdu.link >= 9 && apdu.link <= 11);
  if (carries) {
    in.skip(apdu.link == kForwarded ? 6 : 0);
    read_network(in, apdu);
    if (!apdu.message) {
      read_application(in, apdu);
    }
  }
  apdu.cut = !in.ok();
  return apdu;
}

class BacnetSession final : public Session {
 public:
  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }
  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool /*segment_start*/) const noexcept override {
    return frame_of(head).verdict == Frame::Verdict::complete;
  }
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side /*side*/, Direction direction, Bytes /*head*/, const PacketRef& /*packet*/,
                  Emitter& out) override {
    out.anomaly(foreign_anomaly(Protocol::bacnet, kForeign, direction));
  }

 private:
  void describe(const Apdu& apdu, const Pdu& pdu, Message& message);
  void aim(const Apdu& apdu, Message& message, Fields* fields) const;
  void tell(Identity::Field field, std::uint8_t confidence, std::string_view source,
            std::string_view value, std::uint32_t unit, Emitter& out);
  void tell_facts(const Apdu& apdu, Emitter& out);
  void tell_i_am(const Apdu& apdu, Emitter& out);
  void tell_properties(const Apdu& apdu, Emitter& out);
  void tell_property(const Apdu& apdu, const ObjectId& object, std::uint32_t property, Bytes text,
                     Emitter& out);

  FewPending pending_;
};

void BacnetSession::describe(const Apdu& apdu, const Pdu& pdu, Message& message) {
  Meaning meaning;
  switch (apdu.type) {
    case 0:
      meaning = meaning_of(kConfirmed, apdu.service);
      message.kind = Kind::request;
      pending_.push(
          {.packet = pdu.packet, .key = apdu.invoke, .function = apdu.service, .side = pdu.side});
      break;
    case 1:
      meaning = meaning_of(kUnconfirmed, apdu.service);
      message.kind = Kind::oneway;
      break;
    case kNothing:
      meaning = meaning_of_link(apdu.link);
      message.kind = Kind::oneway;
      break;
    case 4:
      meaning = {"Segment Acknowledgement", Operation::discover};
      message.kind = Kind::oneway;
      message.envelope = true;
      break;
    default: {
      PendingRequest asked;
      message.matched = pending_.take(pdu.side, apdu.invoke, asked);
      message.request = asked.packet;
      const auto service =
          message.matched ? static_cast<std::uint8_t>(asked.function) : apdu.service;
      const bool named = service != kNothing;
      meaning = named ? meaning_of(kConfirmed, service) : Meaning{"Refusal", Operation::read};
      const bool good = apdu.type <= 3;
      message.kind = good ? Kind::response : Kind::exception;
      message.outcome = good ? Outcome::success : Outcome::failure;
      message.status = good ? 0 : apdu.type;
    }
  }
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  message.function = static_cast<std::uint16_t>(apdu.type == kNothing ? apdu.link : apdu.service);
}

// What a confirmed service is about: the object and property that nearly all begin with.
void BacnetSession::aim(const Apdu& apdu, Message& message, Fields* fields) const {
  const bool asks = apdu.type == 0 && !apdu.segmented &&
                    ((apdu.service >= 8 && apdu.service <= 9) ||
                     (apdu.service >= kReadProperty && apdu.service <= 16));
  const bool answers = apdu.type == 3 && apdu.service == kReadProperty;
  if (!asks && !answers) {
    return;
  }
  Reader in{apdu.body};
  const Tag first = read_tag(in);
  if (!in.ok() || !first.context || first.number != 0 || first.value.size() != 4) {
    return;
  }
  const ObjectId object = object_of(first.value);
  message.target = {.table = table_of(object.type),
                    .text = {},
                    .unit = 0,
                    .address = object.instance,
                    .count = 1};
  const Tag second = read_tag(in);
  const bool property = in.ok() && second.context && second.number == 1 && !second.opens;
  if (fields != nullptr) {
    fields->number(kObject, object.type);
    fields->number(kInstance, object.instance);
    if (property) {
      fields->number(kProperty, number_of(second.value));
    }
  }
}

void show(const Apdu& apdu, const Message& message, Fields& fields) {
  fields.number(kLinkFunction, apdu.link);
  if (apdu.routed) {
    fields.number(kNetwork, apdu.network);
  }
  if (apdu.type != kNothing) {
    fields.number(kApdu, apdu.type);
    fields.number(kInvoke, apdu.invoke);
    fields.number(kService, apdu.service);
  }
  if (message.matched) {
    fields.number(kRequestFrame, static_cast<std::int64_t>(message.request.frame));
  }
}

void BacnetSession::on_pdu(const Pdu& pdu, Emitter& out) {
  const Apdu apdu = read_apdu(pdu.bytes);
  Message message;
  message.protocol = Protocol::bacnet;
  message.direction = pdu.direction;
  if (apdu.type == 0 || (apdu.type >= 2 && apdu.type <= 7 && apdu.type != 4)) {
    const bool asks = apdu.type == 0;
    if (pdu.direction == Direction::unknown) {
      out.client_is(asks ? pdu.side : other(pdu.side));
    }
    message.direction = asks ? Direction::to_server : Direction::to_client;
  }
  describe(apdu, pdu, message);
  message.problems = (apdu.cut ? 1U << kTruncated : 0U) |
                     (states_its_size(pdu.bytes) ? 0U : 1U << kLengthMismatch);
  Fields* fields = out.fields();
  if (fields != nullptr) {
    show(apdu, message, *fields);
  }
  aim(apdu, message, fields);
  out.message(message);
  tell_facts(apdu, out);
}

void BacnetSession::tell_facts(const Apdu& apdu, Emitter& out) {
  // What was forwarded is about neither end.
  if (apdu.cut || apdu.segmented || apdu.link == kForwarded) {
    return;
  }
  if (apdu.type == 1 && apdu.service == 0) {
    tell_i_am(apdu, out);
  } else if (apdu.type == 3 && (apdu.service == kReadProperty || apdu.service == kReadMultiple)) {
    tell_properties(apdu, out);
  }
}

void BacnetSession::tell(Identity::Field field, std::uint8_t confidence, std::string_view source,
                         std::string_view value, std::uint32_t unit, Emitter& out) {
  if (value.empty()) {
    return;
  }
  Identity identity;
  identity.field = field;
  identity.confidence = confidence;
  identity.unit = unit;
  identity.source = source;
  identity.value = value;
  out.identity(identity);
}

void BacnetSession::tell_i_am(const Apdu& apdu, Emitter& out) {
  constexpr std::uint32_t kDevice = 8;
  Reader in{apdu.body};
  const Tag id = read_tag(in);
  read_tag(in);  // size of an APDU
  read_tag(in);  // segmentation
  const Tag maker = read_tag(in);
  const ObjectId object = object_of(id.value);
  if (!in.ok() || id.value.size() != 4 || object.type != kDevice) {
    return;
  }
  const std::uint32_t unit = apdu.routed ? object.instance : Identity::kNoUnit;
  ShortWords instance;
  instance.add(object.instance);
  tell(Identity::Field::station, 85, "BACnet I-Am", instance.view(), unit, out);
  ShortWords vendor;
  vendor.add("BACnet vendor ").add(number_of(maker.value));
  tell(Identity::Field::vendor, 50, "BACnet I-Am", vendor.view(), unit, out);
}

// What a property of the device object tells; null: nothing that is kept.
const Identity::Field* field_of(std::uint32_t property) noexcept {
  static constexpr std::array<std::pair<std::uint32_t, Identity::Field>, 8> kProperties = {{
      {12, Identity::Field::software},
      {28, Identity::Field::description},
      {44, Identity::Field::firmware},
      {58, Identity::Field::location},
      {70, Identity::Field::model},
      {77, Identity::Field::name},
      {121, Identity::Field::vendor},
      {372, Identity::Field::serial},
  }};
  const auto known =
      std::ranges::find(kProperties, property, &std::pair<std::uint32_t, Identity::Field>::first);
  return known == kProperties.end() ? nullptr : &known->second;
}

// `text`: a character string, its first octet the character set.
void BacnetSession::tell_property(const Apdu& apdu, const ObjectId& object, std::uint32_t property,
                                  Bytes text, Emitter& out) {
  constexpr std::uint32_t kDevice = 8;
  const Identity::Field* field = field_of(property);
  if (field == nullptr || object.type != kDevice || text.empty()) {
    return;
  }
  TextBuffer buffer;
  tell(*field, 98, "BACnet device object", clean_text(text.subspan(1), buffer),
       apdu.routed ? object.instance : Identity::kNoUnit, out);
}

// Properties of the device object, in answers to one or to many.
void BacnetSession::tell_properties(const Apdu& apdu, Emitter& out) {
  constexpr std::uint8_t kText = 7;
  const bool many = apdu.service == kReadMultiple;
  const std::uint8_t property_tag = many ? 2 : 1;
  const int list_depth = many ? 1 : 0;
  ObjectId object;
  std::uint32_t property = 0;
  int depth = 0;
  Reader in{apdu.body};
  while (in.ok() && !in.done()) {
    const Tag tag = read_tag(in);
    depth += static_cast<int>(tag.opens) - static_cast<int>(tag.closes);
    if (tag.opens || tag.closes || !in.ok()) {
      continue;
    }
    if (tag.context && depth == 0 && tag.number == 0) {
      object = object_of(tag.value);
      continue;
    }
    if (tag.context && depth == list_depth && tag.number == property_tag) {
      property = number_of(tag.value);
      continue;
    }
    if (!tag.context && tag.number == kText && depth == list_depth + 1) {
      tell_property(apdu, object, property, tag.value, out);
    }
  }
}

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || frame_of(input.head).verdict != Frame::Verdict::complete ||
      !(states_its_size(input.head) || has_network_layer(input.head))) {
    return {};
  }
  const Apdu apdu = read_apdu(input.head);
  const bool asks = apdu.type == 0;
  const bool answers = apdu.type == 2 || apdu.type == 3 || apdu.type == 5;
  return {Probe::Answer::yes,
          asks      ? Direction::to_server
          : answers ? Direction::to_client
                    : Direction::unknown,
          0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 47808}};

}  // namespace

extern constinit const Dissector bacnet_dissector;
constinit const Dissector bacnet_dissector{
    .protocol = Protocol::bacnet,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<BacnetSession>();
    },
};

}  // namespace prahari
