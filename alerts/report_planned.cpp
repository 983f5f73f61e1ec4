// What people announced or answer for: exceptions until a day, and planned work.

#include <array>

#include "alerts/report_sections.hpp"

namespace prahari {

bool has_exceptions(const ReportInput& input) { return !input.summary.exceptions.empty(); }

void add_exceptions(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  page.raw(
      "<section id=\"exceptions\">\n<h2>Exceptions</h2>\n"
      "<p class=\"lead\">What no conduit allows, and somebody answers for until a day.</p>\n");
  open_table(page, {"From", "To", "Owner", "Reason", "State", "Line", "#Messages"});
  for (const ExceptionLine& one : input.summary.exceptions) {
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
  close_table(page);
  page.raw("</section>\n");
}

bool has_permits(const ReportInput& input) { return !input.summary.permits.empty(); }

void add_permits(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  constexpr std::array<std::string_view, 4> kWords = {"seen", "nothing was seen in its time",
                                                      "nothing seen yet, its time is not over",
                                                      "nothing was captured in its time"};
  page.raw(
      "<section id=\"permits\">\n<h2>Planned work</h2>\n"
      "<p class=\"lead\">What the permits of the site file announce, and whether it was done. Work "
      "that nobody saw was done another way, or not at all.</p>\n");
  open_table(page, {"Ticket", "From", "To", "Valid", "Line", "Work", "#Findings"});
  for (const PermittedWork& work : input.summary.permits) {
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
  close_table(page);
  page.raw("</section>\n");
}

}  // namespace prahari
