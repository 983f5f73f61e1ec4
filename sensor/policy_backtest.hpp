// One or two policies over the same traffic, each with the engine's own conduit rule.

#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "inventory/inventory.hpp"
#include "rules/engine.hpp"
#include "rules/policy_use.hpp"
#include "sensor/command.hpp"
#include "sensor/pipeline.hpp"

namespace prahari {

// One policy and what it did.
class Backtest {
 public:
  Backtest(const Inventory& inventory, Site site)
      : policy(std::move(site)),
        use(policy.site()),
        engine(inventory, policy, book, {.only = kConduitKind, .watch = &use}) {}

  [[nodiscard]] std::vector<const Violation*> violations() const { return book.in_order(); }

  Policy policy;
  PolicyUse use;
  ViolationBook book;
  Engine engine;
  std::vector<ExceptionUse> exceptions;  // as Site::exceptions
  std::uint64_t silenced = 0;            // by [[ignore]]
  std::uint64_t undecided = 0;  // classes of conversations that only their targets could tell
};

class Backtests final : public Analyst {
 public:
  Backtests(const OuiTable& oui, std::vector<Site> sites);

  Status run_captures(const std::vector<std::string>& captures);
  // The conversations of --state, those of --since before its last packet.
  Status run_state(const Arguments& arguments);

  void event(const Event& event) override;
  void expect(std::span<const FlowId> flows) override;

  [[nodiscard]] const std::deque<Backtest>& all() const noexcept { return tests_; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] Timestamp first() const noexcept { return first_; }
  [[nodiscard]] Timestamp last() const noexcept { return last_; }
  [[nodiscard]] bool from_state() const noexcept { return from_state_; }

 private:
  Inventory inventory_;
  std::deque<Backtest> tests_;
  std::string source_;
  Timestamp first_;
  Timestamp last_;
  bool from_state_ = false;
};

}  // namespace prahari
