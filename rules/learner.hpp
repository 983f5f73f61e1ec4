// Learns a baseline from the same events that the detectors see, and judges nothing.
//
// Bounded: what comes when a table is full is not kept, and counted. What was learned stays, so
// that nobody can push it out. Analyst thread.

#pragma once

#include <cstdint>
#include <memory>

#include "inventory/inventory.hpp"
#include "rules/baseline.hpp"
#include "rules/policy.hpp"

namespace prahari {

struct LearnerLimits {
  std::uint32_t links = 32'768;
  std::uint32_t operations = 131'072;
  std::uint32_t targets = 262'144;
  std::uint32_t polls = 65'536;
};

struct LearnerStats {
  std::uint64_t links = 0;  // not kept
  std::uint64_t operations = 0;
  std::uint64_t targets = 0;
  std::uint64_t polls = 0;
};

class Learner {
 public:
  // Both must outlive the learner.
  Learner(const Inventory& inventory, const Policy& policy, const LearnerLimits& limits = {});
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  ~Learner();

  // After the inventory saw it.
  void on_event(const Event& event, const Parties& parties);

  // A proposal: every zone is still learning. Call Inventory::settle() before.
  [[nodiscard]] BaselineData learned();

  [[nodiscard]] LearnerStats stats() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
