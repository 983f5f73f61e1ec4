// Synchrophasors of phasor measurement units: IEEE C37.118.2-2011, TCP 4712 and UDP 4713, and
// wherever the check word is right; big-endian.

#include <array>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kType,
  kVersion,
  kSize,
  kIdCode,
  kSeconds,
  kFraction,
  kCommand,
  kStations,
  kRate,
  kHeaderText
};
constexpr std::array<std::string_view, 10> kFields = {"type",    "version",  "size",    "id_code",
                                                      "seconds", "fraction", "command", "stations",
                                                      "rate",    "header"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kBadCheck };
constexpr std::array kProblems = {
    Problem{"non_c37118_on_port", "bytes on the synchrophasor port are no such frames", false},
    Problem{"truncated", "the frame ends before its fields do", true},
    Problem{"bad_check", "the check word of the frame is wrong", true},
};

enum Type : std::uint8_t { kData, kHeader, kConfig1, kConfig2, kCommandFrame, kConfig3 };
constexpr std::array<std::string_view, 6> kTypes = {
    "Data", "Header", "Configuration 1", "Configuration 2", "Command", "Configuration 3"};

constexpr std::uint8_t kSync = 0xaa;
constexpr std::size_t kLeast = 16;  // with the check word
constexpr std::size_t kNameSize = 16;
constexpr std::uint16_t kMostStations = 64;

struct Head {
  std::uint8_t sync = 0;
  std::uint8_t type = 0;
  std::uint8_t version = 0;
  std::uint16_t size = 0;
  std::uint16_t id = 0;
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;
  bool reserved = false;
};

Head read_head(Reader& in) noexcept {
  Head head;
  head.sync = in.u8();
  const std::uint8_t second = in.u8();
  head.reserved = (second & 0x80U) != 0;
  head.type = second >> 4U & 7U;
  head.version = second & 0xfU;
  head.size = in.be16();
  head.id = in.be16();
  head.seconds = in.be32();
  head.fraction = in.be32();
  return head;
}

// CRC-CCITT, polynomial 1021, from ffff, annex B.
std::uint16_t check_of(Bytes bytes) noexcept {
  std::uint16_t crc = 0xffff;
  for (const std::byte octet : bytes) {
    const auto top = static_cast<std::uint8_t>(crc >> 8U ^ std::to_integer<unsigned>(octet));
    const auto quick = static_cast<std::uint8_t>(top ^ top >> 4U);
    crc = static_cast<std::uint16_t>(unsigned{crc} << 8U ^ unsigned{quick} << 12U ^
                                     unsigned{quick} << 5U ^ quick);
  }
  return crc;
}

bool check_holds(Bytes frame) noexcept {
  return frame.size() >= 2 &&
         check_of(frame.first(frame.size() - 2)) == Reader{frame.last(2)}.be16();
}

Frame frame_of(Bytes bytes) noexcept {
  Reader in{bytes};
  const Head head = read_head(in);
  if (bytes.size() < 4) {
    return bytes.empty() || head.sync == kSync ? Frame::need_more() : Frame::not_mine();
  }
  if (head.sync != kSync || head.type > kConfig3 || head.reserved || head.size < kLeast ||
      head.version == 0) {
    return Frame::not_mine();
  }
  return bytes.size() < head.size ? Frame::need_more() : Frame::complete(head.size);
}

Meaning command_meaning(std::uint16_t command) noexcept {
  switch (command) {
    case 1:
      return {"Turn Off Transmission", Operation::control};  // how every concentrator begins
    case 2:
      return {"Turn On Transmission", Operation::read};
    case 3:
      return {"Send Header", Operation::discover};
    case 4:
      return {"Send Configuration 1", Operation::discover};
    case 5:
      return {"Send Configuration 2", Operation::discover};
    case 6:
      return {"Send Configuration 3", Operation::discover};
    case 8:
      return {"Extended Command", Operation::control};
    default:
      return {"Unknown Command", Operation::control};
  }
}

