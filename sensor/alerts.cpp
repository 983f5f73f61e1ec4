// prahari alerts list|show|export: the alerts that an earlier run left.

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "alerts/json_text.hpp"
#include "alerts/result_folder.hpp"
#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "rules/kinds.hpp"
#include "sensor/case_view.hpp"
#include "sensor/command.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

// How a party is called: name, else address, else MAC.
std::string party_text(const Json& alert, std::string_view key) {
  const auto party = alert.find(key);
  if (party == alert.end() || !party->is_object()) {
    return {};
  }
  for (const std::string_view field : {"name", "ip", "mac"}) {
    if (std::string text = text_of(*party, field); !text.empty()) {
      return text;
    }
  }
  return {};
}

Json parse_body(const AlertRow& row) { return Json::parse(row.body, nullptr, false); }

// In the order of alerts.jsonl: by first time, then id.
Result<std::vector<AlertRow>> read_alerts(State& state, const AlertQuery& query) {
  auto rows = state.reader.alerts(query);
  if (rows) {
    std::ranges::sort(*rows, [](const AlertRow& a, const AlertRow& b) {
      return std::tie(a.first_seen, a.id) < std::tie(b.first_seen, b.id);
    });
  }
  return rows;
}

AlertQuery query_of(const Arguments& arguments) {
  AlertQuery query;
  query.kind = arguments.value("kind");
  query.severity = arguments.value("severity");
  query.asset = arguments.value("asset");
  return query;
}

Exit run_list(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  if (arguments.has("cases")) {
    if (!arguments.value("kind").empty() || !arguments.value("asset").empty()) {
      return report({"--cases: goes with --severity only; --kind and --asset choose alerts",
                     Error::Kind::usage});
    }
    const Status listed =
        list_cases(*state, arguments.value("format", "table"), arguments.value("severity"));
    return listed ? Exit::done : report(listed.error());
  }
  auto rows = read_alerts(*state, query_of(arguments));
  if (!rows) {
    return report(rows.error());
  }
  Table table{{"ID", "SEVERITY", "KIND", "FIRST SEEN", "COUNT", "FROM", "TO", "WHY"}};
  for (const AlertRow& row : *rows) {
    const Json body = parse_body(row);
    table.add({row.id, row.severity, row.kind, format_time(row.first_seen),
               std::to_string(row.count), party_text(body, "source"),
               party_text(body, "destination"), text_of(body, "why")});
  }
  const Status shown = table.print(arguments.value("format", "table"));
  return shown ? Exit::done : report(shown.error());
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) {
    return;
  }
  out += name;
  out.append(name.size() < 13 ? 13 - name.size() : 1, ' ');
  std::string_view rest = value;
  for (bool first = true; !rest.empty(); first = false) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += (first ? "" : std::string(13, ' ')) +
           terminal_text(rest.substr(0, end), std::string_view::npos) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

std::string describe(const AlertRow& row) {
  const Json alert = parse_body(row);
  std::string out = row.severity + ": " + text_of(alert, "title") + "  (" + row.id + ")\n";
  append_line(out, "why", text_of(alert, "why"));
  append_line(out, "from", party_text(alert, "source"));
  append_line(out, "to", party_text(alert, "destination"));
  append_line(out, "seen",
              format_time(row.first_seen) + " to " + format_time(row.last_seen) + ", " +
                  with_commas(row.count) + " times");
  if (const auto operation = alert.find("operation");
      operation != alert.end() && operation->is_object()) {
    append_line(out, "operation",
                text_of(*operation, "name") + "  " + text_of(*operation, "target"));
  }
  if (const auto policy = alert.find("policy"); policy != alert.end() && policy->is_object()) {
    append_line(out, "policy", text_of(*policy, "rule"));
  }
  for (const Json& technique : alert.value("attack", Json::array())) {
    append_line(out, "ATT&CK", text_of(technique, "id") + " " + text_of(technique, "name"));
  }
  if (const auto certin = alert.find("certin"); certin != alert.end() && certin->is_object()) {
    append_line(out, "CERT-In",
                "class " + text_of(*certin, "class") +
                    (text_of(*certin, "report_by").empty()
                         ? ""
                         : ", report by " + text_of(*certin, "report_by")));
  }
  if (const auto evidence = alert.find("evidence");
      evidence != alert.end() && evidence->is_object()) {
    append_line(out, "packets", text_of(*evidence, "pcap"));
  }
  append_line(out, "case", text_of(alert, "case"));
  append_line(out, "to accept", text_of(alert, "accept"));
  return out;
}

