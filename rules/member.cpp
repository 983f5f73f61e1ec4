#include "rules/member.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "rules/policy.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kExpected =
    R"(expected an address, a prefix such as "10.10.1.0/24", "vlan:110", "mac:00:1d:9c:*" or )"
    R"("tag:hmi")";
constexpr std::array<std::string_view, 8> kTags = {
    "safety", "controller", "hmi", "engineering", "historian", "jump-host", "gateway", "critical"};
constexpr std::uint16_t kLastVlan = 4094;  // 4095 is reserved, IEEE 802.1Q

std::string wrong(std::string_view expected, std::string_view text) {
  return std::string{expected} + ", found " + in_quotes(text);
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int base = 10) noexcept {
  Number value{};
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), value, base);
  return failed == std::errc{} && end == text.end() ? std::optional{value} : std::nullopt;
}

unsigned bits_of(const IpAddress& ip) noexcept { return ip.v4() ? 32 : 128; }

IpAddress network_of(IpAddress ip, unsigned length) noexcept {
  for (std::size_t i = 0; i < ip.octets.size(); ++i) {
    const unsigned first_bit = static_cast<unsigned>(i) * 8;
    const unsigned keep = length <= first_bit ? 0 : std::min(length - first_bit, 8U);
    ip.octets[i] &= static_cast<std::uint8_t>(0xff00U >> keep);
  }
  return ip;
}

std::variant<Member, std::string> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  IpPrefix prefix;
  if (!parse(text.substr(0, slash), prefix.network)) {
    return wrong(kExpected, text);
  }
  const unsigned bits = bits_of(prefix.network);
  if (slash == std::string_view::npos) {
    prefix.length = static_cast<std::uint8_t>(bits);
    return Member{prefix};
  }
  const auto length = number_of<unsigned>(text.substr(slash + 1));
  if (!length || *length > bits) {
    return wrong("expected a prefix length from 0 to " + std::to_string(bits), text);
  }
  prefix.length = static_cast<std::uint8_t>(*length);
  const IpAddress network = network_of(prefix.network, *length);
  if (network != prefix.network) {
    const std::string right = to_string(network) + '/' + std::to_string(*length);
    return "expected a network, found " + in_quotes(text) + " with host bits set; write \"" +
           right + "\" for the network or \"" + to_string(prefix.network) + "\" for the one host";
  }
  return Member{prefix};
}

std::variant<Member, std::string> parse_vlan(std::string_view text, std::string_view number) {
  const auto id = number_of<std::uint16_t>(number);
  if (!id || *id > kLastVlan) {
    return wrong("expected \"vlan:N\" with N from 0 to 4094", text);
  }
  return Member{VlanMember{*id}};
}

std::variant<Member, std::string> parse_mac(std::string_view text, std::string_view pattern) {
  MacPattern mac{.mac = {}, .octets = 0};
  while (mac.octets < 6) {
    const std::string_view part = pattern.substr(0, pattern.find_first_of(":-"));
    if (part == "*" && part.size() == pattern.size() && mac.octets > 0) {
      return Member{mac};
    }
    const auto octet = number_of<std::uint8_t>(part, 16);
    if (part.size() != 2 || !octet) {
      break;
    }
    mac.mac.octets[mac.octets++] = *octet;
    pattern.remove_prefix(std::min(part.size() + 1, pattern.size()));
    if (pattern.empty()) {
      break;
    }
  }
  if (mac.octets == 6 && pattern.empty()) {
    return Member{mac};
  }
  return wrong(
      "expected \"mac:\" with six octets in hexadecimal, or fewer and then \"*\", such as "
      "\"mac:00:1d:9c:*\"",
      text);
}

}  // namespace

std::variant<Member, std::string> parse_member(std::string_view text) {
  if (text.starts_with("vlan:")) {
    return parse_vlan(text, text.substr(5));
  }
  if (text.starts_with("mac:")) {
    return parse_mac(text, text.substr(4));
  }
  if (text.starts_with("tag:")) {
    if (std::string problem = no_tag(text.substr(4)); !problem.empty()) {
      return problem;
    }
    return Member{TagMember{std::string{text.substr(4)}}};
  }
  return parse_prefix(text);
}

std::span<const std::string_view> known_tags() noexcept { return kTags; }

std::string no_tag(std::string_view tag) {
  if (std::ranges::find(kTags, tag) != kTags.end()) {
    return {};
  }
  return "unknown tag " + in_quotes(tag) + ", expected " + one_of(kTags) + did_you_mean(tag, kTags);
}

std::string to_string(const Member& member) {
  if (const auto* mac = std::get_if<MacPattern>(&member)) {
    const std::string full = to_string(mac->mac);
    return "mac:" + (mac->octets == 6 ? full : full.substr(0, mac->octets * 3UL) + '*');
  }
  if (const auto* prefix = std::get_if<IpPrefix>(&member)) {
    const bool host = prefix->length == bits_of(prefix->network);
    return to_string(prefix->network) + (host ? "" : '/' + std::to_string(prefix->length));
  }
  if (const auto* tag = std::get_if<TagMember>(&member)) {
    return "tag:" + tag->tag;
  }
  return "vlan:" + std::to_string(std::get_if<VlanMember>(&member)->id);
}

bool matches(const Member& member, const HostKey& host) noexcept {
  if (const auto* mac = std::get_if<MacPattern>(&member)) {
    return std::equal(mac->mac.octets.begin(), mac->mac.octets.begin() + mac->octets,
                      host.mac.octets.begin());
  }
  if (const auto* prefix = std::get_if<IpPrefix>(&member)) {
    return !host.ip.empty() && host.ip.within(prefix->network, prefix->length);
  }
  const auto* vlan = std::get_if<VlanMember>(&member);
  const auto* ids = host.vlan.ids.begin();
  return vlan != nullptr &&
         std::find(ids, ids + host.vlan.count, vlan->id) != ids + host.vlan.count;
}

int specificity(const Member& member) noexcept {
  if (const auto* mac = std::get_if<MacPattern>(&member)) {
    return 1000 + mac->octets;
  }
  if (const auto* prefix = std::get_if<IpPrefix>(&member)) {
    const bool host = prefix->length == bits_of(prefix->network);
    return host ? 500 : 1 + prefix->length;
  }
  if (std::holds_alternative<TagMember>(member)) {
    return 400;
  }
  return 0;
}

}  // namespace prahari
