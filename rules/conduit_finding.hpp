// What a conduit violation says to people: why, how severe, and the line that would allow it.

#pragma once

#include <array>
#include <string_view>

#include "rules/detector.hpp"
#include "rules/policy.hpp"

namespace prahari {

inline constexpr std::string_view kConduitKind = "conduit-violation";
inline constexpr std::array<std::string_view, 2> kConduitAttack = {"T0886", "T0869"};

struct ZonePair {
  ZoneIndex from = 0;
  ZoneIndex to = 0;
};

// Of a message event.
[[nodiscard]] Finding conduit_finding_of_message(const ZonePair& zones, const Event& event,
                                                 const Verdict& verdict,
                                                 const RuleContext& context);
// Of a flow that no decoder knows.
[[nodiscard]] Finding conduit_finding_of_flow(const ZonePair& zones, const Event& event,
                                              const Verdict& verdict, const RuleContext& context);

}  // namespace prahari
