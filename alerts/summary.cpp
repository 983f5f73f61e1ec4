#include "alerts/summary.hpp"

#include <cmath>

namespace prahari {

AlertCounts count_alerts(std::span<const Alert> alerts) {
  AlertCounts out;
  for (const Alert& alert : alerts) {
    ++out.by_severity[static_cast<std::size_t>(alert.finding.severity)];
    ++out.by_kind[std::string(alert.finding.kind)];
    ++out.total;
    out.incidents += alert.incident() ? 1U : 0U;
  }
  return out;
}

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0 || part == 0) {
    return "0 %";
  }
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (share < 0.1) {
    return "under 0.1 %";
  }
  const auto tenths = static_cast<std::uint64_t>(std::lround(share * 10));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

}  // namespace prahari
