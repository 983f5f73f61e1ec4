// Fetches packets again by their PacketRef, as evidence. Knows no capture format: an offset in the
// uncompressed input and a length are enough.
//
// One pass over the input, seeking where it is plain and unpacking where it is compressed.

#pragma once

#include <functional>
#include <span>

#include "capture/result.hpp"
#include "capture/source.hpp"

namespace prahari {

// The bytes live until the function returns. An error it returns ends the fetching.
using TakePacket = std::function<Status(const Packet&)>;

// `refs` are those of one input, sorted by offset; those with kNotKept are passed over. Fails when
// the input is gone, cannot be read twice, or is not the one that was read any more: then its size
// or time of change differs, and so does the hash of what was read.
Status fetch_packets(const Input& input, std::span<const PacketRef> refs, const TakePacket& take);

}  // namespace prahari
