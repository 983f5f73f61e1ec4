// What an asset is known by: a MAC address, or an IP address with its VLAN and tunnel.
//
// An IP alone is never an asset: behind a router, or where two cells use the same plan of
// addresses, it names nothing. identification.md sections 1 and 5.3.

#pragma once

#include <cstdint>
#include <string>

#include "dissectors/address.hpp"
#include "dissectors/layers.hpp"

namespace prahari {

// False for none, for groups, and for the virtual addresses that routers share.
[[nodiscard]] bool names_device(const MacAddress& mac) noexcept;
// False for none, unspecified, multicast and broadcast.
[[nodiscard]] bool names_host(const IpAddress& ip) noexcept;
// fe80::/10: never crosses a router.
[[nodiscard]] bool link_local(const IpAddress& ip) noexcept;
// Whether systems send their packets with this TTL, so that one which arrives with it crossed no
// router. 0 stands for unknown and is taken for usual.
[[nodiscard]] bool usual_ttl(std::uint8_t ttl) noexcept;

[[nodiscard]] std::string key_text(const MacAddress& mac);  // "mac 00:1d:9c:00:00:01"
// "ip 10.0.0.1 vlan 110.20 tunnel 1f0c"; VLAN and tunnel only where there are any.
[[nodiscard]] std::string key_text(const IpAddress& ip, const VlanTags& vlan, std::uint32_t tunnel);
// "ast-" and the first 12 hex digits of the SHA-256 of the key.
[[nodiscard]] std::string asset_id(const std::string& key);

void append(std::string& out, const VlanTags& vlan);  // "110.20", outermost first

}  // namespace prahari
