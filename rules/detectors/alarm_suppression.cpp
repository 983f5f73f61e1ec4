// What would show a fault or a hand in the process is hidden: alarms switched off, diagnostics or
// logs deleted, values forced, the clock set (detections.md, 24).

#include <array>

#include "rules/describe.hpp"
#include "rules/effect_alerts.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "alarm-suppression";
constexpr auto kAttack = std::to_array<std::string_view>(
    {"T0878", "T0838", "T0872", "T0855", "T0836", "T0835", "T0804", "T0814", "T0809"});

constexpr auto kRules = std::to_array<EffectRule>({
    {Effect::suppress,
     Severity::high,
     CertInClass::incident,
     "told % to switch off, shelve or delete alarms or reports",
     "alarms",
     {"T0878", "T0838"}},
    {Effect::clear_counters,
     Severity::high,
     CertInClass::incident,
     "told % to clear its diagnostic counters",
     "diagnostic counters",
     {"T0872", "T0855"}},
    {Effect::erase,
     Severity::high,
     CertInClass::incident,
     "told % to delete memory, files, logs or history",
     "stored data",
     {"T0809", "T0872"}},
    {Effect::silence,
     Severity::high,
     CertInClass::incident,
     "told % to answer no longer",
     "listen-only mode",
     {"T0804", "T0814"}},
    {Effect::set_time,
     Severity::high,
     CertInClass::incident,
     "set the clock, or the source of time, of %",
     "clock",
     {"T0836", "T0855"}},
    {Effect::force,
     Severity::high,
     CertInClass::incident,
     "told % to force inputs or outputs",
     "forces",
     {"T0835", "T0855"}},
    {Effect::unforce,
     Severity::high,
     CertInClass::incident,
     "told % to give up forces",
     "forces",
     {"T0835", "T0855"}},
});

class AlarmSuppression final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    // A client that unsubscribes hides nothing from others: that is part of reading.
    const bool own_subscription = event.kind == EventKind::message &&
                                  event.message.effect == Effect::suppress &&
                                  event.message.operation == Operation::read;
    if (!own_subscription) {
      alerts_.on_event(event, context, out);
    }
  }

 private:
  EffectAlerts alerts_{{.kind = kKind,
                        .scope = EffectScope::device,
                        .quiet = std::chrono::hours{24},
                        .rules = kRules}};
};

}  // namespace

extern const DetectorInfo alarm_suppression_detector;
constinit const DetectorInfo alarm_suppression_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<AlarmSuppression>(); },
    .attack = kAttack,
};

}  // namespace prahari
