// The structures of OPC 10000-4 and -5, field by field.

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/types.hpp"

namespace prahari::opcua {
namespace {

constexpr bool kArray = true;

template <std::size_t N>
using List = std::array<Field, N>;

constexpr auto kRequestHeader = std::to_array<Field>({
    {Type::node_id},  // AuthenticationToken, a secret
    {Type::date_time},
    {Type::uint32, Mark::handle},
    {Type::uint32},
    {Type::string},
    {Type::uint32, Mark::timeout_hint},
    {Type::extension},
});
constexpr auto kResponseHeader = std::to_array<Field>({
    {Type::date_time},
    {Type::uint32, Mark::handle},
    {Type::status, Mark::service_result},
    {Type::diagnostic_info},
    {Type::string, Mark::none, kArray},
    {Type::extension},
});
constexpr auto kApplicationDescription = std::to_array<Field>({
    {Type::string, Mark::application_uri},
    {Type::string, Mark::product_uri},
    {Type::localized_text, Mark::application_name},
    {Type::uint32, Mark::application_type},
    {Type::string},
    {Type::string},
    {Type::string, Mark::discovery_url, kArray},
});
constexpr auto kEndpointDescription = std::to_array<Field>({
    {Type::string, Mark::url},
    {Type::application_description, Mark::application},
    {Type::byte_string, Mark::certificate},
    {Type::uint32, Mark::mode},
    {Type::string, Mark::policy},
    {Type::user_token_policy, Mark::token, kArray},
    {Type::string},
    {Type::byte, Mark::level},
});
constexpr auto kUserTokenPolicy = std::to_array<Field>({
    {Type::string},
    {Type::uint32, Mark::token_type},
    {Type::string},
    {Type::string},
    {Type::string, Mark::token_policy},
});
constexpr auto kRegisteredServer = std::to_array<Field>({
    {Type::string, Mark::application_uri},
    {Type::string, Mark::product_uri},
    {Type::localized_text, Mark::application_name, kArray},
    {Type::uint32, Mark::application_type},
    {Type::string},
    {Type::string, Mark::discovery_url, kArray},
    {Type::string},
    {Type::boolean},
});
constexpr auto kServerOnNetwork = std::to_array<Field>({
    {Type::uint32},
    {Type::string, Mark::network_name},
    {Type::string, Mark::discovery_url},
    {Type::string, Mark::none, kArray},
});
constexpr auto kChannelToken = std::to_array<Field>({
    {Type::uint32, Mark::channel_id},
    {Type::uint32, Mark::token_id},
    {Type::date_time},
    {Type::uint32, Mark::lifetime},
});
constexpr auto kSignatureData = std::to_array<Field>({{Type::string}, {Type::byte_string}});
constexpr auto kSignedCertificate =
    std::to_array<Field>({{Type::byte_string}, {Type::byte_string}});
constexpr auto kAddNodesItem = std::to_array<Field>({
    {Type::expanded_node_id, Mark::parent},
    {Type::node_id},
    {Type::expanded_node_id, Mark::node},
    {Type::qualified_name, Mark::browse_name},
    {Type::uint32, Mark::node_class},
    {Type::extension},
    {Type::expanded_node_id},
});
constexpr auto kAddNodesResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::node_id, Mark::found_node},
});
constexpr auto kAddReferencesItem = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::node_id},
    {Type::boolean},
    {Type::string},
    {Type::expanded_node_id},
    {Type::uint32, Mark::node_class},
});
constexpr auto kDeleteNodesItem = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::boolean},
});
constexpr auto kDeleteReferencesItem = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::node_id},
    {Type::boolean},
    {Type::expanded_node_id},
    {Type::boolean},
});
constexpr auto kViewDescription = std::to_array<Field>({
    {Type::node_id},
    {Type::date_time},
    {Type::uint32},
});
constexpr auto kBrowseDescription = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32},
    {Type::node_id},
    {Type::boolean},
    {Type::uint32},
    {Type::uint32},
});
constexpr auto kBrowseResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::byte_string},
    {Type::reference_description, Mark::reference, kArray},
});
constexpr auto kReferenceDescription = std::to_array<Field>({
    {Type::node_id},
    {Type::boolean},
    {Type::expanded_node_id, Mark::found_node},
    {Type::qualified_name, Mark::browse_name},
    {Type::localized_text, Mark::display_name},
    {Type::uint32, Mark::node_class},
    {Type::expanded_node_id},
});
constexpr auto kRelativePathElement = std::to_array<Field>({
    {Type::node_id},
    {Type::boolean},
    {Type::boolean},
    {Type::qualified_name, Mark::path_name},
});
constexpr auto kBrowsePath = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::relative_path_element, Mark::none, kArray},
});
constexpr auto kBrowsePathTarget = std::to_array<Field>({
    {Type::expanded_node_id, Mark::found_node},
    {Type::uint32},
});
constexpr auto kBrowsePathResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::browse_path_target, Mark::none, kArray},
});
constexpr auto kQueryDataDescription = std::to_array<Field>({
    {Type::relative_path_element, Mark::none, kArray},
    {Type::uint32},
    {Type::string},
});
constexpr auto kNodeTypeDescription = std::to_array<Field>({
    {Type::expanded_node_id, Mark::node},
    {Type::boolean},
    {Type::query_data_description, Mark::none, kArray},
});
constexpr auto kFilterElement = std::to_array<Field>({
    {Type::uint32},
    {Type::extension, Mark::none, kArray},
});
constexpr auto kQueryDataSet = std::to_array<Field>({
    {Type::expanded_node_id, Mark::found_node},
    {Type::expanded_node_id},
    {Type::variant, Mark::value, kArray},
});
constexpr auto kParsingResult = std::to_array<Field>({
    {Type::status},
    {Type::status, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
});
constexpr auto kFilterElementResult = std::to_array<Field>({
    {Type::status},
    {Type::status, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
});
constexpr auto kReadValueId = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32, Mark::attribute},
    {Type::string},
    {Type::qualified_name},
});
constexpr auto kHistoryReadValueId = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::string},
    {Type::qualified_name},
    {Type::byte_string},
});
constexpr auto kHistoryReadResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::byte_string},
    {Type::extension},
});
constexpr auto kWriteValue = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32, Mark::attribute},
    {Type::string},
    {Type::data_value, Mark::value},
});
constexpr auto kHistoryUpdateResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::status, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
});
constexpr auto kCallRequest = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::node_id, Mark::method},
    {Type::variant, Mark::value, kArray},
});
constexpr auto kCallResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::status, Mark::none, kArray},
    {Type::diagnostic_info, Mark::none, kArray},
    {Type::variant, Mark::value, kArray},
});
constexpr auto kMonitoredItemCreate = std::to_array<Field>({
    {Type::node_id, Mark::node},
    {Type::uint32, Mark::attribute},
    {Type::string},
    {Type::qualified_name},
    {Type::uint32},
    {Type::uint32},
    {Type::double_real},
    {Type::extension},
    {Type::uint32},
    {Type::boolean},
});
constexpr auto kMonitoredItemCreateResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::uint32, Mark::monitored_item},
    {Type::double_real},
    {Type::uint32},
    {Type::extension},
});
constexpr auto kMonitoredItemModify = std::to_array<Field>({
    {Type::uint32, Mark::monitored_item},
    {Type::uint32},
    {Type::double_real},
    {Type::extension},
    {Type::uint32},
    {Type::boolean},
});
constexpr auto kMonitoredItemModifyResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::double_real},
    {Type::uint32},
    {Type::extension},
});
constexpr auto kNotificationMessage = std::to_array<Field>({
    {Type::uint32},
    {Type::date_time},
    {Type::extension, Mark::none, kArray},
});
constexpr auto kMonitoredItemNotification = std::to_array<Field>({
    {Type::uint32, Mark::monitored_item},
    {Type::data_value, Mark::value},
});
constexpr auto kEventFieldList = std::to_array<Field>({
    {Type::uint32, Mark::monitored_item},
    {Type::variant, Mark::value, kArray},
});
constexpr auto kHistoryEventFields = std::to_array<Field>({{Type::variant, Mark::value, kArray}});
constexpr auto kTransferResult = std::to_array<Field>({
    {Type::status, Mark::status},
    {Type::uint32, Mark::none, kArray},
});
constexpr auto kAcknowledgement = std::to_array<Field>({
    {Type::uint32, Mark::subscription},
    {Type::uint32},
});
constexpr auto kSimpleOperand = std::to_array<Field>({
    {Type::node_id},
    {Type::qualified_name, Mark::none, kArray},
    {Type::uint32},
    {Type::string},
});
constexpr auto kAttributeOperand = std::to_array<Field>({
    {Type::node_id},
    {Type::string},
    {Type::relative_path_element, Mark::none, kArray},
    {Type::uint32},
    {Type::string},
});
constexpr auto kBuildInfo = std::to_array<Field>({
    {Type::string, Mark::product_uri},
    {Type::string, Mark::manufacturer},
    {Type::string, Mark::product_name},
    {Type::string, Mark::software_version},
    {Type::string, Mark::build_number},
    {Type::date_time},
});
constexpr auto kServerStatus = std::to_array<Field>({
    {Type::date_time},
    {Type::date_time},
    {Type::uint32, Mark::state},
    {Type::build_info},
    {Type::uint32},
    {Type::localized_text},
});
constexpr auto kModificationInfo = std::to_array<Field>({
    {Type::date_time},
    {Type::uint32},
    {Type::string},
});

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
