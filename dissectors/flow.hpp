// One conversation on the wire: who, how much, how far its streams are read.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "dissectors/dissector.hpp"
#include "dissectors/event.hpp"
#include "dissectors/framer.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/routine.hpp"
#include "dissectors/tcp_stream.hpp"

namespace prahari {

// The same for both directions: the lower end comes first.
struct FlowKey {
  IpAddress low;
  IpAddress high;
  std::uint16_t low_port = 0;  // 0 for anything but TCP and UDP
  std::uint16_t high_port = 0;
  std::uint8_t ip_protocol = 0;
  VlanTags vlan;
  std::uint32_t tunnel = 0;

  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

// `from_low` tells whether this packet was sent by the lower end.
[[nodiscard]] FlowKey make_flow_key(const Layers& layers, bool& from_low) noexcept;

struct FlowKeyHash {
  std::uint64_t seed = 0;  // of this process: keys come off the wire, so others choose them
  std::size_t operator()(const FlowKey& key) const noexcept;
};

// Which shard handles this frame: the same on every run, for both directions and for all
// fragments of a datagram.
[[nodiscard]] std::uint32_t shard_of(const Layers& layers) noexcept;

// One side's half of a flow.
struct FlowSide {
  MacAddress mac;
  std::uint8_t ttl = 0;  // of its first packet
  bool syn = false;
  bool fin = false;
  bool answered = false;  // TCP: sent what a host sends only once the other side has answered
  std::uint16_t data_packets = 0;  // with payload, up to a few: for the one-way verdict
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t last_fingerprint = 0;  // of its last packet, to know a mirrored twin
  Timestamp last_time;
  TcpStream stream;
  Framer framer;
  std::unique_ptr<std::vector<std::byte>> held;  // too few bytes to tell the protocol, so far
};

struct Flow {
  static constexpr std::uint8_t kUntilRoutine = 32;  // messages; most flows end before

  enum class Found : std::uint8_t {
    undecided,  // no payload seen that tells the protocol
    known,      // `session` reads it
    foreign     // probed often enough, nothing fits
  };

  std::uint32_t generation = 0;
  Side low_side = Side::first;  // which side the lower end of the key is
  Side client = Side::first;
  bool client_known = false;
  bool established = false;
  bool refused = false;
  bool closed = false;
  bool handshake = false;
  bool gap = false;
  bool foreign_reported = false;
  bool opaque_refuted = false;  // taken for what can only be recognised, and was not
  Found found = Found::undecided;
  std::uint8_t probes = 0;
  Protocol protocol = Protocol::unknown;
  Transport transport = Transport::none;
  std::uint32_t new_syn = 0;  // initial sequence number of a SYN that may begin the ports anew
  bool new_syn_pending = false;
  bool quiet = false;  // its last message was one of its routine, and the next most likely is
  std::uint8_t messages = 0;  // up to kUntilRoutine
  std::uint32_t duplicates = 0;
  std::uint32_t retransmissions = 0;
  Timestamp first;
  Timestamp touched;  // when its place in the order of eviction was last renewed
  PacketRef last_packet;
  std::array<FlowSide, 2> sides;
  std::unique_ptr<Session> session;
  std::unique_ptr<Routine> routine;  // once the flow has said enough

  FlowSide& side(Side which) noexcept { return sides[static_cast<std::size_t>(which)]; }
  [[nodiscard]] const FlowSide& side(Side which) const noexcept {
    return sides[static_cast<std::size_t>(which)];
  }
};

}  // namespace prahari
