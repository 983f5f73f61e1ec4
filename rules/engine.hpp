// All detectors over one event, and what the site file silences or permits. Analyst thread.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rules/detector.hpp"
#include "rules/policy.hpp"

namespace prahari {

// How often an [[ignore]] applied, for the report.
struct SilencedCount {
  const Ignore* ignore;
  std::uint64_t count;
};

// How often a [[permit]] made an operation expected; 0: the announced work was not seen.
struct PermittedCount {
  const Permit* permit;
  std::uint64_t count;
};

class Engine {
 public:
  // All must outlive the engine. `baseline` may be null.
  Engine(const Inventory& inventory, const Policy& policy, FindingSink& out,
         const Baseline* baseline = nullptr);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Events of these flows come soon.
  void expect(std::span<const FlowId> flows) const noexcept;

  void on_event(const Event& event, const Parties& parties);
  void on_end();

  // Every entry of the site file, in its order, also those that never applied.
  [[nodiscard]] std::vector<SilencedCount> silenced() const;
  [[nodiscard]] std::vector<PermittedCount> permitted() const;
  // Findings of kinds that a zone switches off.
  [[nodiscard]] std::uint64_t switched_off() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
