// Parts B to H and the annexes: what a technician, an auditor and an incident handler ask for.

#include <algorithm>
#include <tuple>

#include "alerts/incident_sections.hpp"
#include "alerts/time_forms.hpp"
#include "dissectors/join.hpp"

namespace prahari {
namespace {

void fact(Html& page, std::string_view label, std::string_view words) {
  page.raw("<tr><td>").text(label).raw("</td><td>");
  if (words.empty()) {
    page.element("span", "Not available at the time of reporting", "none");
  } else {
    page.text(words);
  }
  page.raw("</td></tr>\n");
}

void begin_facts(Html& page) { page.raw("<table class=\"form\"><tbody>\n"); }
void end_facts(Html& page) { page.raw("</tbody></table>\n"); }

void add_list(Html& page, const std::vector<std::string>& entries) {
  page.raw("<ul>");
  for (const std::string& entry : entries) {
    page.element("li", entry);
  }
  page.raw("</ul>\n");
}

void add_systems(Html& page, const Incident& incident, const SiteInfo& site) {
  page.raw("<h3>Affected systems</h3>\n");
  if (incident.systems.empty()) {
    page.raw("<p class=\"none\">No single system was named by the alert.</p>\n");
    return;
  }
  page.raw(
      "<div class=\"wide\"><table><thead><tr><th>Name</th><th>Address</th><th>Role</th>"
      "<th>Make and model</th><th>Zone, level</th><th>Location</th></tr></thead><tbody>\n");
  for (const HostView* host : incident.systems) {
    page.raw("<tr>").cell(host->label());
    page.cell(joined(host->ips) + (host->mac.empty() ? "" : " " + host->mac));
    page.cell(joined(host->roles)).cell(make_model_text(*host));
    page.cell(host->zone + (host->level ? ", level " + level_text(host->level) : ""));
    page.cell(location_text(*host, site)).raw("</tr>\n");
  }
  page.raw("</tbody></table></div>\n");
}

void add_sources(Html& page, const Incident& incident) {
  page.raw(
      "<h3>Suspected source</h3>\n<div class=\"wide\"><table><thead><tr><th>Address</th>"
      "<th>MAC</th><th>Name</th><th>Inside the plant's network</th><th>Notes</th></tr>"
      "</thead><tbody>\n");
  for (const SuspectedSource& source : incident.sources) {
    page.raw("<tr>").cell(source.ip).cell(source.mac).cell(source.hostname);
    page.cell(source.internal ? "yes (private address)" : "no (public address)");
    page.cell(source.notes).raw("</tr>\n");
  }
  page.raw("</tbody></table></div>\n");
}

std::string frames_text(const Alert& alert, std::span<const Input> inputs) {
  std::string out;
  for (std::size_t i = 0; i < alert.evidence.size() && i < 20; ++i) {
    out += (i == 0 ? "" : ", ") + std::to_string(alert.evidence[i].frame);
  }
  if (alert.evidence.size() > 20) {
    out += " ... " + std::to_string(alert.evidence.back().frame) + " (" +
           with_commas(alert.evidence.size()) + " in all)";
  }
  return alert.evidence.empty()
             ? out
             : out + " of " + std::string(capture_name(inputs, alert.evidence.front().file));
}

std::string operation_text(const Finding& finding) {
  std::string operation(finding.has_operation ? to_string(finding.operation) : "");
  for (const std::string* part : {&finding.operation_name, &finding.target}) {
    if (!part->empty()) {
      operation += (operation.empty() ? "" : ", ") + *part;
    }
  }
  return operation;
}

std::string attack_text(const Finding& finding, const AlertContext& context) {
  std::string attack;
  for (const std::string_view id : finding.attack) {
    if (const Technique* technique = context.attack.find(id)) {
      const auto newer = context.certin.to_v19.find(id);
      attack += (attack.empty() ? "" : "; ") + technique->id + " " + technique->name;
      attack += newer == context.certin.to_v19.end() ? "" : " (v19: " + newer->second + ")";
    }
  }
  return attack;
}

void add_technical(Html& page, const Incident& incident, const AlertContext& context) {
  const Alert& alert = *incident.alert;
  const Finding& finding = alert.finding;
  page.raw("<h2>Part D: technical detail</h2>\n<div class=\"keep\">");
  begin_facts(page);
  fact(page, "Alert",
       alert.id + ", " + std::string(finding.kind) + ": " + std::string(alert_title(alert)));
  fact(page, "Severity, confidence",
       std::string(to_string(finding.severity)) + ", " + std::to_string(finding.confidence) +
           " of 100");
  const std::string operation = operation_text(finding);
  fact(page, "Seen", finding.protocol + (operation.empty() ? "" : ": " + operation));
  fact(page, "Why it is abnormal", finding.why);
  fact(page, "Rule",
       finding.policy.rule.empty()
           ? std::string(finding.kind)
           : finding.policy.rule + (finding.policy.line == 0
                                        ? std::string()
                                        : " (" + finding.policy.file + " line " +
                                              std::to_string(finding.policy.line) + ")"));
  fact(page, "How often", plural(alert.count, "time"));
  const std::string attack = attack_text(finding, context);
  fact(page, "ATT&CK for ICS v" + std::string(AttackTable::kVersion), attack);
  fact(page, "Packets", frames_text(alert, context.inputs));
  fact(page, "Older form, type of incident", [&] {
    const auto kind = context.certin.kinds.find(finding.kind);
    return kind == context.certin.kinds.end() ? std::string() : kind->second.form_b;
  }());
  fact(page, "Symptoms that traffic shows", joined(incident.symptoms));
  end_facts(page);
  page.raw("</div>\n");
}

struct Moment {
  Timestamp time;
  std::string what;
  std::string basis;
};

void add_timeline(Html& page, const Incident& incident) {
  const Alert& alert = *incident.alert;
  std::vector<Moment> moments = {
      {alert.first_seen, "First packet of the event", "packet"},
      {incident.noticed_at, "Alert raised; the six hours start", "packet that decided"},
      {alert.last_seen, "Last packet of the event", "packet"},
      {incident.due, "Six hours end", "computed"},
      {incident.generated_at, "This draft: end of the capture", "last packet of the capture"}};
  std::stable_sort(moments.begin(), moments.end(),
                   [](const Moment& a, const Moment& b) { return a.time < b.time; });
  page.raw(
      "<h2>Part E: timeline</h2>\n<div class=\"wide\"><table><thead><tr><th>IST</th>"
      "<th>UTC</th><th>What</th><th>Source of the time</th></tr></thead><tbody>\n");
  for (const Moment& moment : moments) {
    page.raw("<tr>").cell(ist_text(moment.time), "time").cell(utc_text(moment.time), "time");
    page.cell(moment.what).cell(moment.basis).raw("</tr>\n");
  }
  page.raw("</tbody></table></div>\n");
}

void draw_party(Html& page, int x, std::string_view head, const Party& party,
                const HostView* host) {
  const std::string at = std::to_string(x);
  page.raw("<rect x=\"")
      .raw(at)
      .raw(
          "\" y=\"34\" width=\"200\" height=\"66\" rx=\"4\" "
          "fill=\"#fff\" stroke=\"#111\"/>");
  const std::string text = std::to_string(x + 12);
  page.raw("<text x=\"").raw(at).raw(R"(" y="22" font-size="11" fill="#444">)").text(head);
  page.raw("</text><text x=\"").raw(text).raw(R"(" y="57" font-size="13" font-weight="600">)");
  const bool known = !party.ip.empty() || !party.mac.empty();
  page.text(known ? plain_text(party_label(party, host), 24) : std::string{"not known"});
  page.raw("</text><text x=\"").raw(text);
  page.raw(R"(" y="74" font-size="11">)").text(to_string(party.ip)).raw("</text><text x=\"");
  page.raw(text).raw(R"(" y="91" font-size="11" fill="#444">)");
  page.text(party.zone.empty() ? "no zone known" : "zone " + plain_text(party.zone, 24));
  page.raw("</text>");
}

void add_network(Html& page, const Incident& incident, const AlertContext& context) {
  const Alert& alert = *incident.alert;
  const Finding& finding = alert.finding;
  page.raw(
      "<h2>Part F: network context</h2>\n<svg class=\"keep\" viewBox=\"0 0 640 112\" "
      "role=\"img\" aria-label=\"Source and affected system\" "
      "font-family=\"sans-serif\">");
  draw_party(page, 10, "Suspected source", finding.source,
             context.network.host(alert.source_asset));
  if (!finding.destination.ip.empty() || !finding.destination.mac.empty()) {
    draw_party(page, 430, "Affected system", finding.destination,
               context.network.host(alert.destination_asset));
    page.raw(
        "<path d=\"M212 67 H416\" stroke=\"#111\" fill=\"none\" stroke-width=\"1.6\"/>"
        "<path d=\"M428 67 l-12 -5 v10 z\"/><text x=\"320\" y=\"58\" font-size=\"11\" "
        "text-anchor=\"middle\">");
    page.text(plain_text(finding.protocol, 20));
    page.raw(
        "</text><text x=\"320\" y=\"84\" font-size=\"11\" text-anchor=\"middle\" "
        "fill=\"#444\">");
    page.text(plain_text(finding.operation_name, 30)).raw("</text>");
  }
  page.raw("</svg>\n");
}

}  // namespace

