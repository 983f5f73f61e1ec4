// opcua_binary_read and opcua_binary_write with their further logs.

#include <array>

#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kReadColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"max_age", "count"},
    {"timestamps_to_return", "count"},
    {"timestamps_to_return_str", "string"},
    {"nodes_to_read_link_id", "string"},
    {"read_results_link_id", "string"},
    {"diag_info_link_id", "string"},
});
constexpr Log kRead{"opcua_binary_read", kReadColumns};

constexpr auto kNodesColumns = std::to_array<Heading>({
    {"nodes_to_read_link_id", "string"},
    {"node_id_encoding_mask", "string"},
    {"node_id_namespace_idx", "count"},
    {"node_id_numeric", "count"},
    {"node_id_string", "string"},
    {"node_id_guid", "string"},
    {"node_id_opaque", "string"},
    {"attribute_id", "count"},
    {"attribute_id_str", "string"},
    {"index_range", "string"},
    {"data_encoding_name_idx", "count"},
    {"data_encoding_name", "string"},
});
constexpr Log kNodes{"opcua_binary_read_nodes_to_read", kNodesColumns};

constexpr auto kResultsColumns = std::to_array<Heading>({
    {"results_link_id", "string"},
    {"level", "count"},
    {"data_value_encoding_mask", "string"},
    {"status_code_link_id", "string"},
    {"source_timestamp", "time"},
    {"source_pico_sec", "count"},
    {"server_timestamp", "time"},
    {"server_pico_sec", "count"},
    {"read_results_variant_metadata_link_id", "string"},
});
constexpr Log kResults{"opcua_binary_read_results", kResultsColumns};

constexpr auto kWriteColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"node_id_encoding_mask", "string"},
    {"node_id_namespace_idx", "count"},
    {"node_id_numeric", "count"},
    {"node_id_string", "string"},
    {"node_id_guid", "string"},
    {"node_id_opaque", "string"},
    {"attribute_id", "count"},
    {"attribute_id_str", "string"},
    {"index_range", "string"},
    {"data_value_encoding_mask", "string"},
    {"req_status_code_link_id", "string"},
    {"source_timestamp", "time"},
    {"source_pico_sec", "count"},
    {"server_timestamp", "time"},
    {"server_pico_sec", "count"},
    {"write_results_variant_metadata_link_id", "string"},
    {"res_status_code_link_id", "string"},
    {"diag_info_link_id", "string"},
});
constexpr Log kWrite{"opcua_binary_write", kWriteColumns};

// Node, attribute and range, which both services have.
void put_place(OpcuaMessage& message, Row& row) {
  put_node(row, "node_id_encoding_mask", message.node());
  const std::uint32_t attribute = message.in.le32();
  row.cell("attribute_id").count(std::uint64_t{attribute});
  row.cell("attribute_id_str").text(attribute_word(attribute));
  row.cell("index_range").text_or_unset(message.text());
}

std::optional<Uid> nodes(OpcuaMessage& message) {
  return message.list([&](const Uid& link) {
    Row row = message.row(kNodes);
    row.cell("nodes_to_read_link_id").text(link.view());
    put_place(message, row);
    const OpcuaName encoding = message.name();
    row.cell("data_encoding_name_idx").count(std::uint64_t{encoding.ns});
    row.cell("data_encoding_name").text_or_unset(encoding.name);
    message.write(row);
  });
}

std::optional<Uid> results(OpcuaMessage& message) {
  std::uint64_t level = 0;
  return message.list([&](const Uid& link) {
    Row row = message.row(kResults);
    row.cell("results_link_id").text(link.view());
    row.cell("level").count(level++);
    data_value(message, row, "data_value_encoding_mask", OpcuaSource::read, VariantSource::read);
    message.write(row);
  });
}

}  // namespace

void read_asked(OpcuaMessage& message) {
  Row row = message.row(kRead);
  row.cell("opcua_link_id").text(message.link().view());
  put_millis(row.cell("max_age"), message.real());
  const std::uint32_t which = message.in.le32();
  row.cell("timestamps_to_return").count(std::uint64_t{which});
  row.cell("timestamps_to_return_str").text_or_unset(timestamps_word(which));
  put_link(row.cell("nodes_to_read_link_id"), nodes(message));
  message.write_main(row);
}

void read_answered(OpcuaMessage& message) {
  Row row = message.row(kRead);
  row.cell("opcua_link_id").text(message.link().view());
  put_link(row.cell("read_results_link_id"), results(message));
  put_link(row.cell("diag_info_link_id"), message.diagnostic_list(OpcuaSource::read));
  message.write_main(row);
}

void write_asked(OpcuaMessage& message) {
  const std::uint32_t size = message.count();
  for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
    Row row = message.row(kWrite);
    row.cell("opcua_link_id").text(message.link().view());
    put_place(message, row);
    data_value(message, row, "data_value_encoding_mask", OpcuaSource::write, VariantSource::write);
    message.write(row);
  }
}

void write_answered(OpcuaMessage& message) {
  Row row = message.row(kWrite);
  row.cell("opcua_link_id").text(message.link().view());
  put_link(row.cell("res_status_code_link_id"), message.list([&](const Uid& link) {
    message.status(link, OpcuaSource::write, message.in.le32());
  }));
  put_link(row.cell("diag_info_link_id"), message.diagnostic_list(OpcuaSource::write));
  message.write_main(row);
}

}  // namespace prahari::zeek
