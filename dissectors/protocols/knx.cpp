// KNXnet/IP of building automation, UDP and TCP 3671: KNX standard 3/8 (ISO 22510), and the cEMI
// frames inside, 3/6/3; big-endian.

#include <array>
#include <cstdio>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kService,
  kLength,
  kChannel,
  kSequence,
  kStatus,
  kMessageCode,
  kSource,
  kDestination,
  kApci,
  kDeviceName,
  kSerial,
  kMac,
  kData
};
constexpr std::array<std::string_view, 13> kFields = {
    "service",     "length", "channel", "sequence", "status", "message_code", "source",
    "destination", "apci",   "device",  "serial",   "mac",    "data"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kUnknownService };
constexpr std::array kProblems = {
    Problem{"non_knx_on_port", "bytes on the KNXnet/IP port are no such frames", false},
    Problem{"truncated", "the frame ends before its fields do", true},
    Problem{"unknown_service", "the service is none that is known", false},
};

constexpr std::size_t kHeaderSize = 6;
constexpr std::uint16_t kLongest = 2048;
constexpr std::size_t kShown = 32;

struct Code {
  std::uint16_t code;
  std::string_view name;
  bool answers;
  std::uint16_t request = 0;  // that an answer answers
};
constexpr std::array kServices = {
    Code{0x0201, "Search Request", false},
    Code{0x0202, "Search Response", true, 0x0201},
    Code{0x0203, "Description Request", false},
    Code{0x0204, "Description Response", true, 0x0203},
    Code{0x0205, "Connect Request", false},
    Code{0x0206, "Connect Response", true, 0x0205},
    Code{0x0207, "Connection State Request", false},
    Code{0x0208, "Connection State Response", true, 0x0207},
    Code{0x0209, "Disconnect Request", false},
    Code{0x020a, "Disconnect Response", true, 0x0209},
    Code{0x020b, "Extended Search Request", false},
    Code{0x020c, "Extended Search Response", true, 0x020b},
    Code{0x0310, "Device Configuration Request", false},
    Code{0x0311, "Device Configuration Acknowledge", true, 0x0310},
    Code{0x0420, "Tunnelling Request", false},
    Code{0x0421, "Tunnelling Acknowledge", true, 0x0420},
    Code{0x0422, "Tunnelling Feature Get", false},
    Code{0x0423, "Tunnelling Feature Response", true, 0x0422},
    Code{0x0424, "Tunnelling Feature Set", false},
    Code{0x0425, "Tunnelling Feature Info", false},
    Code{0x0530, "Routing Indication", false},
    Code{0x0531, "Routing Lost Message", false},
    Code{0x0532, "Routing Busy", false},
    Code{0x0533, "Routing System Broadcast", false},
    Code{0x0950, "Secure Wrapper", false},
    Code{0x0951, "Session Request", false},
    Code{0x0952, "Session Response", true, 0x0951},
    Code{0x0953, "Session Authenticate", false},
    Code{0x0954, "Session Status", true, 0x0953},
    Code{0x0955, "Timer Notify", false},
};
static_assert(std::ranges::is_sorted(kServices, {}, &Code::code));

const Code* find_service(std::uint16_t code) noexcept {
  const auto found = std::ranges::lower_bound(kServices, code, {}, &Code::code);
  return found != kServices.end() && found->code == code ? &*found : nullptr;
}

// Either side of a tunnel sends these.
bool goes_both_ways(std::uint16_t service) noexcept {
  return service == 0x0310 || service == 0x0311 || service == 0x0420 || service == 0x0421 ||
         service == 0x0209 || service == 0x020a || service == 0x0425 || service >= 0x0530;
}

Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t size = in.u8();
  const std::uint8_t version = in.u8();
  const std::uint16_t service = in.be16();
  const std::uint16_t length = in.be16();
  if (!in.ok()) {
    return Frame::need_more();
  }
  const auto family = static_cast<std::uint8_t>(service >> 8U);
  const bool known = family >= 2 && family <= 9;
  if (size != kHeaderSize || version != 0x10 || !known || length < kHeaderSize ||
      length > kLongest) {
    return Frame::not_mine();
  }
  return head.size() < length ? Frame::need_more() : Frame::complete(length);
}

std::string individual(std::uint16_t address) {
  return std::to_string(address >> 12U) + "." + std::to_string(address >> 8U & 0xfU) + "." +
         std::to_string(address & 0xffU);
}

std::string group(std::uint16_t address) {
  return std::to_string(address >> 11U) + "/" + std::to_string(address >> 8U & 7U) + "/" +
         std::to_string(address & 0xffU);
}