std::string both_times(Timestamp time) { return form_text(time) + " IST (" + utc_text(time) + ")"; }

void add_clock_part(Html& page, const Incident& incident, const AlertContext& context) {
  page.raw("<h2>Part B: clock and status</h2>\n");
  begin_facts(page);
  fact(page, "Noticed at", both_times(incident.noticed_at));
  fact(page, "Due at", both_times(incident.due) + ", six hours later, nights and holidays counted");
  fact(page, "Draft as of", both_times(incident.generated_at) + ", the last packet of the capture");
  fact(page, "State then",
       incident.overdue()
           ? "overdue by " + duration_text(incident.generated_at - incident.due)
           : "running, " + duration_text(incident.due - incident.generated_at) + " left");
  fact(page, "Start of the clock", "detected: the time of the packet that decided");
  fact(page, "Profile",
       "certin, recipient " + context.certin.recipient + ", in force since " +
           context.certin.in_force_from);
  fact(page, "Report", "version 1, initial, draft; no submission recorded");
  fact(page, "Six-hour criteria suggested",
       incident.human_safety ? "q30_human_safety: an affected system is tagged safety"
                             : "none; a person goes through the four criteria");
  end_facts(page);
  page.raw("<h3>Still missing</h3>\n<p class=\"mono\">").text(joined(incident.missing));
  page.raw("</p>\n<h3>Read this first</h3>\n");
  add_list(page, incident.warnings);
}

