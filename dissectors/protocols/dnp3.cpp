// DNP3 over TCP and UDP. IEEE 1815: link frames whose blocks carry a CRC each, transport segments,
// application fragments. Little-endian.

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "dissectors/device_text.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/foreign.hpp"
#include "dissectors/meaning.hpp"
#include "dissectors/short_words.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kSource,
  kDestination,
  kLink,
  kFunction,
  kSequence,
  kIndications,
  kObjects,
  kRequestFrame
};
constexpr std::array<std::string_view, kRequestFrame + 1> kFields = {
    "source", "destination", "link_function", "function", "seq", "iin", "objects", "request_frame"};

enum Wrong : std::uint8_t { kForeign, kBadCrc, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_dnp3_on_port", "bytes on the DNP3 port are no DNP3 frames", false},
    Problem{"bad_crc", "the checksum of a block is wrong", true},
    Problem{"truncated", "the message ends before its fields do", false},
};

constexpr std::size_t kLinkHeader = 10;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kCrc = 2;
constexpr std::uint8_t kLeastLength = 5;
constexpr std::size_t kMostFragment = 4096;
constexpr std::size_t kMostObjects = 32;
constexpr std::uint8_t kConfirm = 0;
constexpr std::uint8_t kResponse = 129;
constexpr std::uint8_t kUnsolicited = 130;

constexpr std::array<std::uint16_t, 256> kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto crc = static_cast<std::uint16_t>(i);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<std::uint16_t>((crc & 1U) != 0 ? (crc >> 1U) ^ 0xa6bcU : crc >> 1U);
    }
    table[i] = crc;
  }
  return table;
}();

std::uint16_t crc_of(Bytes bytes) noexcept {
  std::uint16_t crc = 0;
  for (const std::byte byte : bytes) {
    crc = static_cast<std::uint16_t>(
        kCrcTable[(crc ^ std::to_integer<std::uint16_t>(byte)) & 0xffU] ^ (crc >> 8U));
  }
  return static_cast<std::uint16_t>(~crc);
}

// With the CRC of a link header, so that nothing else passes.
Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t first = in.u8();
  if (in.ok() && first != 0x05) {
    return Frame::not_mine();
  }
  const std::uint8_t second = in.u8();
  if (in.ok() && second != 0x64) {
    return Frame::not_mine();
  }
  const std::uint8_t length = in.u8();
  in.skip(kLinkHeader - 3);
  if (!in.ok()) {
    return Frame::need_more();
  }
  Reader crc{head.subspan(kLinkHeader - kCrc)};
  if (length < kLeastLength || crc.le16() != crc_of(head.first(kLinkHeader - kCrc))) {
    return Frame::not_mine();
  }
  const std::size_t data = length - std::size_t{kLeastLength};
  const std::size_t size = kLinkHeader + data + (data + kBlock - 1) / kBlock * kCrc;
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

constexpr std::array<Meaning, 34> kFunctions = {{
    {"Confirm", Operation::read},
    {"Read", Operation::read},
    {"Write", Operation::write},
    {"Select", Operation::control},
    {"Operate", Operation::control},
    {"Direct Operate", Operation::control},
    {"Direct Operate No Response", Operation::control},
    {"Immediate Freeze", Operation::control},
    {"Immediate Freeze No Response", Operation::control},
    {"Freeze and Clear", Operation::control, Effect::clear_counters},
    {"Freeze and Clear No Response", Operation::control, Effect::clear_counters},
    {"Freeze at Time", Operation::control},
    {"Freeze at Time No Response", Operation::control},
    {"Cold Restart", Operation::control, Effect::reset},
    {"Warm Restart", Operation::control, Effect::reset},
    {"Initialize Data", Operation::admin},
    {"Initialize Application", Operation::program},
    {"Start Application", Operation::control, Effect::start},
    {"Stop Application", Operation::control, Effect::stop},
    {"Save Configuration", Operation::admin},
    {"Enable Unsolicited", Operation::admin},
    {"Disable Unsolicited", Operation::admin, Effect::suppress},
    {"Assign Class", Operation::admin},
    {"Delay Measurement", Operation::discover},
    {"Record Current Time", Operation::admin},
    {"Open File", Operation::program},
    {"Close File", Operation::program},
    {"Delete File", Operation::program, Effect::erase},
    {"Get File Information", Operation::program},
    {"Authenticate File", Operation::program},
    {"Abort File", Operation::program},
    {"Activate Configuration", Operation::admin},
    {"Authentication Request", Operation::admin},
    {"Authentication Error", Operation::admin},
}};

