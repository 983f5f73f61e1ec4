// Lists of tags that are read by name: how clients of Logix controllers poll. The same list comes
// cycle after cycle, and what is to be said of it follows from its bytes; of the answers, from
// these and from what stands in front of each value. A key stands for all that it follows from.

#pragma once

#include <cstdint>

#include "dissectors/protocols/enip/nesting.hpp"

namespace prahari::enip {

// Whether a request is such a list: all of its services spell a name out, so that what they mean
// depends on nothing that was heard before.
[[nodiscard]] bool is_poll(Bytes request) noexcept;

// `unit`: whom it is for; `depth`: in how many others it lies. 0 for what is no Multiple Service
// Packet, or answers with anything but values. Any other list has a key as well: it is no proof of
// a poll, and only of polls is it ever known.
[[nodiscard]] std::uint64_t key_of_poll(Bytes request, std::uint32_t unit, unsigned depth) noexcept;
[[nodiscard]] std::uint64_t key_of_answers(Bytes request, Bytes reply, std::uint32_t unit,
                                           unsigned depth) noexcept;

}  // namespace prahari::enip
