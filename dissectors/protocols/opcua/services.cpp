#include "dissectors/protocols/opcua/services.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "dissectors/protocols/opcua/wire.hpp"

namespace prahari::opcua {
namespace {

constexpr bool kArray = true;
using T = Type;
using M = Mark;

constexpr auto kResults =
    std::to_array<Field>({{T::status, M::status, kArray}, {T::diagnostic_info, M::none, kArray}});
constexpr auto kSubscriptions = std::to_array<Field>({{T::uint32, M::subscription, kArray}});

constexpr auto kFindServers = std::to_array<Field>({
    {T::string, M::endpoint_url},
    {T::string, M::none, kArray},
    {T::string, M::none, kArray},
});
constexpr auto kServers =
    std::to_array<Field>({{T::application_description, M::application, kArray}});
constexpr auto kEndpoints = std::to_array<Field>({{T::endpoint_description, M::endpoint, kArray}});
constexpr auto kFindOnNetwork = std::to_array<Field>({
    {T::uint32},
    {T::uint32},
    {T::string, M::none, kArray},
});
constexpr auto kOnNetwork = std::to_array<Field>({
    {T::date_time},
    {T::server_on_network, M::none, kArray},
});
constexpr auto kRegister = std::to_array<Field>({{T::registered_server, M::application}});
constexpr auto kRegister2 = std::to_array<Field>({
    {T::registered_server, M::application},
    {T::extension, M::none, kArray},
});
constexpr auto kOpenChannel = std::to_array<Field>({
    {T::uint32},
    {T::uint32, M::request_type},
    {T::uint32, M::security_mode},
    {T::byte_string},
    {T::uint32, M::lifetime},
});
constexpr auto kOpened = std::to_array<Field>({
    {T::uint32},
    {T::channel_token},
    {T::byte_string},
});
constexpr auto kCreateSession = std::to_array<Field>({
    {T::application_description, M::application},
    {T::string, M::server_uri},
    {T::string, M::endpoint_url},
    {T::string, M::session_name},
    {T::byte_string},
    {T::byte_string, M::client_certificate},
    {T::double_real},
    {T::uint32},
});
constexpr auto kSessionCreated = std::to_array<Field>({
    {T::node_id},
    {T::node_id},  // AuthenticationToken, a secret
    {T::double_real},
    {T::byte_string},
    {T::byte_string, M::server_certificate},
    {T::endpoint_description, M::endpoint, kArray},
    {T::signed_certificate, M::none, kArray},
    {T::signature_data},
    {T::uint32},
});
constexpr auto kActivate = std::to_array<Field>({
    {T::signature_data},
    {T::signed_certificate, M::none, kArray},
    {T::string, M::none, kArray},
    {T::extension},
    {T::signature_data},
});
constexpr auto kActivated = std::to_array<Field>({
    {T::byte_string},
    {T::status, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kCloseSession = std::to_array<Field>({{T::boolean}});
constexpr auto kOneNumber = std::to_array<Field>({{T::uint32}});
constexpr auto kAddNodes = std::to_array<Field>({{T::add_nodes_item, M::item, kArray}});
constexpr auto kNodesAdded = std::to_array<Field>({
    {T::add_nodes_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kAddReferences = std::to_array<Field>({{T::add_references_item, M::item, kArray}});
constexpr auto kDeleteNodes = std::to_array<Field>({{T::delete_nodes_item, M::item, kArray}});
constexpr auto kDeleteReferences =
    std::to_array<Field>({{T::delete_references_item, M::item, kArray}});
constexpr auto kBrowse = std::to_array<Field>({
    {T::view_description},
    {T::uint32},
    {T::browse_description, M::item, kArray},
});
constexpr auto kBrowsed = std::to_array<Field>({
    {T::browse_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kBrowseNext =
    std::to_array<Field>({{T::boolean}, {T::byte_string, M::none, kArray}});
constexpr auto kTranslate = std::to_array<Field>({{T::browse_path, M::item, kArray}});
constexpr auto kTranslated = std::to_array<Field>({
    {T::browse_path_result, M::outcome, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kNodes = std::to_array<Field>({{T::node_id, M::node, kArray}});
constexpr auto kNodesFound = std::to_array<Field>({{T::node_id, M::found_node, kArray}});
constexpr auto kQueryFirst = std::to_array<Field>({
    {T::view_description},
    {T::node_type_description, M::item, kArray},
    {T::filter_element, M::none, kArray},
    {T::uint32},
    {T::uint32},
});
constexpr auto kQueried = std::to_array<Field>({
    {T::query_data_set, M::none, kArray},
    {T::byte_string},
    {T::parsing_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
    {T::filter_element_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kQueryNext = std::to_array<Field>({{T::boolean}, {T::byte_string}});
constexpr auto kQueriedNext =
    std::to_array<Field>({{T::query_data_set, M::none, kArray}, {T::byte_string}});
constexpr auto kRead = std::to_array<Field>({
    {T::double_real},
    {T::uint32},
    {T::read_value_id, M::item, kArray},
});
constexpr auto kReadResults = std::to_array<Field>({
    {T::data_value, M::value, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kHistoryRead = std::to_array<Field>({
    {T::extension},
    {T::uint32},
    {T::boolean},
    {T::history_read_value_id, M::item, kArray},
});
constexpr auto kHistoryResults = std::to_array<Field>({
    {T::history_read_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kWrite = std::to_array<Field>({{T::write_value, M::item, kArray}});
constexpr auto kHistoryUpdate = std::to_array<Field>({{T::extension, M::item, kArray}});
constexpr auto kHistoryUpdated = std::to_array<Field>({
    {T::history_update_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kCall = std::to_array<Field>({{T::call_request, M::item, kArray}});
constexpr auto kCalled = std::to_array<Field>({
    {T::call_result, M::outcome, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kCreateItems = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32},
    {T::monitored_item_create, M::item, kArray},
});
constexpr auto kItemsCreated = std::to_array<Field>({
    {T::monitored_item_create_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kModifyItems = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32},
    {T::monitored_item_modify, M::none, kArray},
});
constexpr auto kItemsModified = std::to_array<Field>({
    {T::monitored_item_modify_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kSetMonitoring = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32, M::state},
    {T::uint32, M::monitored_item, kArray},
});
constexpr auto kSetTriggering = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32, M::monitored_item},
    {T::uint32, M::none, kArray},
    {T::uint32, M::none, kArray},
});
constexpr auto kTriggered = std::to_array<Field>({
    {T::status, M::status, kArray},
    {T::diagnostic_info, M::none, kArray},
    {T::status, M::status, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kDeleteItems = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32, M::monitored_item, kArray},
});
constexpr auto kCreateSubscription = std::to_array<Field>({
    {T::double_real},
    {T::uint32},
    {T::uint32},
    {T::uint32},
    {T::boolean},
    {T::byte},
});
constexpr auto kSubscriptionCreated = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::double_real},
    {T::uint32},
    {T::uint32},
});
constexpr auto kModifySubscription = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::double_real},
    {T::uint32},
    {T::uint32},
    {T::uint32},
    {T::byte},
});
constexpr auto kSubscriptionModified = std::to_array<Field>({
    {T::double_real},
    {T::uint32},
    {T::uint32},
});
constexpr auto kSetPublishing = std::to_array<Field>({
    {T::boolean, M::state},
    {T::uint32, M::subscription, kArray},
});
constexpr auto kPublish = std::to_array<Field>({{T::acknowledgement, M::none, kArray}});
constexpr auto kPublished = std::to_array<Field>({
    {T::uint32, M::subscription},
    {T::uint32, M::none, kArray},
    {T::boolean},
    {T::notification_message},
    {T::status, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kRepublish = std::to_array<Field>({{T::uint32, M::subscription}, {T::uint32}});
constexpr auto kRepublished = std::to_array<Field>({{T::notification_message}});
constexpr auto kTransfer = std::to_array<Field>({
    {T::uint32, M::subscription, kArray},
    {T::boolean},
});
constexpr auto kTransferred = std::to_array<Field>({
    {T::transfer_result, M::none, kArray},
    {T::diagnostic_info, M::none, kArray},
});
constexpr auto kInvoke = std::to_array<Field>({
    {T::uint32},
    {T::string, M::none, kArray},
    {T::string, M::none, kArray},
    {T::string, M::none, kArray},
    {T::uint32, M::service_id},
});
constexpr auto kInvoked = std::to_array<Field>({
    {T::string, M::none, kArray},
    {T::string, M::none, kArray},
    {T::uint32, M::service_id},
});

using O = Operation;
using E = Effect;

// By the number of the request.
constexpr auto kServices = std::to_array<Service>({
    {397, 397, "ServiceFault", "Service Fault", O::read, E::none, {}, {}},
    {422, 425, "FindServers", "Find Servers", O::discover, E::none, kFindServers, kServers},
    {428, 431, "GetEndpoints", "Get Endpoints", O::discover, E::none, kFindServers, kEndpoints},
    {437, 440, "RegisterServer", "Register Server", O::discover, E::none, kRegister, {}},
    {446, 449, "OpenSecureChannel", "Open Secure Channel", O::read, E::none, kOpenChannel, kOpened},
    {452, 455, "CloseSecureChannel", "Close Secure Channel", O::read, E::none, {}, {}},
    {461, 464, "CreateSession", "Create Session", O::read, E::none, kCreateSession,
     kSessionCreated},
    {467, 470, "ActivateSession", "Activate Session", O::read, E::none, kActivate, kActivated},
    {473, 476, "CloseSession", "Close Session", O::read, E::none, kCloseSession, {}},
    {479, 482, "Cancel", "Cancel", O::read, E::none, kOneNumber, kOneNumber},
    {488, 491, "AddNodes", "Add Nodes", O::write, E::none, kAddNodes, kNodesAdded},
    {494, 497, "AddReferences", "Add References", O::write, E::none, kAddReferences, kResults},
    {500, 503, "DeleteNodes", "Delete Nodes", O::write, E::erase, kDeleteNodes, kResults},
    {506, 509, "DeleteReferences", "Delete References", O::write, E::none, kDeleteReferences,
     kResults},
    {527, 530, "Browse", "Browse", O::discover, E::none, kBrowse, kBrowsed},
    {533, 536, "BrowseNext", "Browse Next", O::discover, E::none, kBrowseNext, kBrowsed},
    {554, 557, "TranslateBrowsePathsToNodeIds", "Translate Browse Paths To Node Ids", O::discover,
     E::none, kTranslate, kTranslated},
    {560, 563, "RegisterNodes", "Register Nodes", O::read, E::none, kNodes, kNodesFound},
    {566, 569, "UnregisterNodes", "Unregister Nodes", O::read, E::none, kNodes, {}},
    {615, 618, "QueryFirst", "Query First", O::discover, E::none, kQueryFirst, kQueried},
    {621, 624, "QueryNext", "Query Next", O::discover, E::none, kQueryNext, kQueriedNext},
    {631, 634, "Read", "Read", O::read, E::none, kRead, kReadResults},
    {664, 667, "HistoryRead", "History Read", O::read, E::none, kHistoryRead, kHistoryResults},
    {673, 676, "Write", "Write", O::write, E::none, kWrite, kResults},
    {700, 703, "HistoryUpdate", "History Update", O::write, E::none, kHistoryUpdate,
     kHistoryUpdated},
    {712, 715, "Call", "Call", O::control, E::none, kCall, kCalled},
    {751, 754, "CreateMonitoredItems", "Create Monitored Items", O::read, E::none, kCreateItems,
     kItemsCreated},
    {763, 766, "ModifyMonitoredItems", "Modify Monitored Items", O::read, E::none, kModifyItems,
     kItemsModified},
    {769, 772, "SetMonitoringMode", "Set Monitoring Mode", O::read, E::none, kSetMonitoring,
     kResults},
    {775, 778, "SetTriggering", "Set Triggering", O::read, E::none, kSetTriggering, kTriggered},
    {781, 784, "DeleteMonitoredItems", "Delete Monitored Items", O::read, E::suppress, kDeleteItems,
     kResults},
    {787, 790, "CreateSubscription", "Create Subscription", O::read, E::none, kCreateSubscription,
     kSubscriptionCreated},
    {793, 796, "ModifySubscription", "Modify Subscription", O::read, E::none, kModifySubscription,
     kSubscriptionModified},
    {799, 802, "SetPublishingMode", "Set Publishing Mode", O::read, E::none, kSetPublishing,
     kResults},
    {826, 829, "Publish", "Publish", O::read, E::none, kPublish, kPublished},
    {832, 835, "Republish", "Republish", O::read, E::none, kRepublish, kRepublished},
    {841, 844, "TransferSubscriptions", "Transfer Subscriptions", O::read, E::none, kTransfer,
     kTransferred},
    {847, 850, "DeleteSubscriptions", "Delete Subscriptions", O::read, E::suppress, kSubscriptions,
     kResults},
    {12208, 12209, "FindServersOnNetwork", "Find Servers On Network", O::discover, E::none,
     kFindOnNetwork, kOnNetwork},
    {12211, 12212, "RegisterServer2", "Register Server", O::discover, E::none, kRegister2,
     kResults},
    {15903, 21001, "SessionlessInvoke", "Sessionless Invoke", O::control, E::none, kInvoke,
     kInvoked},
});
static_assert(std::ranges::is_sorted(kServices, {}, &Service::request));

}  // namespace

const Service* find_service(std::uint32_t type_id, bool& response) noexcept {
  // The response follows its request in the numbering, before the next request.
  const auto* after = std::ranges::upper_bound(kServices, type_id, {}, &Service::request);
  if (after == kServices.begin()) {
    return nullptr;
  }
  const Service& service = *std::prev(after);
  if (service.request == type_id || service.response == type_id) {
    response = service.response == type_id;
    return &service;
  }
  return nullptr;
}

Named name_message(Bytes body) noexcept {
  Reader in{body};
  const NodeId type = read_node_id(in);
  Named named;
  named.readable = in.ok();
  if (in.ok() && type.ns == 0 && type.kind == NodeId::Kind::numeric) {
    named.type_id = type.number;
    named.service = find_service(type.number, named.response);
  }
  return named;
}

const Service& service_of(std::uint16_t request) noexcept {
  const auto* found = std::ranges::lower_bound(kServices, request, {}, &Service::request);
  return found == kServices.end() || found->request != request ? kServices.front() : *found;
}

}  // namespace prahari::opcua
