// What the messages of OPC UA are made of, as tables: each service and each structure is a list of
// fields, each field a type and what it means to us. One walker reads them all (walker.hpp).

#pragma once

#include <cstdint>
#include <span>

namespace prahari::opcua {

enum class Type : std::uint8_t {
  // Built-in types under their numbers (OPC 10000-6, table 1).
  null,
  boolean,
  sbyte,
  byte,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  real,
  double_real,
  string,
  date_time,
  guid,
  byte_string,
  xml,
  node_id,
  expanded_node_id,
  status,
  qualified_name,
  localized_text,
  extension,
  data_value,
  variant,
  diagnostic_info,
  // Structures of fixed fields (OPC 10000-4).
  request_header,
  response_header,
  application_description,
  endpoint_description,
  user_token_policy,
  registered_server,
  server_on_network,
  channel_token,
  signature_data,
  signed_certificate,
  add_nodes_item,
  add_nodes_result,
  add_references_item,
  delete_nodes_item,
  delete_references_item,
  view_description,
  browse_description,
  browse_result,
  reference_description,
  relative_path_element,
  browse_path,
  browse_path_target,
  browse_path_result,
  query_data_description,
  node_type_description,
  filter_element,
  query_data_set,
  parsing_result,
  filter_element_result,
  read_value_id,
  history_read_value_id,
  history_read_result,
  write_value,
  history_update_result,
  call_request,
  call_result,
  monitored_item_create,
  monitored_item_create_result,
  monitored_item_modify,
  monitored_item_modify_result,
  notification_message,
  monitored_item_notification,
  event_field_list,
  history_event_fields,
  transfer_result,
  acknowledgement,
  simple_operand,
  attribute_operand,
  build_info,
  server_status,
  modification_info
};
inline constexpr std::size_t kBuiltIn = static_cast<std::size_t>(Type::diagnostic_info) + 1;
inline constexpr std::size_t kTypes = static_cast<std::size_t>(Type::modification_info) + 1;

// What a field means to us. `none`: read and forgotten.
enum class Mark : std::uint8_t {
  none,
  handle,  // RequestHandle
  timeout_hint,
  service_result,
  status,  // of one of many results
  channel_id,
  token_id,
  lifetime,
  request_type,  // 0 issue, 1 renew
  security_mode,
  endpoint_url,  // that the client asks for
  server_uri,
  session_name,
  client_certificate,
  server_certificate,
  certificate,  // of an endpoint
  application,  // a description begins and ends
  application_uri,
  product_uri,
  application_name,
  application_type,
  discovery_url,
  endpoint,  // a description begins and ends
  url,
  mode,
  policy,
  level,
  token,  // a user token policy begins and ends
  token_type,
  token_policy,  // its own security policy
  policy_id,     // of a user identity token that is used
  user_name,
  password,
  algorithm,  // that a password is encrypted with
  user_certificate,
  issued_token,
  item,  // one of many targets begins and ends
  node,  // what the item aims at
  method,
  parent,
  attribute,
  node_class,
  value,  // written, or passed to a method, or read
  browse_name,
  display_name,
  reference,  // a reference begins and ends
  reference_type,
  forward,     // whether it leads away from the node that was browsed
  found_node,  // that a reference or a path leads to
  path_name,   // one step of a path that is asked for
  outcome,     // what became of one target begins and ends
  subscription,
  monitored_item,
  notification,  // a change of a monitored item begins and ends
  event,         // an event begins and ends
  perform,       // 4: remove
  delete_flag,
  network_name,
  product_name,
  manufacturer,
  software_version,
  build_number,
  state,
  service_id,
  string_table,  // the texts that the diagnostics of a response name
};

struct Field {
  Type type{};
  Mark mark = Mark::none;
  bool array = false;
};

using FieldList = std::span<const Field>;

// The fields of a structure; empty for a built-in type.
[[nodiscard]] FieldList fields_of(Type type) noexcept;
// The fewest bytes that one of it takes: a count of more than the rest can hold is a lie.
[[nodiscard]] std::size_t least_size(Type type) noexcept;
// Of a built-in type whose size never changes; 0 for any other.
[[nodiscard]] std::size_t fixed_size(Type type) noexcept;
// The structure inside an ExtensionObject by the number of its binary encoding; empty: not known.
[[nodiscard]] FieldList extension_fields(std::uint32_t type_id) noexcept;

}  // namespace prahari::opcua
