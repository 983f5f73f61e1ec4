// opcua_binary_create_subscription, opcua_binary_create_monitored_items and its items.

#include <array>

#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kSubscriptionColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"requested_publishing_interval", "count"},
    {"requested_lifetime_count", "count"},
    {"requested_max_keep_alive_count", "count"},
    {"max_notifications_per_publish", "count"},
    {"publishing_enabled", "bool"},
    {"priority", "count"},
    {"subscription_id", "count"},
    {"revised_publishing_interval", "count"},
    {"revised_lifetime_count", "count"},
    {"revised_max_keep_alive_count", "count"},
});
constexpr Log kSubscription{"opcua_binary_create_subscription", kSubscriptionColumns};

constexpr auto kItemsColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"subscription_id", "count"},
    {"timestamps_to_return", "count"},
    {"timestamps_to_return_str", "string"},
    {"create_item_link_id", "string"},
    {"create_monitored_items_diag_info_link_id", "string"},
});
constexpr Log kItems{"opcua_binary_create_monitored_items", kItemsColumns};

constexpr auto kItemColumns = std::to_array<Heading>({
    {"create_item_link_id", "string"},
    {"item_to_monitor_node_id_encoding_mask", "string"},
    {"item_to_monitor_node_id_namespace_idx", "count"},
    {"item_to_monitor_node_id_numeric", "count"},
    {"item_to_monitor_node_id_string", "string"},
    {"item_to_monitor_node_id_guid", "string"},
    {"item_to_monitor_node_id_opaque", "string"},
    {"item_to_monitor_attribute_id", "string"},
    {"item_to_monitor_index_range", "string"},
    {"item_to_monitor_namespace_idx", "count"},
    {"item_to_monitor_name", "string"},
    {"monitoring_mode", "string"},
    {"monitoring_parameters_client_handle", "count"},
    {"monitoring_parameters_sampling_interval", "double"},
    {"monitoring_parameters_queue_size", "count"},
    {"monitoring_parameters_discard_oldest", "bool"},
    {"monitoring_parameters_filter_info_type_id_node_id_encoding_mask", "string"},
    {"monitoring_parameters_filter_info_type_id_node_id_namespace_idx", "count"},
    {"monitoring_parameters_filter_info_type_id_node_id_numeric", "count"},
    {"monitoring_parameters_filter_info_type_id_node_id_string", "string"},
    {"monitoring_parameters_filter_info_type_id_node_id_guid", "string"},
    {"monitoring_parameters_filter_info_type_id_node_id_opaque", "string"},
    {"monitoring_parameters_filter_info_type_id_string", "string"},
    {"monitoring_parameters_filter_info_type_id_encoding", "string"},
    {"filter_info_details_link_id", "string"},
    {"monitoring_parameters_status_code_link_id", "string"},
    {"monitored_item_index_id", "count"},
    {"monitoring_parameters_revised_sampling_interval", "double"},
    {"monitoring_parameters_revised_queue_size", "count"},
});
constexpr Log kItem{"opcua_binary_create_monitored_items_create_item", kItemColumns};

constexpr std::array<std::string_view, 3> kModes = {"Disabled", "Sampling", "Reporting"};

// The filter, or its result, if there is one.
void put_filter(OpcuaMessage& message, Row& row, const OpcuaExtension& filter) {
  if (filter.type.id.null()) {
    return;
  }
  const Uid link = message.new_link();
  put_extension(row, "monitoring_parameters_filter_info_type_id_node_id_encoding_mask", filter);
  row.cell("filter_info_details_link_id").text(link.view());
  write_filter(message, filter, link);
}

void item_asked(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kItem);
  row.cell("create_item_link_id").text(link.view());
  put_node(row, "item_to_monitor_node_id_encoding_mask", message.node());
  row.cell("item_to_monitor_attribute_id").text(attribute_word(message.in.le32()));
  row.cell("item_to_monitor_index_range").text_or_unset(message.text());
  const OpcuaName encoding = message.name();
  Cell ns = row.cell("item_to_monitor_namespace_idx");
  encoding.ns != 0 ? ns.count(std::uint64_t{encoding.ns}) : ns.unset();
  row.cell("item_to_monitor_name").text_or_unset(encoding.name);
  const std::uint32_t mode = message.in.le32();
  row.cell("monitoring_mode").text_or_unset(mode < kModes.size() ? kModes[mode] : "");
  row.cell("monitoring_parameters_client_handle").count(std::uint64_t{message.in.le32()});
  row.cell("monitoring_parameters_sampling_interval").real(message.real());
  const OpcuaExtension filter = read_extension(message);
  row.cell("monitoring_parameters_queue_size").count(std::uint64_t{message.in.le32()});
  row.cell("monitoring_parameters_discard_oldest").boolean(message.boolean());
  put_filter(message, row, filter);
  message.write(row);
}

void item_answered(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(kItem);
  row.cell("create_item_link_id").text(link.view());
  const Uid status = message.new_link();
  message.status(status, OpcuaSource::create_items, message.in.le32());
  const std::uint32_t item = message.in.le32();
  const double interval = message.real();
  const std::uint32_t queue = message.in.le32();
  put_filter(message, row, read_extension(message));
  row.cell("monitoring_parameters_status_code_link_id").text(status.view());
  row.cell("monitored_item_index_id").count(std::uint64_t{item});
  row.cell("monitoring_parameters_revised_sampling_interval").real(interval);
  row.cell("monitoring_parameters_revised_queue_size").count(std::uint64_t{queue});
  message.write(row);
}

}  // namespace

void create_subscription_asked(OpcuaMessage& message) {
  Row row = message.row(kSubscription);
  row.cell("opcua_link_id").text(message.link().view());
  put_millis(row.cell("requested_publishing_interval"), message.real());
  row.cell("requested_lifetime_count").count(std::uint64_t{message.in.le32()});
  row.cell("requested_max_keep_alive_count").count(std::uint64_t{message.in.le32()});
  row.cell("max_notifications_per_publish").count(std::uint64_t{message.in.le32()});
  row.cell("publishing_enabled").boolean(message.boolean());
  row.cell("priority").count(std::uint64_t{message.in.u8()});
  message.write_main(row);
}

void create_subscription_answered(OpcuaMessage& message) {
  Row row = message.row(kSubscription);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("subscription_id").count(std::uint64_t{message.in.le32()});
  put_millis(row.cell("revised_publishing_interval"), message.real());
  row.cell("revised_lifetime_count").count(std::uint64_t{message.in.le32()});
  row.cell("revised_max_keep_alive_count").count(std::uint64_t{message.in.le32()});
  message.write_main(row);
}

void create_items_asked(OpcuaMessage& message) {
  Row row = message.row(kItems);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("subscription_id").count(std::uint64_t{message.in.le32()});
  const std::uint32_t which = message.in.le32();
  row.cell("timestamps_to_return").count(std::uint64_t{which});
  row.cell("timestamps_to_return_str").text_or_unset(timestamps_word(which));
  put_link(row.cell("create_item_link_id"),
           message.list([&](const Uid& link) { item_asked(message, link); }));
  message.write_main(row);
}

void create_items_answered(OpcuaMessage& message) {
  Row row = message.row(kItems);
  row.cell("opcua_link_id").text(message.link().view());
  put_link(row.cell("create_item_link_id"),
           message.list([&](const Uid& link) { item_answered(message, link); }));
  put_link(row.cell("create_monitored_items_diag_info_link_id"),
           message.diagnostic_list(OpcuaSource::create_items));
  message.write_main(row);
}

}  // namespace prahari::zeek
