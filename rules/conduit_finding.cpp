#include "rules/conduit_finding.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

// How many levels of the Purdue model lie strictly between: 4 to 1 passes by 3.5, 3 and 2.
int levels_skipped(double a, double b) noexcept {
  constexpr std::array<double, 7> kLevels = {0, 1, 2, 3, 3.5, 4, 5};
  if (std::isnan(a) || std::isnan(b)) {
    return 0;
  }
  return static_cast<int>(std::ranges::count_if(
      kLevels, [&](double level) { return level > std::min(a, b) && level < std::max(a, b); }));
}

std::string level_words(double level) {
  const int tenths = static_cast<int>(std::lround(level * 10));
  return std::to_string(tenths / 10) +
         (tenths % 10 == 0 ? std::string{} : '.' + std::to_string(tenths % 10));
}

Finding common_finding(const ZonePair& zones, const Event& event, const RuleContext& context) {
  Finding finding = event_finding(kConduitKind, event, context);
  finding.confidence = 95;
  finding.certin = CertInClass::incident;
  finding.dedup_key = std::string{context.policy.zone_name(zones.from)} + '|' +
                      std::string{context.policy.zone_name(zones.to)} + '|' + finding.protocol;
  finding.attack = {kConduitAttack[0], kConduitAttack[1]};
  if (event.kind == EventKind::message && event.message.matched) {
    finding.evidence.insert(finding.evidence.begin(), event.message.request);
  }
  return finding;
}

// What is asked in an OT protocol is taken for a controller, unless the site file says that it
// is something else.
bool is_controller(const HostKey& server, const Finding& finding, const RuleContext& context) {
  constexpr std::array<std::string_view, 4> kOthers = {"hmi", "engineering", "historian",
                                                       "jump-host"};
  const SiteAsset* asset = context.policy.asset_of(server);
  return finding.has_operation &&
         (asset == nullptr || std::ranges::none_of(kOthers, [&](std::string_view tag) {
            return std::ranges::find(asset->tags, tag) != asset->tags.end();
          }));
}

// What the site file has to do with it, as a clause.
std::string rule_words(const Verdict& verdict, const std::string& from, const std::string& to,
                       const std::string& wanted) {
  if (verdict.closed) {
    return "the conduit " + from + " -> " + to + " allows " + wanted + " only " +
           verdict.conduit->schedule.words();
  }
  const bool by_target =
      verdict.conduit != nullptr && verdict.depends_on_target && verdict.exception == nullptr;
  return by_target
             ? "the conduit " + from + " -> " + to + " allows " + wanted + " on other targets only"
             : "no conduit " + from + " -> " + to + " allows " + wanted;
}

void describe_verdict(Finding& finding, const ZonePair& zones, const Verdict& verdict,
                      const std::string& did, const std::string& wanted,
                      const RuleContext& context) {
  const Policy& policy = context.policy;
  const std::string from{policy.zone_name(zones.from)};
  const std::string to{policy.zone_name(zones.to)};
  const HostKey client = host_key(finding.source);
  const HostKey server = host_key(finding.destination);
  finding.policy.rule = rule_words(verdict, from, to, wanted);
  if (verdict.conduit != nullptr) {
    finding.policy.line = verdict.conduit->line;
    finding.policy.file = policy.site().file_of(verdict.conduit->file);
  }
  finding.why = host_words(client, policy) + " in zone " + from + ' ' + did + ' ' +
                host_words(server, policy) + " in zone " + to + ", but " + finding.policy.rule;
  if (verdict.closed) {
    finding.why +=
        ", and it was " + weekday_words(finding.evidence.back().time, policy.site().timezone);
  }
  finding.why += '.';
  if (verdict.exception != nullptr) {
    finding.why += " An exception for this ended on " + verdict.exception->until_text +
                   "; ask its owner, " + verdict.exception->owner + '.';
  }
  const double from_level = policy.level(zones.from);
  const double to_level = policy.level(zones.to);
  const int skipped = levels_skipped(from_level, to_level);
  const bool target_protected = is_controller(server, finding, context) ||
                                is_protected(server, finding.destination.asset, context);
  finding.severity = skipped >= 2 || target_protected ? Severity::critical : Severity::high;
  if (skipped >= 2) {
    finding.why += " It goes from Purdue level " + level_words(from_level) + " to " +
                   level_words(to_level) + " and so past " + std::to_string(skipped) + " levels.";
  }
  if (target_protected) {
    finding.why += " The target is a controller or marked as critical.";
  }
}

}  // namespace

Finding conduit_finding_of_message(const ZonePair& zones, const Event& event,
                                   const Verdict& verdict, const RuleContext& context) {
  Finding finding = common_finding(zones, event, context);
  set_operation(finding, event, context);
  finding.outcome = event.message.outcome;
  const std::string wanted = finding.protocol + ':' + std::string{to_string(finding.operation)};
  finding.dedup_key += '|' + std::string{to_string(finding.operation)};
  const std::string did = "sent " + finding.protocol + ' ' + finding.operation_name +
                          (finding.target.empty() ? "" : " (" + finding.target + ')') + " to";
  describe_verdict(finding, zones, verdict, did, wanted, context);
  const bool limited =
      finding.operation != Operation::read && finding.operation != Operation::discover;
  finding.accept =
      conduit_entry(context.policy.zone_name(zones.from), context.policy.zone_name(zones.to),
                    wanted + (limited ? target_limit(event) : ""));
  return finding;
}

namespace {

// What to allow for a bare session: on a decoded protocol's own port its reading, which session
// set-up belongs to, and not the port, which would cover every write as well.
std::string session_entry(const Event& event, const Finding& finding) {
  const auto layer =
      event.transport == Transport::udp ? Binding::Layer::udp_port : Binding::Layer::tcp_port;
  const Protocol bound = at_home({layer, event.server.port});
  return bound == Protocol::unknown ? finding.protocol : std::string{to_string(bound)} + ":read";
}

}  // namespace

Finding conduit_finding_of_flow(const ZonePair& zones, const Event& event, const Verdict& verdict,
                                const RuleContext& context) {
  Finding finding = common_finding(zones, event, context);
  describe_verdict(finding, zones, verdict, "opened a " + finding.protocol + " session with",
                   finding.protocol, context);
  finding.accept = conduit_entry(context.policy.zone_name(zones.from),
                                 context.policy.zone_name(zones.to), session_entry(event, finding));
  return finding;
}

}  // namespace prahari
