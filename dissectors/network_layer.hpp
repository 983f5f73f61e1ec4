// ARP, IPv4, IPv6 with its extension headers, and fragments, down to a transport.

#pragma once

#include "dissectors/descent.hpp"

namespace prahari {

Step read_arp(Descent& d) noexcept;
Step read_ip(Descent& d) noexcept;
Step read_ipv4(Descent& d) noexcept;
Step read_ipv6(Descent& d) noexcept;

// An IPv6 extension header, or AH in either family.
Step read_extension(Descent& d, std::uint8_t protocol) noexcept;

}  // namespace prahari
