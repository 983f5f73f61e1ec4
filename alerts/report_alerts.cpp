// "What was found": each alert with its why, its packets and its consequence; then what the site
// file silenced.

#include <array>

#include "alerts/incident.hpp"
#include "alerts/report_sections.hpp"
#include "alerts/summary_text.hpp"

namespace prahari {
namespace {

void pair(Html& page, std::string_view label, std::string_view words) {
  if (!words.empty()) {
    page.element("dt", label).element("dd", words);
  }
}

std::string party_text(const Party& party, const std::string& asset, const NetworkView& network) {
  const HostView* host = network.host(asset);
  std::string out = party_label(party, host);
  if (host != nullptr && !host->name.empty() && !party.ip.empty()) {
    out += " (" + to_string(party.ip) + ")";
  }
  if (party.port != 0) {
    out += " port " + std::to_string(party.port);
  }
  if (!party.zone.empty()) {
    out += ", zone " + party.zone;
  }
  if (party.vlan.count != 0) {
    out += ", VLAN " + std::to_string(party.vlan.ids[party.vlan.count - 1U]);
  }
  return out;
}

bool known(const Party& party) { return !party.ip.empty() || !party.mac.empty(); }

std::string operation_text(const Finding& finding) {
  if (!finding.has_operation) {
    return finding.protocol;
  }
  std::string out = finding.protocol + " " + std::string(to_string(finding.operation));
  if (!finding.operation_name.empty()) {
    out += ": " + finding.operation_name;
  }
  if (!finding.target.empty()) {
    out += ", " + finding.target;
  }
  for (std::size_t i = 0; i < finding.values.size() && i < 8; ++i) {
    out += (i == 0 ? " = " : ", ") + number_text(finding.values[i]);
  }
  return out;
}

void add_evidence(Html& page, const Alert& alert, std::span<const Input> inputs) {
  if (alert.evidence.empty()) {
    return;
  }
  page.raw("<dt>Evidence</dt><dd>");
  if (!alert.file.pcap.empty()) {
    page.raw("<a href=\"").text(alert.file.pcap).raw("\">").text(alert.file.pcap).raw("</a>, ");
    page.text(plural(alert.file.packets, "packet")).raw(", ").text(bytes_text(alert.file.bytes));
    page.raw(". ");
  } else if (!alert.file.missing.empty()) {
    page.raw("No pcap: ").text(alert.file.missing).raw(". ");
  }
  page.raw("Packets of ").text(capture_name(inputs, alert.evidence.front().file)).raw(": ");
  constexpr std::size_t kShown = 12;
  for (std::size_t i = 0; i < alert.evidence.size() && i < kShown; ++i) {
    page.raw(i == 0 ? "" : ", ").raw(std::to_string(alert.evidence[i].frame));
  }
  if (alert.evidence.size() > kShown) {
    page.raw(" … ").raw(std::to_string(alert.evidence.back().frame));
  }
  if (alert.evidence_left_out != 0) {
    page.raw(". ").number(alert.evidence_left_out).raw(" more are in the capture only");
  }
  page.raw("</dd>");
}

void add_attack(Html& page, const Finding& finding, const AttackTable& table) {
  std::string words;
  for (const std::string_view id : finding.attack) {
    if (id.empty()) {
      continue;
    }
    words += words.empty() ? "" : "; ";
    words += id;
    if (const Technique* technique = table.find(id)) {
      words += " " + technique->name + " (" + tactics_text(*technique) + ")";
    }
  }
  pair(page, "ATT&CK for ICS", words);
}

void add_clock(Html& page, const Alert& alert, const AlertContext& context) {
  if (!alert.incident()) {
    return;
  }
  const SiteClock clock(context.network.site.timezone);
  page.raw("<p class=\"clock\"><b>CERT-In incident candidate.</b> Six hours from noticing end ");
  page.text(clock.text(report_by(alert.noticed))).raw(". Draft: <a href=\"incidents/");
  page.text(incident_id(alert)).raw(".html\">").text(incident_id(alert)).raw("</a></p>\n");
}

void add_parties(Html& page, const Alert& alert, const NetworkView& network) {
  const Finding& finding = alert.finding;
  if (known(finding.source)) {
    pair(page, "From", party_text(finding.source, alert.source_asset, network));
  }
  if (known(finding.destination)) {
    pair(page, "To", party_text(finding.destination, alert.destination_asset, network));
  }
}

std::string rule_text(const PolicyRef& policy) {
  return policy.line == 0
             ? policy.rule
             : policy.rule + " (" + policy.file + ":" + std::to_string(policy.line) + ")";
}

void add_details(Html& page, const Alert& alert, const ReportInput& input) {
  const Finding& finding = alert.finding;
  const SiteClock clock(input.context.network.site.timezone);
  page.raw("<details><summary>Evidence and what to do</summary>\n<dl>");
  add_parties(page, alert, input.context.network);
  pair(page, "What", operation_text(finding));
  std::string when = clock.text(alert.first_seen);
  if (alert.last_seen != alert.first_seen) {
    when += " to " + clock.text(alert.last_seen);
  }
  pair(page, "When", when + " (" + utc_text(alert.first_seen) + ")");
  if (finding.outcome != Outcome::unknown) {
    pair(page, "Outcome", finding.outcome == Outcome::success ? "it worked" : "it was refused");
  }
  if (finding.state != Completeness::complete) {
    pair(page, "Seen as", to_string(finding.state));
  }
  pair(page, "Rule", rule_text(finding.policy));
  add_evidence(page, alert, input.summary.inputs);
  add_attack(page, finding, input.context.attack);
  pair(page, "Alert", alert.id + ", confidence " + std::to_string(finding.confidence) + " %");
  page.raw("</dl>\n");
  if (!finding.accept.empty()) {
    page.raw(R"(<div class="screen"><p class="more">If this is right as it is, paste into the )");
    page.raw("site file:</p><pre>").text(finding.accept).raw("</pre></div>\n");
  }
  page.raw("</details>\n");
}

void add_alert(Html& page, const Alert& alert, const ReportInput& input) {
  const Finding& finding = alert.finding;
  const SiteClock clock(input.context.network.site.timezone);
  const std::string_view severity = to_string(finding.severity);
  page.raw("<article class=\"alert ").raw(severity).raw("\" id=\"").text(alert.id).raw("\">\n<h3>");
  page.element("span", severity, std::string("chip ") + std::string(severity));
  page.raw("<span>").text(alert_title(alert)).raw("</span><span class=\"times\">");
  if (alert.count > 1) {
    page.number(alert.count).raw(" times from ");
  }
  page.text(clock.text(alert.first_seen)).raw("</span></h3>\n<p class=\"why\">");
  page.text(finding.why).raw("</p>\n");
  add_clock(page, alert, input.context);
  add_details(page, alert, input);
  page.raw("</article>\n");
}

}  // namespace

void add_alerts(Html& page, const ReportInput& input, const ReportLimits& limits) {
  page.raw("<section id=\"found\">\n<h2>Alerts</h2>\n");
  if (input.alerts.empty()) {
    page.raw("<p>No alert was raised.");
    page.raw("</p>\n");
  } else {
    page.raw(
        "<p class=\"lead\">One cause is one alert; its count says how often it was seen. "
        "The most severe come first. Every packet behind an alert is in its pcap.</p>\n");
  }
  const std::vector<const Alert*> order = by_weight(input.alerts);
  const std::size_t shown = std::min(order.size(), limits.alerts);
  for (std::size_t i = 0; i < shown; ++i) {
    add_alert(page, *order[i], input);
  }
  more_rows(page, shown, order.size(), "alerts.jsonl");
  if (input.summary.alerts_left_out != 0) {
    page.raw("<p class=\"more\">").number(input.summary.alerts_left_out);
    page.raw(" further alerts, the least severe, were counted but not kept.</p>\n");
  }
  page.raw("</section>\n");
}

bool has_silenced(const ReportInput& input) { return !input.summary.silenced.empty(); }

void add_silenced(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  page.raw(
      "<section id=\"silenced\">\n<h2>Silenced by the site file</h2>\n"
      "<p class=\"lead\">What these lines match was seen and raised nothing.</p>\n");
  open_table(page, {"Kind", "From", "To", "Reason", "Until", "Line", "#Findings"});
  for (const Silenced& entry : input.summary.silenced) {
    page.raw("<tr>");
    labelled(page, "Kind", entry.kind);
    labelled(page, "From", entry.from.empty() ? "any" : entry.from);
    labelled(page, "To", entry.to.empty() ? "any" : entry.to);
    labelled(page, "Reason", entry.reason);
    labelled(page, "Until", entry.until.empty() ? "for good" : entry.until);
    labelled(page, "Line", entry.line == 0 ? "" : std::to_string(entry.line));
    labelled_number(page, "Findings", entry.count);
    page.raw("</tr>\n");
  }
  close_table(page);
  page.raw("</section>\n");
}

}  // namespace prahari
