// The detail logs of OPC UA, a function for each service: it reads what stands behind the header
// of a request or of a response and writes the rows.

#pragma once

#include "sensor/zeek/opcua_message.hpp"

namespace prahari::zeek {

void open_channel_asked(OpcuaMessage& message);
void open_channel_answered(OpcuaMessage& message);
void get_endpoints_asked(OpcuaMessage& message);
void get_endpoints_answered(OpcuaMessage& message);
void create_session_asked(OpcuaMessage& message);
void create_session_answered(OpcuaMessage& message);
void activate_session_asked(OpcuaMessage& message);
void activate_session_answered(OpcuaMessage& message);
void close_session_asked(OpcuaMessage& message);
void browse_asked(OpcuaMessage& message);
void browse_next_asked(OpcuaMessage& message);
void browse_answered(OpcuaMessage& message);
void browse_next_answered(OpcuaMessage& message);
void read_asked(OpcuaMessage& message);
void read_answered(OpcuaMessage& message);
void write_asked(OpcuaMessage& message);
void write_answered(OpcuaMessage& message);
void create_subscription_asked(OpcuaMessage& message);
void create_subscription_answered(OpcuaMessage& message);
void create_items_asked(OpcuaMessage& message);
void create_items_answered(OpcuaMessage& message);

// The filter, or its result, of a monitored item: reads the ExtensionObject behind its type and
// encoding.
struct OpcuaExtension {
  OpcuaNode type;
  std::uint8_t encoding = 0;
  Bytes body;

  // The number of its type, if it is a structure of namespace 0 in binary; else 0.
  [[nodiscard]] std::uint32_t known() const noexcept {
    const bool numeric = type.id.kind == opcua::NodeId::Kind::numeric && type.id.ns == 0;
    return numeric && encoding == 1 ? type.id.number : 0;
  }
};
[[nodiscard]] OpcuaExtension read_extension(OpcuaMessage& message);
// Type, its name, and how it is encoded: eight cells.
void put_extension(Row& row, std::string_view first_column, const OpcuaExtension& extension);
void write_filter(OpcuaMessage& message, const OpcuaExtension& filter, const Uid& link);

// A DataValue with its Variant, into the seven cells from `first_column` on: mask, link of the
// status, source time, its picoseconds, server time, its picoseconds, link of the variant.
enum class VariantSource : std::uint8_t { read = 0, literal = 2, write = 4 };
void data_value(OpcuaMessage& message, Row& row, std::string_view first_column,
                OpcuaSource status_source, VariantSource source, bool inner = false);
void variant(OpcuaMessage& message, const Uid& link, VariantSource source, bool inner = false);

// ICSNPP's words.
[[nodiscard]] std::string_view attribute_word(std::uint32_t attribute) noexcept;
[[nodiscard]] std::string_view timestamps_word(std::uint32_t which) noexcept;
[[nodiscard]] std::string_view node_class_word(std::uint32_t classes) noexcept;
[[nodiscard]] std::string_view extension_word(std::uint32_t type_id) noexcept;
[[nodiscard]] std::string_view built_in_word(std::uint32_t type) noexcept;

}  // namespace prahari::zeek
