// How what lies behind an address is numbered in Target::unit and Identity::unit: Modbus units as
// they are, slots of a backplane and longer routes in ranges of their own, so that one device may
// have both.

#pragma once

#include <cstdint>
#include <string>

namespace prahari {

inline constexpr std::uint32_t kSlotUnits = 0x01000000;   // and the slot's number
inline constexpr std::uint32_t kRouteUnits = 0x02000000;  // and 24 bits of a hash of the route

[[nodiscard]] constexpr std::uint32_t slot_unit(std::uint8_t slot) noexcept {
  return kSlotUnits | slot;
}
[[nodiscard]] constexpr bool is_slot(std::uint32_t unit) noexcept {
  return (unit & 0xff000000U) == kSlotUnits;
}
[[nodiscard]] constexpr bool is_route(std::uint32_t unit) noexcept {
  return (unit & 0xff000000U) == kRouteUnits;
}

// "unit 3", "slot 3"; a longer route by its own name is "module A1B2C3".
[[nodiscard]] std::string unit_words(std::uint32_t unit);

}  // namespace prahari
