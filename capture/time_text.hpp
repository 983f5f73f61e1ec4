// Packet time as people and other programs read it: RFC 3339, UTC, nanoseconds.
//
// No locale, no time zone data, no heap beyond the text itself.

#pragma once

#include <string>
#include <string_view>

#include "capture/packet.hpp"

namespace prahari {

inline constexpr std::size_t kTimeTextSize = 30;  // "2026-11-22T03:30:00.000000001Z"

[[nodiscard]] std::string format_time(Timestamp time);

// The same behind what is there already.
void append_time(std::string& out, Timestamp time);

// Reads back what format_time wrote. Fewer or no digits after the second are fine, as is an offset
// instead of Z. False when the text is no such time or lies outside what a Timestamp can hold.
bool parse_time(std::string_view text, Timestamp& time) noexcept;

}  // namespace prahari
