// Tags of Logix controllers, and of others that copied the services: read, written, in fragments,
// and listed. Logix 5000 Controllers Data Access, 1756-PM020.

#include <algorithm>
#include <bit>

#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/status.hpp"

namespace prahari::enip {
namespace {

constexpr std::size_t kShown = 128;      // bytes of a value that a record shows
constexpr std::size_t kShownNames = 64;  // tags of a list that a record shows

enum class Form : std::uint8_t { number, unsigned_number, real, bits, text };

struct Type {
  std::uint16_t code;
  std::string_view name;
  std::uint8_t size;
  Form form;
};
constexpr auto kTypes = std::to_array<Type>({
    {0xC1, "BOOL", 1, Form::bits},
    {0xC2, "SINT", 1, Form::number},
    {0xC3, "INT", 2, Form::number},
    {0xC4, "DINT", 4, Form::number},
    {0xC5, "LINT", 8, Form::number},
    {0xC6, "USINT", 1, Form::unsigned_number},
    {0xC7, "UINT", 2, Form::unsigned_number},
    {0xC8, "UDINT", 4, Form::unsigned_number},
    {0xC9, "ULINT", 8, Form::unsigned_number},
    {0xCA, "REAL", 4, Form::real},
    {0xCB, "LREAL", 8, Form::real},
    {0xCC, "STIME", 4, Form::number},
    {0xCD, "DATE", 2, Form::unsigned_number},
    {0xCE, "TIME_OF_DAY", 4, Form::unsigned_number},
    {0xCF, "DATE_AND_TIME", 8, Form::unsigned_number},
    {0xD0, "STRING", 0, Form::text},
    {0xD1, "BYTE", 1, Form::bits},
    {0xD2, "WORD", 2, Form::bits},
    {0xD3, "DWORD", 4, Form::bits},
    {0xD4, "LWORD", 8, Form::bits},
    {0xD6, "FTIME", 4, Form::number},
    {0xD7, "LTIME", 8, Form::number},
    {0xD8, "ITIME", 2, Form::number},
    {0xDA, "SHORT_STRING", 0, Form::text},
    {0xDB, "TIME", 4, Form::number},
});

const Type* find_type(std::uint16_t code) noexcept {
  const auto* const found = std::ranges::find(kTypes, code, &Type::code);
  return found == kTypes.end() ? nullptr : found;
}

std::uint64_t number_at(Bytes raw) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = raw.size(); i > 0; --i) {
    value = value << 8U | std::to_integer<std::uint64_t>(raw[i - 1]);
  }
  return value;
}

std::int64_t with_sign(std::uint64_t value, std::size_t size) noexcept {
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  return static_cast<std::int64_t>(value << shift) >> shift;
}

double as_real(std::uint64_t value, const Type& type) noexcept {
  switch (type.form) {
    case Form::number:
      return static_cast<double>(with_sign(value, type.size));
    case Form::real:
      return type.size == 4 ? double{std::bit_cast<float>(static_cast<std::uint32_t>(value))}
                            : std::bit_cast<double>(value);
    default:
      return static_cast<double>(value);
  }
}

NumberList numbers_of(Bytes data, const Type& type) noexcept {
  const NumberList::Form form = type.form == Form::real     ? NumberList::Form::real
                                : type.form == Form::number ? NumberList::Form::with_sign
                                                            : NumberList::Form::whole;
  return {data, form, type.size, NumberList::Order::little};
}

// The elements of an elementary type, in the record and, of what is written, in the message.
void show_values(const Call& call, const Type& type, Bytes data, bool written) {
  if (written && data.size() / type.size > Message::kValues) {
    call.message.written = numbers_of(data, type);
  }
  data = data.first(std::min(data.size(), kShown));
  if (call.fields != nullptr) {
    call.fields->begin_list(static_cast<std::size_t>(CipField::values));
  }
  for (; data.size() >= type.size; data = data.subspan(type.size)) {
    const std::uint64_t raw = number_at(data.first(type.size));
    const double value = as_real(raw, type);
    if (written) {
      call.written(value);
    }
    if (call.fields == nullptr) {
      if (!written || call.message.value_count == Message::kValues) {
        return;
      }
    } else if (type.form == Form::real) {
      call.fields->item_real(value);
    } else if (type.form == Form::number) {
      call.fields->item(with_sign(raw, type.size));
    } else {
      call.fields->item(static_cast<std::int64_t>(raw));
    }
  }
  if (call.fields != nullptr) {
    call.fields->end_list();
  }
}

