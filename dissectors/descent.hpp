// One frame on its way down, layer by layer. Shared by the parts of decode and used by nobody else.
//
// Each reader of a layer takes its header off `rest`, notes what it found in `layers` and says
// which reader goes on. The loop in decode.cpp follows; nothing recurses, nothing allocates.

#pragma once

#include <cstdint>

#include "dissectors/decode.hpp"
#include "dissectors/defragmenter.hpp"
#include "dissectors/twin_filter.hpp"

namespace prahari {

inline constexpr unsigned kMaxTags = 8;        // VLAN tags and MPLS labels of one frame
inline constexpr unsigned kMaxTunnels = 8;     // of one frame
inline constexpr unsigned kMaxExtensions = 8;  // IPv6 extension headers and AH of one datagram

enum class Next : std::uint8_t {
  stop,         // Step::outcome says how
  ethernet,     // MAC addresses
  ethertype,    // value: EtherType, or a length below 1,536
  llc,          // 802.2
  mpls,         // label stack
  pppoe,        // session header
  arp,          // address resolution
  ip,           // IPv4 or IPv6, by its first nibble
  ipv4,         // IPv4 header
  ipv6,         // IPv6 header
  ip_protocol,  // value: protocol number of what follows
  gre           // GRE header
};

struct Step {
  Next next;
  Decoded outcome = Decoded::ok;
  std::uint16_t value = 0;

  static constexpr Step go(Next next, std::uint16_t value = 0) noexcept {
    return {next, Decoded::ok, value};
  }
  static constexpr Step stop(Decoded outcome) noexcept { return {Next::stop, outcome, 0}; }
};

struct Descent {
  Layers& layers;
  DecodeStats& stats;
  Defragmenter& defragmenter;
  TwinFilter& twins;
  Timestamp time;
  Bytes rest;                 // not read yet, confined by the lengths that headers above told
  std::uint32_t missing = 0;  // bytes behind `rest` that were on the wire and not captured
  std::uint8_t tags = 0;
  std::uint8_t tunnels = 0;
  std::uint8_t extensions = 0;
  bool whole_frame = false;  // `rest` reaches to the end of an Ethernet frame, trailer included
  bool twin = false;         // the other copy of this frame was seen

  // Cuts `rest` to the size that a header told. False when not even the wire had so many bytes.
  [[nodiscard]] bool confine(std::size_t size) noexcept {
    const std::size_t absent = size > rest.size() ? size - rest.size() : 0;
    if (absent > missing) {
      return false;
    }
    rest = rest.first(size - absent);
    missing = static_cast<std::uint32_t>(absent);
    return true;
  }

  // What is left is what the innermost layer carries. By parameter, so that a caller that has it
  // in registers need not wait for memory.
  Step carry(Bytes payload) noexcept {
    layers.payload = payload;
    layers.payload_missing = missing;
    return Step::stop(Decoded::ok);
  }

  // Carries bytes of an EtherType, or of LLC for 0, that is not read here.
  Step carry_other(std::uint16_t ethertype) noexcept {
    layers.ethertype = ethertype;
    layers.network = Network::other;
    ++stats.other_ethertype;
    return carry(rest);
  }
};

}  // namespace prahari