Meaning meaning_of(std::uint8_t function) noexcept {
  if (function < kFunctions.size()) {
    return kFunctions[function];
  }
  if (function == kResponse) {
    return {"Response", Operation::read};
  }
  if (function == kUnsolicited) {
    return {"Unsolicited Response", Operation::read};
  }
  if (function == 131) {
    return {"Authentication Response", Operation::admin};
  }
  return {"Unknown Function", Operation::control};
}

struct ObjectHeader {
  std::uint8_t group = 0;
  std::uint8_t variation = 0;
  std::uint8_t qualifier = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

ObjectHeader read_object(Reader& in) noexcept {
  ObjectHeader object;
  object.group = in.u8();
  object.variation = in.u8();
  object.qualifier = in.u8();
  const auto range = [&](std::uint32_t first, std::uint32_t last) {
    object.first = first;
    object.count = last >= first ? last - first + 1 : 0;
  };
  switch (object.qualifier & 0x0fU) {
    case 0: {
      const std::uint8_t first = in.u8();
      range(first, in.u8());
      break;
    }
    case 1: {
      const std::uint16_t first = in.le16();
      range(first, in.le16());
      break;
    }
    case 7:
      object.count = in.u8();
      break;
    case 8:
      object.count = in.le16();
      break;
    case 0x0b:
      object.count = in.u8();
      break;
    default:
      break;
  }
  return object;
}

std::string_view table_of(std::uint8_t group) noexcept {
  switch (group) {
    case 0:
      return "device attribute";
    case 1:
    case 2:
      return "binary input";
    case 10:
    case 11:
    case 12:
    case 13:
      return "binary output";
    case 20:
    case 21:
    case 22:
    case 23:
      return "counter";
    case 30:
    case 31:
    case 32:
      return "analog input";
    case 40:
    case 41:
    case 42:
    case 43:
      return "analog output";
    case 50:
    case 51:
    case 52:
      return "time";
    case 60:
      return "class";
    case 70:
      return "file";
    case 80:
      return "internal indication";
    default:
      return "object";
  }
}

void tell(Identity::Field field, std::uint8_t confidence, std::string_view source,
          std::string_view value, Emitter& out) {
  if (value.empty()) {
    return;
  }
  Identity identity;
  identity.field = field;
  identity.confidence = confidence;
  identity.unit = Identity::kNoUnit;
  identity.source = source;
  identity.value = value;
  out.identity(identity);
}

// Group 0: type of the data, length, text.
void tell_attribute(std::uint8_t variation, Reader& in, Emitter& out) {
  constexpr std::array<std::pair<std::uint8_t, Identity::Field>, 8> kAttributes = {{
      {242, Identity::Field::firmware},
      {243, Identity::Field::hardware},
      {245, Identity::Field::location},
      {246, Identity::Field::description},
      {247, Identity::Field::name},
      {248, Identity::Field::serial},
      {250, Identity::Field::model},
      {252, Identity::Field::vendor},
  }};
  constexpr std::uint8_t kText = 1;
  const std::uint8_t type = in.u8();
  const Bytes value = in.take(in.u8());
  if (!in.ok() || type != kText) {
    return;
  }
  for (const auto& [code, field] : kAttributes) {
    if (code == variation) {
      TextBuffer buffer;
      tell(field, 98, "DNP3 device attributes", clean_text(value, buffer), out);
    }
  }
}

class Dnp3Session final : public Session {
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
    out.anomaly(foreign_anomaly(Protocol::dnp3, kForeign, direction));
  }
  void on_gap(Side side) override { parts_[static_cast<std::size_t>(side)].clear(); }

