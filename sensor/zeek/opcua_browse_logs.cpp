// opcua_binary_browse with its further logs: Browse and BrowseNext.

#include <array>

#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kBrowseColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"browse_service_type", "string"},
    {"browse_view_id_encoding_mask", "string"},
    {"browse_view_id_namespace_idx", "count"},
    {"browse_view_id_numeric", "count"},
    {"browse_view_id_string", "string"},
    {"browse_view_id_guid", "string"},
    {"browse_view_id_opaque", "string"},
    {"browse_view_description_timestamp", "time"},
    {"browse_view_description_view_version", "count"},
    {"req_max_ref_nodes", "count"},
    {"browse_description_link_id", "string"},
    {"browse_next_release_continuation_point", "bool"},
    {"browse_next_link_id", "string"},
    {"browse_response_link_id", "string"},
    {"browse_diag_info_link_id", "string"},
});
constexpr Log kBrowse{"opcua_binary_browse", kBrowseColumns};

constexpr auto kDescriptionColumns = std::to_array<Heading>({
    {"browse_description_link_id", "string"},
    {"browse_description_encoding_mask", "string"},
    {"browse_description_namespace_idx", "count"},
    {"browse_description_numeric", "count"},
    {"browse_description_string", "string"},
    {"browse_description_guid", "string"},
    {"browse_description_opaque", "string"},
    {"browse_direction", "string"},
    {"browse_description_ref_encoding_mask", "string"},
    {"browse_description_ref_namespace_idx", "count"},
    {"browse_description_ref_numeric", "count"},
    {"browse_description_ref_string", "string"},
    {"browse_description_ref_guid", "string"},
    {"browse_description_ref_opaque", "string"},
    {"browse_description_include_subtypes", "bool"},
    {"browse_node_class_mask", "string"},
    {"browse_result_mask", "string"},
});
constexpr Log kDescription{"opcua_binary_browse_description", kDescriptionColumns};

constexpr auto kPointColumns = std::to_array<Heading>({
    {"browse_next_link_id", "string"},
    {"continuation_point", "string"},
});
constexpr Log kPoint{"opcua_binary_browse_request_continuation_point", kPointColumns};

constexpr auto kResultColumns = std::to_array<Heading>({
    {"browse_response_link_id", "string"},
    {"status_code_link_id", "string"},
    {"browse_result_continuation_point", "string"},
    {"browse_reference_link_id", "string"},
});
constexpr Log kResult{"opcua_binary_browse_result", kResultColumns};

constexpr auto kReferenceColumns = std::to_array<Heading>({
    {"browse_reference_link_id", "string"},
    {"browse_response_ref_encoding_mask", "string"},
    {"browse_response_ref_namespace_idx", "count"},
    {"browse_response_ref_numeric", "count"},
    {"browse_response_ref_string", "string"},
    {"browse_response_ref_guid", "string"},
    {"browse_response_ref_opaque", "string"},
    {"browse_response_is_forward", "bool"},
    {"browse_response_ref_type_encoding_mask", "string"},
    {"browse_response_ref_type_namespace_idx", "count"},
    {"browse_response_ref_type_numeric", "count"},
    {"browse_response_ref_type_string", "string"},
    {"browse_response_ref_type_guid", "string"},
    {"browse_response_ref_type_opaque", "string"},
    {"browse_response_ref_type_namespace_uri", "string"},
    {"browse_response_ref_type_server_idx", "count"},
    {"browse_response_ref_name_idx", "count"},
    {"browse_response_ref_name", "string"},
    {"browse_response_display_name_mask", "string"},
    {"browse_response_display_name_locale", "string"},
    {"browse_response_display_name_text", "string"},
    {"browse_response_node_class", "string"},
    {"browse_response_type_def_encoding_mask", "string"},
    {"browse_response_type_def_namespace_idx", "count"},
    {"browse_response_type_def_numeric", "count"},
    {"browse_response_type_def_string", "string"},
    {"browse_response_type_def_guid", "string"},
    {"browse_response_type_def_opaque", "string"},
    {"browse_response_type_def_namespace_uri", "string"},
    {"browse_response_type_def_server_idx", "count"},
});
constexpr Log kReference{"opcua_binary_browse_response_references", kReferenceColumns};

