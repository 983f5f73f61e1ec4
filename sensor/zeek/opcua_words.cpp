// Numbers of OPC UA as ICSNPP-OPCUA-Binary spells them, slips included: who filters by a word finds
// it.

#include <algorithm>
#include <array>

#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kAttributes = std::to_array<std::string_view>({
    "Unknown",
    "NodeId",
    "NodeClass",
    "BrowseName",
    "DisplayName",
    "Description",
    "WriteMask",
    "UserWriteMask",
    "IsAbstract",
    "Symmetric",
    "InverseName",
    "ContainsNoLoops",
    "EventNotifier",
    "Value",
    "DataType",
    "ValueRank",
    "ArrayDimensions",
    "AccessLevel",
    "UserAccessLevel",
    "MinimumSamplingInterval",
    "Historizing",
    "Executable",
    "UserExcutable",
    "DataTypeDefinition",
    "RolePermissions",
    "UserRolePermissions",
    "AccessRestrictions",
    "AccessLevelEx",
});

constexpr std::array<std::string_view, 4> kTimestamps = {"Source", "Server", "Both", "Neither"};

constexpr auto kNodeClasses = std::to_array<std::string_view>({
    "ObjectNodeClass",
    "VariableNodeClass",
    "MethodNodeClass",
    "ObjectTypeNodeClass",
    "VariableTypeNodeClass",
    "ReferenceTypeNodeClass",
    "DataTypeNodeClass",
    "ViewNodeClass",
});

constexpr auto kBuiltIn = std::to_array<std::string_view>({
    "",
    "Boolean",
    "SByte",
    "Byte",
    "Int16",
    "Uint16",
    "Int32",
    "Uint32",
    "Int64",
    "Uint64",
    "Float",
    "Double",
    "String",
    "DateTime",
    "Guid",
    "ByteString",
    "XmlElement",
    "NodeId",
    "ExpandedNodeId",
    "StatusCode",
    "QualifiedName",
    "LocalizedText",
    "ExtensionObject",
    "DataValue",
    "Variant",
    "DiagnosticInfo",
});

struct Word {
  std::uint32_t id = 0;
  std::string_view text;
};