 private:
  struct Link {
    std::uint8_t control = 0;
    std::uint16_t destination = 0;
    std::uint16_t source = 0;
    bool bad_crc = false;
  };
  // An application fragment, up to what its first object header says.
  struct Fragment {
    std::uint8_t sequence = 0;
    std::uint8_t function = 0;
    bool answers = false;
    std::uint16_t indications = 0;
    bool has_object = false;
    ObjectHeader first;
    Reader objects{Bytes{}};       // all of them
    Reader behind_first{Bytes{}};  // behind the header of the first
  };

  // Appends the data of the blocks; their CRCs go.
  static void take_blocks(Reader in, Link& link, std::vector<std::byte>& to);
  void on_fragment(Bytes bytes, const Link& link, Message& message, Fields* fields, const Pdu& pdu,
                   Emitter& out);
  static Fragment read_fragment(Bytes bytes, Message& message);
  void settle(const Fragment& fragment, Side side, std::uint32_t key, Message& message);
  static void aim(const Fragment& fragment, Message& message);
  static void show(const Fragment& fragment, const Message& message, Fields& fields);
  void tell_facts(const Fragment& fragment, const Link& link, Emitter& out);
  static void show_objects(Reader in, Fields& fields);
  static void refine(std::uint8_t function, const ObjectHeader& object, Message& message);
  static void show_link(const Link& link, Fields* fields);
  static Direction direct(const Pdu& pdu, bool from_client, Emitter& out);

  std::array<std::vector<std::byte>, 2> parts_;
  FewPending pending_;
  bool station_told_ = false;
};

void Dnp3Session::take_blocks(Reader in, Link& link, std::vector<std::byte>& to) {
  while (in.ok() && in.remaining() > kCrc) {
    const Bytes block = in.take(std::min(kBlock, in.remaining() - kCrc));
    link.bad_crc = link.bad_crc || crc_of(block) != in.le16();
    to.insert(to.end(), block.begin(), block.end());
  }
}

void Dnp3Session::show_link(const Link& link, Fields* fields) {
  if (fields != nullptr) {
    fields->number(kSource, link.source);
    fields->number(kDestination, link.destination);
    fields->number(kLink, link.control & 0x0fU);
  }
}

Direction Dnp3Session::direct(const Pdu& pdu, bool from_client, Emitter& out) {
  if (pdu.direction != Direction::unknown) {
    return pdu.direction;
  }
  out.client_is(from_client ? pdu.side : other(pdu.side));
  return from_client ? Direction::to_server : Direction::to_client;
}

void Dnp3Session::on_pdu(const Pdu& pdu, Emitter& out) {
  constexpr std::uint8_t kFromMaster = 0x80;
  constexpr std::uint8_t kFirst = 0x40;
  constexpr std::uint8_t kLast = 0x80;
  Reader in{pdu.bytes};
  in.skip(3);
  Link link;
  link.control = in.u8();
  link.destination = in.le16();
  link.source = in.le16();
  in.skip(kCrc);
  Message message;
  message.protocol = Protocol::dnp3;
  message.direction = direct(pdu, (link.control & kFromMaster) != 0, out);
  std::vector<std::byte>& kept = parts_[static_cast<std::size_t>(pdu.side)];
  const std::size_t before = kept.size();
  take_blocks(in, link, kept);
  message.problems = link.bad_crc ? 1U << kBadCrc : 0U;
  const bool has_data = kept.size() > before;
  const std::uint8_t transport = has_data ? std::to_integer<std::uint8_t>(kept[before]) : 0;
  if (has_data) {
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(before));
  }
  const bool starts = (transport & kFirst) != 0;
  if (starts) {
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(before));
  }
  const bool whole =
      has_data && !link.bad_crc && (transport & kLast) != 0 && (starts || before > 0);
  Fields* fields = out.fields();
  show_link(link, fields);
  if (whole) {
    on_fragment(kept, link, message, fields, pdu, out);
  } else {
    message.kind = Kind::oneway;
    message.operation = Operation::discover;
    message.envelope = true;
    message.function = link.control & 0x0fU;
    message.name = has_data ? "Transport Segment" : "Link Frame";
    out.message(message);
  }
  const bool stray = has_data && !starts && before == 0;
  if (whole || stray || link.bad_crc || kept.size() > kMostFragment) {
    kept.clear();
  }
}

