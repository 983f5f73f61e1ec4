// A host as the tables of the rules know it, and the one hash of every key that holds one.
//
// Plants use one plan of addresses in cell after cell, so an address says who it is only together
// with its VLAN; without an IP address the MAC address does. Whoever adds a member to a key adds it
// to its add_to() as well: what the hash leaves out an attacker may choose for a bucket of his own.

#pragma once

#include <cstdint>

#include "dissectors/event.hpp"
#include "dissectors/hash.hpp"

namespace prahari {

struct HostPlace {
  IpAddress ip;
  MacAddress mac;  // where there is no address
  VlanTags vlan;

  void add_to(Hasher& hash) const noexcept {
    hash.add(ip).add(mac).add(std::uint64_t{vlan.ids[0]} << 48U |
                              std::uint64_t{vlan.ids[1]} << 32U |
                              std::uint64_t{vlan.ids[2]} << 16U | vlan.count);
  }
  friend bool operator==(const HostPlace&, const HostPlace&) = default;
};

[[nodiscard]] inline HostPlace host_place(const Endpoint& end, const VlanTags& vlan) noexcept {
  return {end.ip, end.ip.empty() ? end.mac : MacAddress{}, vlan};
}

// For LruTable: hashes any key that adds all of itself to a Hasher.
struct KeyHash {
  std::uint64_t seed = process_seed();

  template <class Key>
  std::uint64_t operator()(const Key& key) const noexcept {
    Hasher hash{seed};
    key.add_to(hash);
    return hash.value();
  }
};

}  // namespace prahari