// The application service, ten bits; those below 10 of the high four are whole groups.
Meaning apci_meaning(std::uint16_t apci) noexcept {
  switch (apci) {
    case 0x3d5:
      return {"Property Read", Operation::read};
    case 0x3d6:
      return {"Property Response", Operation::read};
    case 0x3d7:
      return {"Property Write", Operation::program};
    case 0x3d1:
    case 0x3d2:
      return {"Authorize", Operation::admin};
    case 0x3d3:
    case 0x3d4:
      return {"Key Write", Operation::admin, Effect::set_security};
    case 0x3f1:
      return {"Secure Data", Operation::control};
    default:
      break;
  }
  switch (apci >> 6U) {
    case 0:
      return {"Group Read", Operation::read};
    case 1:
      return {"Group Response", Operation::read};
    case 2:
      return {"Group Write", Operation::write};
    case 3:
      return {"Individual Address Write", Operation::admin, Effect::set_network};
    case 4:
    case 5:
      return {"Individual Address Read", Operation::discover};
    case 8:
    case 9:
      return {"Memory Read", Operation::program};
    case 10:
      return {"Memory Write", Operation::program};
    case 12:
    case 13:
      return {"Device Descriptor Read", Operation::discover};
    case 14:
      return {"Restart", Operation::control, Effect::reset};
    default:
      return {"Application Service", Operation::control};
  }
}

