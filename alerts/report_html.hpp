// report.html: one page for people. Self-contained: inline style, inline SVG, no script, nothing
// fetched. Bounded: a table shows so many rows and says where the rest is.

#pragma once

#include <span>
#include <string>

#include "alerts/alert_json.hpp"
#include "alerts/summary.hpp"

namespace prahari {

struct ReportInput {
  const RunSummary& summary;
  std::span<const Alert> alerts;
  const AlertContext& context;
};

struct ReportLimits {
  std::size_t alerts = 100;
  std::size_t cards = 200;   // assets in full
  std::size_t assets = 800;  // further ones as rows
  std::size_t postures = 250;
  std::size_t talks = 30;
  std::size_t conduits = 100;
  std::size_t hosts_per_zone = 24;  // in the drawing
  std::size_t zones = 16;           // in the matrix
};

[[nodiscard]] std::string report_html(const ReportInput& input, const ReportLimits& limits = {});

}  // namespace prahari
