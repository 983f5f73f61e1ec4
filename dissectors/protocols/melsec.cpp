// MELSEC controllers of Mitsubishi: the MC protocol, also called SLMP, frames 3E and 4E in binary
// code (SH-080008, BAP-C2006ENG-001), and MELSOFT, which their tools speak and which was never
// published: of it the command and the CPU type are read. Little-endian.

#include <array>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kDialect,
  kCommand,
  kSubcommand,
  kNetwork,
  kStation,
  kSerial,
  kDevice,
  kAddress,
  kCount,
  kEndCode,
  kCpu,
  kData
};
constexpr std::array<std::string_view, 12> kFields = {
    "dialect", "command", "subcommand", "network",  "station", "serial_number",
    "device",  "address", "count",      "end_code", "cpu",     "data"};

enum Wrong : std::uint8_t { kForeign, kTruncated, kUnknownCommand };
constexpr std::array kProblems = {
    Problem{"non_melsec_on_port", "bytes on the MELSEC port are no frames of it", false},
    Problem{"truncated", "the message ends before its fields do", true},
    Problem{"unknown_command", "the command is none that is known", false},
};

constexpr std::size_t kShown = 64;
constexpr std::uint16_t kLongest = 8192;

// First octets of frames.
constexpr std::uint8_t k3e = 0x50;
constexpr std::uint8_t k3eAnswer = 0xd0;
constexpr std::uint8_t k4e = 0x54;
constexpr std::uint8_t k4eAnswer = 0xd4;
constexpr std::uint8_t kMelsoft = 0x57;
constexpr std::uint8_t kMelsoftAnswer = 0xd7;
constexpr std::uint8_t kSearch = 0x5a;  // MELSOFT looks for a controller
constexpr std::uint8_t kSearchAnswer = 0xda;
constexpr std::size_t kMelsoftHeader = 21;
constexpr std::size_t kMelsoftInner = 26;  // least after that
constexpr std::uint16_t kReadCpuType = 0x0101;

constexpr std::array kCodes = {
    CommandCode{0x0101, "Read CPU Type", Operation::discover},
    CommandCode{0x0401, "Batch Read", Operation::read},
    CommandCode{0x0403, "Random Read", Operation::read},
    CommandCode{0x0406, "Multiple Block Read", Operation::read},
    CommandCode{0x0601, "Extend Unit Read", Operation::read},
    CommandCode{0x0613, "Buffer Memory Read", Operation::read},
    CommandCode{0x0619, "Loopback Test", Operation::discover},
    CommandCode{0x0801, "Register Monitor", Operation::read},
    CommandCode{0x0802, "Monitor", Operation::read},
    CommandCode{0x0e30, "Search Nodes", Operation::discover},
    CommandCode{0x0e31, "Set IP Address", Operation::admin, Effect::set_network},
    CommandCode{0x1001, "Remote Run", Operation::control, Effect::start},
    CommandCode{0x1002, "Remote Stop", Operation::control, Effect::stop},
    CommandCode{0x1003, "Remote Pause", Operation::control, Effect::change_mode},
    CommandCode{0x1005, "Remote Latch Clear", Operation::control, Effect::erase},
    CommandCode{0x1006, "Remote Reset", Operation::control, Effect::reset},
    CommandCode{0x1401, "Batch Write", Operation::write},
    CommandCode{0x1402, "Random Write", Operation::write},
    CommandCode{0x1406, "Multiple Block Write", Operation::write},
    CommandCode{0x1601, "Extend Unit Write", Operation::write},
    CommandCode{0x1613, "Buffer Memory Write", Operation::write},
    CommandCode{0x1617, "Clear Error", Operation::control, Effect::clear_counters},
    CommandCode{0x1630, "Remote Password Unlock", Operation::admin},
    CommandCode{0x1631, "Remote Password Lock", Operation::admin},
    CommandCode{0x1810, "Read Directory", Operation::program},
    CommandCode{0x1811, "Search Directory", Operation::program},
    CommandCode{0x1820, "New File", Operation::program},
    CommandCode{0x1822, "Delete File", Operation::program, Effect::erase},
    CommandCode{0x1824, "Copy File", Operation::program},
    CommandCode{0x1825, "Change File State", Operation::program},
    CommandCode{0x1826, "Change File Date", Operation::program},
    CommandCode{0x1827, "Open File", Operation::program},
    CommandCode{0x1828, "Read File", Operation::program, Effect::program_from},
    CommandCode{0x1829, "Write File", Operation::program, Effect::program_to},
    CommandCode{0x182a, "Close File", Operation::program},
    CommandCode{0x2101, "On Demand", Operation::read},
};
static_assert(std::ranges::is_sorted(kCodes, {}, &CommandCode::code));
constexpr CommandCode kUnknown{0, "Unknown Command", Operation::control};

