#include "dissectors/protocols/enip/pccc.hpp"

#include <array>

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/pccc_commands.hpp"

namespace prahari::enip {
namespace {

using enum Operation;
using Effect::none;

constexpr std::uint8_t kReply = 0x40;

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
  const PcccFile* known = nullptr;
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
  address.known = find_pccc_file(address.type);
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

void write_value(const PcccCall& call, double value) noexcept {
  Message& message = call.message;
  if (message.value_count < Message::kValues) {
    message.values[message.value_count++] = value;
  }
}

void set_meaning(const PcccCall& call, std::string_view name, Operation operation,
                 Effect effect) noexcept {
  call.message.name = name;
  call.message.operation = operation;
  call.message.effect = effect;
}

// What writing there comes to: the clock, forces, the mode bits of the status file.
void judge_write(const PcccCall& call, const Address& address) noexcept {
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

void show_written(const PcccCall& call, const Address& address) noexcept {
  const bool words = address.type >= 0x82 && address.type <= 0x89;
  Reader in{address.data};
  while (words && in.remaining() >= 2 && call.message.value_count < Message::kValues) {
    write_value(call, static_cast<std::int16_t>(in.le16()));
  }
  if (words && address.data.size() / 2 > Message::kValues) {
    call.message.written = {address.data, NumberList::Form::with_sign, 2,
                            NumberList::Order::little};
  }
}

// The mode that a change asks for.
void judge_mode(const PcccCall& call, const Pccc& pccc) noexcept {
  if (pccc.cmd != 0x0F || pccc.data.empty()) {
    return;
  }
  const auto mode = std::to_integer<std::uint8_t>(pccc.data.front());
  const bool slc = pccc.fnc == 0x80;
  if (!slc && pccc.fnc != 0x3A) {
    return;
  }
  write_value(call, mode);
  if (mode == (slc ? 1 : 0)) {
    set_meaning(call, "PCCC Change Mode: to Program", control, Effect::stop);
  } else if (mode == (slc ? 6 : 2)) {
    set_meaning(call, "PCCC Change Mode: to Run", control, Effect::start);
  } else {
    set_meaning(call, "PCCC Change Mode: to Test", control, Effect::change_mode);
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
void learn(const PcccCall& call, Bytes status) {
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
  const auto tell = [&call](Identity::Field field, std::string_view value) {
    constexpr std::uint8_t kSure = 95;
    if (!value.empty()) {
      call.out.identity({.field = field,
                         .confidence = kSure,
                         .of_sender = true,
                         .unit = call.unit,
                         .source = "PCCC diagnostic status",
                         .value = value});
    }
  };
  TextBuffer buffer;
  const std::string_view number = clean_text(catalog, buffer);
  tell(Identity::Field::order_number, number);
  tell(Identity::Field::product, number);
  const char series = static_cast<char>('A' + (version >> 5U));
  ShortText<16> words;
  words.add("series ").add({&series, 1});
  tell(Identity::Field::hardware, words.view());
  words.clear();
  words.add("release ").add((version & 0x1FU) + 1U);
  tell(Identity::Field::firmware, words.view());
  tell(Identity::Field::mode, mode_name(mode & 0x1FU));
}

void show(const PcccCall& call, const Pccc& pccc, const Pccc& asked, const Address& address) {
  if (call.fields == nullptr) {
    return;
  }
  Fields& fields = *call.fields;
  fields.begin_object(call.field);
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
void describe_pccc(const PcccCall& call, const Pccc& asked, const Address& address) {
  const PcccCommand* command = find_pccc_command(asked.cmd, asked.fnc);
  if (command == nullptr) {
    set_meaning(call, "PCCC Unknown Command", control, none);
    return;
  }
  set_meaning(call, command->name, command->operation, command->effect);
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
  call.words.clear();
  call.words.add(words.view());
  call.message.target.table = "data file";
  call.message.target.text = call.words.view();
  call.message.target.address = address.element;
  call.message.target.count = 1;
}

}  // namespace

bool decode_pccc_message(const PcccCall& call) {
  const Pccc pccc = read_pccc(call.bytes, call.with_requestor);
  const Pccc asked = call.response ? read_pccc(call.asked, call.with_requestor) : pccc;
  if (!pccc.ok || pccc.reply() != call.response) {
    return false;
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

bool decode_pccc(Call& call) {
  if (!call.is(cls::kPccc, svc::kExecutePccc)) {
    return false;
  }
  call.show_data(call.in.rest());
  if (call.message.kind == Kind::exception) {
    return true;
  }
  const bool good = decode_pccc_message({.bytes = call.in.rest(),
                                         .asked = call.request_data,
                                         .with_requestor = true,
                                         .response = call.response,
                                         .message = call.message,
                                         .words = call.text_target,
                                         .fields = call.fields,
                                         .field = static_cast<std::size_t>(CipField::pccc),
                                         .out = call.x.out,
                                         .unit = call.unit});
  if (!good) {
    call.problem(CipWrong::truncated);
  }
  return true;
}

}  // namespace prahari::enip
