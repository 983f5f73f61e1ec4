// One `allow` entry of the site file, ready to be asked for every message.

#pragma once

#include <cstdint>
#include <vector>

#include "rules/policy.hpp"

namespace prahari {

struct CompiledAllow {
  const Allow* allow = nullptr;
  std::uint64_t protocols = 0;            // bit i: Protocol i
  bool any = false;                       // also what has no decoder
  Transport transport = Transport::none;  // of "tcp/N", "udp/N", "icmp"
  std::uint16_t port = 0;

  // Whether the entry speaks of this protocol and class; its targets are another question. An entry
  // by port goes on to hold when a later version learns to decode what runs there.
  [[nodiscard]] bool names(const Request& request) const noexcept;
  [[nodiscard]] bool names_protocol(Protocol protocol) const noexcept {
    return (protocols >> static_cast<unsigned>(protocol) & 1U) != 0;
  }
};

// `allow` must outlive what is made of it.
[[nodiscard]] CompiledAllow compile(const Allow& allow);

// Whether all that the operation touches lies inside the limits.
[[nodiscard]] bool within(const std::vector<TargetLimit>& limits, const Target& target) noexcept;

}  // namespace prahari
