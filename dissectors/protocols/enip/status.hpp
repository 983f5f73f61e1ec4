// General and extended status of CIP in words. CIP Networks Library volume 1, appendix B.

#pragma once

#include <cstdint>
#include <string_view>

namespace prahari::enip {

namespace general_status {
inline constexpr std::uint8_t kSuccess = 0x00;
inline constexpr std::uint8_t kConnectionFailure = 0x01;
inline constexpr std::uint8_t kPartial = 0x06;  // the reply holds a part; more is to be asked for
inline constexpr std::uint8_t kEmbeddedError = 0x1E;
}  // namespace general_status

// Empty for a code that is not known.
[[nodiscard]] std::string_view general_status_name(std::uint8_t status) noexcept;

// The first word of the extended status, which means something different with each general one.
[[nodiscard]] std::string_view extended_status_name(std::uint8_t general,
                                                    std::uint16_t extended) noexcept;

}  // namespace prahari::enip