// The type word and, of a structure, its handle.
std::uint16_t read_type(Call& call) {
  const std::uint16_t code = call.in.le16();
  if (code == kStructureType) {
    const std::uint16_t handle = call.in.le16();
    ShortText<32> words;
    words.add("STRUCT 0x").add_hex(handle, 4);
    call.text(CipField::data_type, call.in.ok() ? words.view() : std::string_view{});
    return code;
  }
  if (const Type* type = find_type(code)) {
    call.text(CipField::data_type, type->name);
  } else if (call.in.ok()) {
    ShortText<16> words;
    words.add("0x").add_hex(code, 2);
    call.text(CipField::data_type, words.view());
  }
  return code;
}

void show(const Call& call, std::uint16_t code, Bytes data, bool written) {
  call.show_data(data);
  const Type* type = find_type(code);
  if (type != nullptr && type->size > 0 && (written || call.fields != nullptr)) {
    show_values(call, *type, data, written);
  }
}

// 64 bits that tell one tag from another; not 0.
std::uint64_t hash_of(const Call& call) noexcept {
  std::uint64_t hash = 14695981039346656037ULL ^ call.service;  // FNV-1a
  for (const std::byte byte : call.path->raw) {
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211ULL;
  }
  return hash | 1U;
}

// Puts a fragment to those before it. Once the last one is there, says what the whole was.
Bytes put_together(const Call& call, std::uint32_t offset, Bytes data, bool last) {
  Parts& parts = call.x.memory.parts;
  const std::uint64_t tag = hash_of(call);
  if (offset == 0) {
    parts.tag = tag;
    parts.next = 0;
    parts.count = 0;
    parts.kept = 0;
  }
  if (parts.tag != tag || parts.next != offset) {
    return data;
  }
  const std::size_t kept = std::min(data.size(), parts.head.size() - parts.kept);
  std::copy_n(data.begin(), kept, parts.head.begin() + static_cast<std::ptrdiff_t>(parts.kept));
  parts.kept += kept;
  parts.next += static_cast<std::uint32_t>(data.size());
  ++parts.count;
  if (!last) {
    return data;
  }
  parts.tag = 0;
  call.number(CipField::parts, parts.count);
  call.number(CipField::whole_len, parts.next);
  return Bytes{parts.head}.first(parts.kept);
}

void decode_read(Call& call) {
  Reader asked{call.request_data};
  const std::uint16_t elements = asked.le16();
  const bool fragment = call.service == svc::kReadTagPart;
  const std::uint32_t offset = fragment ? asked.le32() : 0;
  if (!call.response) {
    call.in = asked;
  }
  if (asked.ok()) {
    call.number(CipField::elements, elements);
    call.message.target.count = std::max<std::uint32_t>(elements, 1);
    if (fragment) {
      call.number(CipField::offset, offset);
    }
  }
  if (!call.response) {
    return;
  }
  if (call.message.kind == Kind::exception) {
    call.show_data(call.in.rest());
    return;
  }
  const std::uint16_t type = read_type(call);
  Bytes data = call.in.take(call.in.remaining());
  if (fragment && asked.ok() && call.in.ok()) {
    data = put_together(call, offset, data, call.status == general_status::kSuccess);
  }
  show(call, type, data, false);
}

void decode_write(Call& call) {
  if (call.response) {
    call.show_data(call.in.rest());
    return;
  }
  const bool fragment = call.service == svc::kWriteTagPart;
  const std::uint16_t type = read_type(call);
  const std::uint16_t elements = call.in.le16();
  const std::uint32_t offset = fragment ? call.in.le32() : 0;
  if (!call.in.ok()) {
    return;
  }
  call.number(CipField::elements, elements);
  call.message.target.count = std::max<std::uint32_t>(elements, 1);
  const Bytes data = call.in.take(call.in.remaining());
  if (fragment) {
    call.number(CipField::offset, offset);
    const Type* known = find_type(type);
    const std::size_t size = known == nullptr ? 0 : known->size;
    const bool last = size > 0 && offset + data.size() >= size * elements;
    show(call, type, put_together(call, offset, data, last), true);
    call.message.written = size > 0 ? numbers_of(data, *known) : NumberList{};  // of this part
    return;
  }
  show(call, type, data, true);
}

