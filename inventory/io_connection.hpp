// A connection that carries data cycle by cycle, put together from its opening and from what was
// seen on it; either may be missing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dissectors/address.hpp"
#include "dissectors/message.hpp"

namespace prahari {

// One direction.
struct IoHalf {
  std::uint32_t id = 0;
  std::uint32_t requested_us = 0;  // packet interval, of the opening; 0: not seen
  std::uint32_t agreed_us = 0;     // likewise
  std::uint16_t size = 0;          // bytes, of the opening, with counts and headers
  std::uint16_t data_size = 0;     // bytes of data in the latest datagram
  bool multicast = false;
  Production::Run run = Production::Run::unknown;  // what it said last
  IpAddress group;                                 // of a multicast; empty: none
  std::uint64_t packets = 0;                       // 0: none was seen; the rest means nothing then
  std::uint64_t lost = 0;
  std::uint64_t repeated = 0;
  std::uint64_t cycles = 0;
  std::int64_t span_ns = 0;
  Timestamp first{};
  Timestamp last{};

  // Of one cycle, on the average; none where nothing can be said.
  [[nodiscard]] std::optional<std::uint64_t> measured_us() const noexcept {
    if (cycles == 0) {
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(span_ns) / 1000 / cycles;
  }
  [[nodiscard]] bool known() const noexcept { return agreed_us != 0 || packets != 0; }
};

struct IoConnection {
  std::string originator;  // ids of the assets; empty: none has that address
  std::string target;
  IpAddress originator_ip;  // empty: not known, as of a multicast without an opening
  IpAddress target_ip;
  bool sides_known = true;  // false: who opened it is a guess
  bool opened = false;      // its opening was seen; else the rest up to `unit` means nothing
  bool closed = false;      // and its closing, later
  Connection::Use use = Connection::Use::unknown;
  std::uint8_t transport_class = 0;
  std::uint16_t serial = 0;
  std::uint16_t vendor = 0;
  std::uint32_t originator_serial = 0;
  std::uint32_t unit = 0xffffffff;
  IoHalf outputs;
  IoHalf inputs;
  Timestamp first{};
  Timestamp last{};
  PacketRef packet;  // that showed it first
};

}  // namespace prahari
