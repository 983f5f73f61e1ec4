// A host, or some hosts, as the site file writes them: address, prefix, "vlan:110" or
// "mac:00:1d:9c:*".

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "rules/site.hpp"

namespace prahari {

struct HostKey;  // rules/policy.hpp

// The member, or what is wrong with the text: "expected ..., found ...".
[[nodiscard]] std::variant<Member, std::string> parse_member(std::string_view text);

// How a member is written: "10.0.0.0/24", "10.0.0.1", "vlan:110", "mac:00:1d:9c:*".
[[nodiscard]] std::string to_string(const Member& member);

[[nodiscard]] bool matches(const Member& member, const HostKey& host) noexcept;

// Which of two matching members counts: the higher. MAC, address, longer prefix, VLAN.
[[nodiscard]] int specificity(const Member& member) noexcept;

}  // namespace prahari
