#include "sensor/zeek/opcua_logs.hpp"

#include <algorithm>
#include <array>

namespace prahari::zeek {
namespace {

struct Detail {
  std::uint16_t type_id = 0;
  void (*write)(OpcuaMessage&) = nullptr;
};

// The services that ICSNPP reads beyond their header, by the number of the message's encoding.
constexpr auto kDetails = std::to_array<Detail>({
    {428, get_endpoints_asked},
    {431, get_endpoints_answered},
    {446, open_channel_asked},
    {449, open_channel_answered},
    {461, create_session_asked},
    {464, create_session_answered},
    {467, activate_session_asked},
    {470, activate_session_answered},
    {473, close_session_asked},
    {527, browse_asked},
    {530, browse_answered},
    {533, browse_next_asked},
    {536, browse_next_answered},
    {631, read_asked},
    {634, read_answered},
    {673, write_asked},
    {676, write_answered},
    {751, create_items_asked},
    {754, create_items_answered},
    {787, create_subscription_asked},
    {790, create_subscription_answered},
});
static_assert(std::ranges::is_sorted(kDetails, {}, &Detail::type_id));

}  // namespace

void write_opcua_details(OpcuaMessage& message, std::uint64_t type_id) {
  const auto* found = std::ranges::lower_bound(kDetails, type_id, {}, &Detail::type_id);
  const bool known = found != kDetails.end() && found->type_id == type_id;
  // A service that failed may answer with its header alone.
  if (known && message.in.ok() && message.in.remaining() > 0) {
    found->write(message);
  }
}

}  // namespace prahari::zeek
