#include "sensor/case_view.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "alerts/json_text.hpp"
#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

std::string source_of(const Json& body) {
  const auto source = body.find("source");
  return source != body.end() && source->is_object() ? text_of(*source, "name") : std::string{};
}

std::string describe(const CaseRow& row) {
  const Json body = Json::parse(row.body, nullptr, false);
  std::string out = row.severity + ": " + terminal_text(row.title, 2000) + "  (" + row.id + ")\n";
  out += "from " + terminal_text(source_of(body)) + ", " + format_time(row.first_seen) + " to " +
         format_time(row.last_seen) + ", " + plural(row.alerts, "alert") + "\n";
  const Json steps = body.is_object() ? body.value("steps", Json::array()) : Json::array();
  std::string tactic;
  for (const Json& step : steps) {
    if (const std::string next = text_of(step, "tactic"); next != tactic) {
      tactic = next;
      out += "\n" + tactic + "\n";
    }
    out += "  " + text_of(step, "first_seen") + "  " + text_of(step, "severity") + "  " +
           text_of(step, "title") + "  (" + text_of(step, "alert") + ")" +
           (step.value("consequence", false) ? ", a consequence" : "") + "\n";
    out += "    " + terminal_text(text_of(step, "why"), std::string_view::npos) + "\n";
  }
  if (row.alerts > steps.size()) {
    out += "\n" + with_commas(row.alerts - steps.size()) + " more alerts, the least severe\n";
  }
  return out;
}

}  // namespace

Status list_cases(State& state, std::string_view format, const std::string& severity) {
  auto rows = state.reader.cases();
  if (!rows) {
    return rows.error();
  }
  Table table{{"ID", "SEVERITY", "FIRST SEEN", "LAST SEEN", "ALERTS", "FROM", "WHAT"}};
  for (const CaseRow& row : *rows) {
    if (severity.empty() || row.severity == severity) {
      const Json body = Json::parse(row.body, nullptr, false);
      table.add({row.id, row.severity, format_time(row.first_seen), format_time(row.last_seen),
                 std::to_string(row.alerts), source_of(body), row.title});
    }
  }
  return table.print(format);
}

Result<std::string> show_case(State& state, const std::string& id, bool json) {
  auto rows = state.reader.cases(id);
  if (!rows) {
    return rows.error();
  }
  if (id.empty() || rows->empty()) {
    return std::string{};
  }
  const CaseRow& row = rows->front();
  return json ? dump_json(Json::parse(row.body, nullptr, false), 2) + "\n" : describe(row);
}

}  // namespace prahari
