// Requests that nobody answered, as the protocols tell of them.

#pragma once

#include "dissectors/event.hpp"
#include "dissectors/registry.hpp"

namespace prahari {

// Whether the event says that a request stayed without an answer and that this is no fault of the
// capture: both directions are seen, and nothing is lost.
[[nodiscard]] inline bool tells_unanswered(const Event& event) noexcept {
  if (event.kind != EventKind::anomaly || event.protocol == Protocol::unknown ||
      event.state == Completeness::gap || event.state == Completeness::one_way) {
    return false;
  }
  const auto problems = dissector(event.protocol).problems;
  return event.anomaly.problem < problems.size() &&
         problems[event.anomaly.problem].id == "request_timeout";
}

}  // namespace prahari
