// The alerts of one run, kept until the result is written. Bounded: 16,384 alerts; when full, the
// least severe (of equal ones the latest) makes room, and is counted by kind. Analyst thread.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "alerts/correlator.hpp"

namespace prahari {

class AlertCollector final : public AlertSink {
 public:
  explicit AlertCollector(std::size_t limit = 16'384) : limit_(limit) {}

  void alert(Alert alert) override;

  // All of them by first time, then id. Call it once, after Correlator::finish().
  [[nodiscard]] std::vector<Alert> take();

  // Alerts that made room, by kind.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& left_out() const noexcept {
    return left_out_;
  }

 private:
  std::size_t limit_;
  std::vector<Alert> alerts_;  // once full, a heap whose front is the first to go
  std::map<std::string, std::uint64_t> left_out_;
};

// The order of alerts.jsonl: by first time, then id.
void sort_alerts(std::vector<Alert>& alerts);

}  // namespace prahari
