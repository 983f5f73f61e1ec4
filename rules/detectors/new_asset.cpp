// A device that the approved baseline does not know (detections.md, 4): its first frame is the
// alert, and whatever it then does belongs to it. Once it writes or controls, it is an incident.

#include <array>
#include <vector>

#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "new-asset";
constexpr std::array<std::string_view, 2> kAttack = {"T0864", "T0848"};
constexpr std::size_t kMostAssets = 65'536;
constexpr double kOperations = 3;  // Purdue level of a site's operations

// By level of the zone, or of the asset where no zone tells: high up to 2, medium at 3, else info.
Severity severity_of(const HostKey& host, AssetIndex asset, const RuleContext& context) {
  double level = context.policy.level(context.policy.zone_of(host));
  if (level != level && asset != kNone) {
    level = level_of(context.inventory.asset(asset).level).value_or(0);
  }
  if (!(level >= kOperations)) {
    return Severity::high;
  }
  return level > kOperations ? Severity::info : Severity::medium;
}

bool changes(const MessageFacts& message) noexcept {
  return message.operation != Operation::read && message.operation != Operation::discover;
}

std::string name_of(const Party& party, const RuleContext& context) {
  std::string words = host_words(host_key(party), context.policy);
  if (party.asset == kNone) {
    return words;
  }
  const Asset& asset = context.inventory.asset(party.asset);
  if (!asset.mac.empty() && !party.ip.empty()) {
    words += ", " + to_string(asset.mac);
  }
  return asset.nic_vendor.empty() ? words : words + " (" + asset.nic_vendor + ')';
}

class NewAsset final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (context.baseline == nullptr) {
      return;
    }
    switch (event.kind) {
      case EventKind::host:
        if (!event.host.stated) {
          on_sender(event, true, context, out);
        }
        break;
      case EventKind::flow:
        on_flow(event, context, out);
        break;
      case EventKind::message:
      case EventKind::tally:
        on_message(event, context, out);
        break;
      default:
        break;
    }
  }

 private:
  struct Checked {
    std::uint32_t generation = 0;
    bool checked = false;
    bool fresh = false;  // the baseline does not know it
    bool changed = false;
    AlertHandle alert;
  };

  Checked* at(AssetIndex asset, const Inventory& inventory) {
    if (asset >= kMostAssets) {
      return nullptr;
    }
    if (asset >= checked_.size()) {
      checked_.resize(asset + std::size_t{1});
    }
    Checked& one = checked_[asset];
    if (const std::uint32_t generation = inventory.generation(asset);
        !one.checked || one.generation != generation) {
      one = Checked{};
      one.generation = generation;
    }
    return &one;
  }

  void on_flow(const Event& event, const RuleContext& context, FindingSink& out) {
    const FlowFacts& facts = event.flow_facts;
    if (facts.stage == FlowStage::opened || facts.packets[0] > 0) {
      on_sender(event, true, context, out);
    }
    if (facts.packets[1] > 0) {
      on_sender(event, false, context, out);
    }
  }

  // The client of the event, or its server, sent something.
  void on_sender(const Event& event, bool client, const RuleContext& context, FindingSink& out) {
    const AssetIndex asset = client ? context.parties.client : context.parties.server;
    Checked* const one = at(asset, context.inventory);
    if (one == nullptr || one->checked) {
      return;
    }
    one->checked = true;
    const Endpoint& end = client ? event.client : event.server;
    one->fresh = is_new_device(end, event.vlan, asset, context);
    if (one->fresh) {
      one->alert = out.raise(appeared(event, client, context));
    }
  }

  void on_message(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (!view.new_client || !asks(event)) {
      return;
    }
    Checked* const one = at(context.parties.client, context.inventory);
    const bool first_change = changes(event.message) && (one == nullptr || !one->changed);
    if (one != nullptr && one->checked && !first_change &&
        out.again(one->alert, event.packet, event.repeats + 1U)) {
      return;
    }
    const AlertHandle alert = out.raise(spoke(view, event, context));
    if (one != nullptr) {
      one->checked = one->fresh = true;
      one->changed = one->changed || first_change;
      one->alert = alert;
    }
  }

  static std::string key_of(const Party& party, const RuleContext& context) {
    return party_id(party, context.inventory);
  }

  static void describe(Finding& finding, const Party& party, const RuleContext& context) {
    const HostKey seen = host_key(party);
    const std::string zone{section_of(seen, context.policy)};
    const HostPlace place{party.ip, party.ip.empty() ? party.mac : MacAddress{}, party.vlan};
    const MacAddress mac =
        party.asset == kNone ? party.mac : context.inventory.asset(party.asset).mac;
    finding.kind = kKind;
    finding.confidence = 90;
    finding.dedup_key = key_of(party, context);
    finding.quiet = std::chrono::hours{24};
    finding.accept =
        accept_entry(zone, "hosts",
                     entry_json(BaselineHost{.place = place, .mac = mac, .name = {}, .role = {}}));
    const BaselineZone* section = context.baseline->zone(zone);
    finding.baseline = {"hosts of zone " + zone,
                        std::to_string(section == nullptr ? 0 : section->hosts.size()) +
                            " addresses that were approved",
                        name_of(party, context)};
  }

  static Finding appeared(const Event& event, bool client, const RuleContext& context) {
    Finding finding;
    finding.source = client ? client_party(event, context) : server_party(event, context);
    const bool flow = event.kind == EventKind::flow;
    if (flow) {
      finding.destination = client ? server_party(event, context) : client_party(event, context);
    }
    describe(finding, finding.source, context);
    finding.severity = severity_of(host_key(finding.source), finding.source.asset, context);
    finding.certin =
        finding.severity >= Severity::medium ? CertInClass::posture : CertInClass::none;
    finding.protocol = flow ? protocol_words(event) : event.host.arp_operation != 0 ? "arp" : "";
    finding.transport = flow ? to_string(event.transport) : "eth";
    finding.why = "The baseline does not know " + name_of(finding.source, context) +
                  (flow ? ", which was first seen talking to " +
                              host_words(host_key(finding.destination), context.policy) + " (" +
                              finding.protocol + ")."
                        : ", which was first seen by a frame it sent.");
    finding.attack = {kAttack[0]};
    finding.evidence.push_back(event.packet);
    finding.state = event.state;
    return finding;
  }

  static Finding spoke(const LinkView& view, const Event& event, const RuleContext& context) {
    Finding finding = message_finding(kKind, event, context);
    describe(finding, finding.source, context);
    finding.severity = severity_of(host_key(finding.source), finding.source.asset, context);
    finding.certin =
        finding.severity >= Severity::medium ? CertInClass::posture : CertInClass::none;
    if (changes(event.message)) {
      const bool valued = serves_process(event, view.server, context);
      finding.severity = valued ? Severity::critical : Severity::high;
      finding.certin = CertInClass::incident;
    }
    finding.why = "The baseline does not know " + name_of(finding.source, context) +
                  ", which sent " + finding.protocol + ' ' + finding.operation_name +
                  (finding.target.empty() ? "" : " for " + finding.target) + " to " +
                  host_words(host_key(finding.destination), context.policy) + '.';
    finding.attack = {kAttack[0], kAttack[1]};
    return finding;
  }

  std::vector<Checked> checked_;  // by asset
};

}  // namespace

extern const DetectorInfo new_asset_detector;
constinit const DetectorInfo new_asset_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<NewAsset>(); },
    .attack = kAttack,
};

}  // namespace prahari
