// What an event means in the terms of a baseline. The learner and the detectors must agree on it.

#pragma once

#include <string>
#include <string_view>

#include "dissectors/event.hpp"
#include "inventory/inventory.hpp"
#include "rules/baseline.hpp"

namespace prahari {

// Ports from here on are given out by chance, so they name no service.
inline constexpr std::uint16_t kFirstDynamicPort = 32'768;

// Whether both ends of a flow are single hosts.
[[nodiscard]] bool between_hosts(const Event& event) noexcept;

// Of a message: its protocol.
[[nodiscard]] BaselineService message_service(const Event& event) noexcept;
// Of a flow that has said nothing yet: the protocol at home on its port, or its port.
[[nodiscard]] BaselineService flow_service(const Event& event) noexcept;
// Whether the flow tells who serves whom.
[[nodiscard]] bool tells_service(const Event& event) noexcept;

// Whether the message asks for something, or brings it by itself: what answers is not judged.
[[nodiscard]] bool asks(const Event& event) noexcept;

// The target of a message. `forgotten`: of a tally its name is not known any longer.
struct SeenTarget {
  TargetQuery query;
  bool forgotten = false;
  std::string kept;  // owns query.text where the wire's text is not printable
};
void see_target(const Event& event, SeenTarget& out);

// Of a message or tally. False where it is none of a poll: a further target of the message before,
// or a name that no file could hold.
[[nodiscard]] bool see_poll(const Event& event, PollQuery& out) noexcept;

// Whose packets the event shows: each of the two that sent something.
struct Heard {
  AssetIndex client = kNone;
  AssetIndex server = kNone;
};
[[nodiscard]] Heard heard_in(const Event& event, const Parties& parties) noexcept;

// The section of the baseline that a host belongs to.
[[nodiscard]] std::string_view section_of(const HostKey& host, const Policy& policy) noexcept;

// The host of an event's end: with the MAC address only where it is the device's own.
[[nodiscard]] HostKey device_key(const Endpoint& end, const VlanTags& vlan, AssetIndex asset,
                                 const Inventory& inventory) noexcept;

}  // namespace prahari
