// Traffic summed by zone, for the drawing and for the matrix.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alerts/report_html.hpp"

namespace prahari {

struct ZoneTraffic {
  std::map<std::string, std::uint8_t> services;  // to a bit per Operation
  std::map<std::string, std::uint64_t> packets_by_service;
  std::map<std::string, std::uint8_t> refused;  // what no conduit allows, likewise
  std::uint8_t operations = 0;
  std::uint64_t messages = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] bool alarmed() const noexcept { return !refused.empty(); }
};

// From zone to zone, numbers of NetworkView::zones; traffic inside a zone as well.
using ZoneMatrix = std::map<std::pair<std::size_t, std::size_t>, ZoneTraffic>;

[[nodiscard]] ZoneMatrix zone_matrix(const ReportInput& input);

// "modbus, enip, +3", the busiest first.
[[nodiscard]] std::string services_text(const ZoneTraffic& traffic, std::size_t limit);

}  // namespace prahari
