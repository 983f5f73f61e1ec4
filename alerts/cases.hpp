// Alerts that belong together, joined into one case: what one host did, in the order of ATT&CK for
// ICS, and where it went on from a host that it had entered.
//
// The rules (docs/alerts.md has them for people), so that nobody can glue strangers together:
// - A case is what one source did. Hosts that were merely touched by the same source, or that touch
//   the same target, router or group address, are never joined.
// - A source is an asset. Frames that bear its address but another MAC, which is no router's, are
//   somebody else's.
// - A stepping stone joins two sources only if the first entered the second (remote access, an IT
//   attack, the Internet) over an answered TCP connection, less than four hours before the
//   second's next deed. One stone has one way in: the latest. Routers and gateways are none.
// - What a device merely suffered (silence, another mode) follows the case that last changed it.
// Posture findings and facts about the sensor belong to no case. Two deeds above info make one.
//
// Pure: the same alerts give the same cases. Bounded by the number of alerts and kMaxSteps.

#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/alert_json.hpp"

namespace prahari {

struct CaseStep {
  const Alert* alert = nullptr;
  std::string_view tactic;  // "Discovery"
  std::string_view technique;
  bool consequence = false;  // suffered, not done
};

struct Case {
  static constexpr std::size_t kMaxSteps = 64;

  std::string id;     // "case-" and 16 of [0-9a-f], of its source and first alert
  std::string title;  // one sentence
  Severity severity = Severity::medium;
  bool raised = false;           // one step above its worst alert: it got from looking to acting
  const Alert* first = nullptr;  // the alert that began it; its source is the case's
  std::string source;            // what that host is called
  Timestamp first_seen;
  Timestamp last_seen;
  std::vector<CaseStep> steps;       // by tactic, then time; the most severe, if there are too many
  std::size_t alerts = 0;            // of which steps holds at most kMaxSteps
  std::vector<std::string> targets;  // what was touched, each once, the first ten
  std::size_t target_count = 0;
};

// Alert id to case id.
using CaseIndex = std::map<std::string, std::string, std::less<>>;

struct CaseBook {
  std::vector<Case> cases;  // by first time, then id
  CaseIndex of_alert;       // of every alert that is in a case, listed as a step or not
};

// The alerts must outlive the result; their order does not matter.
[[nodiscard]] CaseBook build_cases(std::vector<const Alert*> alerts, const AlertContext& context);
[[nodiscard]] CaseBook build_cases(std::span<const Alert> alerts, const AlertContext& context);

// The most severe first, then the one with more steps.
[[nodiscard]] std::vector<const Case*> by_weight(std::span<const Case> cases);

}  // namespace prahari
