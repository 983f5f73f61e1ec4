// Somebody looks around (detections.md, 13): over hosts and ports, by ARP, over the units behind a
// gateway or the slots of a chassis, or by asking devices who they are.

#include <algorithm>
#include <array>

#include "rules/describe.hpp"
#include "rules/per_flow.hpp"
#include "rules/scan_arp.hpp"
#include "rules/scan_discovery.hpp"
#include "rules/scan_hosts.hpp"
#include "rules/scan_units.hpp"

namespace prahari {
namespace {

// Requests that ask a device for its nameplate.
struct Nameplate {
  std::string_view protocol;
  std::uint16_t function;
};
constexpr auto kNameplates = std::to_array<Nameplate>({{"modbus", 17}, {"modbus", 43}});

// Hosts with one of these tags may ask. Where nobody has one, nobody said who may.
constexpr std::array<std::string_view, 3> kApproved = {"engineering", "hmi", "jump-host"};

struct FlowNote {
  bool judged = false;
  bool approved = false;
  AlertHandle alert;
};

class Scan final : public Detector {
 public:
  void expect(std::span<const FlowId> flows) const noexcept override {
    hosts_.expect(flows);
    units_.expect(flows);
  }

  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (ticker_.due(event.packet.time)) {
      now_ = event.packet.time;
      judge(false, context, out);
    }
    hosts_.on_event(event, context);
    arp_.on_event(event, context);
    units_.on_event(event, context);
    discovery_.on_event(event, book_, context, out);
    if (event.kind == EventKind::message && asks_for_nameplate(event) && event.flow.valid()) {
      on_nameplate(event, context, out);
    }
  }

  void on_end(const RuleContext& context, FindingSink& out) override { judge(true, context, out); }

 private:
  void judge(bool over, const RuleContext& context, FindingSink& out) {
    hosts_.judge(now_, book_, context, out);
    arp_.judge(now_, over, book_, context, out);
    units_.judge(now_, over, book_, context, out);
    discovery_.judge(now_, over, book_, context, out);
  }

  static bool asks_for_nameplate(const Event& event) noexcept {
    return event.message.kind == Kind::request && event.message.operation == Operation::discover &&
           std::ranges::any_of(kNameplates, [&](const Nameplate& plate) {
             return plate.function == event.message.function &&
                    plate.protocol == to_string(event.protocol);
           });
  }

  static bool is_approved(const HostKey& host, const Policy& policy) noexcept {
    return std::ranges::none_of(kApproved,
                                [&](std::string_view tag) { return policy.tag_in_use(tag); }) ||
           std::ranges::any_of(kApproved,
                               [&](std::string_view tag) { return policy.has_tag(host, tag); });
  }

  void on_nameplate(const Event& event, const RuleContext& context, FindingSink& out) {
    FlowNote& note = notes_.at(event.flow).note;
    if (!note.judged) {
      note.judged = true;
      note.approved = is_approved(host_key(event.client, event.vlan), context.policy);
    }
    if (note.approved || out.again(note.alert, event.packet)) {
      return;
    }
    Finding finding = scan_finding(keep(client_party(event, context), context.inventory),
                                   {event.packet}, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    set_operation(finding, event, context);
    finding.attack = {kScanAttack[1], kScanAttack[0]};
    finding.state = event.state;
    const std::string clause =
        "asked " + host_words(host_key(finding.destination), context.policy) +
        " for its nameplate (" + finding.protocol + ' ' + finding.operation_name +
        "), and is not tagged engineering, hmi or jump-host in the site file";
    note.alert = book_.raise(ScanSort::nameplates, clause, std::move(finding), context, out);
  }

  ScanBook book_;
  HostScan hosts_;
  ArpScan arp_;
  UnitSweep units_;
  DiscoverySweep discovery_;
  Ticker ticker_;
  Timestamp now_;
  PerFlow<FlowNote> notes_;
};

}  // namespace

extern const DetectorInfo scan_detector;
constinit const DetectorInfo scan_detector = {
    .kind = kScanKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<Scan>(); },
    .attack = kScanAttack,
    .thresholds = kScanThresholds,
};

}  // namespace prahari
