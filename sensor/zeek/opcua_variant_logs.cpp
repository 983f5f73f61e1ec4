// Values: opcua_binary_variant_metadata, _variant_data and what these point to. A value inside a
// value points back to the first log, as ICSNPP has it.

#include <array>
#include <bit>

#include "dissectors/protocols/opcua/types.hpp"
#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

using opcua::Type;

constexpr auto kMetadataColumns = std::to_array<Heading>({
    {"variant_source_data_link_id", "string"},
    {"variant_data_source", "count"},
    {"variant_data_source_str", "string"},
    {"dara_variant_encoding_mask", "string"},
    {"data_variant_data_type", "count"},
    {"data_variant_data_type_str", "string"},
    {"built_in_data_type", "count"},
    {"built_in_data_type_str", "string"},
    {"variant_data_link_id", "string"},
    {"variant_data_array_dim", "count"},
    {"variant_data_array_multi_dim_link_id", "string"},
});
constexpr Log kMetadata{"opcua_binary_variant_metadata", kMetadataColumns};

constexpr auto kDataColumns = std::to_array<Heading>({
    {"variant_data_link_id", "string"},
    {"variant_data_value_signed_numeric", "int"},
    {"variant_data_value_unsigned_numeric", "count"},
    {"variant_data_value_string", "string"},
    {"variant_data_node_id_encoding_mask", "string"},
    {"variant_data_node_id_namespace_idx", "count"},
    {"variant_data_node_id_numeric", "count"},
    {"variant_data_node_id_string", "string"},
    {"variant_data_node_id_guid", "string"},
    {"variant_data_node_id_opaque", "string"},
    {"variant_data_node_id_namespace_uri", "string"},
    {"variant_data_node_id_server_idx", "count"},
    {"variant_data_value_time", "time"},
    {"variant_data_encoding_name_idx", "count"},
    {"variant_data_encoding_name", "string"},
    {"variant_data_mask", "string"},
    {"variant_data_locale", "string"},
    {"variant_data_text", "string"},
    {"variant_data_value_decimal", "double"},
    {"variant_data_status_code_link_id", "string"},
    {"variant_data_diag_info_link_id", "string"},
    {"variant_data_ext_obj_link_id", "string"},
    {"variant_metadata_data_link_id", "string"},
    {"variant_data_value_link_id", "string"},
});
constexpr Log kData{"opcua_binary_variant_data", kDataColumns};

constexpr auto kDimensionColumns = std::to_array<Heading>({
    {"array_dim_link_id", "string"},
    {"dimension", "count"},
});
constexpr Log kDimension{"opcua_binary_variant_array_dims", kDimensionColumns};

constexpr auto kExtensionColumns = std::to_array<Heading>({
    {"ext_obj_link_id", "string"},
    {"ext_obj_node_id_encoding_mask", "string"},
    {"ext_obj_node_id_namespace_idx", "count"},
    {"ext_obj_node_id_numeric", "count"},
    {"ext_obj_node_id_string", "string"},
    {"ext_obj_node_id_guid", "string"},
    {"ext_obj_node_id_opaque", "string"},
    {"ext_obj_type_id_str", "string"},
    {"ext_obj_encoding", "string"},
});
constexpr Log kExtension{"opcua_binary_variant_extension_object", kExtensionColumns};

constexpr auto kDataValueColumns = std::to_array<Heading>({
    {"variant_data_value_source_link", "string"},
    {"data_value_encoding_mask", "string"},
    {"status_code_link_id", "string"},
    {"source_timestamp", "time"},
    {"source_pico_sec", "count"},
    {"server_timestamp", "time"},
    {"server_pico_sec", "count"},
    {"variant_metadata_link_id", "string"},
});
constexpr Log kDataValue{"opcua_binary_variant_data_value", kDataValueColumns};

// By VariantSource, half of it.
constexpr std::array<std::string_view, 3> kSources = {"Read", "LiteralOperand", "Write"};
constexpr std::array<std::string_view, 3> kShapes = {"Value", "Array", "MultiDimArray"};

constexpr std::uint8_t kArrayBit = 0x80;
constexpr std::uint8_t kDimensionsBit = 0x40;

struct Shape {
  std::uint8_t mask = 0;
  Type type{};
  std::uint32_t size = 1;
  VariantSource source{};
  // Joins the rows of all elements that have any elsewhere.
  Uid status;
  Uid diagnostic;
  Uid extension;
};

