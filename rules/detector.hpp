// What a detector is. One file under rules/detectors/, one line in detectors.def.

#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "dissectors/event.hpp"
#include "inventory/inventory.hpp"
#include "rules/finding.hpp"

namespace prahari {

class Baseline;        // rules/baseline.hpp: what people approved as normal
class BaselineChoice;  // rules/baseline_choice.hpp: which of several is in force
class Policy;          // rules/policy.hpp: the site file as the detectors ask it
class LinkViews;       // rules/link_view.hpp: what the baseline says of each flow
class ConduitWatch;    // rules/conduit_watch.hpp
struct ExceptionUse;   // rules/conduit_watch.hpp

// What every detector may look at while it handles one event.
struct RuleContext {
  const Inventory& inventory;
  const Policy& policy;
  Parties parties;                          // of the event at hand
  const Baseline* baseline = nullptr;       // null: nothing was approved, its rules are off
  const BaselineChoice* choice = nullptr;   // of baselines; `baseline` is its answer for the event
  LinkViews* links = nullptr;               // with a baseline: one look-up a flow for all detectors
  ConduitWatch* watch = nullptr;            // null: nobody wants to know what conduits allow
  std::span<ExceptionUse> exceptions = {};  // as Site::exceptions
};

// Lives on the analyst thread. Every table in it is bounded.
class Detector {
 public:
  Detector() = default;
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;
  virtual ~Detector() = default;

  // Events of these flows come soon: a chance to ask memory for the notes about them.
  virtual void expect(std::span<const FlowId> /*flows*/) const noexcept {}

  virtual void on_event(const Event& event, const RuleContext& context, FindingSink& out) = 0;

  // A message that only carries others, or of which only the frame can be read: an office protocol.
  // Only where DetectorInfo::envelopes asks for them; on_event never sees them.
  virtual void on_envelope(const Event& /*event*/, const RuleContext& /*context*/,
                           FindingSink& /*out*/) {}

  // The capture is over: what a missing packet would have told is known now.
  virtual void on_end(const RuleContext& /*context*/, FindingSink& /*out*/) {}
};

// A number that the site file may set otherwise, for all or for one zone:
// [thresholds.KIND] or [zone.thresholds.KIND] with `name = value`.
struct Threshold {
  std::string_view name;  // "hosts"
  double value;           // unless the site file says otherwise
  double least;           // what the site file may set
  double most;
  std::string_view meaning;  // "distinct hosts asked within a minute without an answer"
};

struct DetectorInfo {
  std::string_view kind;  // "conduit-violation", one of kinds.hpp, which has its title
  std::unique_ptr<Detector> (*make)();
  std::span<const std::string_view> attack;  // every ATT&CK id that it may name
  std::span<const Threshold> thresholds{};   // all that Policy::threshold() may be asked for
  bool envelopes = false;                    // Detector::on_envelope is called
};

// All detectors, in the order of detectors.def.
[[nodiscard]] std::span<const DetectorInfo* const> all_detectors() noexcept;

// Null for an id that no detector has.
[[nodiscard]] const DetectorInfo* find_detector(std::string_view kind) noexcept;

}  // namespace prahari
