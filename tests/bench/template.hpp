// What the multiplier takes from a small capture: the TCP and UDP flows of some services, each cut
// to the same number of packets, with hosts and MAC addresses replaced by small numbers.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace prahari::bench {

struct Frame {
  std::uint64_t time = 0;      // microseconds after the first packet of its flow
  std::uint32_t ip = 0;        // offset of the IPv4 header
  std::uint32_t sum = 0;       // offset of the checksum of TCP or UDP; 0: there is none
  std::uint16_t source = 0;    // index into Template::hosts
  std::uint16_t target = 0;    //
  std::uint16_t from_mac = 0;  // index into Template::macs
  std::uint16_t to_mac = 0;    //
  std::uint16_t flow = 0;
  std::vector<unsigned char> bytes;
};

struct Host {
  std::array<unsigned char, 4> address{};
  bool server = false;  // answers on the service's port somewhere
};

struct Template {
  std::vector<Frame> frames;  // in order of time
  std::vector<Host> hosts;
  std::vector<std::array<unsigned char, 6>> macs;
  std::size_t flows = 0;
};

// A port where servers listen.
struct Service {
  unsigned char protocol = 6;  // of IPv4: TCP, or 17 for UDP
  std::uint16_t port = 0;
};

// Flows of these services with at least `per_flow` packets, each cut to that many. Empty with a
// line in `error` where the capture cannot be read or has none.
Template read_template(const std::string& path, std::span<const Service> services,
                       std::size_t per_flow, std::string& error);

}  // namespace prahari::bench
