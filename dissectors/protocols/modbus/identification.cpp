// What a device says about itself: functions 17 and 43 (V1.1b3, 6.13, 6.19 to 6.21), and the
// common block of SunSpec (SunSpec Device Information Model Specification, model 1).

#include <algorithm>
#include <array>
#include <bitset>
#include <string>

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/modbus/decode.hpp"

namespace prahari::modbus {
namespace {

constexpr std::uint8_t kOff = 0x00;
constexpr std::uint8_t kOn = 0xFF;
constexpr std::string_view kServerIdSource = "Modbus server ID";
constexpr std::string_view kObjectSource = "Modbus device identification";
constexpr std::string_view kSunSpecSource = "SunSpec common model";
constexpr std::uint8_t kServerIdConfidence = 70;
constexpr std::uint8_t kObjectConfidence = 95;
constexpr std::uint8_t kSunSpecConfidence = 90;
constexpr std::size_t kMaxIdentification = 8192;
constexpr std::size_t kMaxRaw = 64;

constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

bool is_run_byte(std::byte value) {
  const auto code = std::to_integer<std::uint8_t>(value);
  return code == kOff || code == kOn;
}

// The run indicator lies where the device likes: behind the id of a Modicon, else the last 0x00 or
// 0xFF. Several zeros may as well be padding; then it is not known.
std::string_view run_state(Bytes id) {
  if (id.size() < 2) {
    return {};
  }
  const auto type = std::to_integer<std::uint8_t>(id[0]);
  const bool modicon = type == 1 || type == 2 || type == 3 || type == 9;
  const auto state = [](std::byte value) {
    return std::to_integer<std::uint8_t>(value) == kOn ? "run" : "stop";
  };
  if (modicon && is_run_byte(id[1])) {
    return state(id[1]);
  }
  std::size_t found = 0;
  std::size_t zeros = 0;
  for (std::size_t i = 1; i < id.size(); ++i) {
    found = is_run_byte(id[i]) ? i : found;
    zeros += id[i] == std::byte{kOff} ? 1U : 0U;
  }
  const bool sure = found > 0 && (id[found] == std::byte{kOn} || zeros == 1);
  return sure ? state(id[found]) : std::string_view{};
}

struct Object {
  std::uint8_t id;
  Identity::Field field;
};
constexpr auto kObjects = std::to_array<Object>({
    {0x00, Identity::Field::vendor},
    {0x01, Identity::Field::order_number},
    {0x02, Identity::Field::firmware},
    {0x03, Identity::Field::url},
    {0x04, Identity::Field::product},
    {0x05, Identity::Field::model},
    {0x06, Identity::Field::application},
});

constexpr std::uint8_t kFirstExtended = 0x80;  // the vendor's own objects
constexpr std::uint8_t kLabelledConfidence = 80;

// Vendors put serial numbers among their own objects, and most say so in the text.
bool labelled_serial(std::string_view text) {
  constexpr auto kLabels = std::to_array<std::string_view>({"SN", "S/N", "Serial", "SERIAL"});
  return std::ranges::any_of(kLabels, [&](std::string_view label) {
    return text.starts_with(label) && text.size() > label.size() + 1 &&
           (std::string_view{" :.#=-N"}.find(text[label.size()]) != std::string_view::npos);
  });
}

// Objects as (id, length, value), shown once each.
class ObjectList {
 public:
  explicit ObjectList(const Decoding& d) : d_(d) {
    if (d_.fields != nullptr) {
      d_.fields->begin_object(index(Field::mei_objects));
    }
  }

  // False when the object does not fit.
  bool next(Reader& in, bool tell) {
    const std::uint8_t id = in.u8();
    const Bytes value = in.take(in.u8());
    if (!in.ok()) {
      return false;
    }
    TextBuffer buffer;
    const std::string_view text = clean_text(value, buffer);
    if (tell && id < kObjects.size()) {
      d_.fact(kObjects[id].field, kObjectSource, kObjectConfidence, text);
    } else if (tell && id >= kFirstExtended && labelled_serial(text)) {
      d_.fact(Identity::Field::serial, kObjectSource, kLabelledConfidence, text);
    }
    if (d_.fields != nullptr && !seen_[id]) {
      d_.fields->member(std::to_string(id), text);
    }
    seen_.set(id);
    return true;
  }

  void end() const {
    if (d_.fields != nullptr) {
      d_.fields->end_object();
    }
  }