void add_story_parts(Html& page, const Incident& incident, const AlertContext& context) {
  page.raw("<h2>Part C: what happened</h2>\n<p class=\"brief\">").text(incident.brief);
  page.raw("</p>\n");
  begin_facts(page);
  fact(page, "Impact on production, safety, data", "");
  end_facts(page);
  add_systems(page, incident, context.network.site);
  add_sources(page, incident);
  add_technical(page, incident, context);
  add_timeline(page, incident);
  add_network(page, incident, context);
  page.raw(
      "<h2>Part G: actions taken and planned</h2>\n<table class=\"lines\"><thead><tr>"
      "<th style=\"width:24%\">Date and time</th><th>Action</th><th style=\"width:22%\">By"
      "</th></tr></thead><tbody>");
  for (int i = 0; i < 4; ++i) {
    page.raw("<tr><td></td><td></td><td></td></tr>");
  }
  page.raw("</tbody></table>\n<h2>Part H: time synchronisation and log coverage</h2>\n");
  begin_facts(page);
  fact(page, "Sensor", context.sensor + ", prahari " + context.version);
  fact(page, "Clock of the capture", "synchronisation not known: made from a recorded capture");
  fact(page, "Traceable to NIC or NPL", "unknown");
  end_facts(page);
}

void add_annexes(Html& page, const Incident& incident, const AlertContext& context) {
  const Alert& alert = *incident.alert;
  page.raw(
      "<h2>Annex 1: indicators</h2>\n<table><thead><tr><th>Kind</th><th>Value</th></tr>"
      "</thead><tbody>\n");
  for (const SuspectedSource& source : incident.sources) {
    for (const auto& [kind, value] :
         {std::pair{"address", &source.ip}, std::pair{"MAC", &source.mac},
          std::pair{"name", &source.hostname}}) {
      if (!value->empty()) {
        page.raw("<tr>").cell(kind).cell(*value, "mono").raw("</tr>\n");
      }
    }
  }
  page.raw(
      "</tbody></table>\n<h2>Annex 2: evidence</h2>\n<table><thead><tr><th>File</th>"
      "<th>Bytes</th><th>SHA-256</th></tr></thead><tbody>\n");
  if (alert.file.pcap.empty()) {
    page.raw("<tr><td>no pcap: ");
    page.text(alert.file.missing.empty() ? "not written" : alert.file.missing);
    page.raw("</td><td>–</td><td>–</td></tr>\n");
  } else {
    page.raw("<tr>").cell(alert.file.pcap).cell(with_commas(alert.file.bytes));
    page.cell(alert.file.sha256, "mono").raw("</tr>\n");
  }
  for (const Input& input : context.inputs) {
    page.raw("<tr>").cell("capture " + input.name).cell(with_commas(input.size));
    page.cell(input.sha256, "mono").raw("</tr>\n");
  }
  page.raw(
      "</tbody></table>\n<h2>Annex 3: how to verify</h2>\n"
      "<p>Run <span class=\"mono\">sha256sum</span> over each file of Annex 2 and compare. "
      "The same capture, analysed again with the same version, gives the same alert id and "
      "the same pcap. A hash proves that a file did not change since; it does not prove that "
      "the clock of the capturing machine was right.</p>\n");
}

}  // namespace prahari