class KnxSession final : public OtSession {
 public:
  KnxSession() : OtSession(Protocol::knx) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes};
    in.skip(2);
    const std::uint16_t service = in.be16();
    const std::uint16_t length = in.be16();
    const Code* code = find_service(service);
    confirm();
    Message message;
    message.protocol = Protocol::knx;
    message.function = service;
    message.name = code != nullptr ? code->name : "Unknown Service";
    message.operation = code != nullptr ? Operation::discover : Operation::control;
    message.problems |= code == nullptr ? 1U << kUnknownService : 0U;
    const bool answers = code != nullptr && code->answers;
    message.direction =
        code == nullptr || goes_both_ways(service) ? pdu.direction : direct(pdu, answers, out);
    message.kind = answers                                ? Kind::response
                   : service >= 0x0530 || code == nullptr ? Kind::oneway
                                                          : Kind::request;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kService, service);
      fields->number(kLength, length);
    }
    decode(in, message, fields, pdu, out);
    if (answers) {
      if (const std::optional<Asked> asked = asked_.take(code->request, pdu.side)) {
        const std::string_view name = message.name;
        answer(message, *asked);
        message.function = service;
        message.name = name;
      }
      message.outcome = message.status == 0 ? Outcome::success : Outcome::failure;
      message.kind = message.status == 0 ? Kind::response : Kind::exception;
    }
    out.message(message);
    if (message.kind == Kind::request) {
      asked_.push(message, service, pdu);
    }
  }

 private:
  void decode(Reader& in, Message& message, Fields* fields, const Pdu& pdu, Emitter& out) {
    switch (message.function) {
      case 0x0202:
      case 0x020c:
        in.skip(8);  // where to talk to it
        return on_blocks(in, message, fields, pdu, out);
      case 0x0204:
        return on_blocks(in, message, fields, pdu, out);
      case 0x0206:
      case 0x0208:
      case 0x020a: {
        const std::uint8_t channel = in.u8();
        message.status = in.u8();
        return show_channel(channel, 0, message, fields);
      }
      case 0x0311:
      case 0x0421: {
        in.skip(1);
        const std::uint8_t channel = in.u8();
        const std::uint8_t sequence = in.u8();
        message.status = in.u8();
        return show_channel(channel, sequence, message, fields);
      }
      case 0x0310:
      case 0x0420: {
        in.skip(1);
        const std::uint8_t channel = in.u8();
        const std::uint8_t sequence = in.u8();
        in.skip(1);
        show_channel(channel, sequence, message, fields);
        return on_cemi(in, message, fields);
      }
      case 0x0424:
        message.operation = Operation::admin;
        return;
      case 0x0530:
      case 0x0533:
        return on_cemi(in, message, fields);
      case 0x0950:
        message.operation = Operation::control;
        return;
      default:
        return;
    }
  }

  static void show_channel(std::uint8_t channel, std::uint8_t sequence, const Message& message,
                           Fields* fields) {
    if (fields != nullptr) {
      fields->number(kChannel, channel);
      fields->number(kSequence, sequence);
      fields->number(kStatus, message.status);
    }
  }

  // Description blocks: length, type, content.
  void on_blocks(Reader& in, Message& message, Fields* fields, const Pdu& pdu, Emitter& out) {
    while (in.ok() && in.remaining() >= 2) {
      const std::uint8_t size = in.u8();
      const std::uint8_t type = in.u8();
      if (size < 2) {
        in.fail();
        break;
      }
      const Reader body = in.sub(size - std::size_t{2});
      if (in.ok() && type == 1) {
        on_device(body, message, fields, pdu, out);
      }
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
  }

  void on_device(Reader in, Message& message, Fields* fields, const Pdu& pdu, Emitter& out) {
    in.skip(2);  // medium, status
    const std::uint16_t address = in.be16();
    in.skip(2);  // project and installation
    const Bytes serial = in.take(6);
    in.skip(4);
    const Bytes mac = in.take(6);
    const Bytes name = before_nul(in.take(30));
    if (!in.ok()) {
      message.problems |= 1U << kTruncated;
      return;
    }
    TextBuffer buffer;
    std::array<char, 18> mac_text{};
    for (std::size_t i = 0; i < mac.size(); ++i) {
      std::snprintf(mac_text.data() + 3 * i, mac_text.size() - 3 * i,
                    i == 5 ? "%02x" : "%02x:", std::to_integer<unsigned>(mac[i]));
    }
    if (fields != nullptr) {
      fields->text(kDeviceName, clean_text(name, buffer));
      fields->hex(kSerial, serial);
      fields->text(kMac, mac_text.data());
      fields->text(kSource, individual(address));
    }
    const Source source{"KNXnet/IP device information", 90};
    tell_raw(Identity::Field::product, name, source, pdu, out);
    tell(Identity::Field::serial, hex_text(serial, buffer), source, pdu, out);
    tell(Identity::Field::station, individual(address), source, pdu, out);
    if (std::ranges::any_of(mac, [](std::byte octet) { return octet != std::byte{0}; })) {
      tell(Identity::Field::mac, mac_text.data(), source, pdu, out);
    }
  }

  static void on_cemi(Reader& in, Message& message, Fields* fields) {
    const std::uint8_t code = in.u8();
    if (fields != nullptr) {
      fields->number(kMessageCode, code);
    }
    switch (code) {
      case 0x10:
      case 0x11:  // L_Data request, confirmation, indication
      case 0x29:
      case 0x2b:
      case 0x2e:
        on_telegram(in, message, fields);
        break;
      case 0xfc:
      case 0xfb:
        message.name = "Local Property Read";
        message.operation = Operation::read;
        break;
      case 0xf6:
      case 0xf5:
        message.name = "Local Property Write";
        message.operation = Operation::program;
        break;
      case 0xf1:
        message.name = "Local Reset";
        message.operation = Operation::control;
        message.effect = Effect::reset;
        break;
      default:
        message.operation = Operation::control;
        break;
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
  }

  static void on_telegram(Reader& in, Message& message, Fields* fields) {
    const std::uint8_t extra = in.u8();
    in.skip(extra);
    in.skip(1);
    const bool to_group = (in.u8() & 0x80U) != 0;
    const std::uint16_t source = in.be16();
    const std::uint16_t destination = in.be16();
    const std::uint8_t size = in.u8();  // of the application data after its first octet
    const std::uint8_t transport = in.u8();
    if (!in.ok()) {
      return;
    }
    if (size == 0) {  // transport control: connect, disconnect, acknowledge
      message.name = "Transport Control";
      message.operation = Operation::discover;
    } else {
      const std::uint8_t second = in.u8();
      const auto apci = static_cast<std::uint16_t>((transport & 3U) << 8U | second);
      const Meaning meaning = apci_meaning(apci);
      message.name = meaning.name;
      message.operation = meaning.operation;
      message.effect = meaning.effect;
      message.sub_function = apci;
      if (apci >> 6U == 2) {
        message.values[0] = size == 1 ? second & 0x3fU : Reader{in}.u8();
        message.value_count = size <= 2 ? 1 : 0;
      }
      if (fields != nullptr) {
        fields->number(kApci, apci);
        fields->hex(kData, in.rest().first(std::min(in.remaining(), kShown)));
      }
    }
    message.target.table = to_group ? "group" : "individual address";
    message.target.address = destination;
    message.target.count = 1;
    if (fields != nullptr) {
      fields->text(kSource, individual(source));
      fields->text(kDestination, to_group ? group(destination) : individual(destination));
    }
  }
};

Probe probe(const ProbeInput& input) noexcept {
  const Frame frame = frame_of(input.head);
  if (!input.bound || frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  const bool tcp = input.transport == Transport::tcp;
  if (frame.verdict == Frame::Verdict::need_more) {
    return {tcp ? Probe::Answer::need_more : Probe::Answer::no};
  }
  return {Probe::Answer::yes, Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 3671},
                                  Binding{Binding::Layer::tcp_port, 3671}};

}  // namespace

extern constinit const Dissector knx_dissector;
constinit const Dissector knx_dissector{
    .protocol = Protocol::knx,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<KnxSession>();
    },
};

}  // namespace prahari
