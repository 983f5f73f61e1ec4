// What status codes are called.

#pragma once

#include <cstdint>
#include <string_view>

namespace prahari::opcua {

namespace status {
inline constexpr std::uint32_t kBadUserAccessDenied = 0x801F0000;
inline constexpr std::uint32_t kBadNodeIdUnknown = 0x80340000;
}  // namespace status

[[nodiscard]] constexpr bool bad(std::uint32_t code) noexcept { return code >> 31U != 0; }
[[nodiscard]] constexpr bool uncertain(std::uint32_t code) noexcept { return code >> 30U == 1; }

// "BadNodeIdUnknown"; the name of its severity for a code that no list has.
[[nodiscard]] std::string_view status_name(std::uint32_t code) noexcept;

}  // namespace prahari::opcua
