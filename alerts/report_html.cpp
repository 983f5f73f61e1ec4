#include "alerts/report_html.hpp"

#include "alerts/host_marks.hpp"
#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

void add_captures(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  const RunSummary& summary = input.summary;
  constexpr std::size_t kShown = 20;
  page.raw("<section id=\"captures\">\n<h2>Captures</h2>\n");
  open_table(page, {"File", "Format", "#Packets", "#Size", "SHA-256"});
  for (std::size_t i = 0; i < summary.inputs.size() && i < kShown; ++i) {
    const Input& file = summary.inputs[i];
    page.raw("<tr>");
    labelled(page, "File", file.note.empty() ? file.name : file.name + " (" + file.note + ")");
    labelled(page, "Format", file.format);
    labelled_number(page, "Packets", file.packets);
    labelled(page, "Size", bytes_text(file.size), "num");
    labelled(page, "SHA-256", file.sha256, "mono");
    page.raw("</tr>\n");
  }
  close_table(page);
  more_rows(page, std::min(summary.inputs.size(), kShown), summary.inputs.size(), "summary.json");
  page.raw("</section>\n");
}

// Every section, in the order of the page: its anchor, its name in the list of sections, whether
// there is something to say (null: always), and what appends it, <section id="..."> included.
struct Section {
  std::string_view id;
  std::string_view name;
  bool (*has)(const ReportInput&);
  void (*add)(Html&, const ReportInput&, const ReportLimits&);
};
constexpr Section kSections[] = {
    {"glance", "At a glance", nullptr, add_glance},
    {"zones", "Topology", nullptr, add_topology},
    {"cases", "Cases", has_cases, add_cases},
    {"found", "Alerts", nullptr, add_alerts},
    {"silenced", "Silenced", has_silenced, add_silenced},
    {"exceptions", "Exceptions", has_exceptions, add_exceptions},
    {"permits", "Planned work", has_permits, add_permits},
    {"traffic", "Traffic", nullptr, add_traffic},
    {"assets", "Assets", nullptr, add_assets},
    {"io", "I/O connections", has_io, add_io},
    {"weaknesses", "Weaknesses", has_weaknesses, add_weaknesses},
    {"posture", "Posture", has_posture, add_posture},
    {"health", "Capture health", nullptr, add_health},
    {"captures", "Captures", nullptr, add_captures},
    {"verify", "Verify", nullptr, add_verification},
};

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
  page.raw("</p></div></header>\n").raw(kGlyphs).raw("<nav aria-label=\"Sections\">");
  for (const Section& section : kSections) {
    if (section.has == nullptr || section.has(input)) {
      page.raw("<a href=\"#").raw(section.id).raw("\">").raw(section.name).raw("</a>");
    }
  }
  page.raw("</nav>\n<main>\n");
}

}  // namespace

std::string report_html(const ReportInput& input, const ReportLimits& limits) {
  Html page;
  add_head(page, input);
  for (const Section& section : kSections) {
    if (section.has == nullptr || section.has(input)) {
      section.add(page, input, limits);
    }
  }
  page.raw("</main>\n<footer>prahari ").text(input.summary.version);
  page.raw(
      " · passive: nothing was sent to the network · times are packet times</footer>\n"
      "</body></html>\n");
  return page.take();
}

}  // namespace prahari