class PhasorSession final : public OtSession {
 public:
  PhasorSession() : OtSession(Protocol::c37118) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    constexpr std::size_t kCheap = 64;  // to be checked at any octet
    const Frame frame = frame_of(head);
    return frame.verdict == Frame::Verdict::complete && (segment_start || frame.size <= kCheap) &&
           check_holds(head.first(frame.size));
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes.first(pdu.bytes.size() - 2)};
    const Head head = read_head(in);
    const bool command = head.type == kCommandFrame;
    const bool good = check_holds(pdu.bytes);
    if (good) {
      confirm();
    }
    Message message;
    message.protocol = Protocol::c37118;
    message.direction = direct(pdu, !command, out);
    message.kind = command ? Kind::request : Kind::oneway;
    message.cyclic = head.type == kData;
    message.function = head.type;
    message.name = kTypes[head.type];
    message.operation = head.type == kData ? Operation::read : Operation::discover;
    message.target.unit = head.id;
    message.problems |= good ? 0U : 1U << kBadCheck;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->text(kType, kTypes[head.type]);
      fields->number(kVersion, head.version);
      fields->number(kSize, head.size);
      fields->number(kIdCode, head.id);
      fields->number(kSeconds, head.seconds);
      fields->number(kFraction, head.fraction & 0xffffffU);
    }
    if (command) {
      on_command(in, message, fields);
    } else if (head.type == kHeader && fields != nullptr) {
      TextBuffer buffer;
      fields->text(kHeaderText, clean_text(in.rest(), buffer));
    }
    const bool config = head.type == kConfig1 || head.type == kConfig2 || head.type == kConfig3;
    if (config && good) {
      on_config(in, head, message, fields, pdu, out);
    }
    out.message(message);
  }

 private:
  static void on_command(Reader& in, Message& message, Fields* fields) {
    const std::uint16_t command = in.be16();
    const Meaning meaning = command_meaning(command);
    message.name = meaning.name;
    message.operation = meaning.operation;
    message.effect = meaning.effect;
    message.sub_function = command;
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    if (fields != nullptr) {
      fields->number(kCommand, command);
    }
  }

  // Names and numbers of the stations; of each as many names of channels as it says.
  void on_config(Reader& in, const Head& head, Message& message, Fields* fields, const Pdu& pdu,
                 Emitter& out) {
    const bool third = head.type == kConfig3;
    in.skip(third ? 6 : 4);
    const std::uint16_t count = in.be16();
    if (fields != nullptr) {
      fields->begin_list(kStations);
    }
    for (std::uint16_t i = 0; i < count && i < kMostStations && in.ok(); ++i) {
      const Bytes name = in.take(third ? in.u8() : kNameSize);
      const std::uint16_t id = in.be16();
      if (in.ok()) {
        tell_station(name, id, fields, pdu, out);
      }
      if (third) {
        break;  // what follows has lengths of its own for every name
      }
      skip_channels(in);
    }
    if (fields != nullptr) {
      fields->end_list();
    }
    if (!third && count <= kMostStations) {
      const std::uint16_t rate = in.be16();
      if (fields != nullptr && in.ok()) {
        fields->number(kRate, static_cast<std::int16_t>(rate));
      }
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    tell(Identity::Field::device_type,
         count > 1 ? "phasor data concentrator" : "phasor measurement unit",
         {"synchrophasor configuration", 85}, pdu, out);
    tell(Identity::Field::station, std::to_string(head.id), {"synchrophasor configuration", 85},
         pdu, out);
  }

  static void skip_channels(Reader& in) noexcept {
    in.skip(2);  // format
    const std::size_t phasors = in.be16();
    const std::size_t analogs = in.be16();
    const std::size_t digitals = in.be16();
    in.skip(kNameSize * (phasors + analogs + 16 * digitals));
    in.skip(4 * (phasors + analogs + digitals));
    in.skip(4);  // nominal frequency, count of changes
  }

  void tell_station(Bytes raw, std::uint16_t id, Fields* fields, const Pdu& pdu, Emitter& out) {
    TextBuffer buffer;
    const std::string_view name = clean_text(raw, buffer);
    if (fields != nullptr) {
      fields->begin_item();
      fields->member("name", name);
      fields->member("id", id);
      fields->end_item();
    }
    tell(Identity::Field::name, name, {"synchrophasor configuration", 90, true, id}, pdu, out);
  }
};

// Off its ports one whole frame whose check word is right is proof.
Probe probe(const ProbeInput& input) noexcept {
  Reader in{input.head};
  const Head head = read_head(in);
  const Frame frame = frame_of(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  const Direction direction =
      head.type == kCommandFrame ? Direction::to_server : Direction::to_client;
  if (frame.verdict == Frame::Verdict::complete) {
    const bool good = check_holds(input.head.first(frame.size));
    return good ? Probe{Probe::Answer::yes, direction, 0} : Probe{};
  }
  if (!input.bound || input.transport != Transport::tcp) {
    return {};
  }
  constexpr std::size_t kSure = 64;  // a long frame begins; no more is kept to look at
  return {input.head.size() < kSure ? Probe::Answer::need_more : Probe::Answer::yes, direction, 0};
}

constexpr std::array kBindings = {
    Binding{Binding::Layer::tcp_port, 4712}, Binding{Binding::Layer::tcp_port, 4713},
    Binding{Binding::Layer::udp_port, 4712}, Binding{Binding::Layer::udp_port, 4713}};

}  // namespace

extern constinit const Dissector c37118_dissector;
constinit const Dissector c37118_dissector{
    .protocol = Protocol::c37118,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<PhasorSession>();
    },
};

}  // namespace prahari
