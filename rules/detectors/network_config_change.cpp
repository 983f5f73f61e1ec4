// Address, host name or ports of a device are set over the network (detections.md, 22).

#include <array>

#include "rules/describe.hpp"
#include "rules/effect_alerts.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "network-config-change";
constexpr auto kAttack = std::to_array<std::string_view>({"T0836", "T0830"});

constexpr auto kRules = std::to_array<EffectRule>({
    {Effect::set_network,
     Severity::high,
     CertInClass::incident,
     "sent new network settings to %",
     "network settings",
     {"T0836", "T0830"}},
});

class NetworkConfigChange final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    alerts_.on_event(event, context, out);
  }

 private:
  EffectAlerts alerts_{{.kind = kKind,
                        .scope = EffectScope::device,
                        .quiet = std::chrono::hours{24},
                        .rules = kRules}};
};

}  // namespace

extern const DetectorInfo network_config_change_detector;
constinit const DetectorInfo network_config_change_detector = {
    .kind = kKind,
    .title = "Network setting of a controller changed",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<NetworkConfigChange>(); },
    .attack = kAttack,
};

}  // namespace prahari