// Bits set by one mask and cleared by another.
void decode_modify(Call& call) {
  call.show_data(call.in.rest());
  if (call.response) {
    return;
  }
  const std::size_t size = call.in.le16();
  const Bytes set = call.in.take(size);
  const Bytes keep = call.in.take(size);
  if (call.in.ok() && size <= 8) {
    call.written(static_cast<double>(number_at(set)));
    call.written(static_cast<double>(number_at(keep)));
  }
}

// How many bytes an attribute of a Symbol has, its name (1) apart; 0: not known.
constexpr std::size_t symbol_attribute_size(std::uint16_t id) noexcept {
  switch (id) {
    case 2:  // type
    case 7:  // bytes of one element
      return 2;
    case 3:  // where it lies, and what is behind it
    case 5:
    case 6:
      return 4;
    case 8:  // three dimensions
      return 12;
    case 10:  // who may get at it from outside
      return 1;
    default:
      return 0;
  }
}

struct ListedTag {
  std::uint32_t instance = 0;
  std::string_view name;
};

// The reader fails at an attribute whose size is not known.
ListedTag read_listed_tag(Reader& in, Reader wanted) noexcept {
  constexpr std::uint16_t kName = 1;
  ListedTag tag;
  tag.instance = in.le32();
  while (wanted.remaining() > 0) {
    const std::uint16_t id = wanted.le16();
    const std::size_t size = symbol_attribute_size(id);
    if (id == kName) {
      tag.name = in.text(in.le16());
    } else if (size > 0) {
      in.skip(size);
    } else {
      in.fail();
    }
  }
  return tag;
}

// Tags that a controller lists: instance, then the attributes that were asked for.
void decode_tag_list(Call& call) {
  constexpr std::size_t kMostAttributes = 8;
  call.show_data(call.in.rest());
  Reader in = call.in;  // what is not understood is no fault
  Reader asked{call.request_data};
  const std::size_t attributes = asked.le16();
  const Bytes ids = asked.rest();
  if (!call.response || attributes == 0 || attributes > kMostAttributes ||
      ids.size() < 2 * attributes) {
    return;
  }
  const TagOwner owner = call.x.owner_of_tags(true, call.unit);
  const std::string_view scope = call.path->symbol.view().substr(0, call.path->scope);
  std::size_t tags = 0;
  if (call.fields != nullptr) {
    call.fields->begin_list(static_cast<std::size_t>(CipField::values));
  }
  while (in.remaining() >= 4) {
    const ListedTag tag = read_listed_tag(in, Reader{ids.first(2 * attributes)});
    if (!in.ok()) {
      break;
    }
    if (call.x.connections != nullptr) {
      call.x.connections->tags().learn(owner, scope, tag.instance, tag.name);
    }
    if (call.fields != nullptr && tags < kShownNames && !tag.name.empty()) {
      call.fields->item(tag.name);
    }
    ++tags;
  }
  if (call.fields != nullptr) {
    call.fields->end_list();
  }
  call.number(CipField::elements, static_cast<std::int64_t>(tags));
}

}  // namespace

bool decode_tag(Call& call) {
  if (call.path == nullptr) {
    return false;
  }
  if (call.is(cls::kSymbol, svc::kInstanceList) && call.rockwell()) {
    decode_tag_list(call);
    return true;
  }
  if (!is_tag_service(call.service, *call.path)) {
    return false;
  }
  switch (call.service) {
    case svc::kReadTag:
    case svc::kReadTagPart:
      decode_read(call);
      return true;
    case svc::kWriteTag:
    case svc::kWriteTagPart:
      decode_write(call);
      return true;
    default:
      decode_modify(call);
      return true;
  }
}

}  // namespace prahari::enip
