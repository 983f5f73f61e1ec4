// A host, or some hosts, as the site file writes them: address, prefix, "vlan:110",
// "mac:00:1d:9c:*" or "tag:hmi".

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "rules/site.hpp"

namespace prahari {

struct HostKey;  // rules/policy.hpp

// The member, or what is wrong with the text: "expected ..., found ...".
[[nodiscard]] std::variant<Member, std::string> parse_member(std::string_view text);

// How a member is written: "10.0.0.0/24", "10.0.0.1", "vlan:110", "mac:00:1d:9c:*", "tag:hmi".
[[nodiscard]] std::string to_string(const Member& member);

// By addresses alone: false for a tag, which only the whole policy can answer for.
[[nodiscard]] bool matches(const Member& member, const HostKey& host) noexcept;

// Which of two matching members counts: the higher. MAC, address, tag, longer prefix, VLAN.
[[nodiscard]] int specificity(const Member& member) noexcept;

// The tags that an [[asset]] may carry.
[[nodiscard]] std::span<const std::string_view> known_tags() noexcept;
// "unknown tag ..., expected ..."; empty where it is known.
[[nodiscard]] std::string no_tag(std::string_view tag);

}  // namespace prahari
