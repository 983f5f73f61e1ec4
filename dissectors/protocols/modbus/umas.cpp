// UMAS bodies (little-endian), as far as they tell who is there and what is done to the program.

#include "dissectors/protocols/modbus/umas.hpp"

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/modbus/decode.hpp"

namespace prahari::modbus {
namespace {

constexpr std::size_t kEnvelopeSize = 1 + 32;  // magic and signature
constexpr std::uint32_t kEnoughMoved = 512;    // bytes before a transfer's direction is told
constexpr std::uint32_t kMuchMore = 4;         // times as much one way as the other
constexpr std::string_view kPending = "UMAS: Program Transfer (direction pending)";
constexpr std::string_view kVendor = "Schneider Electric";
constexpr std::uint8_t kConfidence = 95;
constexpr std::uint8_t kClientConfidence = 80;

enum Code : std::uint8_t {
  initialize_communication = 0x01,
  read_id = 0x02,
  read_project_info = 0x03,
  read_card_info = 0x06,
  take_reservation = 0x10,
  read_memory_block = 0x20,
  read_variables = 0x22,
  write_variables = 0x23,
  initialize_upload = 0x30,
  upload_block = 0x31,
  end_upload = 0x32,
  initialize_download = 0x33,
  download_block = 0x34,
  end_download = 0x35
};

// One UMAS message under the envelope.
struct Umas {
  Decoding& d;
  Reader in;
  TextBuffer buffer{};

