#include "alerts/case_json.hpp"

#include <nlohmann/json.hpp>

#include "alerts/case_words.hpp"
#include "alerts/text.hpp"
#include "capture/time_text.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json step_json(const CaseStep& step, const AlertContext& context) {
  const Alert& alert = *step.alert;
  const Finding& finding = alert.finding;
  const Technique* technique = context.attack.find(step.technique);
  return {{"alert", alert.id},
          {"kind", finding.kind},
          {"title", alert_title(alert)},
          {"severity", to_string(finding.severity)},
          {"tactic", text_or_null(step.tactic)},
          {"technique", text_or_null(step.technique)},
          {"technique_name", technique == nullptr ? Json() : Json(technique->name)},
          {"first_seen", format_time(alert.first_seen)},
          {"last_seen", format_time(alert.last_seen)},
          {"count", alert.count},
          {"from", party_label(finding.source, context.network.host(alert.source_asset))},
          {"to", text_or_null(target_text(alert, context.network))},
          {"why", finding.why},
          {"consequence", step.consequence}};
}

}  // namespace

Json case_json(const Case& entry, const AlertContext& context) {
  const Party& source = entry.first->finding.source;
  Json steps = Json::array();
  for (const CaseStep& step : entry.steps) {
    steps.push_back(step_json(step, context));
  }
  return {{"schema", kCaseSchema},
          {"id", entry.id},
          {"severity", to_string(entry.severity)},
          {"raised", entry.raised},
          {"title", entry.title},
          {"source",
           {{"asset", text_or_null(entry.first->source_asset)},
            {"name", entry.source},
            {"ip", text_or_null(to_string(source.ip))},
            {"mac", source.mac.empty() ? Json() : Json(to_string(source.mac))},
            {"zone", text_or_null(source.zone)}}},
          {"first_seen", format_time(entry.first_seen)},
          {"last_seen", format_time(entry.last_seen)},
          {"targets", entry.targets},
          {"target_count", entry.target_count},
          {"alerts", entry.alerts},
          {"left_out", entry.alerts - entry.steps.size()},
          {"steps", std::move(steps)}};
}

std::string cases_json(std::span<const Case> cases, const AlertContext& context) {
  Json list = Json::array();
  for (const Case& entry : cases) {
    list.push_back(case_json(entry, context));
  }
  return dump_json({{"schema", "prahari.cases/1"}, {"cases", std::move(list)}}, 2) + "\n";
}

CaseRow case_row(const Case& entry, const AlertContext& context) {
  return {.id = entry.id,
          .severity = std::string{to_string(entry.severity)},
          .title = entry.title,
          .first_seen = entry.first_seen,
          .last_seen = entry.last_seen,
          .alerts = entry.alerts,
          .body = dump_json(case_json(entry, context))};
}

}  // namespace prahari
