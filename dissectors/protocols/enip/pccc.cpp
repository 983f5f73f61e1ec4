// PCCC: the older command set of Allen-Bradley, inside CIP class 0x67. DF1 Protocol and Command
// Set, 1770-6.5.16.

#include <algorithm>
#include <array>

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/enip/cip.hpp"

namespace prahari::enip {
namespace {

using enum Operation;
using Effect::none;

constexpr std::uint8_t kReply = 0x40;

struct Command {
  std::uint8_t cmd;
  int fnc;  // -1: has none
  std::string_view name;
  Operation operation;
  Effect effect = none;
};
constexpr auto kCommands = std::to_array<Command>({
    {0x00, -1, "PCCC Protected Write", write},
    {0x01, -1, "PCCC Unprotected Read", read},
    {0x02, -1, "PCCC Protected Bit Write", write},
    {0x05, -1, "PCCC Unprotected Bit Write", write},
    {0x08, -1, "PCCC Unprotected Write", write},
    {0x06, 0x00, "PCCC Echo", discover},
    {0x06, 0x01, "PCCC Read Diagnostic Counters", read},
    {0x06, 0x02, "PCCC Set Variables", admin},
    {0x06, 0x03, "PCCC Diagnostic Status", discover},
    {0x06, 0x04, "PCCC Set Timeout", admin},
    {0x06, 0x05, "PCCC Set NAKs", admin},
    {0x06, 0x06, "PCCC Set ENQs", admin},
    {0x06, 0x07, "PCCC Reset Diagnostic Counters", control, Effect::clear_counters},
    {0x06, 0x08, "PCCC Set Data Table Size", admin},
    {0x06, 0x09, "PCCC Read Link Parameters", read},
    {0x06, 0x0A, "PCCC Set Link Parameters", admin},
    {0x07, 0x00, "PCCC Disable Outputs", control, Effect::force},
    {0x07, 0x01, "PCCC Enable Outputs", control, Effect::unforce},
    {0x07, 0x03, "PCCC Enable PLC Scanning", control, Effect::start},
    {0x07, 0x04, "PCCC Enter Download Mode", program, Effect::program_to},
    {0x07, 0x05, "PCCC Exit Download or Upload Mode", program},
    {0x07, 0x06, "PCCC Enter Upload Mode", program, Effect::program_from},
    {0x0F, 0x00, "PCCC Word Range Write", write},
    {0x0F, 0x01, "PCCC Word Range Read", read},
    {0x0F, 0x02, "PCCC Bit Write", write},
    {0x0F, 0x03, "PCCC File Write", program, Effect::program_to},
    {0x0F, 0x04, "PCCC File Read", read},
    {0x0F, 0x05, "PCCC Download Request", program, Effect::program_to},
    {0x0F, 0x06, "PCCC Upload", program, Effect::program_from},
    {0x0F, 0x07, "PCCC Shutdown", control, Effect::stop},
    {0x0F, 0x08, "PCCC Physical Write", program, Effect::program_to},
    {0x0F, 0x09, "PCCC Physical Read", program, Effect::program_from},
    {0x0F, 0x0A, "PCCC Restart", control, Effect::reset},
    {0x0F, 0x11, "PCCC Get Edit Resource", program, Effect::reserve},
    {0x0F, 0x12, "PCCC Return Edit Resource", program, Effect::release},
    {0x0F, 0x17, "PCCC Read Bytes Physical", program, Effect::program_from},
    {0x0F, 0x18, "PCCC Write Bytes Physical", program, Effect::program_to},
    {0x0F, 0x26, "PCCC Read-Modify-Write", write},
    {0x0F, 0x29, "PCCC Read Section Size", read},
    {0x0F, 0x3A, "PCCC Set CPU Mode", control, Effect::change_mode},
    {0x0F, 0x41, "PCCC Disable Forces", control, Effect::unforce},
    {0x0F, 0x50, "PCCC Download All Request", program, Effect::program_to},
    {0x0F, 0x52, "PCCC Download Completed", program, Effect::program_to},
    {0x0F, 0x53, "PCCC Upload All Request", program, Effect::program_from},
    {0x0F, 0x55, "PCCC Upload Completed", program, Effect::program_from},
    {0x0F, 0x57, "PCCC Initialize Memory", control, Effect::erase},
    {0x0F, 0x5E, "PCCC Modify PLC-2 Compatibility File", program, Effect::program_to},
    {0x0F, 0x67, "PCCC Typed Write", write},
    {0x0F, 0x68, "PCCC Typed Read", read},
    {0x0F, 0x79, "PCCC Read-Modify-Write N", write},
    {0x0F, 0x80, "PCCC Change Mode", control, Effect::change_mode},
    {0x0F, 0x81, "PCCC Open File", program},
    {0x0F, 0x82, "PCCC Close File", program},
    {0x0F, 0x88, "PCCC Execute Multiple Commands", program},
    {0x0F, 0x8F, "PCCC Apply Port Configuration", admin, Effect::set_network},
    {0x0F, 0xA1, "PCCC Protected Typed Logical Read with Two Fields", read},
    {0x0F, 0xA2, "PCCC Protected Typed Logical Read with Three Fields", read},
    {0x0F, 0xA3, "PCCC Read 0xA3", read},
    {0x0F, 0xA7, "PCCC Protected Typed File Read", read},
    {0x0F, 0xA9, "PCCC Protected Typed Logical Write with Two Fields", write},
    {0x0F, 0xAA, "PCCC Protected Typed Logical Write with Three Fields", write},
    {0x0F, 0xAB, "PCCC Masked Write", write},
    {0x0F, 0xAF, "PCCC Protected Typed File Write", program, Effect::program_to},
});

// Files of SLC and MicroLogix, with what writing to them comes to.
struct File {
  std::uint8_t type;
  std::string_view letter;  // "N" of N7:0
  std::string_view name;
  Operation operation = write;
  Effect effect = none;
};
constexpr auto kFiles = std::to_array<File>({
    {0x22, "LAD", "ladder", program, Effect::program_to},
    {0x49, "CFG", "channel configuration", admin, Effect::set_network},
    {0x4A, "EIP", "EtherNet/IP function file", admin, Effect::set_network},
    {0x63, "SYS", "system", program, Effect::program_to},
    {0x65, "EDT", "online editing", program, Effect::program_to},
    {0x6A, "IOS", "I/O status", write},
    {0x82, "O", "output", write},
    {0x83, "I", "input", write},
    {0x84, "S", "status", write},
    {0x85, "B", "bit", write},
    {0x86, "T", "timer", write},
    {0x87, "C", "counter", write},
    {0x88, "R", "control", write},
    {0x89, "N", "integer", write},
    {0x8A, "F", "float", write},
    {0x8D, "ST", "string", write},
    {0x8E, "A", "ASCII", write},
    {0x91, "L", "long", write},
    {0x92, "MG", "message", write},
    {0x93, "PD", "PID", write},
    {0x94, "PLS", "programmable limit switch", write},
    {0xA1, "OF", "output force", control, Effect::force},
    {0xA2, "IF", "input force", control, Effect::force},
    {0xE4, "RTC", "real-time clock", admin, Effect::set_time},
});

const Command* find_command(std::uint8_t cmd, int fnc) noexcept {
  const auto* const found = std::ranges::find_if(kCommands, [&](const Command& one) {
    return one.cmd == cmd && (one.fnc < 0 || one.fnc == fnc);
  });
  return found == kCommands.end() ? nullptr : found;
}

bool has_function(std::uint8_t cmd) noexcept { return cmd == 0x06 || cmd == 0x07 || cmd == 0x0F; }

// One PCCC message: who asks, then command, status, transaction, function, data.
struct Pccc {
  std::uint8_t cmd = 0;
  std::uint8_t sts = 0;
  std::uint16_t tns = 0;
  int fnc = -1;  // of a request
  std::uint8_t ext_sts = 0;
  Bytes data;
  bool ok = false;

