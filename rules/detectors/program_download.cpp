// Logic or firmware goes to a controller (detections.md, 2). One transfer is one alert, of however
// many messages. Critical from any station: planned work has a [[permit]].

#include <array>

#include "rules/describe.hpp"
#include "rules/effect_alerts.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "program-download";
constexpr auto kAttack = std::to_array<std::string_view>({"T0843", "T0889", "T0857", "T0839"});

constexpr auto kRules = std::to_array<EffectRule>({
    {Effect::program_to,
     Severity::critical,
     CertInClass::incident,
     "sent a program, or a change of one, to %",
     "program",
     {"T0843", "T0889"}},
    {Effect::firmware,
     Severity::critical,
     CertInClass::incident,
     "sent firmware to %",
     "firmware",
     {"T0857", "T0839"}},
});

class ProgramDownload final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    alerts_.on_event(event, context, out);
  }

 private:
  EffectAlerts alerts_{{.kind = kKind,
                        .scope = EffectScope::session,
                        .quiet = std::chrono::hours{24},
                        .rules = kRules}};
};

}  // namespace

extern const DetectorInfo program_download_detector;
constinit const DetectorInfo program_download_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ProgramDownload>(); },
    .attack = kAttack,
};

}  // namespace prahari
