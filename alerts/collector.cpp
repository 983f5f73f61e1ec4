#include "alerts/collector.hpp"

#include <algorithm>
#include <tuple>

namespace prahari {
namespace {

// Whether `a` outlives `b`: std::push_heap then keeps the first to go in front.
bool outlives(const Alert& a, const Alert& b) noexcept {
  if (a.finding.severity != b.finding.severity) {
    return a.finding.severity > b.finding.severity;
  }
  return std::tie(a.first_seen, a.id) < std::tie(b.first_seen, b.id);
}

}  // namespace

void AlertCollector::alert(Alert alert) {
  if (alerts_.size() < limit_) {
    alerts_.push_back(std::move(alert));
    if (alerts_.size() == limit_) {
      std::make_heap(alerts_.begin(), alerts_.end(), outlives);
    }
    return;
  }
  if (alerts_.empty() || !outlives(alert, alerts_.front())) {
    ++left_out_[std::string(alert.finding.kind)];
    return;
  }
  ++left_out_[std::string(alerts_.front().finding.kind)];
  std::pop_heap(alerts_.begin(), alerts_.end(), outlives);
  alerts_.back() = std::move(alert);
  std::push_heap(alerts_.begin(), alerts_.end(), outlives);
}

std::vector<Alert> AlertCollector::take() {
  std::vector<Alert> out = std::move(alerts_);
  alerts_.clear();
  sort_alerts(out);
  return out;
}

void sort_alerts(std::vector<Alert>& alerts) {
  std::sort(alerts.begin(), alerts.end(), [](const Alert& a, const Alert& b) {
    return std::tie(a.first_seen, a.id) < std::tie(b.first_seen, b.id);
  });
}

}  // namespace prahari
