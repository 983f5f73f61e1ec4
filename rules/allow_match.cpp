#include "rules/allow_match.hpp"

#include <algorithm>
#include <charconv>

#include "dissectors/registry.hpp"

namespace prahari {
namespace {

constexpr std::string_view kUnit = "unit";
constexpr std::string_view kTag = "tag";
constexpr std::string_view kCall = "Call";  // and what begins with "Call "

static_assert(static_cast<unsigned>(Protocol::unknown) < 64,
              "CompiledAllow::protocols has 64 bits");

bool covers(std::string_view allowed, Protocol protocol) noexcept {
  return allowed == "any" || allowed == to_string(protocol) ||
         allowed == to_string(carrier_of(protocol));
}

bool inside(const std::vector<NumberRange>& ranges, std::uint64_t first,
            std::uint64_t last) noexcept {
  return std::ranges::any_of(
      ranges, [&](const NumberRange& range) { return first >= range.first && last <= range.last; });
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Controllers tell their tags apart without regard to case, nodes differ by it.
bool same_text(std::string_view a, std::string_view b, bool any_case) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) {
           return x == y || (any_case && lower(x) == lower(y));
         });
}

// "Recipe[3]" of "Recipe[0-9]"; from there on as many elements as are touched, where the index is
// the last of the name.
bool element_within(const TargetLimit& limit, const Target& target, bool any_case) noexcept {
  const std::string_view text = target.text;
  if (text.size() < limit.text.size() ||
      !same_text(text.substr(0, limit.text.size()), limit.text, any_case)) {
    return false;
  }
  std::string_view tail = text.substr(limit.text.size());
  const std::uint64_t count = limit.rest.empty() ? std::max<std::uint32_t>(target.count, 1) : 1;
  if (tail.empty()) {
    return limit.rest.empty() && inside(limit.ranges, 0, count - 1);
  }
  if (tail.front() != '[') {
    return false;
  }
  tail.remove_prefix(1);
  std::uint32_t index = 0;
  const auto [end, failed] = std::from_chars(tail.begin(), tail.end(), index);
  if (failed != std::errc{} || end == tail.end() || *end != ']') {
    return false;
  }
  tail.remove_prefix(static_cast<std::size_t>(end + 1 - tail.begin()));
  return same_text(tail, limit.rest, any_case) && inside(limit.ranges, index, index + count - 1);
}

bool object_within(const TargetLimit& limit, const Target& target) noexcept {
  if (limit.match == TargetLimit::Match::device) {
    return target.count == 0 && target.text.empty();
  }
  if (limit.name != target.table) {
    return false;
  }
  const bool tag = target.table == kTag;
  // Of several nodes in one request only the first is told.
  const bool unseen = !tag && target.count > 1;
  switch (limit.match) {
    case TargetLimit::Match::exact:
      return !unseen && same_text(target.text, limit.text, tag);
    case TargetLimit::Match::prefix:
      return !unseen && target.text.size() >= limit.text.size() &&
             same_text(target.text.substr(0, limit.text.size()), limit.text, tag);
    case TargetLimit::Match::elements:
      return element_within(limit, target, tag);
    default:
      return target.count > 0 &&
             inside(limit.ranges, target.address, std::uint64_t{target.address} + target.count - 1);
  }
}

}  // namespace

bool within(const std::vector<TargetLimit>& limits, const Target& target) noexcept {
  bool objects_limited = false;
  bool object_found = false;
  for (const TargetLimit& limit : limits) {
    if (limit.name == kUnit) {
      if (!inside(limit.ranges, target.unit, target.unit)) {
        return false;
      }
      continue;
    }
    objects_limited = true;
    object_found = object_found || object_within(limit, target);
  }
  return !objects_limited || object_found;
}

CompiledAllow compile(const Allow& allow) {
  CompiledAllow entry{.allow = &allow};
  for (const Dissector* one : all_dissectors()) {
    if (!one->opaque && covers(allow.protocol, one->protocol)) {
      entry.protocols |= std::uint64_t{1} << static_cast<unsigned>(one->protocol);
    }
  }
  entry.any = allow.protocol == "any" && !allow.operation;
  if (allow.protocol == "icmp") {
    entry.transport = Transport::icmp;
    return entry;
  }
  const bool tcp = allow.protocol.starts_with("tcp/");
  if (tcp || allow.protocol.starts_with("udp/")) {
    entry.transport = tcp ? Transport::tcp : Transport::udp;
    const std::string_view port = std::string_view{allow.protocol}.substr(4);
    std::from_chars(port.begin(), port.end(), entry.port);
  }
  return entry;
}

bool CompiledAllow::names(const Request& request) const noexcept {
  if (any) {
    return true;
  }
  if (transport != Transport::none) {
    return transport == request.transport &&
           (transport == Transport::icmp || port == request.server_port);
  }
  if (request.protocol == Protocol::unknown || !request.has_operation ||
      !names_protocol(request.protocol)) {
    return false;
  }
  if (allow->calls) {
    const std::string_view name = request.name;
    return name.starts_with(kCall) && (name.size() == kCall.size() || name[kCall.size()] == ' ');
  }
  return !allow->operation || *allow->operation == request.operation;
}

}  // namespace prahari
