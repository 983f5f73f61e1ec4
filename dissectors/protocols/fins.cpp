// FINS, the Factory Interface Network Service of Omron controllers: UDP and TCP 9600. Omron W227
// (commands) and W421 (FINS/TCP); big-endian.

#include <array>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kCommand,
  kIcf,
  kSource,
  kDestination,
  kSid,
  kArea,
  kAddress,
  kCount,
  kEndCode,
  kModel,
  kVersion,
  kMode,
  kTcpCommand,
  kTcpError
};
constexpr std::array<std::string_view, 14> kFields = {
    "command", "icf",      "source", "destination", "sid",  "area",        "address",
    "count",   "end_code", "model",  "version",     "mode", "tcp_command", "tcp_error"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kUnknownCommand };
constexpr std::array kProblems = {
    Problem{"non_fins_on_port", "bytes on the FINS port are no FINS frames", false},
    Problem{"truncated", "the message ends before its fields do", true},
    Problem{"unknown_command", "the command is none that is known", false},
};

constexpr std::uint8_t kUdp = 0;  // variants
constexpr std::uint8_t kTcp = 1;
constexpr std::uint32_t kMagic = 0x46494e53;  // "FINS"
constexpr std::size_t kTcpHeader = 16;
constexpr std::uint32_t kTcpFrame = 2;
constexpr std::uint32_t kLongest = 4096;
constexpr std::uint8_t kIsResponse = 0x40;
constexpr std::uint8_t kNoAnswer = 0x01;
constexpr std::uint8_t kMostGateways = 0x10;

constexpr std::array kCodes = {
    CommandCode{0x0101, "Memory Area Read", Operation::read},
    CommandCode{0x0102, "Memory Area Write", Operation::write},
    CommandCode{0x0103, "Memory Area Fill", Operation::write},
    CommandCode{0x0104, "Multiple Memory Area Read", Operation::read},
    CommandCode{0x0105, "Memory Area Transfer", Operation::write},
    CommandCode{0x0201, "Parameter Area Read", Operation::program},
    CommandCode{0x0202, "Parameter Area Write", Operation::program},
    CommandCode{0x0203, "Parameter Area Clear", Operation::program, Effect::erase},
    CommandCode{0x0220, "Data Link Table Read", Operation::read},
    CommandCode{0x0221, "Data Link Table Write", Operation::admin, Effect::set_network},
    CommandCode{0x0304, "Program Area Protect", Operation::admin, Effect::set_security},
    CommandCode{0x0305, "Program Area Protect Clear", Operation::admin, Effect::set_security},
    CommandCode{0x0306, "Program Area Read", Operation::program, Effect::program_from},
    CommandCode{0x0307, "Program Area Write", Operation::program, Effect::program_to},
    CommandCode{0x0308, "Program Area Clear", Operation::program, Effect::erase},
    CommandCode{0x0401, "Run", Operation::control, Effect::start},
    CommandCode{0x0402, "Stop", Operation::control, Effect::stop},
    CommandCode{0x0403, "Reset", Operation::control, Effect::reset},
    CommandCode{0x0501, "Controller Data Read", Operation::discover},
    CommandCode{0x0502, "Connection Data Read", Operation::discover},
    CommandCode{0x0601, "Controller Status Read", Operation::discover},
    CommandCode{0x0602, "Network Status Read", Operation::discover},
    CommandCode{0x0603, "Data Link Status Read", Operation::discover},
    CommandCode{0x0620, "Cycle Time Read", Operation::read},
    CommandCode{0x0701, "Clock Read", Operation::read},
    CommandCode{0x0702, "Clock Write", Operation::admin, Effect::set_time},
    CommandCode{0x0801, "Internode Echo Test", Operation::discover},
    CommandCode{0x0802, "Broadcast Test Results Read", Operation::discover},
    CommandCode{0x0803, "Broadcast Test Data Send", Operation::discover},
    CommandCode{0x0920, "Message Read or Clear", Operation::control},
    CommandCode{0x0c01, "Access Right Acquire", Operation::control, Effect::reserve},
    CommandCode{0x0c02, "Access Right Forced Acquire", Operation::control, Effect::reserve},
    CommandCode{0x0c03, "Access Right Release", Operation::control, Effect::release},
    CommandCode{0x2101, "Error Clear", Operation::control, Effect::clear_counters},
    CommandCode{0x2102, "Error Log Read", Operation::read},
    CommandCode{0x2103, "Error Log Clear", Operation::control, Effect::erase},
    CommandCode{0x2140, "Access Log Read", Operation::read},
    CommandCode{0x2141, "Access Log Clear", Operation::control, Effect::erase},
    CommandCode{0x2201, "File Name Read", Operation::read},
    CommandCode{0x2202, "Single File Read", Operation::program},
    CommandCode{0x2203, "Single File Write", Operation::program},
    CommandCode{0x2204, "File Memory Format", Operation::program, Effect::erase},
    CommandCode{0x2205, "File Delete", Operation::program, Effect::erase},
    CommandCode{0x2206, "Volume Label Write", Operation::program},
    CommandCode{0x2207, "File Copy", Operation::program},
    CommandCode{0x2208, "File Name Change", Operation::program},
    CommandCode{0x2209, "File Data Check", Operation::read},
    CommandCode{0x220a, "Memory Area File Transfer", Operation::program},
    CommandCode{0x220b, "Parameter Area File Transfer", Operation::program},
    CommandCode{0x220c, "Program Area File Transfer", Operation::program, Effect::program_to},
    CommandCode{0x220f, "File Memory Index Read", Operation::read},
    CommandCode{0x2210, "File Memory Read", Operation::program},
    CommandCode{0x2211, "File Memory Write", Operation::program},
    CommandCode{0x2215, "Directory Create or Delete", Operation::program},
    CommandCode{0x2301, "Forced Set or Reset", Operation::control, Effect::force},
    CommandCode{0x2302, "Forced Set or Reset Cancel", Operation::control, Effect::unforce},
    CommandCode{0x230a, "Multiple Forced Status Read", Operation::read},
    CommandCode{0x2601, "Name Set", Operation::admin},
    CommandCode{0x2602, "Name Delete", Operation::admin},
    CommandCode{0x2603, "Name Read", Operation::discover},
};
constexpr CommandCode kUnknown{0, "Unknown Command", Operation::control};

