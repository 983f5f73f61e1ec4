#include "dissectors/protocols/enip/status.hpp"

#include <algorithm>
#include <array>

namespace prahari::enip {
namespace {

constexpr std::array<std::string_view, 0x2D> kGeneral = {
    "Success",
    "Connection failure",
    "Resource unavailable",
    "Invalid parameter value",
    "Path segment error",
    "Path destination unknown",
    "Partial transfer",
    "Connection lost",
    "Service not supported",
    "Invalid attribute value",
    "Attribute list error",
    "Already in requested mode or state",
    "Object state conflict",
    "Object already exists",
    "Attribute not settable",
    "Privilege violation",
    "Device state conflict",
    "Reply data too large",
    "Fragmentation of a primitive value",
    "Not enough data",
    "Attribute not supported",
    "Too much data",
    "Object does not exist",
    "Service fragmentation sequence not in progress",
    "No stored attribute data",
    "Store operation failure",
    "Request packet too large for route",
    "Response packet too large for route",
    "Missing attribute list entry",
    "Invalid attribute value list",
    "Embedded service error",
    "Vendor specific error",
    "Invalid parameter",
    "Write-once value already written",
    "Invalid reply",
    "Buffer overflow",
    "Invalid message format",
    "Key failure in path",
    "Path size invalid",
    "Unexpected attribute in list",
    "Invalid member id",
    "Member not settable",
    "Group 2 only server general failure",
    "Unknown Modbus error",
    "Attribute not gettable",
};

struct Named {
  std::uint16_t code;
  std::string_view name;
};

// Of general status 1: what the Connection Manager says.
constexpr auto kConnection = std::to_array<Named>({
    {0x0100, "Connection in use or duplicate Forward Open"},
    {0x0103, "Transport class and trigger not supported"},
    {0x0106, "Ownership conflict"},
    {0x0107, "Target connection not found"},
    {0x0108, "Invalid network connection parameter"},
    {0x0109, "Invalid connection size"},
    {0x0110, "Target for connection not configured"},
    {0x0111, "RPI not supported"},
    {0x0112, "RPI value not acceptable"},
    {0x0113, "Out of connections"},
    {0x0114, "Vendor ID or product code mismatch"},
    {0x0115, "Device type mismatch"},
    {0x0116, "Revision mismatch"},
    {0x0117, "Invalid produced or consumed application path"},
    {0x0118, "Invalid configuration application path"},
    {0x0119, "Non-listen-only connection not opened"},
    {0x011A, "Target object out of connections"},
    {0x011B, "RPI smaller than production inhibit time"},
    {0x011C, "Transport class not supported"},
    {0x011D, "Production trigger not supported"},
    {0x011E, "Direction not supported"},
    {0x011F, "Invalid O->T fixed or variable flag"},
    {0x0120, "Invalid T->O fixed or variable flag"},
    {0x0121, "Invalid O->T priority"},
    {0x0122, "Invalid T->O priority"},
    {0x0123, "Invalid O->T connection type"},
    {0x0124, "Invalid T->O connection type"},
    {0x0125, "Invalid O->T redundant owner flag"},
    {0x0126, "Invalid configuration size"},
    {0x0127, "Invalid O->T size"},
    {0x0128, "Invalid T->O size"},
    {0x0129, "Invalid configuration application path"},
    {0x012A, "Invalid consuming application path"},
    {0x012B, "Invalid producing application path"},
    {0x012C, "Configuration symbol does not exist"},
    {0x012D, "Consuming symbol does not exist"},
    {0x012E, "Producing symbol does not exist"},
    {0x012F, "Inconsistent application path combination"},
    {0x0130, "Inconsistent consume data format"},
    {0x0131, "Inconsistent produce data format"},
    {0x0132, "Null Forward Open not supported"},
    {0x0203, "Connection timed out"},
    {0x0204, "Unconnected request timed out"},
    {0x0205, "Parameter error in unconnected request"},
    {0x0206, "Message too large for Unconnected Send"},
    {0x0207, "Unconnected acknowledge without reply"},
    {0x0301, "No buffer memory available"},
    {0x0302, "Network bandwidth not available"},
    {0x0303, "No consumed connection id filter available"},
    {0x0304, "Not configured to send scheduled data"},
    {0x0305, "Schedule signature mismatch"},
    {0x0306, "Schedule signature validation not possible"},
    {0x0311, "Port not available"},
    {0x0312, "Link address not valid"},
    {0x0315, "Invalid segment in connection path"},
    {0x0316, "Connection path of Forward Close does not match"},
    {0x0317, "Scheduling not specified"},
    {0x0318, "Link address to self invalid"},
    {0x0319, "Secondary resources unavailable"},
    {0x031A, "Rack connection already established"},
    {0x031B, "Module connection already established"},
    {0x031C, "Miscellaneous"},
    {0x031D, "Redundant connection mismatch"},
    {0x031E, "No more consumer resources in the producing module"},
    {0x031F, "No connection resources for target path"},
    {0x0800, "Network link is offline"},
});

// Of general status 0xFF, by Logix controllers.
constexpr auto kLogix = std::to_array<Named>({
    {0x2104, "Offset is past the end of the tag"},
    {0x2105, "Access beyond the end of the object"},
    {0x2107, "Data type mismatch"},
});

template <std::size_t N>
std::string_view find_in(const std::array<Named, N>& table, std::uint16_t code) noexcept {
  const auto* const found = std::ranges::find(table, code, &Named::code);
  return found == table.end() ? std::string_view{} : found->name;
}

}  // namespace

std::string_view general_status_name(std::uint8_t status) noexcept {
  constexpr std::uint8_t kGeneralError = 0xFF;
  if (status == kGeneralError) {
    return "General error";
  }
  return status < kGeneral.size() ? kGeneral[status] : std::string_view{};
}

std::string_view extended_status_name(std::uint8_t general, std::uint16_t extended) noexcept {
  return general == general_status::kConnectionFailure ? find_in(kConnection, extended)
                                                       : find_in(kLogix, extended);
}

}  // namespace prahari::enip