void Dnp3Session::show_objects(Reader in, Fields& fields) {
  fields.begin_list(kObjects);
  const ObjectHeader object = read_object(in);
  if (in.ok()) {
    ShortWords words;
    words.add("g").add(object.group).add("v").add(object.variation);
    fields.item(words.view());
  }
  fields.end_list();
}

// What is written decides what a write does.
void Dnp3Session::refine(std::uint8_t function, const ObjectHeader& object, Message& message) {
  constexpr std::uint8_t kWrite = 2;
  if (function == 1 && object.group == 0) {
    message.operation = Operation::discover;
  }
  if (function == 1 && object.group == 70) {
    message.operation = Operation::program;
  }
  if (function != kWrite) {
    return;
  }
  if (object.group == 50) {
    message.name = "Write Time";
    message.operation = Operation::admin;  // asked for by IIN1.4, so nothing out of the ordinary
  } else if (object.group == 80) {
    message.name = "Write Internal Indications";
    message.operation = Operation::admin;
  } else if (object.group == 70) {
    message.name = "Write File";
    message.operation = Operation::program;
  } else if (object.group == 0) {
    message.name = "Write Device Attribute";
    message.operation = Operation::admin;
  }
}

Dnp3Session::Fragment Dnp3Session::read_fragment(Bytes bytes, Message& message) {
  Reader in{bytes};
  Fragment out;
  out.sequence = in.u8() & 0x0fU;
  out.function = in.u8();
  out.answers = out.function >= kResponse;
  out.indications = out.answers ? in.be16() : std::uint16_t{0};
  if (!in.ok()) {
    message.problems |= 1U << kTruncated;
  }
  out.objects = Reader{in.rest()};
  out.behind_first = out.objects;
  out.has_object = out.objects.remaining() >= 3;
  if (out.has_object) {
    out.first = read_object(out.behind_first);
  }
  return out;
}

// An answer takes over what its request was.
void Dnp3Session::settle(const Fragment& fragment, Side side, std::uint32_t key, Message& message) {
  if (fragment.function == kConfirm || fragment.function == kUnsolicited) {
    message.kind = Kind::oneway;
    return;
  }
  if (fragment.function != kResponse) {
    return;
  }
  constexpr std::uint16_t kRefused = 0x0007;  // no such function, object, parameter
  message.outcome = (fragment.indications & kRefused) == 0 ? Outcome::success : Outcome::failure;
  message.kind = message.outcome == Outcome::failure ? Kind::exception : Kind::response;
  message.status = fragment.indications & kRefused;
  PendingRequest asked;
  if (pending_.take(side, key, asked)) {
    message.matched = true;
    message.request = asked.packet;
    message.operation = static_cast<Operation>(asked.detail);
    message.effect = asked.effect;
  }
}

