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

// VXLAN, GENEVE or GRE in the UDP payload `d.rest`, if the port is right and the bytes are what
// they would be; otherwise Next::stop and an ordinary datagram.
Step read_udp_tunnel(Descent& d) noexcept;

}  // namespace prahari
