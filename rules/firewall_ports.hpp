// Which ports stand for what an `allow` entry names.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rules/site.hpp"

namespace prahari {

struct FirewallPorts {
  bool everything = false;
  bool icmp = false;
  std::set<std::uint16_t> tcp;
  std::set<std::uint16_t> udp;

  // A protocol without ports of its own: nothing a firewall of this kind could let pass.
  [[nodiscard]] bool none() const noexcept {
    return !everything && !icmp && tcp.empty() && udp.empty();
  }
};

[[nodiscard]] FirewallPorts ports_of(const Allow& allow);

// What the entry asks for and ports cannot say; empty: they say it all.
[[nodiscard]] std::string beyond_ports(const Allow& allow);

}  // namespace prahari
