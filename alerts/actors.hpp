// Who is behind the alerts: what each host did, to whom, in the words of a report's first page.
// Of a device that fell silent or was polled otherwise: what became of it.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "alerts/alert_json.hpp"

namespace prahari {

// All alerts of one kind that one host is behind.
struct Deed {
  std::string title;  // the fixed name of the kind
  Severity worst = Severity::info;
  std::uint64_t times = 0;
  std::vector<std::string> targets;  // labels, each once
  Timestamp first;
  Timestamp last;
  std::string alert;  // id of the weightiest
};

struct Actor {
  std::string label;
  const HostView* host = nullptr;  // null: no asset
  Severity worst = Severity::info;
  std::uint64_t alerts = 0;
  std::uint64_t severe = 0;  // of high or critical severity
  std::vector<Deed> deeds;   // the worst first, then in the order of time
  bool did = false;          // false: its alerts are about it, and it did nothing
};

// The one with the most severe alerts first. Alerts that name no source have no actor.
[[nodiscard]] std::vector<Actor> actors_behind(std::span<const Alert> alerts,
                                               const AlertContext& context);

}  // namespace prahari
