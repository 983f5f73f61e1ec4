#include "rules/effect_alerts.hpp"

#include "rules/describe.hpp"

namespace prahari {
namespace {

// "told 10.0.0.2, unit 1, to stop" for "told % to stop".
std::string filled(std::string_view pattern, const std::string& device, const std::string& unit) {
  const std::size_t at = pattern.find('%');
  const std::string_view rest = pattern.substr(at + 1);
  return std::string{pattern.substr(0, at)} + device + (unit.empty() ? "" : ", " + unit) +
         (unit.empty() || rest.empty() ? "" : ",") + std::string{rest};
}

}  // namespace

EffectAlerts::EffectAlerts(const EffectKind& kind) : kind_(kind) {
  rules_.fill(kNoRule);
  for (std::size_t i = 0; i < kind_.rules.size(); ++i) {
    rules_[static_cast<std::size_t>(kind_.rules[i].effect)] = static_cast<std::uint8_t>(i);
  }
}

EffectAlerts::Key EffectAlerts::key_of(std::uint8_t rule, const Event& event) const noexcept {
  Key key{.client = host_place(event.client, event.vlan),
          .server = host_place(event.server, event.vlan),
          .rule = rule};
  if (kind_.scope == EffectScope::device) {
    key.unit = event.message.unit;
  } else if (kind_.scope == EffectScope::session && event.flow.valid()) {
    key.flow = event.flow.index();
    key.generation = event.flow.generation;
  }
  return key;
}

AlertHandle EffectAlerts::on_message(std::uint8_t rule, const Event& event,
                                     const RuleContext& context, FindingSink& out) {
  const bool answer = event.message.kind == Kind::response || event.message.kind == Kind::exception;
  const Key key = key_of(rule, event);
  std::uint32_t slot = causes_.find(key);
  const bool known = slot != causes_.kNone;
  if (!known) {
    slot = causes_.insert(key);
    causes_[slot].expected = kind_.expected != nullptr && kind_.expected(event, context);
  }
  Cause& cause = causes_[slot];
  if (cause.expected) {
    return {};
  }
  if (known && answer && event.message.matched) {
    settle(cause, event, out);
    return cause.alert;
  }
  if (known && (event.message.further || out.again(cause.alert, event.packet))) {
    return cause.alert;  // one message is counted once, however many targets it has
  }
  cause.alert = out.raise(finding_of(kind_.rules[rule], event, context));
  cause.outcome = event.message.outcome;
  return cause.alert;
}

// Of a transfer one failure tells; of commands that were tried again the one that worked.
void EffectAlerts::settle(Cause& cause, const Event& event, FindingSink& out) const {
  const Outcome tells = kind_.scope == EffectScope::session ? Outcome::failure : Outcome::success;
  if (cause.outcome != tells && event.message.outcome != Outcome::unknown) {
    cause.outcome = event.message.outcome;
    out.refine(cause.alert, event.message.outcome, event.packet);
  } else {
    out.refine(cause.alert, Outcome::unknown, event.packet);
  }
}

std::string EffectAlerts::dedup_key(const EffectRule& rule, const Event& event,
                                    const RuleContext& context) const {
  const std::string server = party_id(server_party(event, context), context.inventory);
  const std::string client = party_id(client_party(event, context), context.inventory);
  const std::string effect{to_string(rule.effect)};
  switch (kind_.scope) {
    case EffectScope::device:
      return server + '|' + std::to_string(event.message.unit) + '|' + effect;
    case EffectScope::pair:
      return client + '|' + server;
    case EffectScope::session:
      break;
  }
  return client + '|' + server + '|' + std::to_string(event.server.port) + '|' + effect;
}

Finding EffectAlerts::finding_of(const EffectRule& rule, const Event& event,
                                 const RuleContext& context) const {
  Finding finding = message_finding(kind_.kind, event, context);
  finding.severity = rule.severity;
  finding.confidence = 95;
  finding.quiet = kind_.quiet;
  const std::string unit = finding.target;
  finding.target += finding.target.empty() ? "" : " ";
  finding.target += rule.about;
  finding.dedup_key = dedup_key(rule, event, context);
  const std::string device = host_words(host_key(finding.destination), context.policy);
  finding.why = host_words(host_key(finding.source), context.policy) + ' ' +
                filled(rule.did, device, unit) + ", by " + finding.protocol + ' ' +
                finding.operation_name + '.';
  finding.accept = permit_entry(finding, context.policy, event.packet.time);
  finding.attack = rule.attack;
  finding.certin = rule.certin;
  if (event.message.matched) {
    finding.evidence.insert(finding.evidence.begin(), event.message.request);
  }
  return finding;
}

}  // namespace prahari
