// The structures that travel inside an ExtensionObject, by the number of their binary encoding.
// What is not here is passed over by its length.

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/types.hpp"

namespace prahari::opcua {
namespace {

constexpr bool kArray = true;

constexpr auto kAnonymous = std::to_array<Field>({{Type::string, Mark::policy_id}});
constexpr auto kUserName = std::to_array<Field>({
    {Type::string, Mark::policy_id},
    {Type::string, Mark::user_name},
    {Type::byte_string, Mark::password},
    {Type::string, Mark::algorithm},
});
constexpr auto kUserCertificate = std::to_array<Field>({
    {Type::string, Mark::policy_id},
    {Type::byte_string, Mark::user_certificate},
});
constexpr auto kIssuedToken = std::to_array<Field>({
    {Type::string, Mark::policy_id},
    {Type::byte_string, Mark::issued_token},
    {Type::string, Mark::algorithm},
});
constexpr auto kDataChange = std::to_array<Field>({
    {Type::monitored_item_notification, Mark::notification, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
});
constexpr auto kEventList = std::to_array<Field>({
    {Type::event_field_list, Mark::event, kArray},
});
constexpr auto kStatusChange = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::diagnostic_info},
});
constexpr auto kDataChangeFilter = std::to_array<Field>({
    {Type::uint32},
    {Type::uint32},
    {Type::double_real},
});
constexpr auto kEventFilter = std::to_array<Field>({
    {Type::simple_operand, Mark::none, kArray},
    {Type::filter_element, Mark::none, kArray},
});
constexpr auto kAggregateFilter = std::to_array<Field>({
    {Type::date_time},
    {Type::node_id},
    {Type::double_real},
    {Type::boolean},
    {Type::boolean},
    {Type::byte},
    {Type::byte},
    {Type::boolean},
});
constexpr auto kEventFilterResult = std::to_array<Field>({
    {Type::status, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
    {Type::filter_element_result, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
});
constexpr auto kAggregateFilterResult = std::to_array<Field>({
    {Type::date_time},
    {Type::double_real},
    {Type::boolean},
    {Type::boolean},
    {Type::byte},
    {Type::byte},
    {Type::boolean},
});
constexpr auto kElementOperand = std::to_array<Field>({{Type::uint32}});
constexpr auto kLiteralOperand = std::to_array<Field>({{Type::variant}});
constexpr auto kAttributeOperand = std::to_array<Field>({{Type::attribute_operand}});
constexpr auto kSimpleOperand = std::to_array<Field>({{Type::simple_operand}});
constexpr auto kReadEvents = std::to_array<Field>({
    {Type::uint32},
    {Type::date_time},
    {Type::date_time},
    {Type::simple_operand, Mark::none, kArray},
    {Type::filter_element, Mark::none, kArray},
});
constexpr auto kReadRaw = std::to_array<Field>({
    {Type::boolean},
    {Type::date_time},
    {Type::date_time},
    {Type::uint32},
    {Type::boolean},
});
constexpr auto kReadAtTime = std::to_array<Field>({
    {Type::date_time, Mark::none, kArray},
    {Type::boolean},
});
constexpr auto kHistoryData = std::to_array<Field>({{Type::data_value, Mark::value, kArray}});
constexpr auto kHistoryModified = std::to_array<Field>({
    {Type::data_value, Mark::value, kArray},
    {Type::modification_info, Mark::none, kArray},
});
constexpr auto kHistoryEvent = std::to_array<Field>({
    {Type::history_event_fields, Mark::event, kArray},
});
constexpr auto kUpdateData = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32, Mark::perform},
    {Type::data_value, Mark::value, kArray},
});
constexpr auto kUpdateEvent = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32, Mark::perform},
});
constexpr auto kDeleteRaw = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::boolean, Mark::delete_flag},
    {Type::date_time},
    {Type::date_time},
});
constexpr auto kDeleteAtTime = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::date_time, Mark::delete_flag, kArray},
});
constexpr auto kDeleteEvent = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::byte_string, Mark::delete_flag, kArray},
});
constexpr auto kBuildInfo = std::to_array<Field>({{Type::build_info}});
constexpr auto kServerStatus = std::to_array<Field>({{Type::server_status}});
constexpr auto kApplication = std::to_array<Field>({
    {Type::application_description, Mark::application},
});
constexpr auto kEndpoint = std::to_array<Field>({{Type::endpoint_description, Mark::endpoint}});
constexpr auto kMdns = std::to_array<Field>({
    {Type::string, Mark::network_name},
    {Type::string, Mark::none, kArray},
});
constexpr auto kArgument = std::to_array<Field>({
    {Type::string},
    {Type::node_id},
    {Type::int32},
    {Type::uint32, Mark::none, kArray},
    {Type::localized_text},
});
constexpr auto kRange = std::to_array<Field>({{Type::double_real}, {Type::double_real}});
constexpr auto kEngineeringUnit = std::to_array<Field>({
    {Type::string},
    {Type::int32},
    {Type::localized_text},
    {Type::localized_text},
});
constexpr auto kRedundantServer = std::to_array<Field>({
    {Type::string},
    {Type::byte},
    {Type::uint32},
});

struct Extension {
  std::uint32_t type_id = 0;
  FieldList fields;
};

constexpr auto kExtensions = std::to_array<Extension>({
    {298, kArgument},
    {310, kApplication},
    {314, kEndpoint},
    {321, kAnonymous},
    {324, kUserName},
    {327, kUserCertificate},
    {340, kBuildInfo},
    {594, kElementOperand},
    {597, kLiteralOperand},
    {600, kAttributeOperand},
    {603, kSimpleOperand},
    {646, kReadEvents},
    {649, kReadRaw},
    {655, kReadAtTime},
    {658, kHistoryData},
    {661, kHistoryEvent},
    {682, kUpdateData},
    {685, kUpdateEvent},
    {688, kDeleteRaw},
    {691, kDeleteAtTime},
    {694, kDeleteEvent},
    {724, kDataChangeFilter},
    {727, kEventFilter},
    {730, kAggregateFilter},
    {736, kEventFilterResult},
    {739, kAggregateFilterResult},
    {811, kDataChange},
    {820, kStatusChange},
    {855, kRedundantServer},
    {864, kServerStatus},
    {886, kRange},
    {889, kEngineeringUnit},
    {916, kEventList},
    {940, kIssuedToken},
    {11227, kHistoryModified},
    {11300, kUpdateData},
    {12901, kMdns},
});
static_assert(std::ranges::is_sorted(kExtensions, {}, &Extension::type_id));

}  // namespace

FieldList extension_fields(std::uint32_t type_id) noexcept {
  const auto* found = std::ranges::lower_bound(kExtensions, type_id, {}, &Extension::type_id);
  return found != kExtensions.end() && found->type_id == type_id ? found->fields : FieldList{};
}

}  // namespace prahari::opcua
