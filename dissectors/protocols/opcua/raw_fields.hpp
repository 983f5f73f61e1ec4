// Fields of an OPC UA message that have no name and are in no record: bytes as they came, in hex,
// for who makes something else of them. They may hold secrets, which must not be written.

#pragma once

#include <cstddef>

#include "dissectors/fields.hpp"

namespace prahari::opcua {

// From the type of the message on, put together from its chunks.
inline constexpr std::size_t kBodyField = 37;
// Of an OPN: policy, certificate of the sender, thumbprint of the receiver's.
inline constexpr std::size_t kSecurityField = 38;
static_assert(kSecurityField < Fields::kMax);

inline constexpr std::size_t kMostBody = std::size_t{1} << 20U;  // more is left out

}  // namespace prahari::opcua
