// How good the capture was, what was not understood, and how to check this page against the
// packets.

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

void add_notes(Html& page, const RunSummary& summary) {
  page.raw("<ul class=\"health\">\n");
  for (const HealthNote& note : capture_health(summary)) {
    const bool good = note.level == HealthNote::Level::good;
    const bool bad = note.level == HealthNote::Level::bad;
    page.raw("<li><span class=\"chip ").raw(good ? "good" : bad ? "bad" : "note").raw("\">");
    page.raw(good ? "good" : bad ? "mend" : "note").raw("</span><span>").text(note.what);
    if (!note.hint.empty()) {
      page.raw(" <span class=\"hint\">").text(note.hint).raw("</span>");
    }
    page.raw("</span></li>\n");
  }
  page.raw("</ul>\n");
}

void add_protocols(Html& page, const RunSummary& summary) {
  if (summary.protocols.empty()) {
    return;
  }
  page.raw(
      "<h3>Messages decoded</h3>\n<p class=\"lead\">A message is complete when its connection "
      "was seen from the start; midstream when it began before the capture did.</p>\n"
      "<table class=\"rows\"><thead><tr><th>Protocol</th>"
      "<th class=\"num\">Messages</th><th class=\"num\">Complete</th>"
      "<th class=\"num\">Midstream</th><th class=\"num\">After a gap</th>"
      "<th class=\"num\">One way</th><th class=\"num\">Not valid</th>"
      "<th class=\"num\">Anomalies</th></tr></thead><tbody>\n");
  for (const ProtocolCount& protocol : summary.protocols) {
    page.raw("<tr>");
    labelled(page, "Protocol", protocol.protocol);
    labelled_number(page, "Messages", protocol.messages);
    labelled_number(page, "Complete", protocol.by_state[0]);
    labelled_number(page, "Midstream", protocol.by_state[1]);
    labelled_number(page, "After a gap", protocol.by_state[2]);
    labelled_number(page, "One way", protocol.by_state[3]);
    labelled_number(page, "Not valid", protocol.invalid);
    labelled_number(page, "Anomalies", protocol.anomalies);
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table>\n");
}

void add_counts(Html& page, std::string_view title, std::string_view lead,
                std::span<const NamedCount> list) {
  if (list.empty()) {
    return;
  }
  constexpr std::size_t kShown = 20;
  page.element("h3", title).element("p", lead, "lead").raw("<p>");
  for (std::size_t i = 0; i < list.size() && i < kShown; ++i) {
    page.raw(i == 0 ? "" : ", ").raw("<code>").text(list[i].name).raw("</code> ");
    page.number(list[i].count);
  }
  page.raw("</p>\n");
  more_rows(page, std::min(list.size(), kShown), list.size(), "summary.json");
}

void add_vlans(Html& page, const RunSummary& summary) {
  std::vector<NamedCount> named;
  for (const VlanCount& vlan : summary.vlans) {
    std::string name;
    for (const std::uint16_t id : vlan.ids) {
      name += (name.empty() ? "" : "/") + std::to_string(id);
    }
    named.push_back({name.empty() ? "untagged" : name, vlan.packets});
  }
  add_counts(page, "VLANs", "Packets by VLAN, the outer tag first.", named);
}

}  // namespace

void add_health(Html& page, const ReportInput& input) {
  const RunSummary& summary = input.summary;
  page.raw("<section id=\"health\">\n<h2>Capture health</h2>\n");
  add_notes(page, summary);
  add_protocols(page, summary);
  add_vlans(page, summary);
  add_counts(page, "Not understood",
             "Traffic without a decoder in this version, in packets. It is in flows.csv and judged "
             "by conduits, by its port.",
             summary.not_understood);
  add_counts(page, "Packets that could not be decoded fully", "By reason.", summary.decode_errors);
  page.raw("</section>\n");
}

void add_verification(Html& page, const ReportInput& input) {
  page.raw(
      "<section id=\"verify\">\n<h2>How to verify this</h2>\n"
      "<p>The same captures give the same alerts with the same ids, byte for byte. Compare "
      "the captures:</p>\n<pre>");
  for (const Input& file : input.summary.inputs) {
    if (!file.sha256.empty()) {
      page.text(file.sha256).raw("  ").text(file.name).raw("\n");
    }
  }
  page.raw(
      "</pre>\n<p>Save these lines as <code>captures.sha256</code> and run "
      "<code>sha256sum -c captures.sha256</code>. The SHA-256 of each alert's pcap stands in "
      "<code>alerts.jsonl</code>; open the pcap in any packet tool, or the capture at the "
      "packet numbers named with the alert.</p>\n</section>\n");
}

}  // namespace prahari