  [[nodiscard]] bool reply() const noexcept { return (cmd & kReply) != 0; }
};

Pccc read_pccc(Bytes bytes, bool with_requestor) noexcept {
  Reader in{bytes};
  if (with_requestor) {
    const std::size_t size = in.u8();
    in.skip(size > 0 ? size - 1 : 0);
  }
  Pccc pccc;
  pccc.cmd = in.u8();
  pccc.sts = in.u8();
  pccc.tns = in.le16();
  constexpr std::uint8_t kExtended = 0xF0;
  if (!pccc.reply() && has_function(pccc.cmd)) {
    pccc.fnc = in.u8();
  } else if (pccc.reply() && pccc.sts == kExtended) {
    pccc.ext_sts = in.u8();
  }
  pccc.ok = in.ok();
  pccc.data = in.rest();
  return pccc;
}

// "N7:0", and how many bytes are read or written there.
struct Address {
  const File* known = nullptr;
  std::uint8_t size = 0;
  std::uint32_t file = 0;
  std::uint8_t type = 0;
  std::uint32_t element = 0;
  std::uint32_t sub = 0;
  bool has_sub = false;
  Bytes data;
  bool ok = false;
};

// One byte, or 0xFF and two.
std::uint32_t read_field(Reader& in) noexcept {
  constexpr std::uint8_t kLonger = 0xFF;
  const std::uint8_t first = in.u8();
  return first == kLonger ? in.le16() : first;
}

bool is_logical(int fnc) noexcept {
  return fnc == 0xA1 || fnc == 0xA2 || fnc == 0xA9 || fnc == 0xAA || fnc == 0xAB;
}

Address read_address(const Pccc& pccc) noexcept {
  Address address;
  if (pccc.cmd != 0x0F || !is_logical(pccc.fnc)) {
    return address;
  }
  Reader in{pccc.data};
  address.size = in.u8();
  address.file = read_field(in);
  address.type = in.u8();
  address.element = read_field(in);
  address.has_sub = pccc.fnc != 0xA1 && pccc.fnc != 0xA9;
  address.sub = address.has_sub ? read_field(in) : 0;
  in.skip(pccc.fnc == 0xAB ? 2 : 0);  // the mask
  address.ok = in.ok();
  address.data = in.rest();
  const auto* const found = std::ranges::find(kFiles, address.type, &File::type);
  address.known = found == kFiles.end() ? nullptr : found;
  return address;
}

void add_address(ShortText<48>& out, const Address& address) noexcept {
  if (address.known != nullptr) {
    out.add(address.known->letter);
  } else {
    out.add("file type 0x").add_hex(address.type, 2).add(" ");
  }
  out.add(address.file).add(":").add(address.element);
  if (address.sub != 0) {
    out.add(".").add(address.sub);
  }
}

bool writes(int fnc) noexcept { return fnc == 0xA9 || fnc == 0xAA || fnc == 0xAB; }

// What writing there comes to: the clock, forces, the mode bits of the status file.
void judge_write(const Call& call, const Address& address) noexcept {
  if (address.known == nullptr) {
    return;
  }
  call.message.operation = address.known->operation;
  call.message.effect = address.known->effect;
  constexpr std::uint8_t kStatusFile = 0x84;
  constexpr std::uint32_t kModeWord = 1;
  if (address.type == kStatusFile && address.element == kModeWord) {
    call.message.operation = control;
    call.message.effect = Effect::change_mode;
  }
}

void show_written(const Call& call, const Address& address) noexcept {
  const bool words = address.type >= 0x82 && address.type <= 0x89;
  Reader in{address.data};
  while (words && in.remaining() >= 2 && call.message.value_count < Message::kValues) {
    call.written(static_cast<std::int16_t>(in.le16()));
  }
}

// The mode that a change asks for.
void judge_mode(const Call& call, const Pccc& pccc) noexcept {
  if (pccc.cmd != 0x0F || pccc.data.empty()) {
    return;
  }
  const auto mode = std::to_integer<std::uint8_t>(pccc.data.front());
  const bool slc = pccc.fnc == 0x80;
  if (!slc && pccc.fnc != 0x3A) {
    return;
  }
  call.written(mode);
  if (mode == (slc ? 1 : 0)) {
    call.meaning("PCCC Change Mode: to Program", control, Effect::stop);
  } else if (mode == (slc ? 6 : 2)) {
    call.meaning("PCCC Change Mode: to Run", control, Effect::start);
  } else {
    call.meaning("PCCC Change Mode: to Test", control, Effect::change_mode);
  }
}

std::string_view mode_name(unsigned mode) noexcept {
  constexpr unsigned kKey = 16;  // the same modes again, set by the key switch
  constexpr std::array<std::string_view, 9> kModes = {
      "download", "program", {}, "suspend", {}, {}, "run", "test continuous", "test single"};
  const unsigned plain = mode >= kKey ? mode - kKey : mode;
  return plain < kModes.size() ? kModes[plain] : std::string_view{};
}

// Diagnostic status: what the processor is, and in which mode.
void learn(const Call& call, Bytes status) {
  constexpr std::string_view kSource = "PCCC diagnostic status";
  constexpr std::uint8_t kSure = 95;
  constexpr std::uint8_t kExtendedProcessor = 0xEE;
  Reader in{status};
  in.skip(1);
  const std::uint8_t kind = in.u8();
  in.skip(2);
  const std::uint8_t version = in.u8();
  const Bytes catalog = in.take(11);
  in.skip(2);
  const std::uint8_t mode = in.u8();
  if (!in.ok() || kind != kExtendedProcessor) {
    return;
  }
  TextBuffer buffer;
  const std::string_view number = clean_text(catalog, buffer);
  call.fact(Identity::Field::order_number, kSource, kSure, number);
  call.fact(Identity::Field::product, kSource, kSure, number);
  const char series = static_cast<char>('A' + (version >> 5U));
  ShortText<16> words;
  words.add("series ").add({&series, 1});
  call.fact(Identity::Field::hardware, kSource, kSure, words.view());
  words.clear();
  words.add("release ").add((version & 0x1FU) + 1U);
  call.fact(Identity::Field::firmware, kSource, kSure, words.view());
  call.fact(Identity::Field::mode, kSource, kSure, mode_name(mode & 0x1FU));
}

void show(const Call& call, const Pccc& pccc, const Pccc& asked, const Address& address) {
  if (call.fields == nullptr) {
    return;
  }
  Fields& fields = *call.fields;
  fields.begin_object(static_cast<std::size_t>(CipField::pccc));
  fields.member("cmd", std::int64_t{pccc.cmd & static_cast<std::uint8_t>(~kReply)});
  fields.member("sts", std::int64_t{pccc.sts});
  fields.member("tns", std::int64_t{pccc.tns});
  if (asked.fnc >= 0) {
    fields.member("fnc", std::int64_t{asked.fnc});
  }
  if (pccc.ext_sts != 0) {
    fields.member("ext_sts", std::int64_t{pccc.ext_sts});
  }
  if (address.ok) {
    ShortText<48> words;
    add_address(words, address);
    fields.member("address", words.view());
    fields.member("size", std::int64_t{address.size});
    fields.member("file", std::int64_t{address.file});
    fields.member("type", std::int64_t{address.type});
    fields.member("element", std::int64_t{address.element});
    fields.member("sub", std::int64_t{address.sub});
  }
  fields.end_object();
}

// What a request means and aims at.
void describe_pccc(const Call& call, const Pccc& asked, const Address& address) {
  const Command* command = find_command(asked.cmd, asked.fnc);
  if (command == nullptr) {
    call.meaning("PCCC Unknown Command", control, none);
    return;
  }
  call.meaning(command->name, command->operation, command->effect);
  judge_mode(call, asked);
  if (!address.ok) {
    return;
  }
  if (writes(asked.fnc)) {
    judge_write(call, address);
    if (!call.response) {
      show_written(call, address);
    }
  }
  ShortText<48> words;
  add_address(words, address);
  call.text_target.clear();
  call.text_target.add(words.view());
  call.message.target.table = "data file";
  call.message.target.text = call.text_target.view();
  call.message.target.address = address.element;
  call.message.target.count = 1;
}

}  // namespace

bool decode_pccc(Call& call) {
  if (!call.is(cls::kPccc, svc::kExecutePccc)) {
    return false;
  }
  call.show_data(call.in.rest());
  if (call.message.kind == Kind::exception) {
    return true;
  }
  const Pccc pccc = read_pccc(call.in.rest(), true);
  const Pccc asked = call.response ? read_pccc(call.request_data, true) : pccc;
  if (!pccc.ok || pccc.reply() != call.response) {
    call.problem(CipWrong::truncated);
    return true;
  }
  const bool pair = asked.ok && (!call.response || asked.tns == pccc.tns);
  const Address address = pair ? read_address(asked) : Address{};
  if (pair) {
    describe_pccc(call, asked, address);
  }
  show(call, pccc, pair ? asked : Pccc{}, address);
  if (call.response) {
    call.message.status = pccc.sts;
    if (pccc.sts != 0) {
      call.message.kind = Kind::exception;
      call.message.outcome = Outcome::failure;
    } else if (pair && asked.cmd == 0x06 && asked.fnc == 0x03) {
      learn(call, pccc.data);
    }
  }
  return true;
}

}  // namespace prahari::enip
