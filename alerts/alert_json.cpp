#include "alerts/alert_json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "alerts/time_forms.hpp"
#include "capture/time_text.hpp"
#include "rules/kinds.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::success:
      return "success";
    case Outcome::failure:
      return "failure";
    case Outcome::unknown:
      break;
  }
  return "unknown";
}

Json party_json(const Party& party, const std::string& asset, const NetworkView& network) {
  const HostView* host = network.host(asset);
  Json vlan = Json::array();
  for (std::size_t i = 0; i < party.vlan.count; ++i) {
    vlan.push_back(party.vlan.ids[i]);
  }
  return {{"asset", text_or_null(asset)},
          {"name", host == nullptr ? Json() : text_or_null(host->name)},
          {"ip", text_or_null(to_string(party.ip))},
          {"mac", party.mac.empty() ? Json() : Json(to_string(party.mac))},
          {"vlan", std::move(vlan)},
          {"zone", text_or_null(party.zone)},
          {"port", party.port == 0 ? Json() : Json(party.port)}};
}

// Whole numbers stay whole; what JSON has no number for (NaN, infinity) is null.
Json value_json(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

Json operation_json(const Finding& finding) {
  if (!finding.has_operation) {
    return nullptr;
  }
  Json values = Json::array();
  for (const double value : finding.values) {
    values.push_back(value_json(value));
  }
  return {{"class", to_string(finding.operation)},
          {"name", text_or_null(finding.operation_name)},
          {"target", text_or_null(finding.target)},
          {"values", std::move(values)}};
}

Json policy_json(const PolicyRef& policy) {
  if (policy.rule.empty() && policy.file.empty()) {
    return nullptr;
  }
  return {{"rule", text_or_null(policy.rule)},
          {"file", text_or_null(policy.file)},
          {"line", policy.line == 0 ? Json() : Json(policy.line)}};
}

Json baseline_json(const BaselineRef& baseline) {
  if (baseline.entry.empty() && baseline.expected.empty() && baseline.seen.empty()) {
    return nullptr;
  }
  return {{"entry", text_or_null(baseline.entry)},
          {"expected", text_or_null(baseline.expected)},
          {"seen", text_or_null(baseline.seen)}};
}

Json attack_json(const Finding& finding, const AttackTable& names) {
  Json out = Json::array();
  for (const std::string_view id : finding.attack) {
    if (id.empty()) {
      continue;
    }
    const Technique* technique = names.find(id);
    out.push_back({{"id", id},
                   {"name", technique == nullptr ? Json() : Json(technique->name)},
                   {"tactic", technique == nullptr ? Json() : Json(tactics_text(*technique))}});
  }
  return out;
}

Json certin_json(const Alert& alert, const CertInData& certin) {
  const Finding& finding = alert.finding;
  const bool incident = alert.incident();
  return {{"class", std::string(1, static_cast<char>(finding.certin))},
          {"types", certin.types_of(finding.kind, finding.certin)},
          {"noticed_at", incident ? Json(format_time(alert.noticed)) : Json()},
          {"report_by", incident ? Json(format_time(report_by(alert.noticed))) : Json()}};
}

Json evidence_json(const Alert& alert, std::span<const Input> inputs) {
  Json frames = Json::array();
  for (const PacketRef& packet : alert.evidence) {
    if (packet.file == alert.evidence.front().file) {
      frames.push_back(packet.frame);
    } else {
      frames.push_back({{"capture", capture_name(inputs, packet.file)}, {"frame", packet.frame}});
    }
  }
  const Json capture = alert.evidence.empty()
                           ? Json()
                           : text_or_null(capture_name(inputs, alert.evidence.front().file));
  Json out = {{"capture", capture},
              {"frames", std::move(frames)},
              {"pcap", text_or_null(alert.file.pcap)},
              {"sha256", text_or_null(alert.file.sha256)}};
  if (alert.evidence_left_out != 0) {
    out["left_out"] = alert.evidence_left_out;
  }
  if (!alert.file.missing.empty()) {
    out["missing"] = alert.file.missing;
  }
  return out;
}

}  // namespace

Json alert_json(const Alert& alert, const AlertContext& context) {
  const Finding& finding = alert.finding;
  Json out = {
      {"schema", "prahari.alert/1"},
      {"id", alert.id},
      {"kind", finding.kind},
      {"severity", to_string(finding.severity)},
      {"confidence", finding.confidence},
      {"title", alert_title(alert)},
      {"why", finding.why},
      {"status", "new"},
      {"first_seen", format_time(alert.first_seen)},
      {"last_seen", format_time(alert.last_seen)},
      {"count", alert.count},
      {"source", party_json(finding.source, alert.source_asset, context.network)},
      {"destination", party_json(finding.destination, alert.destination_asset, context.network)},
      {"protocol", text_or_null(finding.protocol)},
      {"transport", text_or_null(finding.transport)},
      {"outcome", to_string(finding.outcome)},
      {"site", text_or_null(context.network.site.name)},
      {"operation", operation_json(finding)},
      {"policy", policy_json(finding.policy)},
      {"baseline", baseline_json(finding.baseline)},
      {"accept", text_or_null(finding.accept)},
      {"attack", attack_json(finding, context.attack)},
      {"attack_version", AttackTable::kVersion},
      {"certin", certin_json(alert, context.certin)},
      {"evidence", evidence_json(alert, context.inputs)},
      {"state", to_string(finding.state)},
      {"sensor", {{"name", context.sensor}, {"version", context.version}}}};
  if (context.cases != nullptr) {
    const auto joined = context.cases->find(alert.id);
    out["case"] = joined == context.cases->end() ? Json() : Json(joined->second);
  }
  return out;
}

std::string alerts_jsonl(std::span<const Alert> alerts, const AlertContext& context) {
  std::string out;
  for (const Alert& alert : alerts) {
    out += dump_json(alert_json(alert, context));
    out += '\n';
  }
  return out;
}

std::string_view alert_title(const Alert& alert) noexcept {
  for (const AlertKind& kind : kAlertKinds) {
    if (kind.id == alert.finding.kind) {
      return kind.title;
    }
  }
  return alert.finding.kind;
}

std::string tactics_text(const Technique& technique) {
  std::string out;
  for (const std::string& tactic : technique.tactics) {
    out += out.empty() ? "" : ", ";
    out += tactic;
  }
  return out;
}

std::string party_label(const Party& party, const HostView* host) {
  if (host != nullptr && !host->name.empty()) {
    return host->name;
  }
  if (!party.ip.empty()) {
    return to_string(party.ip);
  }
  return party.mac.empty() ? "unknown host" : to_string(party.mac);
}

std::string_view capture_name(std::span<const Input> inputs, std::uint16_t file) {
  return file < inputs.size() ? std::string_view(inputs[file].name) : std::string_view{};
}

}  // namespace prahari
