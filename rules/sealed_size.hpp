// What can still be said of requests that are encrypted: how long they are. One that is longer than
// all that the client sent there while the baseline was learned is something new, such as a
// subscription to more or a file (new-operation; detections.md, 6).
//
// The first of a flow open the session, with certificates and names; they are neither learned nor
// judged, so that a client which only starts anew is none.

#pragma once

#include "rules/detector.hpp"
#include "rules/link_view.hpp"
#include "rules/per_flow.hpp"

namespace prahari {

// Which requests are measured. Asked once for each event, in order.
class MeasuredRequests {
 public:
  static constexpr std::uint8_t kSetUp = 4;

  [[nodiscard]] bool counts(const Event& event) {
    const MessageFacts& message = event.message;
    if (message.size == 0 || message.further) {
      return false;
    }
    if (!message.sealed || !event.flow.valid()) {
      return true;
    }
    std::uint8_t& seen = seen_.at(event.flow).note;
    if (seen < kSetUp) {
      ++seen;
      return false;
    }
    return true;
  }

 private:
  PerFlow<std::uint8_t> seen_;
};

inline constexpr Threshold kSealedThreshold{
    "larger", 150, 100, 10'000,
    "percent of the longest learned request, plus 64 bytes, that an encrypted one may have"};

class SealedSize {
 public:
  // Of a request on a known link of a locked zone.
  void on_request(const Event& event, const LinkView& view, const RuleContext& context,
                  FindingSink& out);

 private:
  MeasuredRequests measured_;
  PerFlow<AlertHandle> alerts_;
};

}  // namespace prahari
