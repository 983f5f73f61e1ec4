// One captured frame, as every source hands it out, and the note that finds it again.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace prahari {

using Bytes = std::span<const std::byte>;
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

// The numbers of the LINKTYPE_ registry (tcpdump.org/linktypes.html). A source may hand out any
// other number; decode counts it.
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw_ip = 101,
  loop = 108,
  linux_sll = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276
};

// No source hands out more bytes of one frame than this; the rest of a longer one is left out.
inline constexpr std::uint32_t kMaxFrame = 262'144;

// PacketRef::offset of a packet whose bytes were kept nowhere: there is no evidence to fetch.
inline constexpr std::uint64_t kNotKept = ~std::uint64_t{0};

// Every Timestamp of a source lies between 1970 and this (the year 2116), so that the difference
// of two, and the sum with any time-out, cannot overflow. What a file claims beyond is moved here.
inline constexpr Timestamp kLatestTime{std::chrono::nanoseconds{std::int64_t{1} << 62}};

// Where a packet lies, so that its bytes can be fetched again as evidence. Fits a quarter of an
// Event; the file is an index into Source::inputs().
struct PacketRef {
  Timestamp time;
  std::uint64_t offset = 0;       // of the frame's first byte in the uncompressed input
  std::uint32_t frame = 0;        // 1-based number within its file
  std::uint32_t captured = 0;     // bytes that are there
  std::uint32_t wire_length = 0;  // bytes that were on the wire; more when a snap length cut it
  std::uint16_t file = 0;
  LinkType link = LinkType::ethernet;

  friend bool operator==(const PacketRef&, const PacketRef&) = default;
};
static_assert(sizeof(PacketRef) <= 40);

// `bytes` points into the source's buffer and is gone when the next packet is asked for.
struct Packet {
  PacketRef ref;
  Bytes bytes;
};

}  // namespace prahari
