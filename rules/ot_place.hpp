// Where a host stands, for the kinds that are about OT only: which of its ends a conversation has
// in OT, and what lies on the Internet.
//
// A zone's Purdue level decides where it has one. Else a host is in OT once it is seen to speak an
// OT protocol, or the site file tags it so; until then nobody knows, and OtFindings waits.

#pragma once

#include <cstdint>

#include "inventory/asset_key.hpp"
#include "rules/detector.hpp"
#include "rules/policy.hpp"

namespace prahari {

enum class InOt : std::uint8_t { no, yes, unknown };

[[nodiscard]] InOt ot_side(const HostKey& host, AssetIndex asset, const RuleContext& context);

// A protocol whose messages are read, other than one that any office speaks with its cloud.
[[nodiscard]] bool is_ot(Protocol protocol) noexcept;

// A controller or what stands beside it: in a zone of level 0 or 1, protected (is_protected), or
// seen to answer in an OT protocol.
[[nodiscard]] bool at_field_level(const HostKey& host, AssetIndex asset,
                                  const RuleContext& context);

// A public address that belongs to no zone of levels 0 to 3.
[[nodiscard]] bool on_internet(const IpAddress& ip, const VlanTags& vlan, const Policy& policy);

}  // namespace prahari