Exit run_show(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  std::string out;
  const bool json = arguments.value("format", "table") == "json";
  for (const std::string& id : arguments.values("ID")) {
    auto joined = show_case(*state, id, json);
    if (!joined) {
      return report(joined.error());
    }
    if (!joined->empty()) {
      out += *joined + (json ? "" : "\n");
      continue;
    }
    AlertQuery query;
    query.id = id;
    auto rows = read_alerts(*state, query);
    if (!rows) {
      return report(rows.error());
    }
    if (rows->empty()) {
      return report({"no alert and no case " + id + " in " + state->folder.string() +
                         "; expected an id of prahari alerts list",
                     Error::Kind::input});
    }
    out += json ? parse_body(rows->front()).dump(2) + "\n" : describe(rows->front()) + "\n";
  }
  const Status shown = write_out(out);
  return shown ? Exit::done : report(shown.error());
}

std::string exported(const std::vector<AlertRow>& rows, bool lines) {
  std::string out = lines ? "" : "[\n";
  for (const AlertRow& row : rows) {
    out += row.body + (lines || &row == &rows.back() ? "\n" : ",\n");
  }
  return lines ? out : out + "]\n";
}

Exit run_export(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  auto rows = read_alerts(*state, query_of(arguments));
  if (!rows) {
    return report(rows.error());
  }
  const std::string format = arguments.value("format", "jsonl");
  const std::string file = arguments.value("out");
  if (format == "csv") {
    if (!file.empty()) {
      return report({"--out: csv goes to standard output; use a redirection", Error::Kind::usage});
    }
    return run_list(arguments);
  }
  const std::string out = exported(*rows, format == "jsonl");
  const Status written = file.empty() ? write_out(out) : write_whole(file, out);
  return written ? Exit::done : report(written.error());
}

// "conduit-violation|program-download|...": every kind.
constexpr std::size_t kKindsSize = [] {
  std::size_t size = kAlertKinds.size() - 1;
  for (const AlertKind& kind : kAlertKinds) {
    size += kind.id.size();
  }
  return size;
}();
constexpr auto kKindsText = [] {
  std::array<char, kKindsSize> text{};
  std::size_t at = 0;
  for (const AlertKind& kind : kAlertKinds) {
    if (at > 0) {
      text[at++] = '|';
    }
    for (const char letter : kind.id) {
      text[at++] = letter;
    }
  }
  return text;
}();
constexpr std::string_view kKinds{kKindsText.data(), kKindsText.size()};

#define PRAHARI_ALERT_FILTERS                                                                      \
  {.names = "--kind", .value = "KIND", .help = "only this kind, such as scan", .choices = kKinds}, \
      {.names = "--severity",                                                                      \
       .value = "S",                                                                               \
       .help = "only this severity",                                                               \
       .choices = "info|low|medium|high|critical"},                                                \
  {                                                                                                \
    .names = "--asset", .value = "A", .help = "only from or to this asset (id or address)"         \
  }

constexpr auto kListOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--cases", .value = "", .help = "list cases: alerts of one host, joined"},
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
    PRAHARI_ALERT_FILTERS,
});
constexpr auto kShowOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "ID",
     .value = "ID",
     .help = "id of the alert or case",
     .many = true,
     .required = true},
    {.names = "--format", .value = "F", .help = "table (default) or json", .choices = "table|json"},
});
constexpr auto kExportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "jsonl (default), json or csv",
     .choices = "jsonl|json|csv"},
    {.names = "--out", .value = "FILE", .help = "write here instead of standard output"},
    PRAHARI_ALERT_FILTERS,
});
#undef PRAHARI_ALERT_FILTERS

constexpr auto kListExamples = std::to_array<std::string_view>({
    "prahari alerts list --state prahari-out --severity critical\tThe worst first thing at 02:00",
    "prahari alerts list --cases\tOne line for each host whose alerts belong together",
});
constexpr auto kShowExamples = std::to_array<std::string_view>({
    "prahari alerts show cv-0123456789abcdef\tWhy, who, what to paste to accept it, which packets",
});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "prahari alerts export --kind scan\tAs JSON lines, as in alerts.jsonl",
});

}  // namespace

extern constinit const CommandSpec alerts_list_command{
    .path = "alerts list",
    .summary = "list the alerts of a result folder",
    .description = "One line for each alert, in the order in which they began.",
    .options = kListOptions,
    .examples = kListExamples,
    .run = run_list,
};

extern constinit const CommandSpec alerts_show_command{
    .path = "alerts show",
    .summary = "show one alert or case: why, who, what, and how to accept it",
    .description =
        "What is known of an alert, or of a case with its steps in the order of ATT&CK, "
        "in words; --format json gives the whole record.",
    .options = kShowOptions,
    .examples = kShowExamples,
    .run = run_show,
};

extern constinit const CommandSpec alerts_export_command{
    .path = "alerts export",
    .summary = "write alerts as JSON lines, JSON or csv",
    .description = "The records of alerts.jsonl, all of them or a choice.",
    .options = kExportOptions,
    .examples = kExportExamples,
    .run = run_export,
};

}  // namespace prahari
