// What a session says of bytes that are not its protocol's.

#pragma once

#include "dissectors/message.hpp"

namespace prahari {

// `problem`: the dissector's `foreign_problem`.
[[nodiscard]] constexpr Anomaly foreign_anomaly(Protocol protocol, std::uint8_t problem,
                                                Direction direction) noexcept {
  Anomaly anomaly;
  anomaly.protocol = protocol;
  anomaly.problem = problem;
  anomaly.direction = direction;
  return anomaly;
}

}  // namespace prahari
