// EtherTypes (IEEE 802 numbers) that decode knows.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace prahari::ethertype {

inline constexpr std::uint16_t kSmallest = 0x0600;  // below, the field is a length
inline constexpr std::uint16_t kIpv4 = 0x0800;
inline constexpr std::uint16_t kArp = 0x0806;
inline constexpr std::uint16_t kBridged = 0x6558;  // a whole Ethernet frame, in GRE and GENEVE
inline constexpr std::uint16_t kVlan = 0x8100;
inline constexpr std::uint16_t kIpv6 = 0x86dd;
inline constexpr std::uint16_t kMpls = 0x8847;
inline constexpr std::uint16_t kMplsMulticast = 0x8848;
inline constexpr std::uint16_t kPppoeSession = 0x8864;
inline constexpr std::uint16_t kProviderVlan = 0x88a8;  // IEEE 802.1ad
inline constexpr std::uint16_t kErspan2 = 0x88be;       // ERSPAN type I and II, in GRE
inline constexpr std::uint16_t kErspan3 = 0x22eb;
inline constexpr std::uint16_t kHsr = 0x892f;

constexpr bool is_vlan_tag(std::uint16_t type) noexcept {
  return type == kVlan || type == kProviderVlan || type == 0x9100 || type == 0x9200;
}

// Types that a plant's frames are likely to have, for guesses at what a tunnel carries.
constexpr bool is_known(std::uint16_t type) noexcept {
  constexpr std::array<std::uint16_t, 18> kOthers = {
      kIpv4,  kArp,   kIpv6,  kMpls,  kMplsMulticast, 0x8863, kPppoeSession, kHsr,   0x8892,
      0x88a4, 0x88ab, 0x88b8, 0x88b9, 0x88ba,         0x88cc, 0x88e3,        0x88f7, 0x88fb};
  return is_vlan_tag(type) || std::ranges::find(kOthers, type) != kOthers.end();
}

}  // namespace prahari::ethertype
