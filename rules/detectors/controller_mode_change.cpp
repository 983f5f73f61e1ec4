// A controller is started, stopped, restarted or silenced, its safety function is changed, or its
// edit lock is taken (detections.md, 3). Said at the request; the answer tells how it ended. A
// device that says in any reply that its mode is another one than before is told too, unless a
// command explains it.

#include <algorithm>
#include <array>

#include "rules/effect_alerts.hpp"
#include "rules/mode_changes.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "controller-mode-change";
constexpr auto kAttack = std::to_array<std::string_view>(
    {"T0858", "T0816", "T0814", "T0804", "T0809", "T0836", "T0837", "T0886"});
// A controller that is stopped twice a day is two alerts.
constexpr std::chrono::minutes kQuiet{15};

constexpr auto kRules = std::to_array<EffectRule>({
    {Effect::start,
     Severity::critical,
     CertInClass::incident,
     "told % to run",
     "run mode",
     {"T0858"}},
    {Effect::stop,
     Severity::critical,
     CertInClass::incident,
     "told % to stop",
     "run mode",
     {"T0858", "T0816"}},
    {Effect::change_mode,
     Severity::critical,
     CertInClass::incident,
     "told % to change its mode",
     "operating mode",
     {"T0858"}},
    {Effect::reset,
     Severity::critical,
     CertInClass::incident,
     "told % to restart",
     "restart",
     {"T0816", "T0858"}},
    {Effect::factory_reset,
     Severity::critical,
     CertInClass::incident,
     "told % to go back to its settings as delivered",
     "factory settings",
     {"T0816", "T0809"}},
    {Effect::silence,
     Severity::critical,
     CertInClass::incident,
     "told % to answer no longer",
     "listen-only mode",
     {"T0814", "T0804"}},
    {Effect::set_safety,
     Severity::critical,
     CertInClass::incident,
     "told % to change, reset or reconfigure a safety function",
     "safety function",
     {"T0836", "T0837"}},
    // An engineering session, no change of mode.
    {Effect::reserve,
     Severity::medium,
     CertInClass::none,
     "asked for the edit lock of %",
     "edit lock",
     {"T0886"}},
    {Effect::release,
     Severity::medium,
     CertInClass::none,
     "gave back the edit lock of %",
     "edit lock",
     {"T0886"}},
});

class ControllerModeChange final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind == EventKind::identity) {
      modes_.on_identity(event, context, out);
      return;
    }
    const AlertHandle alert = alerts_.on_event(event, context, out);
    if (alert.slot != prahari::kNone) {
      modes_.on_command(event, alert);
    }
  }

 private:
  EffectAlerts alerts_{
      {.kind = kKind, .scope = EffectScope::device, .quiet = kQuiet, .rules = kRules}};
  ModeChanges modes_{kKind, kQuiet};
};

}  // namespace

extern const DetectorInfo controller_mode_change_detector;
constinit const DetectorInfo controller_mode_change_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ControllerModeChange>(); },
    .attack = kAttack,
};

}  // namespace prahari
