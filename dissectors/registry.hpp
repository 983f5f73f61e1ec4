// The list of dissectors, made from protocols.def, and the look-up by port.

#pragma once

#include <span>

#include "dissectors/dissector.hpp"

namespace prahari {

[[nodiscard]] std::span<const Dissector* const> all_dissectors() noexcept;

// Not for Protocol::unknown.
[[nodiscard]] const Dissector& dissector(Protocol protocol) noexcept;

// Whether the protocol is usually found at this place.
[[nodiscard]] bool bound_to(const Dissector& dissector, Binding where) noexcept;

// The protocol that is usually found at this place and whose messages can be read; unknown if none.
[[nodiscard]] Protocol at_home(Binding where) noexcept;

}  // namespace prahari
