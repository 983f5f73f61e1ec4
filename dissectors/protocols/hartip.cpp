// HART-IP: sessions that carry HART commands to field instruments, TCP and UDP 5094. FieldComm
// HCF_SPEC-085 (network management), HCF_SPEC-127 (universal commands); big-endian.

#include <array>
#include <cstdio>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"
#include "dissectors/unit.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kType,
  kId,
  kStatus,
  kTransaction,
  kLength,
  kCommand,
  kAddress,
  kResponseCode,
  kDeviceStatus,
  kTag,
  kData
};
constexpr std::array<std::string_view, 11> kFields = {
    "type",          "id",      "status",  "transaction",
    "length",        "command", "address", "response_code",
    "device_status", "tag",     "data"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kBadCheck };
constexpr std::array kProblems = {
    Problem{"non_hartip_on_port", "bytes on the HART-IP port are no HART-IP messages", false},
    Problem{"truncated", "the message ends before its fields do", true},
    Problem{"bad_check", "the check octet of the HART frame is wrong", true},
};

enum Type : std::uint8_t { kRequest, kResponse, kPublish, kNak = 15 };
enum Id : std::uint8_t { kInitiate, kClose, kKeepAlive, kTokenPassing, kDirect, kAuditLog };
constexpr std::size_t kHeader = 8;
constexpr std::uint16_t kLongest = 4096;
constexpr std::size_t kShown = 64;
constexpr std::size_t kMostCommands = 16;  // of one direct PDU

struct Header {
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t id = 0;
  std::uint8_t status = 0;
  std::uint16_t transaction = 0;
  std::uint16_t length = 0;  // with the header
};

Header read_header(Reader& in) noexcept {
  Header header;
  header.version = in.u8();
  header.type = in.u8();
  header.id = in.u8();
  header.status = in.u8();
  header.transaction = in.be16();
  header.length = in.be16();
  return header;
}

bool is_sound(const Header& header) noexcept {
  return (header.version == 1 || header.version == 2) &&
         (header.type <= kPublish || header.type == kNak) && header.id <= kAuditLog &&
         header.length >= kHeader && header.length <= kLongest;
}

Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (!is_sound(header)) {
    return Frame::not_mine();
  }
  return head.size() < header.length ? Frame::need_more() : Frame::complete(header.length);
}

constexpr std::array kCodes = {
    CommandCode{0, "Read Unique Identifier", Operation::discover},
    CommandCode{1, "Read Primary Variable", Operation::read},
    CommandCode{2, "Read Loop Current and Percent", Operation::read},
    CommandCode{3, "Read Dynamic Variables", Operation::read},
    CommandCode{6, "Write Polling Address", Operation::admin, Effect::set_network},
    CommandCode{7, "Read Loop Configuration", Operation::read},
    CommandCode{8, "Read Variable Classifications", Operation::read},
    CommandCode{9, "Read Device Variables with Status", Operation::read},
    CommandCode{11, "Read Unique Identifier by Tag", Operation::discover},
    CommandCode{12, "Read Message", Operation::read},
    CommandCode{13, "Read Tag, Descriptor, Date", Operation::discover},
    CommandCode{14, "Read Transducer Information", Operation::read},
    CommandCode{15, "Read Device Information", Operation::read},
    CommandCode{16, "Read Final Assembly Number", Operation::discover},
    CommandCode{17, "Write Message", Operation::write},
    CommandCode{18, "Write Tag, Descriptor, Date", Operation::admin},
    CommandCode{19, "Write Final Assembly Number", Operation::admin},
    CommandCode{20, "Read Long Tag", Operation::discover},
    CommandCode{21, "Read Unique Identifier by Long Tag", Operation::discover},
    CommandCode{22, "Write Long Tag", Operation::admin},
    CommandCode{33, "Read Device Variables", Operation::read},
    CommandCode{34, "Write Damping", Operation::write},
    CommandCode{35, "Write Range Values", Operation::write},
    CommandCode{36, "Set Upper Range Value", Operation::write},
    CommandCode{37, "Set Lower Range Value", Operation::write},
    CommandCode{38, "Reset Configuration Changed Flag", Operation::control},
    CommandCode{40, "Enter or Exit Fixed Current Mode", Operation::control, Effect::force},
    CommandCode{41, "Perform Self Test", Operation::control, Effect::change_mode},
    CommandCode{42, "Perform Device Reset", Operation::control, Effect::reset},
    CommandCode{43, "Set Primary Variable Zero", Operation::write},
    CommandCode{44, "Write Units", Operation::write},
    CommandCode{45, "Trim Loop Current Zero", Operation::write},
    CommandCode{46, "Trim Loop Current Gain", Operation::write},
    CommandCode{47, "Write Transfer Function", Operation::write},
    CommandCode{48, "Read Additional Device Status", Operation::read},
    CommandCode{49, "Write Transducer Serial Number", Operation::write},
    CommandCode{50, "Read Dynamic Variable Assignments", Operation::read},
    CommandCode{51, "Write Dynamic Variable Assignments", Operation::write},
    CommandCode{52, "Set Device Variable Zero", Operation::write},
    CommandCode{53, "Write Device Variable Units", Operation::write},
    CommandCode{54, "Read Device Variable Information", Operation::read},
    CommandCode{55, "Write Device Variable Damping", Operation::write},
    CommandCode{59, "Write Number of Preambles", Operation::write},
    CommandCode{60, "Read Analog Channel", Operation::read},
    CommandCode{63, "Read Analog Channel Information", Operation::read},
    CommandCode{66, "Enter or Exit Fixed Analog Channel Mode", Operation::control, Effect::force},
    CommandCode{71, "Lock Device", Operation::control, Effect::reserve},
    CommandCode{72, "Squawk", Operation::discover},
    CommandCode{73, "Find Device", Operation::discover},
    CommandCode{74, "Read I/O System Capabilities", Operation::discover},
    CommandCode{75, "Poll Sub-Device", Operation::discover},
    CommandCode{76, "Read Lock State", Operation::read},
    CommandCode{77, "Send Command to Sub-Device", Operation::control},
    CommandCode{79, "Write Device Variable", Operation::control, Effect::force},
    CommandCode{84, "Read Sub-Device Identity", Operation::discover},
    CommandCode{89, "Set Real-Time Clock", Operation::admin, Effect::set_time},
    CommandCode{90, "Read Real-Time Clock", Operation::read},
};
static_assert(std::ranges::is_sorted(kCodes, {}, &CommandCode::code));
constexpr CommandCode kOther{0, "Device-Specific Command", Operation::control};

