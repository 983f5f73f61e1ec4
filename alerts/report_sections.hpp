// The sections of report.html; each appends itself. Only report_html.cpp calls them.

#pragma once

#include "alerts/html.hpp"
#include "alerts/report_html.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {

extern const std::string_view kReportStyle;  // the style sheet, without its tags

void add_cases(Html& page, const ReportInput& input);
void add_alerts(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_silenced(Html& page, const ReportInput& input);
void add_exceptions(Html& page, const ReportInput& input);
void add_topology(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_traffic(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_assets(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_posture(const ReportInput& input);
void add_posture(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_weaknesses(const ReportInput& input);
void add_weaknesses(Html& page, const ReportInput& input, const ReportLimits& limits);
[[nodiscard]] bool has_io(const ReportInput& input);
void add_io(Html& page, const ReportInput& input, const ReportLimits& limits);
void add_health(Html& page, const ReportInput& input);
void add_verification(Html& page, const ReportInput& input);

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