bool put_number(OpcuaMessage& message, Row& row, Type type) {
  constexpr std::string_view kSigned = "variant_data_value_signed_numeric";
  constexpr std::string_view kUnsigned = "variant_data_value_unsigned_numeric";
  Reader& in = message.in;
  switch (type) {
    case Type::boolean:
    case Type::byte:
      row.cell(kUnsigned).count(std::uint64_t{in.u8()});
      return true;
    case Type::uint16:
      row.cell(kUnsigned).count(std::uint64_t{in.le16()});
      return true;
    case Type::uint32:
      row.cell(kUnsigned).count(std::uint64_t{in.le32()});
      return true;
    case Type::uint64:
      row.cell(kUnsigned).count(in.le64());
      return true;
    case Type::sbyte:
      row.cell(kSigned).integer(static_cast<std::int8_t>(in.u8()));
      return true;
    case Type::int16:
      row.cell(kSigned).integer(static_cast<std::int16_t>(in.le16()));
      return true;
    case Type::int32:
      row.cell(kSigned).integer(static_cast<std::int32_t>(in.le32()));
      return true;
    case Type::int64:
      row.cell(kSigned).integer(static_cast<std::int64_t>(in.le64()));
      return true;
    case Type::real:
      row.cell("variant_data_value_decimal").real(std::bit_cast<float>(in.le32()));
      return true;
    case Type::double_real:
      row.cell("variant_data_value_decimal").real(message.real());
      return true;
    default:
      return false;
  }
}

bool put_text(OpcuaMessage& message, Row& row, Type type) {
  constexpr std::string_view kText = "variant_data_value_string";
  switch (type) {
    case Type::string:
    case Type::xml:
      row.cell(kText).text(message.text());
      return true;
    case Type::byte_string:
      put_hex(row.cell(kText), message.bytes());
      return true;
    case Type::guid:
      put_guid(row.cell(kText), message.in.take(16));
      return true;
    case Type::date_time:
      put_date(row.cell("variant_data_value_time"), message.time());
      return true;
    case Type::node_id:
      put_node(row, "variant_data_node_id_encoding_mask", message.node());
      return true;
    case Type::expanded_node_id:
      put_expanded_node(row, "variant_data_node_id_encoding_mask", message.node());
      return true;
    case Type::qualified_name: {
      const OpcuaName name = message.name();
      row.cell("variant_data_encoding_name_idx").count(std::uint64_t{name.ns});
      row.cell("variant_data_encoding_name").text(name.name);
      return true;
    }
    case Type::localized_text: {
      const OpcuaText text = message.localized();
      row.cell("variant_data_mask").hex(text.mask, 2);
      row.cell("variant_data_locale").text_or_unset(text.locale);
      row.cell("variant_data_text").text_or_unset(text.text);
      return true;
    }
    default:
      return false;
  }
}

void extension_row(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kExtension);
  row.cell("ext_obj_link_id").text(link.view());
  put_extension(row, "ext_obj_node_id_encoding_mask", read_extension(message));
  message.write(row);
}

void data_value_row(OpcuaMessage& message, const Uid& link, VariantSource source) {
  const OpcuaMessage::Level level{message};
  Row row = message.row(kDataValue);
  row.cell("variant_data_value_source_link").text(link.view());
  data_value(message, row, "data_value_encoding_mask", OpcuaSource::variant, source, true);
  message.write(row);
}

// What has rows in another log: these first, then the link to them.
void put_linked(OpcuaMessage& message, Row& row, const Shape& shape) {
  switch (shape.type) {
    case Type::status:
      message.status(shape.status, OpcuaSource::variant, message.in.le32());
      row.cell("variant_data_status_code_link_id").text(shape.status.view());
      return;
    case Type::diagnostic_info:
      message.diagnostics(shape.diagnostic, OpcuaSource::variant);
      row.cell("variant_data_diag_info_link_id").text(shape.diagnostic.view());
      return;
    case Type::extension:
      extension_row(message, shape.extension);
      row.cell("variant_data_ext_obj_link_id").text(shape.extension.view());
      return;
    case Type::variant: {
      const Uid link = message.new_link();
      variant(message, link, shape.source, true);
      row.cell("variant_metadata_data_link_id").text(link.view());
      return;
    }
    case Type::data_value: {
      const Uid link = message.new_link();
      data_value_row(message, link, shape.source);
      row.cell("variant_data_value_link_id").text(link.view());
      return;
    }
    default:
      return;
  }
}

