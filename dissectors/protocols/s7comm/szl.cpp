// System state lists: records that a CPU tells about itself. Siemens A5E00432663, chapter 33.

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/s7comm/s7comm.hpp"
#include "dissectors/short_words.hpp"

namespace prahari::s7comm {
namespace {

constexpr std::uint8_t kSure = 98;

void tell(Identity::Field field, std::string_view source, std::string_view value, Emitter& out) {
  if (value.empty()) {
    return;
  }
  Identity identity;
  identity.field = field;
  identity.confidence = kSure;
  identity.unit = Identity::kNoUnit;
  identity.source = source;
  identity.value = value;
  out.identity(identity);
}

void tell_module(Reader in, Emitter& out) {
  constexpr std::string_view kSource = "S7 SZL 0x0011";
  const std::uint16_t index = in.be16();
  const Bytes order = in.take(20);
  in.skip(2);
  const std::uint8_t mark = in.u8();
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  const std::uint8_t patch = in.u8();
  if (!in.ok()) {
    return;
  }
  TextBuffer buffer;
  if (index == 1) {
    const std::string_view number = clean_text(order, buffer);
    tell(Identity::Field::order_number, kSource, number, out);
    if (number.starts_with("6ES7") || number.starts_with("6AG1")) {
      tell(Identity::Field::vendor, kSource, "Siemens", out);
    }
  } else if (index == 6 && (major != 0 || patch != 0)) {
    ShortWords words;
    words.add(major != 0 ? major : patch);
    tell(Identity::Field::hardware, kSource, words.view(), out);
  } else if (index == 7 && mark == 'V') {
    ShortWords words;
    words.add("V").add(major).add(".").add(minor).add(".").add(patch);
    tell(Identity::Field::firmware, kSource, words.view(), out);
  }
}

void tell_component(Reader in, Emitter& out) {
  constexpr std::string_view kSource = "S7 SZL 0x001C";
  const std::uint16_t index = in.be16();
  const Bytes text = in.take(24);
  if (!in.ok()) {
    return;
  }
  TextBuffer buffer;
  switch (index) {
    case 1:
      return tell(Identity::Field::name, kSource, clean_text(text, buffer), out);
    case 2:
      return tell(Identity::Field::product, kSource, clean_text(text, buffer), out);
    case 5:
      return tell(Identity::Field::serial, kSource, clean_text(text, buffer), out);
    case 7:
      return tell(Identity::Field::model, kSource, clean_text(text, buffer), out);
    case 3:
    case 11:
      return tell(Identity::Field::location, kSource, clean_text(text, buffer), out);
    default:
      return;
  }
}

void tell_mode(Reader in, Emitter& out) {
  in.skip(3);
  const std::uint8_t mode = in.u8();
  if (!in.ok()) {
    return;
  }
  std::string_view word;
  switch (mode & 0x0fU) {
    case 8:
      word = "run";
      break;
    case 3:
    case 4:
      word = "stop";
      break;
    case 5:
    case 6:
    case 7:
      word = "startup";
      break;
    case 10:
      word = "hold";
      break;
    default:
      return;
  }
  tell(Identity::Field::mode, "S7 SZL 0x0424", word, out);
}

}  // namespace

void tell_szl(Bytes szl, Emitter& out) {
  Reader in{szl};
  const std::uint16_t id = in.be16();
  in.skip(2);
  const std::uint16_t size = in.be16();
  const std::uint16_t count = in.be16();
  if (!in.ok() || size < 2) {
    return;
  }
  for (std::uint16_t i = 0; i < count && in.remaining() >= size; ++i) {
    const Reader record = in.sub(size);
    switch (id & 0xffU) {
      case 0x11:
        tell_module(record, out);
        break;
      case 0x1c:
        tell_component(record, out);
        break;
      case 0x24:
        tell_mode(record, out);
        break;
      default:
        return;
    }
  }
}

}  // namespace prahari::s7comm