  void member(std::string_view name, std::int64_t value) const {
    if (d.fields != nullptr) {
      d.fields->member(name, value);
    }
  }
  void member(std::string_view name, std::string_view value) const {
    if (d.fields != nullptr && !value.empty()) {
      d.fields->member(name, value);
    }
  }
  void fact(Identity::Field field, std::string_view source, std::string_view value) const {
    d.fact(field, source, kConfidence, value);
  }
};

// A version word shows its hexadecimal digits: 0x0250 is 2.50.
std::string_view version(std::uint16_t word, TextBuffer& buffer) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t size = 0;
  if (word >= 0x1000) {
    buffer[size++] = kDigits[word >> 12U];
  }
  buffer[size++] = kDigits[(word >> 8U) & 0xFU];
  buffer[size++] = '.';
  buffer[size++] = kDigits[(word >> 4U) & 0xFU];
  buffer[size++] = kDigits[word & 0xFU];
  return {buffer.data(), size};
}

void communication_response(Umas& u) {
  const std::uint16_t max_frame = u.in.le16();
  const std::uint16_t firmware = u.in.le16();
  if (!u.in.ok()) {
    return;
  }
  constexpr std::string_view kSource = "UMAS communication";
  u.member("max_frame", max_frame);
  u.fact(Identity::Field::vendor, kSource, kVendor);
  const std::string_view text = version(firmware, u.buffer);
  u.member("firmware", text);
  u.fact(Identity::Field::firmware, kSource, text);
  u.in.skip(8);
  const Bytes host = u.in.take(u.in.u8());
  u.member("host", clean_text(host, u.buffer));
}

void id_response(Umas& u) {
  const std::uint16_t range = u.in.le16();
  const std::uint32_t hardware = u.in.le32();
  const std::uint16_t model = u.in.le16();
  const std::uint16_t com_version = u.in.le16();
  u.in.skip(2);
  const std::uint16_t internal = u.in.le16();
  const std::uint16_t hardware_version = u.in.le16();
  u.in.skip(6);  // crash code and a word
  const Bytes name = u.in.take(u.in.u8());
  if (!u.in.ok()) {
    return;
  }
  constexpr std::string_view kSource = "UMAS ID";
  u.member("range", range);
  u.member("model", model);
  u.member("com_version", version(com_version, u.buffer));
  u.member("internal_version", version(internal, u.buffer));
  u.member("hardware_version", version(hardware_version, u.buffer));
  u.fact(Identity::Field::vendor, kSource, kVendor);
  const std::array<std::byte, 4> id = {
      static_cast<std::byte>(hardware >> 24U), static_cast<std::byte>(hardware >> 16U),
      static_cast<std::byte>(hardware >> 8U), static_cast<std::byte>(hardware)};
  const std::string_view id_text = hex_text(id, u.buffer);
  u.member("hardware", id_text);
  u.fact(Identity::Field::hardware, kSource, id_text);
  const std::string_view text = clean_text(name, u.buffer);
  u.member("cpu", text);
  u.fact(Identity::Field::model, kSource, text);
}

void project_response(Umas& u) {
  if (u.d.request == nullptr || u.d.request->detail != 0) {
    return;
  }
  u.in.skip(34);  // up to the revision; the date before it is that of the last change
  const std::array<std::uint8_t, 3> revision = {u.in.u8(), u.in.u8(), u.in.u8()};
  u.in.skip(2);
  if (!u.in.ok()) {
    return;
  }
  std::string_view name = as_text(u.in.rest());
  name = name.substr(0, name.find('\0'));
  name = clean_text(as_bytes(name), u.buffer);
  u.member("project", name);
  u.fact(Identity::Field::application, "UMAS project", name);
  u.member("revision_major", revision[2]);
  u.member("revision_minor", revision[1]);
  u.member("revision_build", revision[0]);
}

void card_response(Umas& u) {
  u.in.skip(6);
  const Bytes card = u.in.take(u.in.u8());
  u.member("card", clean_text(card, u.buffer));
}

void reservation_request(Umas& u) {
  const std::string_view host = printable_runs(u.in.rest(), u.buffer);
  u.member("host", host);
  u.d.fact(Identity::Field::name, "UMAS reservation", kClientConfidence, host);
}

void memory_request(Umas& u) {
  u.in.skip(1);
  const std::uint16_t block = u.in.le16();
  const std::uint16_t offset = u.in.le16();
  u.in.skip(2);
  const std::uint16_t count = u.in.le16();
  if (u.in.ok()) {
    u.member("block", block);
    u.member("offset", offset);
    u.member("count", count);
  }
}

void variables_request(Umas& u) {
  u.in.skip(4);  // checksum of the program
  const std::uint8_t count = u.in.u8();
  if (u.in.ok()) {
    u.member("variables", count);
  }
}

void read_body(Umas& u, std::uint8_t code) {
  if (u.d.way == Way::request) {
    switch (code) {
      case read_project_info:
        u.d.asked.detail = u.in.u8();
        return;
      case take_reservation:
        return reservation_request(u);
      case read_memory_block:
        return memory_request(u);
      case read_variables:
      case write_variables:
        return variables_request(u);
      default:
        return;
    }
  }
  switch (code) {
    case initialize_communication:
      return communication_response(u);
    case read_id:
      return id_response(u);
    case read_project_info:
      return project_response(u);
    case read_card_info:
      return card_response(u);
    default:
      return;
  }
}

bool transfers(std::uint8_t code) { return code >= initialize_upload && code <= end_download; }

void open_transfer(Transfer& transfer, std::uint8_t code) {
  transfer = Transfer{};
  transfer.open = true;
  transfer.expected_to_device = code < initialize_download;
}

// The names disagree between sources; the payload tells which way a program goes.
void decide(const Decoding& d, Transfer& transfer) {
  if (transfer.decided != Effect::none ||
      transfer.to_device + transfer.from_device < kEnoughMoved) {
    return;
  }
  if (transfer.to_device / kMuchMore >= transfer.from_device) {
    transfer.decided = Effect::program_to;
  } else if (transfer.from_device / kMuchMore >= transfer.to_device) {
    transfer.decided = Effect::program_from;
  } else {
    return;
  }
  if ((transfer.decided == Effect::program_to) != transfer.expected_to_device) {
    d.note(Wrong::umas_direction_unusual);
  }
}

void follow_transfer(const Umas& u, std::uint8_t code) {
  const Decoding& d = u.d;
  Transfer& transfer = d.remember().transfer;
  const bool opens = code == initialize_upload || code == initialize_download;
  if ((opens && d.way == Way::request) || !transfer.open) {
    open_transfer(transfer, code);
  }
  if (code == upload_block || code == download_block) {
    const auto moved = static_cast<std::uint32_t>(u.in.remaining());
    std::uint32_t& counter = d.way == Way::request ? transfer.to_device : transfer.from_device;
    counter = counter > 0xFFFFFFFF - moved ? 0xFFFFFFFF : counter + moved;
    decide(d, transfer);
  }
  d.message.effect = transfer.decided;
  if (transfer.decided == Effect::none) {
    d.message.name = kPending;
  }
  u.member("bytes_to_device", transfer.to_device);
  u.member("bytes_from_device", transfer.from_device);
  if ((code == end_upload || code == end_download) && d.way == Way::response) {
    transfer.open = false;
  }
}

// Past the signed envelope, if there is one: to the second byte of the inner message. False when
// the envelope holds none.
bool open_envelope(Reader& in, std::uint8_t& code) {
  in.skip(kEnvelopeSize);
  const std::uint8_t inner = in.u8();
  in.skip(1);  // session key again
  code = in.u8();
  return in.ok() && inner == function::kUmas;
}

void finish(const Decoding& d, const Reader& in) {
  if (d.fields != nullptr) {
    d.fields->end_object();
  }
  if (!in.ok()) {
    d.problem(Wrong::truncated);
  }
}

void read_status(Umas& u, std::uint8_t status) {
  if (status == kUmasOk) {
    return u.member("status", "ok");
  }
  if (status != kUmasError) {
    return u.member("status", "unknown");
  }
  u.member("status", "error");
  const std::uint16_t error = u.in.le16();
  u.d.message.outcome = Outcome::failure;
  if (u.in.ok()) {
    u.d.message.status = error;
    u.member("error", error);
  }
}

// What the message does: of a request by its code, of a response by the request's.
void read_function(Umas& u, std::uint8_t code, bool known) {
  Decoding& d = u.d;
  if (known) {
    const Meaning meaning = umas_meaning(code);
    d.meaning(meaning);
    d.message.sub_function = code;
    u.member("function", code);
    u.member("name", meaning.name.substr(std::string_view{"UMAS: "}.size()));
  }
}

}  // namespace

void decode_umas(Decoding& d) {
  const Bytes whole = d.in.take(d.in.remaining());
  Umas u{d, Reader{whole}};
  const std::uint8_t key = u.in.u8();
  std::uint8_t code = u.in.u8();
  if (!u.in.ok()) {
    d.problem(Wrong::truncated);
    return;
  }
  const bool sealed = code == kUmasSigned;
  const bool opened = !sealed || open_envelope(u.in, code);
  const bool response = d.way == Way::response;
  const bool known = opened && (!response || d.request != nullptr);
  const std::uint8_t status = code;
  if (response && d.request != nullptr) {
    code = static_cast<std::uint8_t>(d.request->sub);
  }
  d.asked.sub = code;
  if (known) {
    d.number(Field::sub, code);
  }
  if (d.fields != nullptr) {
    d.fields->begin_object(static_cast<std::size_t>(Field::umas));
  }
  read_function(u, code, known);
  u.member("session", key);
  if (sealed) {
    u.member("signed", 1);
  }
  if (response && opened) {
    read_status(u, status);
  }
  if (known && transfers(code)) {
    follow_transfer(u, code);
  }
  if (known && d.message.outcome != Outcome::failure) {
    read_body(u, code);
  }
  finish(d, u.in);
}

}  // namespace prahari::modbus
