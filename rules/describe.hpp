// How findings name hosts and targets, and the lines they offer for the site file.

#pragma once

#include <string>
#include <string_view>

#include "rules/detector.hpp"
#include "rules/policy.hpp"

namespace prahari {

[[nodiscard]] HostKey host_key(const Endpoint& end, const VlanTags& vlan) noexcept;
[[nodiscard]] HostKey host_key(const Party& party) noexcept;

// The parties of a finding. The engine fills in their zones.
[[nodiscard]] Party client_party(const Event& event, const RuleContext& context);
[[nodiscard]] Party server_party(const Event& event, const RuleContext& context);

// A party kept for later, when its asset may have been evicted.
struct KeptParty {
  Party party;
  std::uint32_t generation = 0;  // of the asset
};
[[nodiscard]] KeptParty keep(Party party, const Inventory& inventory);
// Names the asset only while it is the same.
[[nodiscard]] Party recall(const KeptParty& kept, const Inventory& inventory);

// For dedup keys: the asset, so that what a mirror shows on both sides of a router is one cause.
// Where no asset is known the address, or the MAC address where there is none, and the VLAN.
[[nodiscard]] std::string party_id(const Party& party, const Inventory& inventory);

// "10.0.0.5 (PLC-7 filler)"; the MAC address where there is no IP address.
[[nodiscard]] std::string host_words(const HostKey& host, const Policy& policy);

// "unit 1 coil 4", "unit 1 holding 100-119", "tag Line1.Speed"; of a message event.
[[nodiscard]] std::string target_words(const Event& event);
// The same for an `allow` entry: "@unit=1,holding=100-119"; "" where it cannot be written so.
[[nodiscard]] std::string target_limit(const Event& event);

// "modbus", or "tcp/443" where no decoder knows the flow.
[[nodiscard]] std::string protocol_words(const Event& event);

// Fills operation, name, target and values from a message event. A target that the server gave a
// name has it behind it: "node ns=2;s=R7 (Line1/Reset)".
void set_operation(Finding& finding, const Event& event, const RuleContext& context);

// What findings say alike: who and whom, by what, and the packet of the event.
[[nodiscard]] Finding event_finding(std::string_view kind, const Event& event,
                                    const RuleContext& context);
// The same of a message event, with its operation, its outcome and how often it came.
[[nodiscard]] Finding message_finding(std::string_view kind, const Event& event,
                                      const RuleContext& context);

// Entries to paste into the site file.
[[nodiscard]] std::string conduit_entry(std::string_view from, std::string_view to,
                                        std::string_view allow);
// Valid for 90 days from `now`. A party without addresses is left out.
[[nodiscard]] std::string ignore_entry(const Finding& finding, const Policy& policy, Timestamp now);
[[nodiscard]] std::string permit_entry(const Finding& finding, const Policy& policy, Timestamp now);

// A controller, a safety controller, or tagged critical in the site file.
[[nodiscard]] bool is_protected(const HostKey& host, AssetIndex asset, const RuleContext& context);

}  // namespace prahari
