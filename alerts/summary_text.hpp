// The screen after `prahari analyze`: at most 40 lines, each safe on a terminal.

#pragma once

#include <span>
#include <string>

#include "alerts/alert_json.hpp"
#include "alerts/cases.hpp"
#include "alerts/summary.hpp"

namespace prahari {

struct SummaryTextOptions {
  bool colour = false;
  std::string out_folder;  // where the rest is
  std::span<const Case> cases{};
};

[[nodiscard]] std::string summary_text(const RunSummary& summary, std::span<const Alert> alerts,
                                       const AlertContext& context,
                                       const SummaryTextOptions& options);

// The most severe first; of equal ones the most confident, then the earliest.
[[nodiscard]] std::vector<const Alert*> by_weight(std::span<const Alert> alerts);

}  // namespace prahari