 private:
  const Decoding& d_;
  std::bitset<256> seen_;
};

// Keeps the objects of a part, so that the last part can show the whole.
void keep_part(const Decoding& d, std::uint8_t code, std::uint8_t next, Bytes objects) {
  Identification& parts = d.remember().identification;
  if (parts.objects.size() + objects.size() > kMaxIdentification) {
    return;
  }
  parts.unit = d.adu.unit;
  parts.code = code;
  parts.next = next;
  parts.objects.insert(parts.objects.end(), objects.begin(), objects.end());
}

void decode_objects(Decoding& d) {
  const std::uint8_t code = d.in.u8();
  const std::uint8_t conformity = d.in.u8();
  const std::uint8_t more = d.in.u8();
  const std::uint8_t next = d.in.u8();
  const unsigned count = d.in.u8();
  if (!d.in.ok()) {
    return;
  }
  if (code < 1 || code > 4) {
    d.problem(Wrong::invalid_identification_code);
  }
  if (d.fields != nullptr) {
    d.fields->begin_list(index(Field::values));
    for (const std::uint8_t octet : {code, conformity, more, next}) {
      d.fields->item(std::int64_t{octet});
    }
    d.fields->end_list();
  }
  ObjectList list{d};
  if (d.memory && !d.memory->identification.objects.empty()) {
    Identification& parts = d.memory->identification;
    const bool continued = parts.unit == d.adu.unit && parts.code == code &&
                           (d.request == nullptr || d.request->detail == parts.next);
    if (!continued) {
      parts.objects.clear();
    }
    Reader earlier{parts.objects};
    while (more != kOn && earlier.remaining() > 0 && list.next(earlier, false)) {
    }
  }
  const Bytes rest = d.in.rest();
  unsigned shown = 0;
  while (shown < count && list.next(d.in, true)) {
    ++shown;
  }
  list.end();
  if (more == kOn && d.in.ok() && d.way == Way::response) {
    keep_part(d, code, next, rest.first(rest.size() - d.in.remaining()));
  } else if (d.memory) {
    d.memory->identification.objects.clear();
  }
}

struct SunSpecText {
  std::uint16_t offset;  // registers behind the head of model 1
  std::uint16_t size;    // registers
  Identity::Field field;
};
constexpr auto kSunSpecTexts = std::to_array<SunSpecText>({
    {2, 16, Identity::Field::vendor},
    {18, 16, Identity::Field::model},
    {42, 8, Identity::Field::firmware},
    {50, 16, Identity::Field::serial},
});
constexpr unsigned kSunSpecMark = 0x53756E53;  // "SunS"
constexpr std::uint32_t kSunSpecMarkSize = 2;  // registers

// Whether the registers hold the head of model 1 at `offset` bytes.
bool common_model(Bytes registers, std::size_t offset) {
  Reader in{registers};
  in.skip(offset);
  const std::uint16_t model = in.be16();
  const std::uint16_t length = in.be16();
  return in.ok() && model == 1 && (length == 65 || length == 66);
}

}  // namespace

Meaning encapsulated_meaning(std::uint8_t mei) noexcept {
  switch (mei) {
    case kReadDeviceIdentification:
      return {"Read Device Identification", Operation::discover};
    case kCanOpen:
      return {"CANopen General Reference", Operation::control};
    default:
      return meaning_of(function::kEncapsulated);
  }
}

void decode_server_id(Decoding& d) {
  if (d.way == Way::request) {
    return;
  }
  const std::size_t count = d.in.u8();
  const Bytes id = d.counted(count);
  if (!d.in.ok()) {
    return;
  }
  TextBuffer buffer;
  const std::string_view text = printable_runs(id, buffer);
  d.fact(Identity::Field::model, kServerIdSource, kServerIdConfidence, text);
  d.fact(Identity::Field::mode, kServerIdSource, kServerIdConfidence, run_state(id));
  if (d.fields == nullptr) {
    return;
  }
  if (text.empty()) {
    d.fields->hex(index(Field::server_id), id);
  } else {
    d.fields->text(index(Field::server_id), text);
  }
}

void decode_encapsulated(Decoding& d) {
  const std::uint8_t mei = d.in.u8();
  d.number(Field::sub, mei);
  if (!d.in.ok()) {
    return;
  }
  d.message.sub_function = mei;
  d.meaning(encapsulated_meaning(mei));
  d.asked.sub = mei;
  if (mei != kReadDeviceIdentification) {
    const Bytes rest = d.in.take(d.in.remaining());
    if (d.fields != nullptr && !rest.empty()) {
      d.fields->hex(index(Field::data), rest.first(std::min(rest.size(), kMaxRaw)));
    }
    return;
  }
  if (d.way == Way::response) {
    return decode_objects(d);
  }
  const std::uint8_t code = d.in.u8();
  d.asked.detail = d.in.u8();
  if (!d.in.ok()) {
    return;
  }
  if (code < 1 || code > 4) {
    d.problem(Wrong::invalid_identification_code);
  }
  if (d.fields != nullptr) {
    d.fields->begin_list(index(Field::values));
    d.fields->item(code);
    d.fields->item(d.asked.detail);
    d.fields->end_list();
  }
}

void look_for_sunspec(const Decoding& d, Bytes registers) {
  if (d.request == nullptr || d.request->unsure || d.message.problems != 0) {
    return;
  }
  const std::uint32_t from = d.request->address;
  const bool usual = from == 0 || from == 40000 || from == 50000;
  if (usual && Reader{registers}.be32() == kSunSpecMark) {
    Memory& memory = d.remember();
    memory.sunspec = true;
    memory.sunspec_unit = d.adu.unit;
    memory.sunspec_base = static_cast<std::uint16_t>(from);
  }
  if (!d.memory || !d.memory->sunspec || d.memory->sunspec_unit != d.adu.unit) {
    return;
  }
  const std::uint32_t head = d.memory->sunspec_base + kSunSpecMarkSize;
  const std::uint32_t end = from + static_cast<std::uint32_t>(registers.size() / 2);
  if (from <= head && end >= head + 2 && !common_model(registers, std::size_t{2} * (head - from))) {
    d.memory->sunspec = false;
    return;
  }
  for (const SunSpecText& text : kSunSpecTexts) {
    const std::uint32_t begin = head + text.offset;
    if (begin >= from && begin + text.size <= end) {
      TextBuffer buffer;
      const Bytes raw =
          registers.subspan(std::size_t{2} * (begin - from), std::size_t{2} * text.size);
      const std::string_view padded = as_text(raw);
      d.fact(text.field, kSunSpecSource, kSunSpecConfidence,
             clean_text(as_bytes(padded.substr(0, padded.find('\0'))), buffer));
    }
  }
}

}  // namespace prahari::modbus
