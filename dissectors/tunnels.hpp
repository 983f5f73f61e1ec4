// Tunnels, down to the frame or datagram inside.

#pragma once

#include "dissectors/descent.hpp"

namespace prahari {

// The header behind `layers`' outer addresses. A GRE payload that is not read here stays the
// payload of the outer datagram.
Step read_gre(Descent& d) noexcept;

// IPv4 in IP and IPv6 in IP.
Step enter_ip_in_ip(Descent& d, Next inner) noexcept;

// PPPoE and Ethernet over MPLS, between link layers.
Step enter_pppoe(Descent& d, std::uint16_t session, Next inner) noexcept;
Step enter_pseudowire(Descent& d) noexcept;

namespace udp_port {
inline constexpr std::uint16_t kGre = 4754;
inline constexpr std::uint16_t kVxlan = 4789;
inline constexpr std::uint16_t kVxlanGpe = 4790;
inline constexpr std::uint16_t kGeneve = 6081;
inline constexpr std::uint16_t kVxlanLinux = 8472;  // before the number was assigned
}  // namespace udp_port

[[nodiscard]] constexpr bool is_tunnel_port(std::uint16_t port) noexcept {
  return port == udp_port::kGre || port == udp_port::kVxlan || port == udp_port::kVxlanGpe ||
         port == udp_port::kGeneve || port == udp_port::kVxlanLinux;
}

// VXLAN, GENEVE or GRE in the UDP payload `d.rest`, if the port is right and the bytes are what
// they would be; otherwise Next::stop and an ordinary datagram.
Step read_udp_tunnel(Descent& d) noexcept;

}  // namespace prahari
