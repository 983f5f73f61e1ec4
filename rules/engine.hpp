// All detectors over one event, and what the site file silences or permits. Analyst thread.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rules/conduit_watch.hpp"
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

// What an [[exception]] was used for, for the report; count 0: it allowed nothing.
struct ExceptionCount {
  const Exception* exception;
  ExceptionUse use;
};

// Of an engine for a purpose of its own.
struct EngineOptions {
  std::string_view only = {};     // one kind of alert; empty: all
  ConduitWatch* watch = nullptr;  // told of what the conduit rule decides
  // What is approved; of several the site file says which is in force. None: its rules are off.
  std::vector<const Baseline*> baselines = {};
};

class Engine {
 public:
  // All of them must outlive the engine.
  Engine(const Inventory& inventory, const Policy& policy, FindingSink& out,
         const EngineOptions& options = {});
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Events of these flows come soon.
  void expect(std::span<const FlowId> flows) const noexcept;

  // From now on these are approved. What was approved before must outlive the engine, too.
  void approve(std::span<const Baseline* const> baselines);

  void on_event(const Event& event, const Parties& parties);
  void on_end();

  // Every entry of the site file, in its order, also those that never applied.
  [[nodiscard]] std::vector<SilencedCount> silenced() const;
  [[nodiscard]] std::vector<PermittedCount> permitted() const;
  [[nodiscard]] std::vector<ExceptionCount> exceptions() const;
  // Findings of kinds that a zone switches off.
  [[nodiscard]] std::uint64_t switched_off() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
