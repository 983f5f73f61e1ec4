// Known weaknesses: what the advisories that were given say of the devices that were seen.

#include "alerts/report_sections.hpp"
#include "inventory/weakness_view.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongestText = 400;  // characters of a cell

// With its place, if it is not the device itself, and what it is.
void add_asset(Html& page, const ReportInput& input, const Weakness& one) {
  const HostView* host = input.context.network.host(one.asset);
  const std::string name = !one.name.empty() ? one.name
                           : host != nullptr ? std::string{host->label()}
                                             : one.asset;
  const std::string place = place_text(one);
  page.raw("<td data-label=\"Asset\"><span><b>").text(plain_text(name, kLongestText));
  page.raw("</b>").text(place.empty() ? "" : ", " + place);
  page.element("span",
               plain_text(one.product + (one.version.empty() ? "" : ", firmware " + one.version),
                          kLongestText),
               "sub");
  page.raw("</span></td>");
}

void add_row(Html& page, const ReportInput& input, const Weakness& one) {
  page.raw("<tr>");
  add_asset(page, input, one);
  page.raw("<td data-label=\"Weakness\"><span><b>");
  page.text(plain_text(weakness_id(one), kLongestText)).raw("</b>");
  page.text(one.kev == nullptr ? "" : " known to be exploited");
  page.element("span", plain_text(one.what->title, kLongestText), "sub").raw("</span></td>");
  const std::string score = score_text(one);
  labelled(page, "CVSS", score.empty() ? score : score + " " + std::string{severity_of(one)});
  page.raw("<td data-label=\"Why\"><span>").text(plain_text(one.reason, kLongestText));
  page.element("span", "confidence " + std::to_string(one.confidence), "sub").raw("</span></td>");
  page.raw("<td data-label=\"What to do\"><span>");
  page.text(one.remedy == nullptr ? "–" : plain_text(one.remedy->details, kLongestText));
  page.element("span", plain_text(one.advisory->id, kLongestText), "sub").raw("</span></td>");
  page.raw("</tr>\n");
}

}  // namespace

bool has_weaknesses(const ReportInput& input) {
  return input.weaknesses != nullptr && input.weaknesses->anything();
}

void add_weaknesses(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const WeaknessList& list = *input.weaknesses;
  page.raw("<section id=\"weaknesses\">\n<h2>Known weaknesses</h2>\n<p class=\"lead\">");
  page.number(list.advisories).raw(list.advisories == 1 ? " advisory" : " advisories");
  page.raw(" and a list of ").number(list.exploited);
  page.raw(" known exploited vulnerabilities, matched with what was seen: ");
  page.text(weakness_counts(list));
  page.raw(
      ". Judged by what devices said of themselves: nothing was probed, and where the firmware is "
      "not known, that is said.</p>\n");
  std::size_t shown = 0;
  std::size_t open = 0;
  for (const Weakness& one : list.rows) {
    if (!one.open()) {
      continue;
    }
    if (open++ == 0) {
      page.raw(
          "<table class=\"rows\"><thead><tr><th>Asset</th><th>Weakness</th><th>CVSS</th>"
          "<th>Why</th><th>What to do</th></tr></thead><tbody>\n");
    }
    if (shown < limits.assets) {
      add_row(page, input, one);
      ++shown;
    }
  }
  page.raw(open > 0 ? "</tbody></table>\n" : "");
  more_rows(page, shown, open + list.left_out, "prahari vulns list");
  page.raw("</section>\n");
}

}  // namespace prahari
