// The conduits of a site, ready to be asked for every message.

#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "rules/policy.hpp"

namespace prahari {

class ConduitTable {
 public:
  // `site` must outlive the table; its conduits name known zones only.
  explicit ConduitTable(const Site& site);

  [[nodiscard]] Verdict judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept;
  [[nodiscard]] bool names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept;
  [[nodiscard]] bool names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept;

 private:
  // One `allow` entry of one conduit.
  struct Entry {
    const Conduit* conduit = nullptr;
    const Allow* allow = nullptr;
    std::uint64_t protocols = 0;            // bit i: Protocol i
    bool any = false;                       // also what has no decoder
    Transport transport = Transport::none;  // of "tcp/N", "udp/N", "icmp"
    std::uint16_t port = 0;
  };
  using Entries = std::vector<Entry>;

  [[nodiscard]] static Entry compile(const Conduit& conduit, const Allow& allow);
  [[nodiscard]] const Entries* between(ZoneIndex from, ZoneIndex to) const noexcept;
  [[nodiscard]] static bool names(const Entry& entry, const Request& request) noexcept;

  std::unordered_map<std::uint32_t, Entries> pairs_;  // never walked
};

// Whether all that the operation touches lies inside the limits.
[[nodiscard]] bool within(const std::vector<TargetLimit>& limits, const Target& target) noexcept;

}  // namespace prahari
