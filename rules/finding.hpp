// What a detector says: who did what to whom, and why that is worth an alert.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/event.hpp"
#include "inventory/asset.hpp"

namespace prahari {

enum class Severity : std::uint8_t { info, low, medium, high, critical };

[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"info", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

// Meaning for CERT-In (cert-in.md 5.6): incident candidate, posture finding, none.
enum class CertInClass : char { incident = 'C', posture = 'P', none = 'N' };

struct Party {
  AssetIndex asset = kNone;
  IpAddress ip;
  MacAddress mac;
  VlanTags vlan;
  std::uint16_t port = 0;
  std::string zone;  // "unassigned" where no zone names it; empty without a site file
};

// The line of the site file that decides.
struct PolicyRef {
  std::string rule;  // "no conduit office -> cell-1 allows modbus:write"
  std::string file;  // empty: no site file
  int line = 0;
};

// The entry of the baseline that it departs from, in words; all empty: no baseline rule.
struct BaselineRef {
  std::string entry;     // "10.0.0.5 -> 10.0.0.9 modbus: write Write Single Coil"
  std::string expected;  // "coil 1-6"
  std::string seen;      // "coil 9"
};

struct Finding {
  std::string_view kind;  // a literal, the id of detections.md
  Severity severity = Severity::medium;
  std::uint8_t confidence = 90;  // 0 to 100
  std::string dedup_key;         // one alert for each key and `quiet` period
  std::chrono::seconds quiet{std::chrono::hours{24}};
  std::string why;     // one plain sentence about this case
  std::string accept;  // what to paste into the site file so that this becomes expected
  Party source;
  Party destination;
  std::string protocol;   // "modbus", "tcp/443", "arp"
  std::string transport;  // "tcp", "udp", "eth"
  Outcome outcome = Outcome::unknown;
  bool has_operation = false;
  Operation operation{};
  std::string operation_name;  // "Write Single Coil"
  std::string target;          // "unit 1 coil 4"
  std::vector<double> values;
  PolicyRef policy;
  BaselineRef baseline;
  std::array<std::string_view, 3> attack{};  // ATT&CK for ICS ids, literals, primary first
  CertInClass certin = CertInClass::none;    // what the detector says; a permit takes it back
  std::vector<PacketRef> evidence;           // in packet order; the last is the decisive one
  // How often it happened, this time the last of them; 0: nothing new happened, but more is known
  // of what was raised before.
  std::uint32_t times = 1;
  Completeness state = Completeness::complete;
};

// Names a raised alert as long as it counts; default: none.
struct AlertHandle {
  std::uint32_t slot = kNone;
  std::uint32_t generation = 0;
};

class FindingSink {
 public:
  virtual ~FindingSink() = default;

  // A finding whose key is known and still in its quiet period adds to that alert, which keeps
  // the higher of both severities.
  virtual AlertHandle raise(Finding finding) = 0;

  // The same cause once more, or so many times more of which this packet is the last, without the
  // cost of a Finding: count, last time and evidence grow. False when the alert is gone or its
  // quiet period is over: raise a new one.
  virtual bool again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) = 0;
  bool again(AlertHandle handle, const PacketRef& packet) { return again(handle, packet, 1); }

  // The answer came: how the operation of that alert ended, with the packet that tells. It is no
  // further occurrence. Nothing happens where the alert is gone.
  virtual void refine(AlertHandle /*handle*/, Outcome /*outcome*/, const PacketRef& /*packet*/) {}
};

}  // namespace prahari
