// How good the capture was, what was not understood, and how to check this page against the
// packets.

#include <algorithm>

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

void fact(Html& page, std::string_view label, std::string_view value, std::string_view means) {
  page.raw("<div class=\"tile\"><b>").text(value).raw("</b><span>").text(label);
  page.raw("</span>").element("small", means).raw("</div>\n");
}

// The figures by which a mirror port is judged, each with what it means.
void add_figures(Html& page, const RunSummary& summary) {
  const FlowCounts& flows = summary.flows;
  std::uint64_t errors = 0;
  for (const NamedCount& error : summary.decode_errors) {
    errors += error.count;
  }
  std::uint64_t unknown = 0;
  for (const NamedCount& entry : summary.not_understood) {
    unknown += entry.count;
  }
  std::uint64_t tagged = 0;
  for (const VlanCount& vlan : summary.vlans) {
    tagged += vlan.ids.empty() ? 0U : 1U;
  }
  page.raw("<div class=\"tiles health\">\n");
  fact(page, "one way", percent_text(flows.tcp_one_way, flows.tcp),
       "TCP connections of which only one side was seen: their answers are unknown");
  fact(page, "gaps", with_commas(flows.gaps),
       "places where bytes of a TCP connection are missing: messages there were not read");
  fact(page, "duplicates", percent_text(flows.duplicates, summary.packets),
       "packets that the mirror sent twice; counted once");
  fact(page, "retransmissions", with_commas(flows.retransmissions),
       "segments sent again by their sender: loss or a slow device in the plant");
  fact(page, "VLANs", with_commas(tagged),
       tagged == 0 ? "no tag was seen: one VLAN, or the mirror strips the tags"
                   : "segments that the mirror covers");
  fact(page, "no decoder", percent_text(unknown, summary.packets),
       "packets of protocols that this version does not read; judged by port only");
  fact(page, "cut or damaged", percent_text(errors, summary.packets),
       "packets that could not be read to their end");
  page.raw("</div>\n");
}

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
      "was seen from the start; midstream when it began before the capture did.</p>\n");
  open_table(page, {"Protocol", "#Messages", "#Complete", "#Midstream", "#After a gap", "#One way",
                    "#Not valid", "#Anomalies"});
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
  close_table(page);
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

// A bar of so many percent of the whole.
void add_share(Html& page, std::string_view name, std::uint64_t part, std::uint64_t whole) {
  const std::uint64_t percent = whole == 0 ? 0 : std::min<std::uint64_t>(part * 100 / whole, 100);
  page.raw("<li><span>").text(name).raw(R"(</span><svg class="bar" viewBox="0 0 100 8" )");
  page.raw(R"(preserveAspectRatio="none" aria-hidden="true"><rect class="full" width="100" )");
  page.raw(R"(height="8"/><rect class="part" width=")").raw(std::to_string(percent));
  page.raw(R"(" height="8"/></svg><span class="num">)").number(part).raw("</span><span>");
  page.text(percent_text(part, whole)).raw("</span></li>\n");
}

void add_vlans(Html& page, const RunSummary& summary) {
  if (summary.vlans.empty()) {
    return;
  }
  constexpr std::size_t kShown = 16;
  page.raw(
      "<h3>VLANs</h3>\n<p class=\"lead\">Packets by VLAN, the outer tag first. One that is missing "
      "here does not reach the mirror port.</p>\n<ul class=\"shares\">\n");
  const std::size_t shown = std::min(summary.vlans.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const VlanCount& vlan = summary.vlans[i];
    std::string name;
    for (const std::uint16_t id : vlan.ids) {
      name += (name.empty() ? "VLAN " : "/") + std::to_string(id);
    }
    add_share(page, name.empty() ? "untagged" : name, vlan.packets, summary.packets);
  }
  page.raw("</ul>\n");
  more_rows(page, shown, summary.vlans.size(), "summary.json");
}

}  // namespace

void add_health(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  const RunSummary& summary = input.summary;
  page.raw("<section id=\"health\">\n<h2>Capture health</h2>\n");
  add_figures(page, summary);
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

void add_verification(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
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