void elements(OpcuaMessage& message, const Uid& link, const Shape& shape) {
  for (std::uint32_t i = 0; i < shape.size && message.in.ok(); ++i) {
    Row row = message.row(kData);
    row.cell("variant_data_link_id").text(link.view());
    if (!put_number(message, row, shape.type) && !put_text(message, row, shape.type)) {
      put_linked(message, row, shape);
    }
    message.write(row);
  }
}

// How the array divides, which stands behind its elements.
void put_dimensions(OpcuaMessage& message, Row& row) {
  const std::uint32_t rank = message.count();
  const Uid link = message.new_link();
  for (std::uint32_t i = 0; i < rank && message.in.ok(); ++i) {
    Row dimension = message.row(kDimension);
    dimension.cell("array_dim_link_id").text(link.view());
    dimension.cell("dimension").count(std::uint64_t{message.in.le32()});
    message.write(dimension);
  }
  row.cell("variant_data_array_dim").count(std::uint64_t{rank});
  row.cell("variant_data_array_multi_dim_link_id").text(link.view());
}

// 26 to 31 are reserved and read as ByteString (OPC 10000-6, 5.2.2.16).
Type type_of(std::uint8_t mask) noexcept {
  const auto type = static_cast<Type>(mask & 0x3fU);
  return type > Type::diagnostic_info ? Type::byte_string : type;
}

}  // namespace

void variant(OpcuaMessage& message, const Uid& link, VariantSource source, bool inner) {
  const OpcuaMessage::Level level{message};
  Shape shape;
  shape.mask = message.in.u8();
  shape.type = type_of(shape.mask);
  shape.source = source;
  const bool array = (shape.mask & kArrayBit) != 0;
  const bool divided = array && (shape.mask & kDimensionsBit) != 0;
  shape.size = array ? message.count() : shape.type == Type::null ? 0 : 1;
  shape.status = message.new_link();
  shape.diagnostic = message.new_link();
  shape.extension = message.new_link();
  const std::size_t form = divided ? 2 : array ? 1 : 0;

  Row row = message.row(kMetadata);
  row.cell("variant_source_data_link_id").text(link.view());
  row.cell("variant_data_source").count(static_cast<std::uint64_t>(source) + (inner ? 1 : 0));
  row.cell("variant_data_source_str")
      .text(std::string{kSources[static_cast<std::size_t>(source) / 2]} +
            (inner ? "_InnerVariant" : "_Variant"));
  row.cell("dara_variant_encoding_mask").hex(shape.mask, 2);
  row.cell("data_variant_data_type").count(std::uint64_t{form});
  row.cell("data_variant_data_type_str").text(kShapes[form]);
  row.cell("built_in_data_type").count(static_cast<std::uint64_t>(shape.type));
  row.cell("built_in_data_type_str")
      .text_or_unset(built_in_word(static_cast<std::uint32_t>(shape.type)));
  const Uid data = message.new_link();
  row.cell("variant_data_link_id").text(data.view());
  elements(message, data, shape);
  if (divided) {
    put_dimensions(message, row);
  } else if (array) {
    row.cell("variant_data_array_dim").count(std::uint64_t{shape.size});
  }
  message.write(row);
}

void data_value(OpcuaMessage& message, Row& row, std::string_view first_column,
                OpcuaSource status_source, VariantSource source, bool inner) {
  Reader& in = message.in;
  const std::uint8_t mask = in.u8();
  const auto has = [mask](unsigned bit) { return (mask >> bit & 1U) != 0; };
  row.cell(first_column).hex(mask, 2);
  std::optional<Uid> value;
  if (has(0)) {
    value = message.new_link();
    variant(message, *value, source, inner);
  }
  std::optional<Uid> status;
  if (has(1)) {
    status = message.new_link();
    message.status(*status, status_source, in.le32());
  }
  put_link(row.next(), status);
  // Time and picoseconds of the source, then of the server.
  for (const unsigned bit : {2U, 3U}) {
    Cell time = row.next();
    has(bit) ? put_date(time, message.time()) : time.unset();
    Cell picoseconds = row.next();
    has(bit + 2) ? picoseconds.count(std::uint64_t{in.le16()}) : picoseconds.unset();
  }
  put_link(row.next(), value);
}

}  // namespace prahari::zeek
