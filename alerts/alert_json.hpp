// One alert as one JSON object (contract: "One alert"): every key, in that order, null where
// nothing is known.

#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "alerts/alert.hpp"
#include "alerts/certin_data.hpp"
#include "alerts/network_view.hpp"
#include "capture/source.hpp"
#include "rules/attack.hpp"

namespace prahari {

// What an alert is told against. All of it outlives the writers that hold this.
struct AlertContext {
  const NetworkView& network;
  std::span<const Input> inputs;
  const AttackTable& attack;
  const CertInData& certin;
  std::string sensor;
  std::string version;
  const std::map<std::string, std::string, std::less<>>* cases = nullptr;  // alert id to case id
};

[[nodiscard]] nlohmann::ordered_json alert_json(const Alert& alert, const AlertContext& context);

// alerts.jsonl: one line each, in the order given.
[[nodiscard]] std::string alerts_jsonl(std::span<const Alert> alerts, const AlertContext& context);

// The fixed name of the kind (detections.md); the kind itself where that is unknown.
[[nodiscard]] std::string_view alert_title(const Alert& alert) noexcept;

// "Initial Access, Lateral Movement"
[[nodiscard]] std::string tactics_text(const Technique& technique);

// The name, address or MAC to call a party by; "unknown host" for none.
[[nodiscard]] std::string party_label(const Party& party, const HostView* host);

// The input's name; empty for a file number that no input has.
[[nodiscard]] std::string_view capture_name(std::span<const Input> inputs, std::uint16_t file);

}  // namespace prahari
