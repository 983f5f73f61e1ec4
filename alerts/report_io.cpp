// Connections that carry I/O data cycle by cycle: who drives whose outputs, and how well it runs.

#include <algorithm>

#include "alerts/report_sections.hpp"

namespace prahari {
bool has_io(const ReportInput& input) { return !input.context.network.io.empty(); }

void add_io(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  page.raw(
      "<section id=\"io\">\n<h2>I/O connections</h2>\n"
      "<p class=\"lead\">Who sends outputs to whom and takes inputs from it, cycle by cycle, with "
      "the interval that was asked for, granted and measured.</p>\n");
  open_table(page, {"Originator", "Target", "Connection", "Outputs", "Inputs"});
  const std::size_t shown = std::min(network.io.size(), limits.talks);
  for (std::size_t i = 0; i < shown; ++i) {
    const IoView& io = network.io[i];
    page.raw("<tr>");
    labelled(page, "Originator", host_text(network, io.originator, io.originator_ip));
    labelled(page, "Target", host_text(network, io.target, io.target_ip));
    labelled(page, "Connection", io.kind);
    labelled(page, "Outputs", io.outputs);
    labelled(page, "Inputs", io.inputs);
    page.raw("</tr>\n");
  }
  close_table(page);
  more_rows(page, shown, network.io.size(), "assets.json");
  page.raw("</section>\n");
}

}  // namespace prahari
