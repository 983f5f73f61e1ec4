// The structures of OPC 10000-4 and -5, field by field.

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/types.hpp"

namespace prahari::opcua {
namespace {

constexpr bool kArray = true;
using T = Type;
using M = Mark;

constexpr auto kRequestHeader = std::to_array<Field>({
    {T::node_id},  // AuthenticationToken, a secret
    {T::date_time},
    {T::uint32, M::handle},
    {T::uint32},
    {T::string},
    {T::uint32, M::timeout_hint},
    {T::extension},
});
constexpr auto kResponseHeader = std::to_array<Field>({
    {T::date_time},
    {T::uint32, M::handle},
    {T::status, M::service_result},
    {T::diagnostic_info},
    {T::string, M::string_table, kArray},
    {T::extension},
});
constexpr auto kApplicationDescription = std::to_array<Field>({
    {T::string, M::application_uri},
    {T::string, M::product_uri},
    {T::localized_text, M::application_name},
    {T::uint32, M::application_type},
    {T::string},
    {T::string},
    {T::string, M::discovery_url, kArray},
});
constexpr auto kEndpointDescription = std::to_array<Field>({
    {T::string, M::url},
    {T::application_description, M::application},
    {T::byte_string, M::certificate},
    {T::uint32, M::mode},
    {T::string, M::policy},
    {T::user_token_policy, M::token, kArray},
    {T::string},
    {T::byte, M::level},
});
constexpr auto kUserTokenPolicy = std::to_array<Field>({
    {T::string},
    {T::uint32, M::token_type},
    {T::string},
    {T::string},
    {T::string, M::token_policy},
});
constexpr auto kRegisteredServer = std::to_array<Field>({
    {T::string, M::application_uri},
    {T::string, M::product_uri},
    {T::localized_text, M::application_name, kArray},
    {T::uint32, M::application_type},
    {T::string},
    {T::string, M::discovery_url, kArray},
    {T::string},
    {T::boolean},
});
constexpr auto kServerOnNetwork = std::to_array<Field>({{T::uint32},
                                                        {T::string, M::network_name},
                                                        {T::string, M::discovery_url},
                                                        {T::string, M::none, kArray}});
constexpr auto kChannelToken = std::to_array<Field>({{T::uint32, M::channel_id},
                                                     {T::uint32, M::token_id},
                                                     {T::date_time},
                                                     {T::uint32, M::lifetime}});
constexpr auto kSignatureData = std::to_array<Field>({{T::string}, {T::byte_string}});
constexpr auto kSignedCertificate = std::to_array<Field>({{T::byte_string}, {T::byte_string}});
constexpr auto kAddNodesItem = std::to_array<Field>({
    {T::expanded_node_id, M::parent},
    {T::node_id},
    {T::expanded_node_id, M::node},
    {T::qualified_name, M::browse_name},
    {T::uint32, M::node_class},
    {T::extension},
    {T::expanded_node_id},
});
constexpr auto kAddNodesResult =
    std::to_array<Field>({{T::status, M::status}, {T::node_id, M::found_node}});
constexpr auto kAddReferencesItem = std::to_array<Field>({
    {T::node_id, M::node},
    {T::node_id},
    {T::boolean},
    {T::string},
    {T::expanded_node_id},
    {T::uint32, M::node_class},
});
constexpr auto kDeleteNodesItem = std::to_array<Field>({{T::node_id, M::node}, {T::boolean}});
constexpr auto kDeleteReferencesItem = std::to_array<Field>({
    {T::node_id, M::node},
    {T::node_id},
    {T::boolean},
    {T::expanded_node_id},
    {T::boolean},
});
constexpr auto kViewDescription = std::to_array<Field>({{T::node_id}, {T::date_time}, {T::uint32}});
constexpr auto kBrowseDescription = std::to_array<Field>({
    {T::node_id, M::node},
    {T::uint32},
    {T::node_id},
    {T::boolean},
    {T::uint32},
    {T::uint32},
});
constexpr auto kBrowseResult = std::to_array<Field>(
    {{T::status, M::status}, {T::byte_string}, {T::reference_description, M::reference, kArray}});
constexpr auto kReferenceDescription = std::to_array<Field>({
    {T::node_id, M::reference_type},
    {T::boolean, M::forward},
    {T::expanded_node_id, M::found_node},
    {T::qualified_name, M::browse_name},
    {T::localized_text, M::display_name},
    {T::uint32, M::node_class},
    {T::expanded_node_id},
});
constexpr auto kRelativePathElement = std::to_array<Field>(
    {{T::node_id}, {T::boolean}, {T::boolean}, {T::qualified_name, M::path_name}});
constexpr auto kBrowsePath =
    std::to_array<Field>({{T::node_id, M::node}, {T::relative_path_element, M::none, kArray}});
constexpr auto kBrowsePathTarget =
    std::to_array<Field>({{T::expanded_node_id, M::found_node}, {T::uint32}});
constexpr auto kBrowsePathResult =
    std::to_array<Field>({{T::status, M::status}, {T::browse_path_target, M::none, kArray}});
constexpr auto kQueryDataDescription =
    std::to_array<Field>({{T::relative_path_element, M::none, kArray}, {T::uint32}, {T::string}});
constexpr auto kNodeTypeDescription = std::to_array<Field>(
    {{T::expanded_node_id, M::node}, {T::boolean}, {T::query_data_description, M::none, kArray}});
constexpr auto kFilterElement =
    std::to_array<Field>({{T::uint32}, {T::extension, M::none, kArray}});
constexpr auto kQueryDataSet = std::to_array<Field>(
    {{T::expanded_node_id, M::found_node}, {T::expanded_node_id}, {T::variant, M::value, kArray}});
constexpr auto kParsingResult = std::to_array<Field>(
    {{T::status}, {T::status, M::none, kArray}, {T::diagnostic_info, M::none, kArray}});
constexpr auto kFilterElementResult = std::to_array<Field>(
    {{T::status}, {T::status, M::none, kArray}, {T::diagnostic_info, M::none, kArray}});
constexpr auto kReadValueId = std::to_array<Field>(
    {{T::node_id, M::node}, {T::uint32, M::attribute}, {T::string}, {T::qualified_name}});
constexpr auto kHistoryReadValueId = std::to_array<Field>(
    {{T::node_id, M::node}, {T::string}, {T::qualified_name}, {T::byte_string}});
constexpr auto kHistoryReadResult =
    std::to_array<Field>({{T::status, M::status}, {T::byte_string}, {T::extension}});
constexpr auto kWriteValue = std::to_array<Field>(
    {{T::node_id, M::node}, {T::uint32, M::attribute}, {T::string}, {T::data_value, M::value}});
constexpr auto kHistoryUpdateResult = std::to_array<Field>(
    {{T::status, M::status}, {T::status, M::none, kArray}, {T::diagnostic_info, M::none, kArray}});
constexpr auto kCallRequest = std::to_array<Field>(
    {{T::node_id, M::node}, {T::node_id, M::method}, {T::variant, M::value, kArray}});
constexpr auto kCallResult = std::to_array<Field>({{T::status, M::status},
                                                   {T::status, M::none, kArray},
                                                   {T::diagnostic_info, M::none, kArray},
                                                   {T::variant, M::value, kArray}});
constexpr auto kMonitoredItemCreate = std::to_array<Field>({
    {T::node_id, M::node},
    {T::uint32, M::attribute},
    {T::string},
    {T::qualified_name},
    {T::uint32},
    {T::uint32},
    {T::double_real},
    {T::extension},
    {T::uint32},
    {T::boolean},
});
constexpr auto kMonitoredItemCreateResult = std::to_array<Field>({
    {T::status, M::status},
    {T::uint32, M::monitored_item},
    {T::double_real},
    {T::uint32},
    {T::extension},
});
constexpr auto kMonitoredItemModify = std::to_array<Field>({
    {T::uint32, M::monitored_item},
    {T::uint32},
    {T::double_real},
    {T::extension},
    {T::uint32},
    {T::boolean},
});
constexpr auto kMonitoredItemModifyResult =
    std::to_array<Field>({{T::status, M::status}, {T::double_real}, {T::uint32}, {T::extension}});
constexpr auto kNotificationMessage =
    std::to_array<Field>({{T::uint32}, {T::date_time}, {T::extension, M::none, kArray}});
constexpr auto kMonitoredItemNotification =
    std::to_array<Field>({{T::uint32, M::monitored_item}, {T::data_value, M::value}});
constexpr auto kEventFieldList =
    std::to_array<Field>({{T::uint32, M::monitored_item}, {T::variant, M::value, kArray}});
constexpr auto kHistoryEventFields = std::to_array<Field>({{T::variant, M::value, kArray}});
constexpr auto kTransferResult =
    std::to_array<Field>({{T::status, M::status}, {T::uint32, M::none, kArray}});
constexpr auto kAcknowledgement = std::to_array<Field>({{T::uint32, M::subscription}, {T::uint32}});
constexpr auto kSimpleOperand = std::to_array<Field>(
    {{T::node_id}, {T::qualified_name, M::none, kArray}, {T::uint32}, {T::string}});
constexpr auto kAttributeOperand = std::to_array<Field>({
    {T::node_id},
    {T::string},
    {T::relative_path_element, M::none, kArray},
    {T::uint32},
    {T::string},
});
constexpr auto kBuildInfo = std::to_array<Field>({
    {T::string, M::product_uri},
    {T::string, M::manufacturer},
    {T::string, M::product_name},
    {T::string, M::software_version},
    {T::string, M::build_number},
    {T::date_time},
});
constexpr auto kServerStatus = std::to_array<Field>({
    {T::date_time},
    {T::date_time},
    {T::uint32, M::state},
    {T::build_info},
    {T::uint32},
    {T::localized_text},
});
constexpr auto kModificationInfo = std::to_array<Field>({{T::date_time}, {T::uint32}, {T::string}});

constexpr std::array<FieldList, kTypes - kBuiltIn> kStructures = {
    kRequestHeader,
    kResponseHeader,
    kApplicationDescription,
    kEndpointDescription,
    kUserTokenPolicy,
    kRegisteredServer,
    kServerOnNetwork,
    kChannelToken,
    kSignatureData,
    kSignedCertificate,
    kAddNodesItem,
    kAddNodesResult,
    kAddReferencesItem,
    kDeleteNodesItem,
    kDeleteReferencesItem,
    kViewDescription,
    kBrowseDescription,
    kBrowseResult,
    kReferenceDescription,
    kRelativePathElement,
    kBrowsePath,
    kBrowsePathTarget,
    kBrowsePathResult,
    kQueryDataDescription,
    kNodeTypeDescription,
    kFilterElement,
    kQueryDataSet,
    kParsingResult,
    kFilterElementResult,
    kReadValueId,
    kHistoryReadValueId,
    kHistoryReadResult,
    kWriteValue,
    kHistoryUpdateResult,
    kCallRequest,
    kCallResult,
    kMonitoredItemCreate,
    kMonitoredItemCreateResult,
    kMonitoredItemModify,
    kMonitoredItemModifyResult,
    kNotificationMessage,
    kMonitoredItemNotification,
    kEventFieldList,
    kHistoryEventFields,
    kTransferResult,
    kAcknowledgement,
    kSimpleOperand,
    kAttributeOperand,
    kBuildInfo,
    kServerStatus,
    kModificationInfo,
};

// The fewest bytes of a built-in type.
constexpr std::array<std::uint8_t, kBuiltIn> kLeast = {0, 1,  1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4,
                                                       8, 16, 4, 4, 2, 2, 4, 6, 1, 3, 1, 1, 1};
constexpr std::array<std::uint8_t, kBuiltIn> kFixed = {0, 1,  1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0,
                                                       8, 16, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0};

constexpr std::size_t least_of(Type type) {
  const auto index = static_cast<std::size_t>(type);
  if (index < kBuiltIn) {
    return kLeast[index];
  }
  std::size_t sum = 0;
  for (const Field& field : kStructures[index - kBuiltIn]) {
    sum += field.array ? 4 : least_of(field.type);
  }
  return sum;
}

constexpr auto kLeastSizes = [] {
  std::array<std::uint8_t, kTypes> out{};
  for (std::size_t i = 0; i < kTypes; ++i) {
    out[i] = static_cast<std::uint8_t>(least_of(static_cast<Type>(i)));
  }
  return out;
}();

}  // namespace

FieldList fields_of(Type type) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return index < kBuiltIn ? FieldList{} : kStructures[index - kBuiltIn];
}

std::size_t least_size(Type type) noexcept { return kLeastSizes[static_cast<std::size_t>(type)]; }

std::size_t fixed_size(Type type) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return index < kBuiltIn ? kFixed[index] : 0;
}

}  // namespace prahari::opcua