std::string_view device_name(std::uint8_t code) noexcept {
  switch (code) {
    case 0x90:
      return "M";
    case 0x91:
      return "SM";
    case 0x92:
      return "L";
    case 0x93:
      return "F";
    case 0x94:
      return "V";
    case 0x98:
      return "S";
    case 0x9c:
      return "X";
    case 0x9d:
      return "Y";
    case 0xa0:
      return "B";
    case 0xa1:
      return "SB";
    case 0xa8:
      return "D";
    case 0xa9:
      return "SD";
    case 0xaf:
      return "R";
    case 0xb0:
      return "ZR";
    case 0xb4:
      return "W";
    case 0xb5:
      return "SW";
    case 0xc2:
      return "TN";
    case 0xc5:
      return "CN";
    case 0xcc:
      return "Z";
    default:
      return "device";
  }
}

struct Header {
  std::uint8_t kind = 0;
  std::uint8_t second = 0;
  std::uint16_t serial = 0;  // 4E
  std::uint16_t reserved = 0;
  std::uint8_t network = 0;
  std::uint8_t station = 0;
  std::uint16_t module = 0;
  std::uint8_t multidrop = 0;
  std::uint16_t length = 0;

  [[nodiscard]] bool answer() const noexcept { return (kind & 0x80U) != 0; }
};

bool is_mc(std::uint8_t kind) noexcept {
  return kind == k3e || kind == k3eAnswer || kind == k4e || kind == k4eAnswer;
}

Header read_header(Reader& in) noexcept {
  Header header;
  header.kind = in.u8();
  header.second = in.u8();
  if (header.kind == k4e || header.kind == k4eAnswer) {
    header.serial = in.le16();
    header.reserved = in.le16();
  }
  header.network = in.u8();
  header.station = in.u8();
  header.module = in.le16();
  header.multidrop = in.u8();
  header.length = in.le16();
  return header;
}

// Modules are 03ff for the CPU, 03d0 to 03e3 for CPUs of a set, 0000 to 01ff for multidrop.
bool is_sound(const Header& header) noexcept {
  const bool module = header.module <= 0x1ff || (header.module >= 0x3d0 && header.module <= 0x3ff);
  const std::uint16_t least = header.answer() ? 2 : 6;
  return is_mc(header.kind) && header.second == 0 && header.reserved == 0 && module &&
         header.length >= least && header.length <= kLongest;
}

Frame mc_frame(Bytes head) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (!is_sound(header)) {
    return Frame::not_mine();
  }
  const std::size_t whole = in.offset() + header.length;
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

