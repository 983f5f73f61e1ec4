#include "dissectors/protocols/opcua/walker.hpp"

#include <algorithm>
#include <bit>

namespace prahari::opcua {
namespace {

constexpr std::uint32_t kNull = 0xffffffff;

namespace variant_mask {
constexpr std::uint8_t kType = 0x3f;
constexpr std::uint8_t kDimensions = 0x40;
constexpr std::uint8_t kArray = 0x80;
}  // namespace variant_mask

namespace data_mask {
constexpr std::uint8_t kValue = 0x01;
constexpr std::uint8_t kStatus = 0x02;
constexpr std::uint8_t kSourceTime = 0x04;
constexpr std::uint8_t kServerTime = 0x08;
constexpr std::uint8_t kSourcePicoseconds = 0x10;
constexpr std::uint8_t kServerPicoseconds = 0x20;
}  // namespace data_mask

// In the order of the wire, which is not the order of the bits.
namespace diagnostic_mask {
constexpr std::uint8_t kSymbolicId = 0x01;
constexpr std::uint8_t kNamespace = 0x02;
constexpr std::uint8_t kLocale = 0x08;
constexpr std::uint8_t kLocalizedText = 0x04;
constexpr std::uint8_t kAdditionalInfo = 0x10;
constexpr std::uint8_t kInnerStatus = 0x20;
constexpr std::uint8_t kInner = 0x40;
}  // namespace diagnostic_mask

constexpr std::uint8_t kHasLocale = 0x01;
constexpr std::uint8_t kHasText = 0x02;

// 26 to 31 are reserved and read as ByteString (OPC 10000-6, 5.2.2.16).
Type variant_type(std::uint8_t mask) noexcept {
  const auto type = static_cast<Type>(mask & variant_mask::kType);
  return type > Type::diagnostic_info ? Type::byte_string : type;
}

template <class Signed, class Unsigned>
void signed_number(Unsigned raw, Value& value) noexcept {
  const auto number = static_cast<Signed>(raw);
  value.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
  value.number = static_cast<double>(number);
}

}  // namespace

void Walker::stop() noexcept {
  stopped_ = true;
  in_.fail();
}

bool Walker::spend() noexcept {
  if (budget_ == 0) {
    stop();
    return false;
  }
  --budget_;
  return in_.ok();
}

bool Walker::descend() noexcept {
  if (depth_ == kMaxDepth) {
    stop();
    return false;
  }
  ++depth_;
  return true;
}

void Walker::walk(FieldList fields) {
  for (const Field& one : fields) {
    if (!in_.ok()) {
      return;
    }
    field(one);
  }
}

void Walker::field(const Field& field) {
  if (field.array) {
    array(field);
  } else {
    element(field.type, field.mark, 0);
  }
}

// Of an array; 0 for null. Fails where the rest cannot hold so many.
std::uint32_t Walker::count_of(Type type) noexcept {
  const std::uint32_t count = in_.le32();
  if (!in_.ok() || count == kNull) {
    return 0;
  }
  if (count > in_.remaining() / std::max<std::size_t>(least_size(type), 1)) {
    in_.fail();
    return 0;
  }
  return count;
}

void Walker::array(const Field& field) {
  const std::uint32_t count = count_of(field.type);
  const std::size_t size = fixed_size(field.type);
  if (size > 0 && field.mark == Mark::none) {
    in_.skip(count * size);
    return;
  }
  for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
    element(field.type, field.mark, i);
  }
}

void Walker::element(Type type, Mark mark, std::size_t index) {
  if (!spend()) {
    return;
  }
  switch (type) {
    case Type::extension:
      return extension(mark, index);
    case Type::data_value:
      return data_value(mark, index);
    case Type::variant:
      if (mark != Mark::none) {
        visitor_.begin(mark, index);
      }
      variant(mark, index);
      if (mark != Mark::none) {
        visitor_.end(mark);
      }
      return;
    case Type::diagnostic_info:
      return diagnostic_info();
    default:
      if (static_cast<std::size_t>(type) < kBuiltIn) {
        return scalar(type, mark, index);
      }
      return structure(type, mark, index);
  }
}

