// The list of dissectors, made from protocols.def, and the look-up by port.

#pragma once

#include <cstdint>
#include <span>

#include "dissectors/dissector.hpp"

namespace prahari {

[[nodiscard]] std::span<const Dissector* const> all_dissectors() noexcept;

// Not for Protocol::unknown.
[[nodiscard]] const Dissector& dissector(Protocol protocol) noexcept;

// Dissectors as a set: bit i stands for all_dissectors()[i].
using DissectorSet = std::uint64_t;

// Those that are usually found at this place. A look-up: whoever asks for each packet may.
[[nodiscard]] DissectorSet bound_at(Binding where) noexcept;
// Those that any port may carry.
[[nodiscard]] DissectorSet bound_to_no_port() noexcept;
// The first of a set that is not empty, in the order of protocols.def.
[[nodiscard]] const Dissector& first_of(DissectorSet set) noexcept;

// The protocol that is usually found at this place and whose messages can be read; unknown if none.
[[nodiscard]] Protocol at_home(Binding where) noexcept;

}  // namespace prahari
