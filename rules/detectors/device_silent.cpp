// What should speak does not (detections.md, 20): a poll that the baseline knows is missing,
// nothing at all is heard of a device, or one that answered before leaves requests unanswered,
// which needs no baseline.
//
// Messages that are a flow's routine are told together, so some seconds may pass until the last one
// is known; silence is counted from then on. Where nothing at all is heard, it is the sensor that
// is blind, and that time counts for nobody.

#include "rules/baseline_seen.hpp"
#include "rules/per_baseline.hpp"
#include "rules/silence.hpp"
#include "rules/silent_hosts.hpp"
#include "rules/silent_polls.hpp"
#include "rules/silent_units.hpp"
#include "rules/unanswered.hpp"

namespace prahari {
namespace {

class DeviceSilent final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (tells_unanswered(event)) {
      units_.on_unanswered(event, context, out);
    } else if ((event.kind == EventKind::message || event.kind == EventKind::tally) &&
               !asks(event)) {
      units_.on_answer(event, out);
    }
    for (const Baseline* baseline : context.choice->all()) {
      RuleContext of_it = context;
      of_it.baseline = baseline;
      Book& book = books_.of(*baseline, *context.choice);
      book.polls.on_event(event, baseline == context.baseline, units_.several(), of_it, out);
      book.hosts.on_event(event, of_it, units_, out);
    }
  }

 private:
  struct Book {
    SilentPolls polls;
    SilentHosts hosts;
  };

  SilentUnits units_;
  PerBaseline<Book> books_;
};

}  // namespace

extern const DetectorInfo device_silent_detector;
constinit const DetectorInfo device_silent_detector = {
    .kind = kDeviceSilent,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<DeviceSilent>(); },
    .attack = kSilenceAttack,
    .thresholds = kSilenceThresholds,
};

}  // namespace prahari
