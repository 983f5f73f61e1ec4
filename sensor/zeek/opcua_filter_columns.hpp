// The columns of the logs about filters of monitored items. Included by opcua_filter_logs.cpp
// alone.

#pragma once

#include <array>

#include "sensor/zeek/row.hpp"

namespace prahari::zeek::filters {

inline constexpr auto kDataChangeColumns = std::to_array<Heading>({
    {"monitored_parameters_link_id", "string"},
    {"trigger", "string"},
    {"deadband_type", "string"},
    {"deadband_value", "double"},
});
inline constexpr Log kDataChange{"opcua_binary_data_change_filter", kDataChangeColumns};

inline constexpr auto kAggregateColumns = std::to_array<Heading>({
    {"monitored_parameters_link_id", "string"},
    {"start_time", "time"},
    {"start_time_str", "string"},
    {"aggregate_type_encoding_mask", "string"},
    {"aggregate_type_namespace_idx", "count"},
    {"aggregate_type_numeric", "count"},
    {"aggregate_type_string", "string"},
    {"aggregate_type_guid", "string"},
    {"aggregate_type_opaque", "string"},
    {"processing_interval", "double"},
    {"use_server_capabilities_default", "bool"},
    {"treat_uncertain_as_bad", "bool"},
    {"percent_data_good", "count"},
    {"percent_data_bad", "count"},
    {"use_slopped_extrapolation", "bool"},
    {"revised_start_time", "time"},
    {"revised_start_time_str", "string"},
    {"revised_processing_interval", "double"},
    {"revised_use_server_capabilities_default", "bool"},
    {"revised_treat_uncertain_as_bad", "bool"},
    {"revised_percent_data_good", "count"},
    {"revised_percent_data_bad", "count"},
    {"revised_use_slopped_extrapolation", "bool"},
});
inline constexpr Log kAggregate{"opcua_binary_aggregate_filter", kAggregateColumns};

inline constexpr auto kEventColumns = std::to_array<Heading>({
    {"monitored_parameters_link_id", "string"},
    {"select_clause_link_id", "string"},
    {"where_clause_content_filter_link_id", "string"},
});
inline constexpr Log kEvent{"opcua_binary_event_filter", kEventColumns};

inline constexpr auto kSelectColumns = std::to_array<Heading>({
    {"select_clause_link_id", "string"},
    {"type_id_encoding_mask", "string"},
    {"type_id_namespace_idx", "count"},
    {"type_id_numeric", "count"},
    {"type_id_string", "string"},
    {"type_id_guid", "string"},
    {"type_id_opaque", "string"},
    {"simple_attribute_operand_browse_path_link_id", "string"},
    {"attribute_id", "string"},
    {"index_range", "string"},
    {"select_clause_status_code_link_id", "string"},
    {"select_clause_diagnostic_info_link_id", "string"},
});
inline constexpr Log kSelect{"opcua_binary_event_filter_select_clause", kSelectColumns};

inline constexpr auto kSimpleColumns = std::to_array<Heading>({
    {"content_filter_filter_operand_link_id", "string"},
    {"type_id_encoding_mask", "string"},
    {"type_id_namespace_idx", "count"},
    {"type_id_numeric", "count"},
    {"type_id_string", "string"},
    {"type_id_guid", "string"},
    {"type_id_opaque", "string"},
    {"simple_attribute_operand_browse_path_link_id", "string"},
    {"attribute_id", "string"},
    {"index_range", "string"},
});
inline constexpr Log kSimple{"opcua_binary_event_filter_simple_attribute_operand", kSimpleColumns};

inline constexpr auto kPathColumns = std::to_array<Heading>({
    {"simple_attribute_operand_browse_path_link_id", "string"},
    {"browse_path_src", "string"},
    {"namespace_index", "count"},
    {"name", "string"},
});
inline constexpr Log kPath{"opcua_binary_event_filter_simple_attribute_operand_browse_paths",
                           kPathColumns};

inline constexpr auto kWhereColumns = std::to_array<Heading>({
    {"where_clause_link_id", "string"},
    {"content_filter_element_link_id", "string"},
    {"content_filter_status_code_link_id", "string"},
    {"content_filter_diag_info_link_id", "string"},
});
inline constexpr Log kWhere{"opcua_binary_event_filter_where_clause", kWhereColumns};

inline constexpr auto kElementColumns = std::to_array<Heading>({
    {"content_filter_element_link_id", "string"},
    {"filter_operator", "string"},
    {"content_filter_filter_operand_type_id_node_id_encoding_mask", "string"},
    {"content_filter_filter_operand_type_id_node_id_namespace_idx", "count"},
    {"content_filter_filter_operand_type_id_node_id_numeric", "count"},
    {"content_filter_filter_operand_type_id_node_id_string", "string"},
    {"content_filter_filter_operand_type_id_node_id_guid", "string"},
    {"content_filter_filter_operand_type_id_node_id_opaque", "string"},
    {"content_filter_filter_operand_type_id_string", "string"},
    {"content_filter_filter_operand_type_id_encoding", "string"},
    {"content_filter_filter_operand_link_id", "string"},
    {"content_filter_operand_status_code_link_id", "string"},
    {"content_filter_operand_diag_info_link_id", "string"},
});
inline constexpr Log kElement{"opcua_binary_event_filter_where_clause_elements", kElementColumns};

inline constexpr auto kAttributeColumns = std::to_array<Heading>({
    {"content_filter_filter_operand_link_id", "string"},
    {"node_id_encoding_mask", "string"},
    {"node_id_namespace_idx", "count"},
    {"node_id_numeric", "count"},
    {"node_id_string", "string"},
    {"node_id_guid", "string"},
    {"node_id_opaque", "string"},
    {"alias", "string"},
    {"browse_path_element_link_id", "string"},
    {"attribute", "string"},
    {"index_range", "string"},
});
inline constexpr Log kAttribute{"opcua_binary_event_filter_attribute_operand", kAttributeColumns};

inline constexpr auto kStepColumns = std::to_array<Heading>({
    {"browse_path_element_link_id", "string"},
    {"type_id_encoding_mask", "string"},
    {"type_id_namespace_idx", "count"},
    {"type_id_numeric", "count"},
    {"type_id_string", "string"},
    {"type_id_guid", "string"},
    {"type_id_opaque", "string"},
    {"is_inverse", "bool"},
    {"include_subtypes", "bool"},
    {"target_name_namespace_idx", "count"},
    {"target_name", "string"},
});
inline constexpr Log kStep{"opcua_binary_event_filter_attribute_operand_browse_paths",
                           kStepColumns};

inline constexpr auto kIndexColumns = std::to_array<Heading>({
    {"content_filter_filter_operand_link_id", "string"},
    {"element_index", "count"},
});
inline constexpr Log kIndex{"opcua_binary_event_filter_element_operand", kIndexColumns};

inline constexpr auto kLiteralColumns = std::to_array<Heading>({
    {"content_filter_filter_operand_link_id", "string"},
    {"literal_operand_variant_link", "string"},
});
inline constexpr Log kLiteral{"opcua_binary_event_filter_literal_operand", kLiteralColumns};

}  // namespace prahari::zeek::filters
