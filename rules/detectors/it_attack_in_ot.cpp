// What intruders do in office networks, seen in OT (detections.md, 23): the old SMB that worms
// spread by, services made from afar, programs put on a host, answers to names of others, and what
// is known to be bad. Few things, each with a meaning of its own.

#include <algorithm>
#include <array>
#include <optional>

#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/intel.hpp"
#include "rules/link_view.hpp"
#include "rules/name_poison.hpp"
#include "rules/ot_findings.hpp"
#include "rules/ot_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "it-attack-in-ot";
constexpr auto kAttack =
    std::to_array<std::string_view>({"T0866", "T0867", "T0886", "T0830", "T0869"});
constexpr auto kThresholds = std::to_array<Threshold>({
    {"names", 3, 2, 16, "names that one host answers for by LLMNR or NetBIOS"},
});
constexpr std::size_t kLongestName = 120;
// As a baseline knows them: read, or only seen by their ports.
constexpr auto kSmbServices = std::to_array<BaselineService>({
    {.protocol = Protocol::smb, .transport = Transport::none, .port = 0},
    {.protocol = Protocol::unknown, .transport = Transport::tcp, .port = 139},
    {.protocol = Protocol::unknown, .transport = Transport::tcp, .port = 445},
});

// Whether people approved, with the baseline of the server's zone, that the two speak SMB. Which of
// them asks does not matter: masters browse each other.
bool is_approved(const Event& event, const RuleContext& context) {
  const Baseline* baseline = context.baseline;
  if (baseline == nullptr || !baseline->locked(server_section(event, context))) {
    return false;
  }
  const BaselineHostIndex one = baseline->host(host_key(event.client, event.vlan));
  const BaselineHostIndex other = baseline->host(host_key(event.server, event.vlan));
  if (one == kNone || other == kNone) {
    return false;
  }
  return std::ranges::any_of(kSmbServices, [&](const BaselineService& service) {
    return baseline->link(one, other, service) != kNone ||
           baseline->link(other, one, service) != kNone;
  });
}

// One sort of attack. `words` goes on after the source, % is the destination.
struct Sort {
  std::string_view id;
  std::string_view words;
  Severity severity;
  CertInClass certin;
  OtEnd end;
  std::array<std::string_view, 3> attack;
};

constexpr Sort kOldSmb{"smb1",         "spoke SMB 1 with %, by which worms spread",
                       Severity::high, CertInClass::posture,
                       OtEnd::either,  {"T0866"}};
constexpr Sort kService{"remote-service",   "asked % to make and run a service, as PsExec does",
                        Severity::high,     CertInClass::incident,
                        OtEnd::destination, {"T0866", "T0886"}};
constexpr Sort kPipe{"remote-command",   "opened the pipe of a tool that runs commands on %",
                     Severity::high,     CertInClass::incident,
                     OtEnd::destination, {"T0866", "T0886"}};
constexpr Sort kProgram{"program-sent",        "sent a program to %", Severity::high,
                        CertInClass::incident, OtEnd::destination,    {"T0867"}};
constexpr Sort kPoison{"name-poisoning", "answered % for a name that is not its own",
                       Severity::high,   CertInClass::incident,
                       OtEnd::either,    {"T0830"}};
constexpr Sort kKnownBad{"known-bad",           "is in touch with %", Severity::high,
                         CertInClass::incident, OtEnd::either,        {"T0869"}};

std::string filled(std::string_view pattern, const std::string& device) {
  const std::size_t at = pattern.find('%');
  return std::string{pattern.substr(0, at)} + device + std::string{pattern.substr(at + 1)};
}

