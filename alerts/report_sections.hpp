// The sections of report.html; each appends itself. Only the list in report_html.cpp
// calls them: a new one is a line there.

#pragma once

#include <initializer_list>

#include "alerts/html.hpp"
#include "alerts/report_html.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {

extern const std::string_view kReportStyle;  // the style sheet, without its tags

void add_glance(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_cases(const ReportInput& input);
void add_cases(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_exceptions(const ReportInput& input);
void add_exceptions(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_permits(const ReportInput& input);
void add_permits(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_topology(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_alerts(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_silenced(const ReportInput& input);
void add_silenced(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_traffic(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_assets(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_weaknesses(const ReportInput& input);
void add_weaknesses(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_io(const ReportInput& input);
void add_io(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_posture(const ReportInput& input);
void add_posture(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_health(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_verification(Html& page, const ReportInput& input, const ReportLimits& limits);

// Opens a table whose rows become cards on a narrow screen. A name that begins with # heads
// numbers.
inline void open_table(Html& page, std::initializer_list<std::string_view> columns) {
  page.raw("<table class=\"rows\"><thead><tr>");
  for (std::string_view name : columns) {
    const bool number = name.front() == '#';
    name.remove_prefix(number ? 1 : 0);
    page.raw(number ? R"(<th scope="col" class="num">)" : "<th scope=\"col\">");
    page.text(name).raw("</th>");
  }
  page.raw("</tr></thead><tbody>\n");
}
inline void close_table(Html& page) { page.raw("</tbody></table>\n"); }

// A table cell that carries its column's name, for a narrow screen where rows become cards.
inline void labelled(Html& page, std::string_view column, std::string_view words,
                     std::string_view kind = {}) {
  page.raw("<td data-label=\"").text(column).raw("\"");
  if (!kind.empty()) {
    page.raw(" class=\"").raw(kind).raw("\"");
  }
  page.raw(">").text(words.empty() ? "–" : words).raw("</td>");
}

inline void labelled_number(Html& page, std::string_view column, std::uint64_t number) {
  labelled(page, column, with_commas(number), "num");
}

// "PLC-7 filler (10.0.0.5)"
inline std::string host_text(const NetworkView& network, std::size_t host, const std::string& ip) {
  if (host == kNoHost) {
    return ip;
  }
  const std::string label(network.hosts[host].label());
  return label == ip || ip.empty() ? label : label + " (" + ip + ")";
}

// "12 more in assets.csv."
inline void more_rows(Html& page, std::size_t shown, std::size_t all, std::string_view where) {
  if (all > shown) {
    page.raw("<p class=\"more\">").number(all - shown).raw(" more in <code>").text(where);
    page.raw("</code>.</p>\n");
  }
}

}  // namespace prahari
