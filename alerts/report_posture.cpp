// How servers are protected: what each offers, what was really used, what an auditor will ask.

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostLines = 12;  // of one cell

void add_lines(Html& page, std::string_view column, std::span<const std::string> lines) {
  page.raw("<td data-label=\"").text(column).raw("\"><span>");
  page.raw(lines.empty() ? "–" : "");
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
    page.raw(i == 0 ? "" : "<br>").text(lines[i]);
  }
  if (lines.size() > kMostLines) {
    page.raw("<br>+").number(lines.size() - kMostLines);
  }
  page.raw("</span></td>");
}

std::vector<std::string> joined(const std::vector<std::string>& first,
                                const std::vector<std::string>& second) {
  std::vector<std::string> out = first;
  out.insert(out.end(), second.begin(), second.end());
  return out;
}

void add_row(Html& page, const HostView& host, const ServicePosture& row) {
  page.raw("<tr><td data-label=\"Server\"><span><b>").text(host.label()).raw("</b>");
  page.element("span", row.service, "sub");
  page.raw("</span></td>");
  add_lines(page, "Offers", joined(row.offered, row.users_offered));
  add_lines(page, "Used", joined(row.used, row.users_used));
  add_lines(page, "Certificate", joined(row.certificates, row.settings));
  add_lines(page, "An auditor will ask", row.questions);
  page.raw("</tr>\n");
}

}  // namespace

bool has_posture(const ReportInput& input) { return !input.context.network.with_posture.empty(); }

void add_posture(Html& page, const ReportInput& input, const ReportLimits& limits) {
  page.raw(
      "<section id=\"posture\">\n<h2>Security posture of servers</h2>\n"
      "<p class=\"lead\">What each server offers on the wire, what clients really used, and what "
      "an auditor will ask. Only what was seen: a server that nobody asked has said "
      "nothing.</p>\n");
  open_table(page, {"Server", "Offers", "Used", "Certificate", "An auditor will ask"});
  std::size_t shown = 0;
  std::size_t all = 0;
  const NetworkView& network = input.context.network;
  for (const std::size_t at : network.with_posture) {
    const HostView& host = network.hosts[at];
    for (const ServicePosture& row : host.postures) {
      if (++all <= limits.postures) {
        add_row(page, host, row);
        ++shown;
      }
    }
  }
  close_table(page);
  more_rows(page, shown, all, "assets.json");
  page.raw("</section>\n");
}

}  // namespace prahari
