// "Cases": what one host did, told as one story before the alerts that it consists of.

#include "alerts/case_words.hpp"
#include "alerts/cases.hpp"
#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

constexpr std::size_t kCasesShown = 20;

void add_step(Html& page, const CaseStep& step, const ReportInput& input, const SiteClock& clock) {
  const Alert& alert = *step.alert;
  const std::string_view severity = to_string(alert.finding.severity);
  page.raw("<tr>");
  labelled(page, "Tactic", step.tactic);
  labelled(page, "When", clock.text(alert.first_seen));
  page.raw(R"(<td data-label="Alert"><span class="chip )").raw(severity).raw("\">");
  page.raw(severity).raw("</span> <a href=\"#").text(alert.id).raw("\">");
  page.text(alert_title(alert)).raw("</a>").raw(step.consequence ? " (followed)" : "");
  page.raw("</td>");
  labelled(page, "On", target_text(alert, input.context.network));
  labelled(page, "ATT&CK", step.technique);
  page.raw("</tr>\n");
}

void add_case(Html& page, const Case& entry, const ReportInput& input) {
  const SiteClock clock(input.context.network.site.timezone);
  const std::string_view severity = to_string(entry.severity);
  page.raw("<article class=\"alert ").raw(severity).raw("\" id=\"").text(entry.id);
  page.raw("\">\n<h3>").element("span", severity, std::string("chip ") + std::string(severity));
  page.raw("<span>").text(entry.source).raw("</span><span class=\"times\">");
  page.text(plural(entry.alerts, "alert")).raw(", ").text(plural(entry.target_count, "target"));
  page.raw("</span></h3>\n<p class=\"why\">").text(entry.title).raw("</p>\n<p class=\"more\">");
  page.text(clock.text(entry.first_seen)).raw(" to ").text(clock.text(entry.last_seen));
  page.raw(entry.raised ? "; one step more severe than its alerts, since it went from looking to "
                          "acting"
                        : "");
  page.raw(
      "</p>\n<table class=\"rows\"><thead><tr><th>Tactic</th><th>When</th><th>Alert</th>"
      "<th>On</th><th>ATT&amp;CK</th></tr></thead><tbody>\n");
  for (const CaseStep& step : entry.steps) {
    add_step(page, step, input, clock);
  }
  page.raw("</tbody></table>\n");
  more_rows(page, entry.steps.size(), entry.alerts, "cases.json");
  page.raw("</article>\n");
}

}  // namespace

bool has_cases(const ReportInput& input) { return !input.cases.empty(); }

void add_cases(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  page.raw(
      "<section id=\"cases\">\n<h2>Cases</h2>\n<p class=\"lead\">Alerts that belong together: what "
      "one host did, in the order of ATT&amp;CK for ICS, then in time.</p>\n");
  const std::vector<const Case*> order = by_weight(input.cases);
  const std::size_t shown = std::min(order.size(), kCasesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    add_case(page, *order[i], input);
  }
  more_rows(page, shown, order.size(), "cases.json");
  page.raw("</section>\n");
}

}  // namespace prahari
