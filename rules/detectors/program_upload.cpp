// A station that the site file does not tag as engineering reads the program of a controller
// (detections.md, 15).

#include <array>

#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/effect_alerts.hpp"
#include "rules/link_view.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "program-upload";
constexpr auto kAttack = std::to_array<std::string_view>({"T0845", "T0801"});

constexpr auto kThresholds = std::to_array<Threshold>({
    {"nodes", 200, 1, 1e6, "OPC UA nodes that a client unknown to the baseline may browse"},
});

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
    if (context.baseline != nullptr && event.kind == EventKind::message &&
        event.protocol == Protocol::opcua && event.message.operation == Operation::discover &&
        asks(event) && event.flow.valid()) {
      on_browse(event, context, out);
    }
  }

 private:
  struct FlowNote {
    std::uint32_t nodes = 0;
    bool told = false;
    AlertHandle alert;
  };

  // Somebody who never talked to the server reads what there is, node by node.
  void on_browse(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (!view.locked || view.link != kNone || is_engineering(event, context)) {
      return;
    }
    FlowNote& note = notes_.at(event.flow).note;
    note.nodes += event.repeats + 1U;
    if (note.told) {
      static_cast<void>(out.again(note.alert, event.packet, event.repeats + 1U));
      return;
    }
    const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
    if (note.nodes <= context.policy.threshold(kKind, kThresholds[0], zone)) {
      return;
    }
    note.told = true;
    Finding finding = message_finding(kKind, event, context);
    finding.severity = Severity::high;
    finding.certin = CertInClass::incident;
    finding.times = note.nodes;
    finding.dedup_key = party_id(finding.source, context.inventory) + " > " +
                        party_id(finding.destination, context.inventory) + "|browse";
    finding.why = host_words(host_key(finding.source), context.policy) +
                  ", which the baseline does not know as a client of " +
                  host_words(host_key(finding.destination), context.policy) + ", browsed " +
                  std::to_string(note.nodes) + " of its nodes.";
    finding.baseline = {"talkers of zone " + server_section(event, context),
                        "no connection of these two over this service",
                        to_string(link_of(event, message_service(event)))};
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0], kAttack[1]};
    note.alert = out.raise(std::move(finding));
  }

  PerFlow<FlowNote> notes_;
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
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ProgramUpload>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