void Walker::structure(Type type, Mark mark, std::size_t index) {
  if (mark != Mark::none) {
    visitor_.begin(mark, index);
  }
  walk(fields_of(type));
  if (mark != Mark::none) {
    visitor_.end(mark);
  }
}

void Walker::scalar(Type type, Mark mark, std::size_t index) {
  const Value value = read(type);
  if (mark != Mark::none && in_.ok()) {
    visitor_.value(mark, index, value);
  }
}

void Walker::read_number(Type type, Value& value) noexcept {
  switch (type) {
    case Type::sbyte:
      return signed_number<std::int8_t>(in_.u8(), value);
    case Type::int16:
      return signed_number<std::int16_t>(in_.le16(), value);
    case Type::int32:
      return signed_number<std::int32_t>(in_.le32(), value);
    case Type::int64:
    case Type::date_time:
      return signed_number<std::int64_t>(in_.le64(), value);
    case Type::real:
      value.number = static_cast<double>(std::bit_cast<float>(in_.le32()));
      return;
    case Type::double_real:
      value.number = std::bit_cast<double>(in_.le64());
      return;
    case Type::uint16:
      value.bits = in_.le16();
      break;
    case Type::uint32:
    case Type::status:
      value.bits = in_.le32();
      break;
    case Type::uint64:
      value.bits = in_.le64();
      break;
    case Type::boolean:
      value.bits = in_.u8() != 0 ? 1 : 0;
      break;
    default:
      value.bits = in_.u8();
      break;
  }
  value.number = static_cast<double>(value.bits);
}

Value Walker::read(Type type) noexcept {
  Value value;
  value.type = type;
  switch (type) {
    case Type::null:
      break;
    case Type::string:
    case Type::byte_string:
    case Type::xml:
      value.text = read_text(in_);
      break;
    case Type::guid:
      value.text = in_.text(16);
      break;
    case Type::node_id:
      value.node = read_node_id(in_);
      break;
    case Type::expanded_node_id:
      value.node = read_expanded_node_id(in_);
      break;
    case Type::qualified_name:
      in_.skip(2);
      value.text = read_text(in_);
      break;
    case Type::localized_text: {
      const std::uint8_t mask = in_.u8();
      if ((mask & kHasLocale) != 0) {
        static_cast<void>(read_text(in_));
      }
      if ((mask & kHasText) != 0) {
        value.text = read_text(in_);
      }
      break;
    }
    default:
      read_number(type, value);
      break;
  }
  return value;
}

void Walker::extension(Mark mark, std::size_t index) {
  const NodeId type = read_node_id(in_);
  const std::uint8_t encoding = in_.u8();
  if (encoding > 2) {
    in_.fail();
  }
  if (!in_.ok() || !descend()) {
    return;
  }
  if (mark != Mark::none) {
    visitor_.begin(mark, index);
  }
  if (encoding != 0) {
    const Bytes body = read_bytes(in_);
    const bool known = encoding == 1 && type.kind == NodeId::Kind::numeric && type.ns == 0;
    const FieldList fields = known ? extension_fields(type.number) : FieldList{};
    if (in_.ok() && !fields.empty() && !body.empty()) {
      const Reader outer = in_;
      in_ = Reader{body};
      walk(fields);
      broken_ = broken_ || !in_.ok();
      in_ = outer;
      if (stopped_) {
        in_.fail();
      }
    }
  }
  if (mark != Mark::none) {
    visitor_.end(mark);
  }
  --depth_;
}

