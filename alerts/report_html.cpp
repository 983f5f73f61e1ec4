#include "alerts/report_html.hpp"

#include <array>

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

void add_head(Html& page, const ReportInput& input) {
  const RunSummary& summary = input.summary;
  const SiteInfo& site = input.context.network.site;
  const std::string name = !site.name.empty()           ? site.name
                           : summary.inputs.size() == 1 ? summary.inputs.front().name
                                                        : plural(summary.inputs.size(), "capture");
  page.raw(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>");
  page.text(name).raw(" – prahari report</title>\n<style>").raw(kReportStyle);
  page.raw(
      "</style></head>\n<body>\n<header class=\"top\"><div><div class=\"brand\">prahari · "
      "network report</div>\n<h1>");
  page.text(name).raw("</h1>\n<p>");
  if (!site.organisation.empty()) {
    page.text(site.organisation).raw(" · ");
  }
  if (summary.first_packet && summary.last_packet) {
    const SiteClock clock(site.timezone);
    page.text(clock.text(*summary.first_packet)).raw(" to ");
    page.text(clock.text(*summary.last_packet)).raw(" (");
    page.text(duration_text(*summary.last_packet - *summary.first_packet)).raw(")");
  } else {
    page.raw("no packets");
  }
  page.raw("</p></div></header>\n<nav>");
  page.raw(input.cases.empty() ? "" : "<a href=\"#cases\">Cases</a>");
  page.raw("<a href=\"#found\">What was found</a>");
  page.raw(summary.silenced.empty() ? "" : "<a href=\"#silenced\">Silenced</a>");
  page.raw(summary.exceptions.empty() ? "" : "<a href=\"#exceptions\">Exceptions</a>");
  page.raw(
      "<a href=\"#zones\">Zones</a><a href=\"#traffic\">Traffic</a>"
      "<a href=\"#assets\">Assets</a>");
  page.raw(has_io(input) ? "<a href=\"#io\">Connections</a>" : "");
  page.raw(has_weaknesses(input) ? "<a href=\"#weaknesses\">Weaknesses</a>" : "");
  page.raw(has_posture(input) ? "<a href=\"#posture\">Posture</a>" : "");
  page.raw(
      "<a href=\"#health\">Capture health</a>"
      "<a href=\"#verify\">Verify</a></nav>\n<main>\n");
}

void tile(Html& page, std::uint64_t count, std::string_view label, std::string_view kind = {}) {
  page.raw("<div class=\"tile ").raw(count == 0 ? "" : kind).raw("\"><b>").number(count);
  page.raw("</b><span>").text(label).raw("</span></div>\n");
}

void add_tiles(Html& page, const ReportInput& input) {
  const AlertCounts counts = count_alerts(input.alerts);
  const auto of = [&](Severity severity) {
    return counts.by_severity[static_cast<std::size_t>(severity)];
  };
  page.raw("<div class=\"tiles\">\n");
  tile(page, of(Severity::critical), "critical", "critical");
  tile(page, of(Severity::high), "high", "high");
  tile(page, of(Severity::medium), "medium", "medium");
  tile(page, of(Severity::low) + of(Severity::info), "low and info", "low");
  tile(page, counts.incidents, "CERT-In candidates");
  tile(page, input.summary.assets, "assets");
  tile(page, input.summary.conversations, "conversations");
  tile(page, input.summary.packets, "packets");
  page.raw("</div>\n");
}

void add_captures(Html& page, const RunSummary& summary) {
  constexpr std::size_t kShown = 20;
  page.raw(
      "<section id=\"captures\">\n<h2>Captures</h2>\n<table class=\"rows\"><thead><tr>"
      "<th>File</th><th>Format</th><th class=\"num\">Packets</th><th class=\"num\">Size</th>"
      "<th>SHA-256</th></tr></thead><tbody>\n");
  for (std::size_t i = 0; i < summary.inputs.size() && i < kShown; ++i) {
    const Input& input = summary.inputs[i];
    page.raw("<tr>");
    labelled(page, "File", input.note.empty() ? input.name : input.name + " (" + input.note + ")");
    labelled(page, "Format", input.format);
    labelled_number(page, "Packets", input.packets);
    labelled(page, "Size", bytes_text(input.size), "num");
    labelled(page, "SHA-256", input.sha256, "mono");
    page.raw("</tr>\n");
  }
  page.raw("</tbody></table>\n");
  more_rows(page, std::min(summary.inputs.size(), kShown), summary.inputs.size(), "summary.json");
  page.raw("</section>\n");
}

}  // namespace

std::string report_html(const ReportInput& input, const ReportLimits& limits) {
  Html page;
  add_head(page, input);
  add_tiles(page, input);
  if (input.summary.interrupted) {
    page.raw("<section><p><b>Stopped early.</b> This is what was found until then.</p></section>");
  }
  add_cases(page, input);
  add_alerts(page, input, limits);
  add_silenced(page, input);
  add_exceptions(page, input);
  add_topology(page, input, limits);
  add_traffic(page, input, limits);
  add_assets(page, input, limits);
  add_io(page, input, limits);
  add_weaknesses(page, input, limits);
  add_posture(page, input, limits);
  add_health(page, input);
  add_captures(page, input.summary);
  add_verification(page, input);
  page.raw("</main>\n<footer>prahari ").text(input.summary.version);
  page.raw(
      " · passive: nothing was sent to the network · times are packet times</footer>\n"
      "</body></html>\n");
  return page.take();
}

}  // namespace prahari
