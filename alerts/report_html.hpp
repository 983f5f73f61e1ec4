// report.html: one page for people. Self-contained: inline style, inline SVG, no script, nothing
// fetched. Bounded: a table shows so many rows and says where the rest is.

#pragma once

#include <span>
#include <string>

#include "alerts/alert_json.hpp"
#include "alerts/cases.hpp"
#include "alerts/summary.hpp"
#include "inventory/weakness.hpp"

namespace prahari {

struct ReportInput {
  const RunSummary& summary;
  std::span<const Alert> alerts;
  const AlertContext& context;
  std::span<const Case> cases{};
  const WeaknessList* weaknesses = nullptr;  // null: no advisories were given
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
