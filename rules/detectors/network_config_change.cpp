// The network of a controller is set otherwise (detections.md, 22): its address, name or ports are
// set over the network, another server begins to give addresses away in its VLAN, or what LLDP and
// CDP say of where a device is plugged in changes.

#include <array>

#include "rules/dhcp_servers.hpp"
#include "rules/effect_alerts.hpp"
#include "rules/neighbours.hpp"
#include "rules/ot_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "network-config-change";
constexpr auto kAttack = std::to_array<std::string_view>({"T0836", "T0830"});
constexpr auto kThresholds = std::to_array<Threshold>({
    {"dhcp_settled_minutes", 10, 0, 1440,
     "minutes for which a VLAN has one DHCP server before another one is new"},
});

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
    if (event.kind == EventKind::identity && event.identity.field == Identity::Field::link) {
      on_link(event, context, out);
    } else if (event.kind == EventKind::flow && is_ot(event.protocol)) {
      servers_.on_ot(event.vlan);
      tell_newcomers(context, out);
    }
  }

  void on_envelope(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.protocol != Protocol::dhcp || event.message.kind != Kind::response) {
      return;
    }
    const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
    servers_.on_answer(event,
                       std::chrono::seconds{static_cast<std::int64_t>(
                           60 * context.policy.threshold(kKind, kThresholds[0], zone))},
                       context);
    if (context.policy.has_zones() &&
        ot_side(host_key(event.server, event.vlan), context.parties.server, context) == InOt::yes) {
      servers_.on_ot(event.vlan);
    }
    tell_newcomers(context, out);
  }

 private:
  void tell_newcomers(const RuleContext& context, FindingSink& out) {
    DhcpServers::Newcomer one;
    while (servers_.take(one)) {
      Finding finding = common(one.state);
      finding.source = recall(one.server, context.inventory);
      finding.protocol = "dhcp";
      finding.transport = "udp";
      finding.dedup_key = "dhcp|" + party_id(finding.source, context.inventory);
      finding.why = host_words(host_key(finding.source), context.policy) +
                    " began to give addresses away where " +
                    host_words({.ip = one.before.ip, .mac = one.before.mac, .vlan = one.vlan},
                               context.policy) +
                    " did so before: who gets its address from a stranger gets its gateway too.";
      finding.accept = ignore_entry(finding, context.policy, one.packet.time);
      finding.attack = {kAttack[1]};
      finding.evidence = {one.former, one.packet};
      out.raise(std::move(finding));
    }
  }

  void on_link(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.protocol != Protocol::lldp && event.protocol != Protocol::cdp) {
      return;
    }
    const Neighbours::Move move = neighbours_.on_link(event);
    if (!move.moved) {
      return;
    }
    Finding finding = common(event.state);
    finding.destination =
        event.identity.of_client ? client_party(event, context) : server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.dedup_key = "port|" + party_id(finding.destination, context.inventory);
    finding.why = "What " + host_words(host_key(finding.destination), context.policy) +
                  " says of the port that it sends from changed from " + in_quotes(move.from) +
                  " to " + in_quotes(event.text) + " (" + finding.protocol +
                  "): a cable was moved, or another device speaks in its name.";
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[1]};
    finding.evidence = {move.before, event.packet};
    out.raise(std::move(finding));
  }

  static Finding common(Completeness state) {
    Finding finding;
    finding.kind = kKind;
    finding.severity = Severity::high;
    finding.confidence = 80;
    finding.certin = CertInClass::incident;
    finding.outcome = Outcome::success;
    finding.state = state;
    return finding;
  }

  EffectAlerts alerts_{{.kind = kKind,
                        .scope = EffectScope::device,
                        .quiet = std::chrono::hours{24},
                        .rules = kRules}};
  DhcpServers servers_;
  Neighbours neighbours_;
};

}  // namespace

extern const DetectorInfo network_config_change_detector;
constinit const DetectorInfo network_config_change_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<NetworkConfigChange>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
    .envelopes = true,
};

}  // namespace prahari
