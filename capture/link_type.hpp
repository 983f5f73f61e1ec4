// The link type of a capture file or a libpcap handle as the LINKTYPE_ registry numbers it.

#pragma once

#include <algorithm>
#include <cstdint>

#include "capture/packet.hpp"

namespace prahari {

// A few systems wrote their own DLT_RAW into files, and libpcap's DLT_RAW is 12 on Linux. All
// other numbers a Linux libpcap uses are those of the registry where they name one link type.
constexpr LinkType link_type(std::uint32_t number) noexcept {
  constexpr std::uint32_t kDltRaw = 12;
  constexpr std::uint32_t kDltRawOpenBsd = 14;
  if (number == kDltRaw || number == kDltRawOpenBsd) {
    return LinkType::raw_ip;
  }
  return static_cast<LinkType>(std::min<std::uint32_t>(number, 0xffff));
}

}  // namespace prahari