const CommandCode& command_of(std::uint16_t code) noexcept {
  const CommandCode* known = find_code(kCodes, code);
  return known != nullptr ? *known : kOther;
}

std::string_view session_name(std::uint8_t id) noexcept {
  switch (id) {
    case kInitiate:
      return "Initiate Session";
    case kClose:
      return "Close Session";
    case kKeepAlive:
      return "Keep Alive";
    default:
      return "Read Audit Log";
  }
}

// Packed ASCII: four characters of six bits in three octets.
std::string unpack(Bytes packed) {
  std::string text;
  if (std::ranges::all_of(packed, [](std::byte octet) { return octet == std::byte{0}; })) {
    return text;  // was never set
  }
  for (std::size_t i = 0; i + 3 <= packed.size(); i += 3) {
    const auto word = detail::join_be<std::uint32_t, 3>(packed.subspan(i, 3));
    for (unsigned shift = 24; shift > 0; shift -= 6) {
      const std::uint32_t six = word >> (shift - 6) & 0x3fU;
      text += static_cast<char>(six < 0x20 ? six + 0x40 : six);
    }
  }
  return text;
}

std::uint8_t check_of(Bytes bytes) noexcept {
  std::byte sum{0};
  for (const std::byte octet : bytes) {
    sum ^= octet;
  }
  return std::to_integer<std::uint8_t>(sum);
}

struct HartCommand {
  std::uint16_t command = 0;
  std::uint8_t response_code = 0;
  std::uint8_t device_status = 0;
  Bytes address;  // long: the number of the instrument in the last three octets
  Bytes data;
};