static_assert(std::ranges::is_sorted(kCodes, {}, &CommandCode::code));

// The common ones of the CV and C modes, W227 5-2-2.
std::string_view area_name(std::uint8_t area) noexcept {
  switch (area) {
    case 0x30:
    case 0x70:
    case 0xb0:
    case 0xf0:
      return "CIO";
    case 0x31:
    case 0x71:
    case 0xb1:
    case 0xf1:
      return "work";
    case 0x32:
    case 0x72:
    case 0xb2:
    case 0xf2:
      return "holding";
    case 0x33:
    case 0x73:
    case 0xb3:
    case 0xf3:
      return "auxiliary";
    case 0x00:
    case 0x80:
      return "CIO";
    case 0x01:
    case 0x41:
    case 0x09:
    case 0x49:
    case 0x81:
    case 0x89:
      return "timer";
    case 0x02:
    case 0x82:
      return "DM";
    default:
      return area >= 0x90 && area <= 0xac ? "EM" : "memory";
  }
}

struct Header {
  std::uint8_t icf = 0;
  std::uint8_t reserved = 0;
  std::uint8_t gateways = 0;
  std::array<std::uint8_t, 3> destination{};  // network, node, unit
  std::array<std::uint8_t, 3> source{};
  std::uint8_t sid = 0;
  std::uint16_t command = 0;

  [[nodiscard]] bool response() const noexcept { return (icf & kIsResponse) != 0; }
};

Header read_header(Reader& in) noexcept {
  Header header;
  header.icf = in.u8();
  header.reserved = in.u8();
  header.gateways = in.u8();
  for (std::uint8_t& part : header.destination) {
    part = in.u8();
  }
  for (std::uint8_t& part : header.source) {
    part = in.u8();
  }
  header.sid = in.u8();
  header.command = in.be16();
  return header;
}