constexpr std::array<std::string_view, 3> kDirections = {"FWD", "INVERSE", "BOTH"};

void description(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kDescription);
  row.cell("browse_description_link_id").text(link.view());
  put_node(row, "browse_description_encoding_mask", message.node());
  const std::uint32_t direction = message.in.le32();
  row.cell("browse_direction")
      .text_or_unset(direction < kDirections.size() ? kDirections[direction] : "");
  put_node(row, "browse_description_ref_encoding_mask", message.node());
  row.cell("browse_description_include_subtypes").boolean(message.boolean());
  row.cell("browse_node_class_mask").text_or_unset(node_class_word(message.in.le32()));
  row.cell("browse_result_mask").hex(message.in.le32(), 8);
  message.write(row);
}

void reference(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kReference);
  row.cell("browse_reference_link_id").text(link.view());
  put_node(row, "browse_response_ref_encoding_mask", message.node());
  row.cell("browse_response_is_forward").boolean(message.boolean());
  put_expanded_node(row, "browse_response_ref_type_encoding_mask", message.node());
  const OpcuaName name = message.name();
  Cell ns = row.cell("browse_response_ref_name_idx");
  name.ns != 0 ? ns.count(std::uint64_t{name.ns}) : ns.unset();
  row.cell("browse_response_ref_name").text_or_unset(name.name);
  const OpcuaText shown = message.localized();
  row.cell("browse_response_display_name_mask").hex(shown.mask, 2);
  row.cell("browse_response_display_name_locale").text_or_unset(shown.locale);
  row.cell("browse_response_display_name_text").text_or_unset(shown.text);
  const std::uint32_t node_class = message.in.le32();
  row.cell("browse_response_node_class")
      .text_or_unset(node_class == 0 ? std::string_view{} : node_class_word(node_class));
  put_expanded_node(row, "browse_response_type_def_encoding_mask", message.node());
  message.write(row);
}

void result(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kResult);
  row.cell("browse_response_link_id").text(link.view());
  const Uid status = message.new_link();
  message.status(status, OpcuaSource::browse, message.in.le32());
  row.cell("status_code_link_id").text(status.view());
  put_hex_or_unset(row.cell("browse_result_continuation_point"), message.bytes());
  if (const std::uint32_t size = message.count(); size > 0) {
    const Uid references = message.new_link();
    row.cell("browse_reference_link_id").text(references.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      reference(message, references);
    }
  }
  message.write(row);
}

void answered(OpcuaMessage& message, std::string_view service) {
  Row row = message.row(kBrowse);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("browse_service_type").text(service);
  put_link(row.cell("browse_response_link_id"),
           message.list([&](const Uid& link) { result(message, link); }));
  put_link(row.cell("browse_diag_info_link_id"), message.diagnostic_list(OpcuaSource::browse));
  message.write_main(row);
}

}  // namespace

void browse_asked(OpcuaMessage& message) {
  Row row = message.row(kBrowse);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("browse_service_type").text("BrowseRequest");
  put_node(row, "browse_view_id_encoding_mask", message.node());
  put_date(row.cell("browse_view_description_timestamp"), message.time());
  row.cell("browse_view_description_view_version").count(std::uint64_t{message.in.le32()});
  row.cell("req_max_ref_nodes").count(std::uint64_t{message.in.le32()});
  put_link(row.cell("browse_description_link_id"),
           message.list([&](const Uid& link) { description(message, link); }));
  message.write_main(row);
}

void browse_next_asked(OpcuaMessage& message) {
  Row row = message.row(kBrowse);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("browse_service_type").text("BrowseNextRequest");
  row.cell("browse_next_release_continuation_point").boolean(message.boolean());
  put_link(row.cell("browse_next_link_id"), message.list([&](const Uid& link) {
    Row point = message.row(kPoint);
    point.cell("browse_next_link_id").text(link.view());
    put_hex(point.cell("continuation_point"), message.bytes());
    message.write(point);
  }));
  message.write_main(row);
}

void browse_answered(OpcuaMessage& message) { answered(message, "BrowseResponse"); }

void browse_next_answered(OpcuaMessage& message) { answered(message, "BrowseNextResponse"); }

}  // namespace prahari::zeek
