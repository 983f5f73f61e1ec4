// All detectors over one event, and what the site file silences or permits.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rules/detector.hpp"
#include "rules/policy.hpp"

namespace prahari {

// How often an [[ignore]] or [[permit]] applied, for the report.
struct SilencedCount {
  const Ignore* ignore;
  std::uint64_t count;
};

class Engine {
 public:
  // All three must outlive the engine.
  Engine(const Inventory& inventory, const Policy& policy, FindingSink& out);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  void on_event(const Event& event, const Parties& parties);
  void on_end();

  [[nodiscard]] std::vector<SilencedCount> silenced() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