bool is_sound(const Header& header) noexcept {
  constexpr std::uint8_t kFree = 0x3e;  // bits of the ICF that are zero
  return (header.icf & 0x80U) != 0 && (header.icf & kFree) == 0 && header.reserved == 0 &&
         header.gateways <= kMostGateways && header.destination[0] <= 0x7f &&
         header.source[0] <= 0x7f;
}

std::string address_text(const std::array<std::uint8_t, 3>& parts) {
  return std::to_string(parts[0]) + "." + std::to_string(parts[1]) + "." + std::to_string(parts[2]);
}

Frame udp_frame(Bytes head) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  return in.ok() && is_sound(header) ? Frame::complete(head.size()) : Frame::not_mine();
}

Frame tcp_frame(Bytes head) noexcept {
  Reader in{head};
  const std::uint32_t magic = in.be32();
  const std::uint32_t length = in.be32();
  if (!in.ok()) {
    return head.empty() || Reader{head}.u8() == 'F' ? Frame::need_more() : Frame::not_mine();
  }
  if (magic != kMagic || length < 8 || length > kLongest) {
    return Frame::not_mine();
  }
  const std::size_t whole = std::size_t{8} + length;
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

class FinsSession final : public OtSession {
 public:
  explicit FinsSession(std::uint8_t variant) : OtSession(Protocol::fins), tcp_(variant == kTcp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return tcp_ ? tcp_frame(head) : udp_frame(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes};
    std::uint32_t tcp_command = kTcpFrame;
    std::uint32_t error = 0;
    if (tcp_) {
      in.skip(8);
      tcp_command = in.be32();
      error = in.be32();
    }
    if (tcp_command == kTcpFrame) {
      return on_fins(in, pdu, out);
    }
    on_handshake(tcp_command, error, pdu, out);
  }

 private:
  // Node addresses are given out before anything else is said.
  void on_handshake(std::uint32_t command, std::uint32_t error, const Pdu& pdu, Emitter& out) {
    const bool from_server = command != 0;
    Message message;
    message.protocol = Protocol::fins;
    message.direction = command <= 1 ? direct(pdu, from_server, out) : pdu.direction;
    message.kind = command == 0 ? Kind::request : command == 1 ? Kind::response : Kind::oneway;
    message.operation = Operation::discover;
    message.function = static_cast<std::uint16_t>(command);
    message.name = command == 0   ? "Node Address Request"
                   : command == 1 ? "Node Address Answer"
                                  : "Connection Notice";
    message.status = error;
    if (Fields* fields = out.fields()) {
      fields->number(kTcpCommand, command);
      fields->number(kTcpError, error);
    }
    out.message(message);
  }

  void on_fins(Reader in, const Pdu& pdu, Emitter& out) {
    const Header header = read_header(in);
    const CommandCode* known = find_code(kCodes, header.command);
    const CommandCode& code = known != nullptr ? *known : kUnknown;
    Message message;
    message.protocol = Protocol::fins;
    message.direction = direct(pdu, header.response(), out);
    message.kind = header.response()               ? Kind::response
                   : (header.icf & kNoAnswer) != 0 ? Kind::oneway
                                                   : Kind::request;
    message.function = header.command;
    message.name = code.name;
    message.operation = code.operation;
    message.effect = code.effect;
    message.problems |= known == nullptr ? 1U << kUnknownCommand : 0U;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kCommand, header.command);
      fields->number(kIcf, header.icf);
      fields->text(kSource, address_text(header.source));
      fields->text(kDestination, address_text(header.destination));
      fields->number(kSid, header.sid);
    }
    const std::uint64_t key = std::uint64_t{header.sid} << 16U | header.command;
    if (header.response()) {
      on_response(in, key, message, fields, pdu, out);
    } else {
      on_request(in, message, fields);
      asked_.push(message, key, pdu);
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    out.message(message);
    if (known != nullptr && header.response()) {
      confirm();
    }
  }

  static void on_request(Reader& in, Message& message, Fields* fields) {
    if (message.function < 0x0101 || message.function > 0x0103) {
      return;
    }
    const std::uint8_t area = in.u8();
    const std::uint16_t address = in.be16();
    const std::uint8_t bit = in.u8();
    const std::uint16_t count = in.be16();
    message.target.table = area_name(area);
    message.target.address = address;
    message.target.count = std::max<std::uint32_t>(count, 1);
    if (message.function == 0x0102 && in.remaining() >= std::size_t{2} * count) {
      Reader values = in;
      for (; message.value_count < Message::kValues && message.value_count < count;
           ++message.value_count) {
        message.values[message.value_count] = values.be16();
      }
      if (count > Message::kValues) {
        message.written = {Reader{in}.take(std::size_t{2} * count), NumberList::Form::whole, 2,
                           NumberList::Order::big};
      }
    }
    if (fields != nullptr) {
      fields->number(kArea, area);
      fields->text(kAddress, std::to_string(address) + "." + std::to_string(bit));
      fields->number(kCount, count);
    }
  }

  void on_response(Reader& in, std::uint64_t key, Message& message, Fields* fields, const Pdu& pdu,
                   Emitter& out) {
    if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
      answer(message, *asked);
    }
    constexpr std::uint16_t kFlags = 0x80c0;  // relay error, and errors of the CPU itself
    const std::uint16_t raw = in.be16();
    const std::uint16_t code = raw & static_cast<std::uint16_t>(~kFlags);
    message.status = code;
    message.outcome = code == 0 ? Outcome::success : Outcome::failure;
    message.kind = code == 0 ? Kind::response : Kind::exception;
    if (fields != nullptr) {
      fields->number(kEndCode, raw);
    }
    if (code != 0) {
      return;
    }
    if (message.function == 0x0501) {
      on_controller_data(in, fields, pdu, out);
    } else if (message.function == 0x0601) {
      on_status(in, fields, pdu, out);
    }
  }

  void on_controller_data(Reader& in, Fields* fields, const Pdu& pdu, Emitter& out) {
    const Bytes model = before_nul(in.take(20));
    const Bytes version = before_nul(in.take(20));
    if (!in.ok()) {
      return;
    }
    TextBuffer buffer;
    if (fields != nullptr) {
      fields->text(kModel, clean_text(model, buffer));
      fields->text(kVersion, clean_text(version, buffer));
    }
    const Source source{"FINS controller data", 90};
    tell(Identity::Field::vendor, "Omron", source, pdu, out);
    tell_raw(Identity::Field::model, model, source, pdu, out);
    tell_raw(Identity::Field::firmware, version, source, pdu, out);
  }

  void on_status(Reader& in, Fields* fields, const Pdu& pdu, Emitter& out) {
    const std::uint8_t status = in.u8();
    const std::uint8_t mode = in.u8();
    if (!in.ok()) {
      return;
    }
    const std::string_view words = (status & 1U) == 0 ? "stop"
                                   : mode == 2        ? "monitor"
                                   : mode == 1        ? "debug"
                                                      : "run";
    if (fields != nullptr) {
      fields->text(kMode, words);
    }
    tell(Identity::Field::mode, words, {"FINS controller status", 90}, pdu, out);
  }

  bool tcp_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport == Transport::tcp) {
    const Frame frame = tcp_frame(input.head);
    if (frame.verdict == Frame::Verdict::not_mine) {
      return {};
    }
    const bool whole = input.head.size() >= kTcpHeader;
    return {whole ? Probe::Answer::yes : Probe::Answer::need_more, Direction::unknown, kTcp};
  }
  Reader in{input.head};
  const Header header = read_header(in);
  if (!in.ok() || !is_sound(header) || !input.bound) {
    return {};
  }
  return {Probe::Answer::yes, header.response() ? Direction::to_client : Direction::to_server,
          kUdp};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 9600},
                                  Binding{Binding::Layer::udp_port, 9600}};

}  // namespace

extern constinit const Dissector fins_dissector;
constinit const Dissector fins_dissector{
    .protocol = Protocol::fins,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<FinsSession>(variant);
    },
};

}  // namespace prahari