class HartSession final : public OtSession {
 public:
  HartSession() : OtSession(Protocol::hartip) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes};
    const Header header = read_header(in);
    Message message;
    message.protocol = Protocol::hartip;
    const bool answers = header.type != kRequest;
    message.direction = direct(pdu, answers, out);
    message.kind = header.type == kRequest   ? Kind::request
                   : header.type == kPublish ? Kind::oneway
                   : header.type == kNak     ? Kind::exception
                                             : Kind::response;
    message.status = header.status;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kType, header.type);
      fields->number(kId, header.id);
      fields->number(kStatus, header.status);
      fields->number(kTransaction, header.transaction);
      fields->number(kLength, header.length);
    }
    if (header.type == kNak || (header.id != kTokenPassing && header.id != kDirect)) {
      return on_session(header, message, pdu, out);
    }
    header.id == kTokenPassing ? on_token(in, header, message, fields, pdu, out)
                               : on_direct(in, header, message, fields, pdu, out);
  }

 private:
  static std::uint64_t key_of(const Header& header, std::uint16_t command) noexcept {
    return std::uint64_t{header.id} << 32U | std::uint64_t{header.transaction} << 16U | command;
  }

  void on_session(const Header& header, Message& message, const Pdu& pdu, Emitter& out) {
    message.name = header.type == kNak ? "Refusal" : session_name(header.id);
    message.function = header.id;
    message.operation = Operation::discover;
    finish(header, 0, message, pdu, header.status == 0);
    out.message(message);
  }

  void finish(const Header& header, std::uint16_t command, Message& message, const Pdu& pdu,
              bool good) {
    const std::uint64_t key = key_of(header, command);
    if (header.type == kRequest) {
      asked_.push(message, key, pdu);
    } else if (header.type == kResponse || header.type == kNak) {
      if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
        answer(message, *asked);
        confirm();
      }
      message.outcome = good && header.type != kNak ? Outcome::success : Outcome::failure;
      message.kind = message.outcome == Outcome::success ? Kind::response : Kind::exception;
    }
  }

  void on_token(Reader& in, const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                Emitter& out) {
    const Bytes whole = in.rest();
    const std::uint8_t delimiter = in.u8();
    const bool longer = (delimiter & 0x80U) != 0;
    HartCommand said;
    said.address = in.take(longer ? 5 : 1);
    in.skip(delimiter >> 5U & 3U);  // expansion octets
    said.command = in.u8();
    const std::uint8_t size = in.u8();
    Reader body = in.sub(size);
    if (header.type != kRequest) {
      said.response_code = body.u8();
      said.device_status = body.u8();
    }
    said.data = body.rest();
    const std::size_t checked = in.offset();
    const std::uint8_t check = in.u8();
    if (!in.ok() || !body.ok()) {
      message.problems |= 1U << kTruncated;
    } else if (check_of(whole.first(std::min(checked - kHeader, whole.size()))) != check) {
      message.problems |= 1U << kBadCheck;
    }
    if (said.command == 31 && said.data.size() >= 2) {  // the number goes on behind
      said.command = Reader{said.data}.be16();
      said.data = said.data.subspan(2);
    }
    say(said, header, message, fields, pdu, out);
  }

  // Status, then any number of commands.
  void on_direct(Reader& in, const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                 Emitter& out) {
    HartCommand said;
    said.device_status = in.u8();
    in.skip(1);
    std::size_t count = 0;
    do {
      said.command = in.be16();
      const std::uint8_t size = in.u8();
      Reader body = in.sub(size);
      said.response_code = header.type != kRequest ? body.u8() : std::uint8_t{0};
      said.data = body.rest();
      message.problems |= in.ok() ? 0U : 1U << kTruncated;
      message.further = count > 0;
      say(said, header, message, count == 0 ? fields : nullptr, pdu, out);
      ++count;
    } while (in.ok() && in.remaining() > 0 && count < kMostCommands);
  }

  void say(const HartCommand& said, const Header& header, Message& message, Fields* fields,
           const Pdu& pdu, Emitter& out) {
    const CommandCode& code = command_of(said.command);
    message.function = said.command;
    message.name = header.type == kPublish ? "Burst Message" : code.name;
    message.operation = header.type == kPublish ? Operation::read : code.operation;
    message.effect = header.type == kPublish ? Effect::none : code.effect;
    message.status = said.response_code;
    if (fields != nullptr) {
      fields->number(kCommand, said.command);
      fields->hex(kAddress, said.address);
      if (header.type != kRequest) {
        fields->number(kResponseCode, said.response_code);
        fields->number(kDeviceStatus, said.device_status);
      }
      fields->hex(kData, said.data.first(std::min(said.data.size(), kShown)));
    }
    // Codes with the high bit are communication errors; of the others some are warnings.
    const bool warning = said.response_code == 8 || said.response_code == 14 ||
                         said.response_code == 30 || said.response_code >= 112;
    const bool bad = said.response_code != 0 && (!warning || (said.device_status & 0x80U) != 0);
    const bool good_identity = header.type == kResponse && !bad && message.problems == 0;
    finish(header, said.command, message, pdu, !bad);
    if (fields != nullptr && good_identity && said.command == 20) {
      TextBuffer buffer;
      fields->text(kTag, clean_text(before_nul(said.data), buffer));
    }
    out.message(message);
    if (good_identity) {
      tell_identity(said, pdu, out);
    }
  }

  // The first that answers is the device that has the address; others are instruments behind it.
  std::uint32_t unit_of(const HartCommand& said) {
    constexpr std::size_t kLong = 5;
    constexpr std::size_t kNumberInIdentity = 9;
    Reader in{said.address};
    if (said.address.size() == kLong) {
      in.skip(2);
    } else if (said.command == 0 || said.command == 11 || said.command == 21) {
      in = Reader{said.data};
      in.skip(kNumberInIdentity);
    } else {
      return Identity::kNoUnit;
    }
    const std::uint32_t number = in.be24();
    if (!in.ok()) {
      return Identity::kNoUnit;
    }
    if (!first_) {
      first_ = number;
    }
    return number == *first_ ? Identity::kNoUnit : kRouteUnits | number;
  }

  void tell_identity(const HartCommand& said, const Pdu& pdu, Emitter& out) {
    Source source{"HART-IP identity", 90};
    source.unit = unit_of(said);
    switch (said.command) {
      case 0:
      case 11:
      case 21:
        return on_identity(Reader{said.data}, source, pdu, out);
      case 13:
        if (said.data.size() >= 18) {
          const std::string tag = unpack(said.data.first(6));
          const std::string description = unpack(said.data.subspan(6, 12));
          tell_raw(Identity::Field::name, as_bytes(tag), source, pdu, out);
          tell_raw(Identity::Field::description, as_bytes(description), source, pdu, out);
        }
        return;
      case 20:
        return tell_raw(Identity::Field::name, before_nul(said.data), source, pdu, out);
      default:
        return;
    }
  }

  static std::string hex4(std::uint32_t value, const char* format) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
  }

  static std::string_view vendor_name(std::uint16_t id) noexcept {
    switch (id) {
      case 0x11:
        return "Endress+Hauser";
      case 0x15:
        return "Foxboro";
      case 0x16:
        return "Fuji Electric";
      case 0x17:
        return "Honeywell";
      case 0x1a:
        return "ABB";
      case 0x26:
        return "Emerson";  // Rosemount
      case 0x2a:
        return "Siemens";
      case 0x37:
        return "Yokogawa";
      case 0x3e:
        return "Samson";
      case 0x45:
        return "Krohne";
      case 0x5d:
        return "Pepperl+Fuchs";
      case 0x62:
        return "VEGA";
      case 0xb0:
        return "Phoenix Contact";
      default:
        return "";
    }
  }

  void on_identity(Reader in, const Source& source, const Pdu& pdu, Emitter& out) {
    in.skip(1);
    const std::uint16_t device_type = in.be16();
    in.skip(1);
    const std::uint8_t universal = in.u8();
    const std::uint8_t device_revision = in.u8();
    const std::uint8_t software = in.u8();
    const std::uint8_t hardware = in.u8() >> 3U;
    in.skip(1);
    const std::uint32_t device_id = in.be24();
    if (!in.ok()) {
      return;
    }
    in.skip(5);
    const std::uint16_t manufacturer = in.be16();
    const bool expanded = in.ok() && universal >= 7;
    // Before HART 7 the manufacturer was the first octet of the type.
    const auto vendor = static_cast<std::uint16_t>(expanded ? manufacturer : device_type >> 8U);
    tell(Identity::Field::vendor, vendor_name(vendor), source, pdu, out);
    tell(Identity::Field::device_type,
         "HART device type 0x" + hex4(device_type, "%04x") + ", manufacturer 0x" +
             hex4(vendor, "%04x"),
         source, pdu, out);
    tell(Identity::Field::serial, hex4(device_id, "%06x"), source, pdu, out);
    tell(Identity::Field::firmware, std::to_string(software), source, pdu, out);
    tell(Identity::Field::hardware,
         std::to_string(hardware) + " (device revision " + std::to_string(device_revision) + ")",
         source, pdu, out);
  }

  std::optional<std::uint32_t> first_;  // number of the device that answered first
};

Probe probe(const ProbeInput& input) noexcept {
  Reader in{input.head};
  const Header header = read_header(in);
  const Frame frame = frame_of(input.head);
  if (!input.bound || frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  const bool tcp = input.transport == Transport::tcp;
  if (frame.verdict == Frame::Verdict::need_more) {
    return {tcp ? Probe::Answer::need_more : Probe::Answer::no};
  }
  return {Probe::Answer::yes, header.type == kRequest ? Direction::to_server : Direction::to_client,
          0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 5094},
                                  Binding{Binding::Layer::udp_port, 5094},
                                  Binding{Binding::Layer::udp_port, 5095}};

}  // namespace

extern constinit const Dissector hartip_dissector;
constinit const Dissector hartip_dissector{
    .protocol = Protocol::hartip,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<HartSession>();
    },
};

}  // namespace prahari