void Dnp3Session::aim(const Fragment& fragment, Message& message) {
  if (!fragment.has_object) {
    return;
  }
  constexpr std::uint8_t kRelayOutput = 12;
  const ObjectHeader& object = fragment.first;
  if (!fragment.answers) {
    refine(fragment.function, object, message);
  }
  message.target = {.table = table_of(object.group),
                    .text = {},
                    .unit = 0,
                    .address = object.first,
                    .count = object.count};
  const unsigned prefix = object.qualifier & 0xf0U;
  if (object.group == kRelayOutput && !fragment.answers && prefix != 0) {
    // A prefix before each object is its index.
    Reader index = fragment.behind_first;
    message.target.address = prefix == 0x10U ? index.u8() : index.le16();
    message.values[0] = index.u8();  // control code of the relay output block
    message.value_count = index.ok() && object.variation == 1 ? 1 : 0;
  }
}

void Dnp3Session::show(const Fragment& fragment, const Message& message, Fields& fields) {
  fields.number(kFunction, fragment.function);
  fields.number(kSequence, fragment.sequence);
  if (fragment.answers) {
    fields.number(kIndications, fragment.indications);
  }
  if (fragment.has_object) {
    show_objects(fragment.objects, fields);
  }
  if (message.matched) {
    fields.number(kRequestFrame, static_cast<std::int64_t>(message.request.frame));
  }
}

void Dnp3Session::on_fragment(Bytes bytes, const Link& link, Message& message, Fields* fields,
                              const Pdu& pdu, Emitter& out) {
  const Fragment fragment = read_fragment(bytes, message);
  const Meaning meaning = meaning_of(fragment.function);
  message.kind = fragment.answers ? Kind::response : Kind::request;
  message.name = meaning.name;
  message.operation = meaning.operation;
  message.effect = meaning.effect;
  message.function = fragment.function;
  // Both addresses, so that the stations behind one flow stay apart.
  const std::uint16_t outstation = fragment.answers ? link.source : link.destination;
  const std::uint32_t key = std::uint32_t{outstation} << 4U | fragment.sequence;
  settle(fragment, pdu.side, key, message);
  aim(fragment, message);
  if (fields != nullptr) {
    show(fragment, message, *fields);
  }
  if (!fragment.answers && message.kind == Kind::request) {
    pending_.push({.packet = pdu.packet,
                   .key = key,
                   .function = fragment.function,
                   .detail = static_cast<std::uint16_t>(message.operation),
                   .effect = message.effect,
                   .side = pdu.side});
  }
  out.message(message);
  if (fragment.answers && message.problems == 0) {
    tell_facts(fragment, link, out);
  }
}

void Dnp3Session::tell_facts(const Fragment& fragment, const Link& link, Emitter& out) {
  if (!station_told_) {
    station_told_ = true;
    ShortWords words;
    words.add(link.source);
    tell(Identity::Field::station, 85, "DNP3 address", words.view(), out);
  }
  // Each attribute has an object of its own.
  Reader attributes = fragment.objects;
  for (std::size_t i = 0; i < kMostObjects && attributes.remaining() > 3; ++i) {
    const ObjectHeader attribute = read_object(attributes);
    if (!attributes.ok() || attribute.group != 0) {
      break;
    }
    tell_attribute(attribute.variation, attributes, out);
  }
}

Probe probe(const ProbeInput& input) noexcept {
  constexpr std::uint8_t kFromMaster = 0x80;
  const Frame frame = frame_of(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  if (input.head.size() < kLinkHeader) {
    return {input.bound ? Probe::Answer::need_more : Probe::Answer::no, Direction::unknown, 0};
  }
  Reader in{input.head};
  in.skip(3);
  const bool master = (in.u8() & kFromMaster) != 0;
  return {Probe::Answer::yes, master ? Direction::to_server : Direction::to_client, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 20000},
                                  Binding{Binding::Layer::udp_port, 20000}};

}  // namespace

extern constinit const Dissector dnp3_dissector;
constinit const Dissector dnp3_dissector{
    .protocol = Protocol::dnp3,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<Dnp3Session>();
    },
};

}  // namespace prahari
