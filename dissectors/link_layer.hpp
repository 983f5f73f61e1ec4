// Link headers, VLAN and redundancy tags, LLC, MPLS and PPPoE, down to a network layer.

#pragma once

#include "dissectors/descent.hpp"

namespace prahari {

// The header of a capture's link type.
Step read_link(Descent& d, LinkType link) noexcept;

Step read_ethernet(Descent& d) noexcept;
Step read_ethertype(Descent& d, std::uint16_t type) noexcept;  // tags, then the type behind them
Step read_llc(Descent& d) noexcept;
Step read_mpls(Descent& d) noexcept;
Step read_pppoe(Descent& d) noexcept;

// Whether the bytes may well begin an Ethernet frame: for tunnels whose payload must be guessed.
[[nodiscard]] bool looks_like_ethernet(Bytes bytes) noexcept;

}  // namespace prahari
