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
  page.raw("<div class=\"clock\"><b>CERT-In incident candidate.</b> Noticed ");
  page.text(clock.text(alert.noticed)).raw("; six hours end ");
  page.text(clock.text(report_by(alert.noticed))).raw(". Draft: <a href=\"incidents/");
  page.text(incident_id(alert)).raw(".html\">").text(incident_id(alert)).raw("</a></div>");
}

void add_alert(Html& page, const Alert& alert, const ReportInput& input) {
  const Finding& finding = alert.finding;
  const NetworkView& network = input.context.network;
  const SiteClock clock(network.site.timezone);
  const std::string_view severity = to_string(finding.severity);
  page.raw("<article class=\"alert ").raw(severity).raw("\" id=\"").text(alert.id).raw("\">\n<h3>");
  page.element("span", severity, std::string("chip ") + std::string(severity));
  page.raw("<span>").text(alert_title(alert)).raw("</span>");
  if (alert.count > 1) {
    page.raw("<span class=\"times\">").number(alert.count).raw(" times</span>");
  }
  page.raw("</h3>\n<p class=\"why\">").text(finding.why).raw("</p>\n");
  add_clock(page, alert, input.context);
  page.raw("<dl>");
  if (known(finding.source)) {
    pair(page, "From", party_text(finding.source, alert.source_asset, network));
  }
  if (known(finding.destination)) {
    pair(page, "To", party_text(finding.destination, alert.destination_asset, network));
  }
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
  if (!finding.policy.rule.empty()) {
    pair(page, "Rule",
         finding.policy.rule +
             (finding.policy.line == 0
                  ? std::string()
                  : " (" + finding.policy.file + ":" + std::to_string(finding.policy.line) + ")"));
  }
  add_evidence(page, alert, input.summary.inputs);
  add_attack(page, finding, input.context.attack);
  pair(page, "Alert", alert.id + ", confidence " + std::to_string(finding.confidence) + " %");
  page.raw("</dl>\n");
  if (!finding.accept.empty()) {
    page.raw("<p class=\"more\">If this is right as it is, paste into the site file:</p><pre>");
    page.text(finding.accept).raw("</pre>\n");
  }
  page.raw("</article>\n");
}

}  // namespace

void add_alerts(Html& page, const ReportInput& input, const ReportLimits& limits) {
  page.raw("<section id=\"found\">\n<h2>What was found</h2>\n");
  if (input.alerts.empty()) {
    page.raw("<p>No alert was raised.");
    page.raw(input.context.network.has_zones ? ""
                                             : " Conduit rules were off: there is no site "
                                               "file with zones.");
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

void add_exceptions(Html& page, const ReportInput& input) {
  const auto& exceptions = input.summary.exceptions;
  if (exceptions.empty()) {
    return;
  }
  page.raw(
      "<section id=\"exceptions\">\n<h2>Exceptions</h2>\n"
      "<p class=\"lead\">What no conduit allows, and somebody answers for until a day.</p>\n"
      "<table class=\"rows\"><thead><tr><th>From</th><th>To</th><th>Owner</th><th>Reason</th>"
      "<th>State</th><th>Line</th><th class=\"num\">Messages</th></tr></thead><tbody>\n");
  for (const ExceptionLine& one : exceptions) {
    page.raw("<tr>");
    labelled(page, "From", one.from);
    labelled(page, "To", one.to);
    labelled(page, "Owner", one.owner);
    labelled(page, "Reason", one.reason);
    labelled(page, "State", one.state);
    labelled(page, "Line", one.line == 0 ? "" : std::to_string(one.line));
    labelled_number(page, "Messages", one.count);
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table>\n</section>\n");
}

namespace {

void add_permits(Html& page, const ReportInput& input) {
  const auto& permits = input.summary.permits;
  if (permits.empty()) {
    return;
  }
  constexpr std::array<std::string_view, 4> kWords = {"seen", "nothing was seen in its time",
                                                      "nothing seen yet, its time is not over",
                                                      "nothing was captured in its time"};
  page.raw(
      "<section id=\"permits\">\n<h2>Planned work</h2>\n"
      "<p class=\"lead\">What the permits of the site file announce, and whether it was done. Work "
      "that nobody saw was done another way, or not at all.</p>\n"
      "<table class=\"rows\"><thead><tr><th>Ticket</th><th>From</th><th>To</th><th>Valid</th>"
      "<th>Line</th><th>Work</th><th class=\"num\">Findings</th></tr></thead><tbody>\n");
  for (const PermittedWork& work : permits) {
    page.raw("<tr>");
    labelled(page, "Ticket", work.ticket);
    labelled(page, "From", work.from);
    labelled(page, "To", work.to);
    labelled(page, "Valid", work.window);
    labelled(page, "Line", work.line == 0 ? "" : std::to_string(work.line));
    labelled(page, "Work", std::string{kWords[static_cast<std::size_t>(work.state)]});
    labelled_number(page, "Findings", work.count);
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table>\n</section>\n");
}

}  // namespace

void add_silenced(Html& page, const ReportInput& input) {
  add_permits(page, input);
  const auto& silenced = input.summary.silenced;
  if (silenced.empty()) {
    return;
  }
  page.raw(
      "<section id=\"silenced\">\n<h2>Silenced by the site file</h2>\n"
      "<p class=\"lead\">What these lines match was seen and raised nothing.</p>\n"
      "<table class=\"rows\"><thead><tr><th>Kind</th><th>From</th><th>To</th><th>Reason</th>"
      "<th>Until</th><th>Line</th><th class=\"num\">Findings</th></tr></thead><tbody>\n");
  for (const Silenced& entry : silenced) {
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
  page.raw("</tbody></table>\n</section>\n");
}

}  // namespace prahari
