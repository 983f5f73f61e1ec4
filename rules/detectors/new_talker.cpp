// Two hosts that the baseline knows, and a service between them that it does not, towards something
// that drives the process (detections.md, 5). What the client then does belongs to the same alert.

#include <array>

#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "new-talker";
constexpr std::array<std::string_view, 1> kAttack = {"T0848"};

class NewTalker final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (context.baseline == nullptr) {
      return;
    }
    if (event.kind == EventKind::message || event.kind == EventKind::tally) {
      on_message(event, context, out);
    } else if (event.kind == EventKind::flow && event.flow_facts.stage == FlowStage::established) {
      on_flow(event, context, out);
    }
  }

 private:
  struct FlowNote {
    bool judged = false;
    bool told = false;
    bool changed = false;  // wrote or controlled
    Protocol protocol = Protocol::unknown;
    AlertHandle alert;
  };

  static bool new_device_takes_part(const Event& event, const RuleContext& context) {
    return is_new_device(event.client, event.vlan, context.parties.client, context) ||
           (!tells_service(event) &&
            is_new_device(event.server, event.vlan, context.parties.server, context));
  }

  // Between equals, who use one port on both sides, whoever speaks first is the client.
  static bool turned_round(BaselineHostIndex client, BaselineHostIndex server,
                           const BaselineService& service, const Event& event,
                           const Baseline& baseline) noexcept {
    return event.client.port == event.server.port &&
           baseline.link(server, client, service) != kNone;
  }

  // Where nothing tells who serves whom, two hosts that had anything at all with each other are
  // left alone: the service may be one of those.
  static bool departs(BaselineHostIndex client, BaselineHostIndex server,
                      const BaselineService& service, const Event& event,
                      const RuleContext& context) {
    const Baseline& baseline = *context.baseline;
    if (tells_service(event)) {
      return baseline.link(client, server, service) == kNone &&
             !turned_round(client, server, service, event, baseline) &&
             serves_process(event, server, context);
    }
    const bool controls = baseline.host_entry(client).role == to_string(Role::controller);
    return !baseline.linked(client, server) && !baseline.linked(server, client) &&
           (controls || serves_process(event, server, context));
  }

  // Established, and nothing said yet: judged by its port.
  void on_flow(const Event& event, const RuleContext& context, FindingSink& out) {
    const Baseline& baseline = *context.baseline;
    const bool ports = event.transport == Transport::tcp || event.transport == Transport::udp;
    if (!event.flow.valid() || !ports || !between_hosts(event) ||
        !baseline.locked(server_section(event, context)) || new_device_takes_part(event, context)) {
      return;
    }
    const BaselineHostIndex client = baseline.host(
        device_key(event.client, event.vlan, context.parties.client, context.inventory));
    const BaselineHostIndex server = baseline.host(
        device_key(event.server, event.vlan, context.parties.server, context.inventory));
    const BaselineService service = flow_service(event);
    if (!departs(client, server, service, event, context)) {
      return;
    }
    FlowNote& note = notes_.at(event.flow).note;
    note.told = true;
    note.protocol = service.protocol;
    Finding finding = event_finding(kKind, event, context);
    finding.why = host_words(host_key(finding.source), context.policy) + " connected to " +
                  host_words(host_key(finding.destination), context.policy) + ", " +
                  to_string(service) + ", which it never did while the baseline was learned.";
    complete(finding, service, event, context);
    note.alert = out.raise(std::move(finding));
  }

  void on_message(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (!view.locked || !view.hosts || view.new_client || view.link != kNone || !asks(event)) {
      return;
    }
    FlowNote stray;
    FlowNote& note = event.flow.valid() ? notes_.at(event.flow).note : stray;
    const bool others = view.second_writer && event.message.operation == Operation::write;
    const bool change = !others && event.message.operation != Operation::read &&
                        event.message.operation != Operation::discover;
    if (others && !note.told) {
      return;  // second-master tells of it
    }
    const bool escalates = change && !note.changed;
    if (note.told && !escalates && note.protocol == event.protocol &&
        out.again(note.alert, event.packet, event.repeats + 1U)) {
      return;
    }
    if (!note.told && note.judged && note.protocol == event.protocol && !escalates) {
      return;
    }
    note.judged = true;
    note.protocol = event.protocol;
    if (!note.told && (!serves_process(event, view.server, context) ||
                       turned_round(view.client, view.server, message_service(event), event,
                                    *context.baseline))) {
      return;
    }
    note.told = true;
    note.changed = note.changed || change;
    note.alert = out.raise(finding_of(event, change, context));
  }

  static void complete(Finding& finding, const BaselineService& service, const Event& event,
                       const RuleContext& context) {
    finding.severity = Severity::high;
    finding.confidence = 90;
    finding.quiet = std::chrono::hours{24};
    finding.dedup_key = party_id(finding.source, context.inventory) + " > " +
                        party_id(finding.destination, context.inventory) + ' ' + to_string(service);
    finding.certin = CertInClass::posture;
    finding.attack = {kAttack[0]};
    const std::string zone = server_section(event, context);
    finding.accept =
        accept_entry(zone, "talkers",
                     entry_json(BaselineTalker{.link = link_of(event, service),
                                               .decoded = service.protocol != Protocol::unknown,
                                               .per_minute = {},
                                               .write_rate = {},
                                               .bytes_per_minute = {}}));
    finding.baseline = {"talkers of zone " + zone, "no connection of these two over this service",
                        to_string(link_of(event, service))};
  }

  static Finding finding_of(const Event& event, bool change, const RuleContext& context) {
    Finding finding = message_finding(kKind, event, context);
    const BaselineService service = message_service(event);
    finding.why = host_words(host_key(finding.source), context.policy) + " sent " +
                  finding.protocol + ' ' + finding.operation_name +
                  (finding.target.empty() ? "" : " for " + finding.target) + " to " +
                  host_words(host_key(finding.destination), context.policy) +
                  "; the two never spoke " + finding.protocol + " while the baseline was learned.";
    complete(finding, service, event, context);
    // What it does belongs to the alert, so that one with a change says so.
    if (change) {
      finding.certin = CertInClass::incident;
    }
    return finding;
  }

  PerFlow<FlowNote> notes_;
};

}  // namespace

extern const DetectorInfo new_talker_detector;
constinit const DetectorInfo new_talker_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<NewTalker>(); },
    .attack = kAttack,
};

}  // namespace prahari
