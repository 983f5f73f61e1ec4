// Messages, or bytes, that break their protocol (detections.md, 17). Which breaches count is told
// by the dissector (Problem::violation). Where the capture itself lost bytes nothing is said: what
// looks broken may be whole on the wire.

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"
#include "rules/per_flow.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "protocol-violation";
constexpr std::array<std::string_view, 1> kAttack = {"T0814"};
constexpr auto kThresholds = std::to_array<Threshold>(
    {{"many_per_session", 5, 2, 1'000'000, "breaches of one session from which on it is high"}});
constexpr std::size_t kRulesKept = 4;

struct RuleNote {
  Protocol protocol = Protocol::unknown;  // one flow may carry two, one in the other
  std::uint8_t problem = 0;
  AlertHandle alert;
};

struct Breaches {
  std::uint32_t count = 0;
  std::uint32_t many = 0;                    // from so many on it is high
  std::array<RuleNote, kRulesKept> rules{};  // the rules broken last
  std::uint8_t next = 0;
};

struct FlowNote {
  bool in_sync = false;                // a valid message was seen
  std::unique_ptr<Breaches> breaches;  // of few flows
};

std::uint32_t violations_of(Protocol protocol) noexcept {
  const std::span<const Problem> problems = dissector(protocol).problems;
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < problems.size() && i < 32; ++i) {
    mask |= problems[i].violation ? 1U << i : 0U;
  }
  return mask;
}

class ProtocolViolation final : public Detector {
 public:
  ProtocolViolation() {
    for (std::size_t i = 0; i < violations_.size(); ++i) {
      violations_[i] = violations_of(static_cast<Protocol>(i));
    }
  }

  void expect(std::span<const FlowId> flows) const noexcept override { notes_.expect(flows); }

  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    const bool message = event.kind == EventKind::message;
    if ((!message && event.kind != EventKind::anomaly) || !event.flow.valid() ||
        event.protocol == Protocol::unknown) {
      return;
    }
    const std::uint32_t counted = violations_[static_cast<std::size_t>(event.protocol)];
    const std::uint32_t broken =
        counted & (message                      ? event.message.problems
                   : event.anomaly.problem < 32 ? 1U << event.anomaly.problem
                                                : 0U);
    if (broken == 0) {
      if (message && event.message.problems == 0) {
        notes_.at(event.flow).note.in_sync = true;
      }
      return;
    }
    FlowNote& note = notes_.at(event.flow).note;
    if (is_uncertain(note, event)) {
      return;
    }
    if (!note.breaches) {
      note.breaches = std::make_unique<Breaches>();
      note.breaches->many = static_cast<std::uint32_t>(context.policy.threshold(
          kKind, kThresholds[0], context.policy.zone_of(host_key(event.server, event.vlan))));
    }
    for (std::uint32_t rest = broken; rest != 0; rest &= rest - 1) {
      breach(*note.breaches, event, static_cast<std::uint8_t>(std::countr_zero(rest)), context,
             out);
    }
  }

 private:
  static bool is_uncertain(const FlowNote& note, const Event& event) noexcept {
    return event.state == Completeness::gap || event.state == Completeness::one_way ||
           (event.state == Completeness::midstream && !note.in_sync);
  }

  static void breach(Breaches& note, const Event& event, std::uint8_t problem,
                     const RuleContext& context, FindingSink& out) {
    ++note.count;
    const auto known = std::ranges::find_if(note.rules, [&](const RuleNote& rule) {
      return rule.alert.slot != kNone && rule.protocol == event.protocol && rule.problem == problem;
    });
    // The one that makes it many is raised again, since it raises the severity.
    if (known != note.rules.end() && note.count != note.many &&
        out.again(known->alert, event.packet)) {
      return;
    }
    const AlertHandle alert = out.raise(finding_of(note, event, problem, context));
    if (known != note.rules.end()) {
      known->alert = alert;
      return;
    }
    note.rules[note.next] = {event.protocol, problem, alert};
    note.next = static_cast<std::uint8_t>((note.next + 1) % kRulesKept);
  }

  static Finding finding_of(const Breaches& note, const Event& event, std::uint8_t problem,
                            const RuleContext& context) {
    const bool message = event.kind == EventKind::message;
    const Problem& rule = dissector(event.protocol).problems[problem];
    const Direction direction = message ? event.message.direction : event.anomaly.direction;
    Finding finding = event_finding(kKind, event, context);
    finding.severity = note.count >= note.many ? Severity::high : Severity::medium;
    finding.confidence = 85;
    finding.certin = CertInClass::incident;
    if (direction == Direction::to_client) {
      std::swap(finding.source, finding.destination);
    }
    finding.dedup_key = to_string(event.client.ip) + '|' + to_string(event.server.ip) + '|' +
                        std::to_string(event.server.port) + '|' + finding.protocol + '|' +
                        std::string{rule.id};
    if (message) {
      set_operation(finding, event, context);
      finding.outcome = event.message.outcome;
    }
    const std::string what =
        message ? "a " + finding.protocol + " message (" + finding.operation_name + ')'
                : "bytes on a " + finding.protocol + " session";
    finding.why =
        host_words(host_key(finding.source), context.policy) + " sent " +
        host_words(host_key(finding.destination), context.policy) + ' ' + what +
        (message ? " that breaks" : " that break") + " the protocol: " + std::string{rule.words} +
        " (" + std::string{rule.id} + ')' +
        (note.count > 1 ? "; breach " + std::to_string(note.count) + " of this session." : ".");
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0]};
    const PacketRef& request = message ? event.message.request : event.anomaly.request;
    if (request.frame != 0) {
      finding.evidence.insert(finding.evidence.begin(), request);
    }
    return finding;
  }

  std::array<std::uint32_t, static_cast<std::size_t>(Protocol::unknown)> violations_{};
  PerFlow<FlowNote> notes_;
};

}  // namespace

extern const DetectorInfo protocol_violation_detector;
constinit const DetectorInfo protocol_violation_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ProtocolViolation>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