void Walker::data_value(Mark mark, std::size_t index) {
  const std::uint8_t mask = in_.u8();
  if (mark != Mark::none) {
    visitor_.begin(mark, index);
  }
  if ((mask & data_mask::kValue) != 0) {
    variant(mark, index);
  }
  if ((mask & data_mask::kStatus) != 0) {
    scalar(Type::status, mark == Mark::none ? Mark::none : Mark::status, index);
  }
  in_.skip((mask & data_mask::kSourceTime) != 0 ? 8 : 0);
  in_.skip((mask & data_mask::kSourcePicoseconds) != 0 ? 2 : 0);
  in_.skip((mask & data_mask::kServerTime) != 0 ? 8 : 0);
  in_.skip((mask & data_mask::kServerPicoseconds) != 0 ? 2 : 0);
  if (mark != Mark::none) {
    visitor_.end(mark);
  }
}

// The elements are told under the mark, one by one, with their index in the array.
void Walker::variant(Mark mark, std::size_t index) {
  if (!descend()) {
    return;
  }
  const std::uint8_t mask = in_.u8();
  const Type type = variant_type(mask);
  if ((mask & variant_mask::kArray) != 0) {
    variant_array(type, mark, mask);
  } else if (type == Type::variant || type == Type::data_value) {
    // Not allowed as a scalar of a Variant, but it can be read.
    type == Type::variant ? variant(mark, index) : data_value(Mark::none, index);
  } else if (type == Type::extension) {
    extension(Mark::none, index);
  } else if (type != Type::null) {
    element(type, type == Type::diagnostic_info ? Mark::none : mark, 0);
  }
  --depth_;
}

void Walker::variant_array(Type type, Mark mark, std::uint8_t mask) {
  const std::uint32_t count = count_of(type);
  const std::size_t size = fixed_size(type);
  for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
    if (size > 0 && (mark == Mark::none || i == kShown)) {
      in_.skip((count - i) * size);
      break;
    }
    if (!spend()) {
      return;
    }
    if (type == Type::variant) {
      variant(mark, i);
    } else if (type == Type::data_value) {
      data_value(Mark::none, i);
    } else if (type == Type::extension) {
      extension(Mark::none, i);
    } else if (type == Type::diagnostic_info) {
      diagnostic_info();
    } else {
      scalar(type, i < kShown ? mark : Mark::none, i);
    }
  }
  if ((mask & variant_mask::kDimensions) != 0) {
    dimensions(count);
  }
}

// How the array divides: the product has to be its length.
void Walker::dimensions(std::uint32_t count) {
  const std::uint32_t rank = count_of(Type::int32);
  std::uint64_t product = 1;
  for (std::uint32_t i = 0; i < rank && in_.ok(); ++i) {
    const std::uint32_t size = in_.le32();
    product = product > count ? product : product * size;
  }
  if (rank > 0 && product != count) {
    broken_ = true;  // where the rest goes on is known all the same
  }
}

// A loop, not a recursion: it may hold itself as often as the message has bytes.
void Walker::diagnostic_info() {
  std::uint8_t mask = diagnostic_mask::kInner;
  for (unsigned inner = 0; (mask & diagnostic_mask::kInner) != 0 && in_.ok(); ++inner) {
    if (inner > kMaxDepth) {
      stop();
      return;
    }
    mask = in_.u8();
    const auto index = [&](std::uint8_t bit) {
      return (mask & bit) != 0 ? static_cast<std::int32_t>(in_.le32()) : -1;
    };
    Diagnostic one;
    one.level = inner;
    one.symbol = index(diagnostic_mask::kSymbolicId);
    one.ns = index(diagnostic_mask::kNamespace);
    one.locale = index(diagnostic_mask::kLocale);
    one.text = index(diagnostic_mask::kLocalizedText);
    if ((mask & diagnostic_mask::kAdditionalInfo) != 0) {
      one.more = read_text(in_);
    }
    one.status = (mask & diagnostic_mask::kInnerStatus) != 0 ? in_.le32() : 0;
    if ((mask & ~diagnostic_mask::kInner) != 0 && in_.ok()) {
      visitor_.diagnostic(one);
    }
  }
}

}  // namespace prahari::opcua