// 57 01 0000 00 11 11 07 ... length, or 57 00 over TCP. The octets 11 11 tell it apart.
Frame melsoft_frame(Bytes head) noexcept {
  Reader in{head};
  in.skip(1);
  const std::uint8_t version = in.u8();
  in.skip(3);
  const std::uint16_t mark = in.be16();
  in.skip(kMelsoftHeader - 2 - 7);
  const std::uint16_t length = in.le16();
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (version > 1 || mark != 0x1111 || length < kMelsoftInner || length > kLongest) {
    return Frame::not_mine();
  }
  const std::size_t whole = kMelsoftHeader + length;
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

// 5a 00 00 and one octet; the answer has those and its length, a quarter of a word too low.
Frame search_frame(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t kind = in.u8();
  const std::uint16_t zero = in.be16();
  const bool size = kind == kSearch ? head.size() == 4 : head.size() >= 14 && head.size() <= 64;
  return in.ok() && zero == 0 && size ? Frame::complete(head.size()) : Frame::not_mine();
}

Frame frame_of(Bytes head) noexcept {
  const std::uint8_t kind = Reader{head}.u8();
  switch (kind) {
    case kMelsoft:
    case kMelsoftAnswer:
      return melsoft_frame(head);
    case kSearch:
    case kSearchAnswer:
      return search_frame(head);
    default:
      return is_mc(kind) ? mc_frame(head) : Frame::not_mine();
  }
}

class MelsecSession final : public OtSession {
 public:
  MelsecSession() : OtSession(Protocol::melsec) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return head.empty() ? Frame::need_more() : frame_of(head);
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    return segment_start && frame_of(head).verdict == Frame::Verdict::complete;
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const std::uint8_t kind = Reader{pdu.bytes}.u8();
    if (is_mc(kind)) {
      return on_mc(pdu, out);
    }
    kind == kMelsoft || kind == kMelsoftAnswer ? on_melsoft(pdu, out) : on_search(pdu, out);
  }

 private:
  static Message begin(const Pdu& pdu, bool answers, Emitter& out) {
    Message message;
    message.protocol = Protocol::melsec;
    message.direction = direct(pdu, answers, out);
    message.kind = answers ? Kind::response : Kind::request;
    return message;
  }

  void on_mc(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    const Header header = read_header(in);
    Message message = begin(pdu, header.answer(), out);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->text(kDialect, header.kind == k4e || header.kind == k4eAnswer ? "4E" : "3E");
      fields->number(kNetwork, header.network);
      fields->number(kStation, header.station);
      fields->number(kSerial, header.serial);
    }
    if (header.answer()) {
      on_answer(in, header, message, fields, pdu, out);
    } else {
      on_request(in, header, message, fields, pdu);
    }
    out.message(message);
  }

  void on_request(Reader& in, const Header& header, Message& message, Fields* fields,
                  const Pdu& pdu) {
    in.skip(2);  // monitoring timer
    message.function = in.le16();
    message.sub_function = in.le16();
    const CommandCode* known = find_code(kCodes, message.function);
    const CommandCode& code = known != nullptr ? *known : kUnknown;
    message.name = code.name;
    message.operation = code.operation;
    message.effect = code.effect;
    message.problems |= known == nullptr ? 1U << kUnknownCommand : 0U;
    if (fields != nullptr) {
      fields->number(kCommand, message.function);
      fields->number(kSubcommand, message.sub_function);
    }
    if (message.function == 0x0401 || message.function == 0x1401) {
      read_target(in, message, fields);
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    asked_.push(message, header.serial, pdu);
  }

  // Subcommands 0 and 1: words and bits; 2 and 3 the same with longer addresses, of iQ-R.
  static void read_target(Reader& in, Message& message, Fields* fields) {
    const bool wide = (message.sub_function & 2U) != 0;
    const std::uint32_t address = wide ? in.le32() : in.le24();
    const std::uint16_t device = wide ? in.le16() : in.u8();
    const std::uint16_t count = in.le16();
    message.target.table = device_name(static_cast<std::uint8_t>(device & 0xffU));
    message.target.address = address;
    message.target.count = std::max<std::uint32_t>(count, 1);
    const bool words = (message.sub_function & 1U) == 0;
    if (message.function == 0x1401 && words && in.remaining() >= std::size_t{2} * count) {
      Reader values = in;
      for (; message.value_count < Message::kValues && message.value_count < count;
           ++message.value_count) {
        message.values[message.value_count] = values.le16();
      }
      if (count > Message::kValues) {
        message.written = {Reader{in}.take(std::size_t{2} * count), NumberList::Form::whole, 2,
                           NumberList::Order::little};
      }
    }
    if (fields != nullptr) {
      fields->text(kDevice, message.target.table);
      fields->number(kAddress, address);
      fields->number(kCount, count);
    }
  }

  void on_answer(Reader& in, const Header& header, Message& message, Fields* fields, const Pdu& pdu,
                 Emitter& out) {
    message.name = "Answer";
    message.operation = Operation::read;
    const std::optional<Asked> asked = asked_.take(header.serial, pdu.side);
    if (asked) {
      answer(message, *asked);
      confirm();
    }
    const std::uint16_t end = in.le16();
    message.status = end;
    message.outcome = end == 0 ? Outcome::success : Outcome::failure;
    message.kind = end == 0 ? Kind::response : Kind::exception;
    if (fields != nullptr) {
      fields->number(kEndCode, end);
    }
    if (end == 0 && asked && asked->function == kReadCpuType) {
      const Bytes name = in.take(16);
      in.skip(2);
      if (in.ok()) {
        on_cpu(name, "MC protocol CPU type", fields, pdu, out);
      }
    }
  }

  void on_cpu(Bytes raw, std::string_view source, Fields* fields, const Pdu& pdu, Emitter& out) {
    TextBuffer buffer;
    const std::string_view name = clean_text(before_nul(raw), buffer);
    if (fields != nullptr) {
      fields->text(kCpu, name);
    }
    if (!name.empty()) {
      tell(Identity::Field::vendor, "Mitsubishi Electric", {source, 90}, pdu, out);
      tell(Identity::Field::model, name, {source, 90}, pdu, out);
    }
  }

  void on_melsoft(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    const bool answers = in.u8() == kMelsoftAnswer;
    in.skip(kMelsoftHeader + 2 - 1);
    const std::uint8_t size = in.u8();  // of what lies before the command, itself included
    in.skip(size > 0 ? size - std::size_t{1} : 0);
    Message message = begin(pdu, answers, out);
    const std::uint8_t group = in.u8();
    const std::uint8_t code = in.u8();
    const auto command = static_cast<std::uint16_t>(group << 8U | code);
    const std::uint16_t serial = in.le16();
    message.function = command;
    message.name =
        command == 0x0121 || command == 0x0101 ? "MELSOFT Read CPU Type" : "MELSOFT Command";
    message.operation =
        command == 0x0121 || command == 0x0101 ? Operation::discover : Operation::control;
    const std::uint64_t key = std::uint64_t{1} << 32U | std::uint64_t{command} << 16U | serial;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->text(kDialect, "MELSOFT");
      fields->number(kCommand, command);
      fields->number(kSerial, serial);
      fields->hex(kData, in.rest().first(std::min(in.remaining(), kShown)));
    }
    if (answers) {
      if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
        answer(message, *asked);
      }
      message.outcome = Outcome::unknown;
      if (command == 0x0121) {
        Reader body = in;
        body.skip(2);
        on_cpu(body.take(std::min<std::size_t>(16, body.remaining())), "MELSOFT CPU type", fields,
               pdu, out);
      }
      confirm();
    } else {
      asked_.push(message, key, pdu);
    }
    out.message(message);
  }

  void on_search(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    const bool answers = in.u8() == kSearchAnswer;
    in.skip(2);
    Message message = begin(pdu, answers, out);
    message.function = in.u8();
    message.operation = Operation::discover;
    message.name = "MELSOFT Search";
    if (Fields* fields = out.fields()) {
      fields->text(kDialect, "MELSOFT");
      fields->hex(kData, in.rest());
    }
    if (answers) {
      if (const std::optional<Asked> asked = asked_.take(kSearch, pdu.side)) {
        answer(message, *asked);
      }
      message.outcome = Outcome::success;
    } else {
      asked_.push(message, kSearch, pdu);
    }
    out.message(message);
  }
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.head.empty()) {
    return {};
  }
  const Frame frame = frame_of(input.head);
  const std::uint8_t kind = Reader{input.head}.u8();
  const Direction direction = (kind & 0x80U) != 0 ? Direction::to_client : Direction::to_server;
  if (frame.verdict == Frame::Verdict::complete && frame.size == input.head.size()) {
    return {Probe::Answer::yes, direction, 0};
  }
  const bool tcp = input.transport == Transport::tcp;
  const bool partial = frame.verdict == Frame::Verdict::need_more && tcp && kind != kSearch;
  return {partial ? Probe::Answer::need_more : Probe::Answer::no};
}

// The MC protocol has no port of its own; these are what engineers set, and MELSOFT's.
constexpr std::array kBindings = {
    Binding{Binding::Layer::tcp_port, 5002}, Binding{Binding::Layer::tcp_port, 5007},
    Binding{Binding::Layer::tcp_port, 5010}, Binding{Binding::Layer::tcp_port, 5562},
    Binding{Binding::Layer::udp_port, 5006}, Binding{Binding::Layer::udp_port, 5010},
    Binding{Binding::Layer::udp_port, 5560}, Binding{Binding::Layer::udp_port, 5562}};

}  // namespace

extern constinit const Dissector melsec_dissector;
constinit const Dissector melsec_dissector{
    .protocol = Protocol::melsec,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<MelsecSession>();
    },
};

}  // namespace prahari