class ItAttackInOt final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    findings_.on_time(event.packet.time, context, out);
    switch (event.kind) {
      case EventKind::posture:
        on_posture(event, context, out);
        break;
      case EventKind::identity:
        on_identity(event, context, out);
        break;
      case EventKind::flow:
        on_flow(event, context, out);
        break;
      default:
        break;
    }
  }

  void on_envelope(const Event& event, const RuleContext& context, FindingSink& out) override {
    switch (event.protocol) {
      case Protocol::smb:
        on_smb(event, context, out);
        break;
      case Protocol::http:
        if (event.message.name == "Program") {
          const bool fetched = event.message.kind == Kind::response;
          raise(kProgram, event, fetched, "by HTTP, from the path " + quoted(event.text), context,
                out);
        }
        break;
      case Protocol::llmnr:
      case Protocol::nbns:
        on_name(event, context, out);
        break;
      case Protocol::dns:
        if (event.message.kind == Kind::request && !event.text.empty()) {
          check(intel(context).domain(event.text), event, "it asked for " + quoted(event.text),
                context, out);
        }
        break;
      default:
        break;
    }
  }

  void on_end(const RuleContext& context, FindingSink& out) override {
    findings_.on_end(context, out);
  }

 private:
  static std::string quoted(std::string_view text) { return in_quotes(text, kLongestName); }

  const Intel& intel(const RuleContext& context) {
    if (!intel_) {
      intel_.emplace(context.policy.site().intel);
    }
    return *intel_;
  }

  void on_posture(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.protocol == Protocol::smb && event.posture.aspect == Posture::Aspect::channel_used &&
        event.posture.has(Posture::Flaw::deprecated) && !is_approved(event, context)) {
      raise(kOldSmb, event, false, "", context, out);
    }
  }

  void on_identity(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.identity.source == "TLS client hello (JA4)") {
      check(intel(context).ja4(event.text), event,
            "its software has the fingerprint " + quoted(event.text), context, out);
    } else if (event.identity.source == "TLS server name asked for") {
      check(intel(context).domain(event.text), event, "it asked for " + quoted(event.text), context,
            out);
    }
  }

  void on_flow(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.flow_facts.stage != FlowStage::established &&
        event.flow_facts.stage != FlowStage::opened) {
      return;
    }
    const Intel& known = intel(context);
    if (!known.has(Indicator::Sort::address)) {
      return;
    }
    for (const Endpoint* end : {&event.client, &event.server}) {
      check(known.address(end->ip), event, "the address is " + to_string(end->ip), context, out);
    }
  }

  void check(const Indicator* known, const Event& event, const std::string& how,
             const RuleContext& context, FindingSink& out) {
    if (known != nullptr) {
      raise(kKnownBad, event, false, how + ", which is known to be bad: " + known->what, context,
            out, known->value);
    }
  }

  void on_smb(const Event& event, const RuleContext& context, FindingSink& out) {
    const std::string_view name = event.message.name;
    if (name == "Create Service") {
      raise(kService, event, false, "", context, out);
    } else if (name == "Open Remote Command Pipe") {
      raise(kPipe, event, false, "the pipe is " + quoted(event.text), context, out);
    } else if (name == "Create Program") {
      raise(kProgram, event, false, "by SMB, as " + quoted(event.text), context, out);
    }
  }

  void on_name(const Event& event, const RuleContext& context, FindingSink& out) {
    const auto least = static_cast<std::size_t>(
        context.policy.threshold(kKind, kThresholds[0], server_zone(event, context)));
    const NamePoison::Verdict verdict = names_.on_message(event, least);
    if (verdict.poisons) {
      raise(kPoison, event, true,
            "the name is " + quoted(event.text) + ", of " + std::to_string(verdict.names) +
                " that it answered for",
            context, out);
    }
  }

  static ZoneIndex server_zone(const Event& event, const RuleContext& context) {
    return context.policy.zone_of(host_key(event.server, event.vlan));
  }

  // `turned`: the server is who did it.
  void raise(const Sort& sort, const Event& event, bool turned, const std::string& how,
             const RuleContext& context, FindingSink& out, std::string_view indicator = {}) {
    Finding finding = event_finding(kKind, event, context);
    finding.severity = sort.severity;
    finding.confidence = 85;
    if (turned) {
      std::swap(finding.source, finding.destination);
    }
    if (sort.end == OtEnd::destination) {
      finding.has_operation = true;  // so that a permit can cover planned maintenance
      finding.operation = Operation::program;
      finding.operation_name = event.kind == EventKind::message ? event.message.name : sort.id;
    }
    finding.dedup_key = party_id(finding.source, context.inventory) + '|' +
                        party_id(finding.destination, context.inventory) + '|' +
                        std::string{sort.id} +
                        (indicator.empty() ? "" : '|' + std::string{indicator});
    const bool bad = &sort == &kKnownBad;
    finding.why = host_words(host_key(finding.source), context.policy) + ' ' +
                  filled(sort.words, host_words(host_key(finding.destination), context.policy)) +
                  (how.empty() ? ""
                   : bad       ? ": " + how
                               : " (" + how + ')') +
                  '.';
    finding.accept = finding.has_operation
                         ? permit_entry(finding, context.policy, event.packet.time)
                         : ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = sort.attack;
    finding.certin = sort.certin;
    findings_.raise(sort.end, std::move(finding), context, out);
  }

  std::optional<Intel> intel_;  // made when first needed: the site is known by then
  NamePoison names_;
  OtFindings findings_;
};

}  // namespace

extern const DetectorInfo it_attack_in_ot_detector;
constinit const DetectorInfo it_attack_in_ot_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ItAttackInOt>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
    .envelopes = true,
};

}  // namespace prahari
