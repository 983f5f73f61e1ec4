// A station that the site file does not tag as engineering reads the program of a controller
// (detections.md, 15).

#include <array>

#include "rules/describe.hpp"
#include "rules/effect_alerts.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "program-upload";
constexpr auto kAttack = std::to_array<std::string_view>({"T0845", "T0801"});

constexpr auto kRules = std::to_array<EffectRule>({
    {Effect::program_from,
     Severity::high,
     CertInClass::incident,
     "read the program of %",
     "program",
     {"T0845", "T0801"}},
});

bool is_engineering(const Event& event, const RuleContext& context) {
  return context.policy.has_tag(host_key(event.client, event.vlan), "engineering");
}

class ProgramUpload final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    alerts_.on_event(event, context, out);
  }

 private:
  EffectAlerts alerts_{{.kind = kKind,
                        .scope = EffectScope::pair,
                        .quiet = std::chrono::hours{24},
                        .rules = kRules,
                        .expected = is_engineering}};
};

}  // namespace

extern const DetectorInfo program_upload_detector;
constinit const DetectorInfo program_upload_detector = {
    .kind = kKind,
    .title = "Program upload / configuration read",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ProgramUpload>(); },
    .attack = kAttack,
};

}  // namespace prahari
