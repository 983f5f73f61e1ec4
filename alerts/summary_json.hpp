// summary.json: the numbers of one run for other programs.

#pragma once

#include <span>
#include <string>

#include "alerts/network_view.hpp"
#include "alerts/summary.hpp"

namespace prahari {

inline constexpr std::string_view kSummarySchema = "prahari.summary/1";

[[nodiscard]] std::string summary_json(const RunSummary& summary, std::span<const Alert> alerts,
                                       const NetworkView& network);

}  // namespace prahari
