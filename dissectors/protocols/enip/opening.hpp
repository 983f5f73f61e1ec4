// What a Forward Open asks for. CIP Networks Library volume 1, 3-5.4.

#pragma once

#include <cstdint>

#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/epath.hpp"

namespace prahari::enip {

// One direction of a connection.
struct Half {
  std::uint32_t id = 0;
  std::uint32_t interval_us = 0;
  std::uint32_t size = 0;
  std::uint8_t type = 0;  // 0: none, 1: multicast, 2: point to point
  bool redundant = false;

  [[nodiscard]] bool multicast() const noexcept { return type == 1; }
};

struct Opening {
  Half to_target;
  Half to_originator;
  Triad triad;
  std::uint8_t multiplier = 0;
  std::uint8_t trigger = 0;
  Path path;
  bool path_cut = false;

  [[nodiscard]] std::uint8_t transport_class() const noexcept { return trigger & 0x0FU; }
  [[nodiscard]] bool carries_io() const noexcept { return transport_class() <= 1; }
  [[nodiscard]] bool null() const noexcept {
    return to_target.type == 0 && to_originator.type == 0;
  }
};

[[nodiscard]] Triad read_triad(Reader& in) noexcept;
// `large`: of a Large Forward Open.
[[nodiscard]] Opening read_opening(Reader& in, bool large) noexcept;

// Whether the originator sends outputs, not just a sign of life.
[[nodiscard]] bool owns_outputs(const Opening& opening) noexcept;

// The slot that a path leads to; Identity::kNoUnit: none.
[[nodiscard]] std::uint32_t unit_behind(const Path& path) noexcept;

// What everybody else is told of it; ids and intervals as they were asked for.
[[nodiscard]] Connection connection_of(const Opening& opening, std::uint32_t unit) noexcept;
void set_triad(Connection& connection, const Triad& triad) noexcept;

}  // namespace prahari::enip
