// A field of OPC UA messages that has no name and is in no record: the bytes as they came, for who
// makes something else of them. They may hold secrets, which must not be written.

#pragma once

#include <cstddef>

#include "dissectors/fields.hpp"

namespace prahari::opcua {

// A list of two in hex: the message from its type on, put together from its chunks; and of an OPN
// the policy, the certificate of the sender and the thumbprint of the receiver's.
inline constexpr std::size_t kRawField = 39;
static_assert(kRawField < Fields::kMax);

inline constexpr std::size_t kMostBody = std::size_t{1} << 20U;  // more is left out

}  // namespace prahari::opcua
