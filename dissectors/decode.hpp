// From a frame to its innermost datagram: link layers, tags, tunnels, IP, fragments, TCP and UDP.
//
// One decoder sees all packets of a run in order (fragments of one datagram and the twins of a
// redundant network meet here), on one thread. It takes no heap per packet.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "capture/packet.hpp"
#include "dissectors/layers.hpp"

namespace prahari {

// What became of a frame. Everything but `ok` is counted by reason; nothing is dropped in silence.
enum class Decoded : std::uint8_t {
  ok,                   // Layers hold what the frame carries
  fragment,             // kept; its datagram comes with the fragment that completes it
  duplicate,            // the twin of a PRP or HSR frame already seen
  unsupported_link,     // a link type that we do not read
  truncated_link,       // shorter than its link header, or its tags
  truncated_network,    // IP or ARP header incomplete
  bad_network,          // version, header length or total length make no sense
  truncated_transport,  // TCP, UDP or ICMP header incomplete
  bad_transport,        // TCP data offset or UDP length make no sense
  bad_tunnel,           // a tunnel header makes no sense
  too_deep,             // more tags or tunnels than the limit
  bad_fragment,         // overlap, or beyond 65,535 bytes
  count_                // number of values NOLINT(readability-identifier-naming)
};

[[nodiscard]] std::string_view to_string(Decoded reason) noexcept;  // "truncated-network"

struct DecodeStats {
  std::array<std::uint64_t, static_cast<std::size_t>(Decoded::count_)> by_reason{};
  std::uint64_t prp_frames = 0;             // frames with a PRP trailer or HSR tag
  std::uint64_t tunnelled = 0;              // frames that carried another frame or datagram
  std::uint64_t snapped = 0;                // frames cut by the snap length
  std::uint64_t fragments_reassembled = 0;  // datagrams put together
  std::uint64_t fragments_evicted = 0;      // datagrams given up because the table was full or old
  std::uint64_t other_ethertype = 0;        // frames whose EtherType or LLC has no decoder here
};

class Decoder {
 public:
  Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder();

  // Fills `layers` from scratch. Views in it live until the packet's bytes or the next call end.
  Decoded decode(const Packet& packet, Layers& layers) noexcept;

  [[nodiscard]] const DecodeStats& stats() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