// By the number of the binary encoding.
constexpr auto kExtensions = std::to_array<Word>({
    {0, "NoneType"},
    {260, "Node"},
    {263, "ObjectNode"},
    {266, "ObjectTypeNode"},
    {269, "VariableNode"},
    {272, "VariableTypeNode"},
    {275, "ReferenceTypeNode"},
    {278, "MethodNode"},
    {281, "ViewNode"},
    {284, "DataTypeNode"},
    {287, "ReferenceNode"},
    {298, "Argument"},
    {301, "StatusResult"},
    {306, "UserTokenPolicy"},
    {310, "ApplicationDescription"},
    {314, "EndpointDescription"},
    {318, "UserIdentityToken"},
    {321, "AnonymousIdentityToken"},
    {324, "UserNameIdentityToken"},
    {327, "X509IdentityToken"},
    {333, "EndpointConfiguration"},
    {337, "SupportedProfile"},
    {340, "BuildInfo"},
    {343, "SoftwareCertificate"},
    {346, "SignedSoftwareCertificate"},
    {351, "NodeAttributes"},
    {354, "ObjectAttributes"},
    {357, "VariableAttributes"},
    {360, "MethodAttributes"},
    {363, "ObjectTypeAttributes"},
    {366, "VariableTypeAttributes"},
    {369, "ReferenceTypeAttributes"},
    {372, "DataTypeAttributes"},
    {375, "ViewAttributes"},
    {378, "AddNodesItem"},
    {381, "AddReferencesItem"},
    {384, "DeleteNodesItem"},
    {387, "DeleteReferencesItem"},
    {391, "RequestHeader"},
    {394, "ResponseHeader"},
    {401, "ScalarTestType"},
    {404, "ArrayTestType"},
    {407, "CompositeTestType"},
    {434, "RegisteredServer"},
    {443, "ChannelSecurityToken"},
    {458, "SignatureData"},
    {485, "AddNodesResult"},
    {513, "ViewDescription"},
    {516, "BrowseDescription"},
    {520, "ReferenceDescription"},
    {524, "BrowseResult"},
    {539, "RelativePathElement"},
    {542, "RelativePath"},
    {545, "BrowsePath"},
    {548, "BrowsePathTarget"},
    {551, "BrowsePathResult"},
    {572, "QueryDataDescription"},
    {575, "NodeTypeDescription"},
    {579, "QueryDataSet"},
    {582, "NodeReference"},
    {585, "ContentFilterElement"},
    {588, "ContentFilter"},
    {594, "ElementOperand"},
    {597, "LiteralOperand"},
    {600, "AttributeOperand"},
    {603, "SimpleAttributeOperand"},
    {606, "ContentFilterElementResult"},
    {609, "ContentFilterResult"},
    {612, "ParsingResult"},
    {628, "ReadValueId"},
    {637, "HistoryReadValueId"},
    {640, "HistoryReadResult"},
    {646, "ReadEventDetails"},
    {649, "ReadRawModifiedDetails"},
    {652, "ReadProcessedDetails"},
    {655, "ReadAtTimeDetails"},
    {658, "HistoryData"},
    {661, "HistoryEvent"},
    {670, "WriteValue"},
    {679, "HistoryUpdateDetails"},
    {682, "UpdateDataDetails"},
    {685, "UpdateEventDetails"},
    {688, "DeleteRawModifiedDetails"},
    {691, "DeleteAtTimeDetails"},
    {694, "DeleteEventDetails"},
    {697, "HistoryUpdateResult"},
    {706, "CallMethodRequest"},
    {709, "CallMethodResult"},
    {724, "DataChanteFilter"},
    {727, "EventFilter"},
    {730, "AggregateFilter"},
    {736, "EventFilterResult"},
    {739, "AggregateFilterResult"},
    {742, "MonitoringParameters"},
    {745, "MonitoredItemCreateRequest"},
    {748, "MonitoredItemCreateResult"},
    {757, "MonitoredItemModifyRequest"},
    {760, "MonitoredItemModifyResult"},
    {805, "NotificationMessage"},
    {808, "MonitoredItemNotification"},
    {811, "DataChangeNotification"},
    {820, "StatusChangeNotification"},
    {823, "SubscriptionAcknowledgement"},
    {838, "TransferResult"},
    {855, "RedundantServerDataType"},
    {858, "SamplingIntervalDiagnosticsDataType"},
    {861, "ServerDiagnosticsSummaryDataType"},
    {864, "ServerStatusDataType"},
    {867, "SessionDiagnosticsDataType"},
    {870, "SessionSecurityDiagnosticsDataType"},
    {873, "ServiceCounterDataType"},
    {876, "SubscriptionDiagnosticsDataType"},
    {879, "ModelChangeStructureDataType"},
    {886, "Range"},
    {889, "EUInformation"},
    {893, "Annotation"},
    {896, "ProgramDiagnosticDataType"},
    {899, "SemanticChangeStructureDataType"},
    {916, "EventNotificationList"},
    {919, "EventFieldList"},
    {922, "HistoryEventFieldList"},
    {940, "IssuedIdentityToken"},
    {950, "AggregateConfiguration"},
    {8251, "EnumValueType"},
    {8917, "TimeZoneDataType"},
    {11226, "ModificationInfo"},
    {11227, "HistoryModifiedData"},
    {11300, "UpdateStructureDataDetails"},
    {11889, "InstanceNode"},
    {11890, "TypeNode"},
    {11957, "EndpointUrlListDataType"},
    {11958, "NetworkGroupDataType"},
    {12089, "AxisInformation"},
    {12090, "XVType"},
    {12181, "ComplexNumberType"},
    {12182, "DoubleComplexNumberType"},
    {12207, "ServerOnNetwork"},
    {12509, "KerberosIdentityToken"},
    {12680, "TrustListDataType"},
    {12765, "OptionSet"},
    {12901, "MdnsDiscoveryConfiguration"},
});
static_assert(std::ranges::is_sorted(kExtensions, {}, &Word::id));

template <std::size_t N>
constexpr std::string_view at(const std::array<std::string_view, N>& words,
                              std::size_t index) noexcept {
  return index < N ? words[index] : std::string_view{};
}

}  // namespace

std::string_view attribute_word(std::uint32_t attribute) noexcept {
  const std::string_view word = at(kAttributes, attribute);
  return word.empty() ? kAttributes.front() : word;
}

std::string_view timestamps_word(std::uint32_t which) noexcept { return at(kTimestamps, which); }

// A word for none and for one class; ICSNPP has none for several.
std::string_view node_class_word(std::uint32_t classes) noexcept {
  for (std::size_t bit = 0; bit < kNodeClasses.size(); ++bit) {
    if (classes == 1U << bit) {
      return kNodeClasses[bit];
    }
  }
  return classes == 0 ? "All" : std::string_view{};
}

std::string_view extension_word(std::uint32_t type_id) noexcept {
  const auto* found = std::ranges::lower_bound(kExtensions, type_id, {}, &Word::id);
  return found != kExtensions.end() && found->id == type_id ? found->text : std::string_view{};
}

std::string_view built_in_word(std::uint32_t type) noexcept { return at(kBuiltIn, type); }

}  // namespace prahari::zeek
