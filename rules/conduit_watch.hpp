// What the conduit rule decides, for whoever wants to know more than what it raises: the test of a
// policy, and the draft of one.

#pragma once

#include <cstdint>

#include "dissectors/event.hpp"
#include "rules/policy.hpp"

namespace prahari {

struct ZonePair;  // rules/conduit_finding.hpp

// How often an [[exception]] allowed what no conduit did.
struct ExceptionUse {
  std::uint64_t count = 0;
  Timestamp first;
  Timestamp last;
};

// Told of every request and every flow that is judged, `times` of them at once, of which the event
// is the last. Of flows of a protocol without a decoder the request has no operation.
class ConduitWatch {
 public:
  virtual ~ConduitWatch() = default;
  virtual void allowed(const ZonePair& zones, const Event& event, const Verdict& verdict,
                       std::uint32_t times) = 0;
  virtual void refused(const ZonePair& zones, const Event& event, const Request& request,
                       std::uint32_t times) = 0;
};

}  // namespace prahari
