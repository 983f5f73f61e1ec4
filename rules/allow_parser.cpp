#include "rules/allow_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "dissectors/registry.hpp"
#include "rules/target_parser.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kLastAddress = 65'535;
constexpr std::array<std::string_view, kOperations + 1> kClasses = {
    "discover", "read", "write", "control", "program", "admin", "*"};

constexpr std::string_view kCall = "call";  // of OPC UA: a method, whatever it does

std::vector<std::string_view> decoded_protocols() {
  std::vector<std::string_view> names;
  for (const Dissector* one : all_dissectors()) {
    if (!one->opaque) {
      names.push_back(to_string(one->protocol));
    }
  }
  return names;
}

bool parse_number(std::string_view text, std::uint32_t& value) noexcept {
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), value);
  return failed == std::errc{} && end == text.end() && !text.empty();
}

// "tcp/443": protocol by port. Empty when the word has another form.
std::optional<std::string> check_port(std::string_view protocol) {
  if (!protocol.starts_with("tcp/") && !protocol.starts_with("udp/")) {
    return std::nullopt;
  }
  std::uint32_t port = 0;
  if (parse_number(protocol.substr(4), port) && port <= kLastAddress) {
    return "";
  }
  return "expected a port from 0 to 65535 after " + in_quotes(protocol.substr(0, 4)) + ", found " +
         in_quotes(protocol.substr(4));
}

std::string unknown_protocol(std::string_view protocol,
                             const std::vector<std::string_view>& decoded) {
  std::vector<std::string_view> candidates = decoded;
  candidates.insert(candidates.end(), {"icmp", "any"});
  std::uint32_t port = 0;
  if (parse_number(protocol, port)) {
    return "expected a protocol, found the bare number " + in_quotes(protocol) + "; write \"tcp/" +
           std::string{protocol} + "\" or \"udp/" + std::string{protocol} + '"';
  }
  candidates.insert(candidates.end(), {"tcp/PORT", "udp/PORT"});
  return "unknown protocol " + in_quotes(protocol) + ", expected " + one_of(candidates) +
         did_you_mean(protocol, candidates);
}

// What is wrong with the class, given that the protocol is known; sets allow.operation.
std::string set_class(Allow& allow, bool decoded, std::optional<std::string_view> name) {
  if (!name) {
    return decoded ? "expected an operation class after the protocol; write \"" + allow.protocol +
                         ":read\", or \"" + allow.protocol + ":*\" for all"
                   : std::string{};
  }
  if (*name == "*") {
    return {};
  }
  if (*name == kCall && allow.protocol == "opcua") {
    allow.calls = true;
    return {};
  }
  allow.operation = parse_operation(*name);
  if (!allow.operation) {
    return no_operation(*name);
  }
  if (!decoded && allow.protocol != "any") {
    return allow.protocol + " has no decoder and so no operation classes; write \"" +
           allow.protocol + '"';
  }
  return {};
}

}  // namespace

std::optional<Operation> parse_operation(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kOperations; ++i) {
    if (to_string(static_cast<Operation>(i)) == text) {
      return static_cast<Operation>(i);
    }
  }
  return std::nullopt;
}

std::string no_operation(std::string_view text) {
  return "expected an operation class (" + one_of(kClasses) + "), found " + in_quotes(text) +
         did_you_mean(text, kClasses);
}

std::variant<Allow, std::string> parse_allow(std::string_view text) {
  Allow allow;
  allow.text = text;
  const std::size_t at = text.find('@');
  const std::string_view head = text.substr(0, at);
  const std::size_t colon = head.find(':');
  allow.protocol = head.substr(0, colon);

  const std::vector<std::string_view> decoded = decoded_protocols();
  const bool is_decoded = std::ranges::find(decoded, allow.protocol) != decoded.end();
  if (const auto port = check_port(allow.protocol)) {
    if (!port->empty()) {
      return *port;
    }
  } else if (!is_decoded && allow.protocol != "icmp" && allow.protocol != "any") {
    return unknown_protocol(allow.protocol, decoded);
  }
  std::optional<std::string_view> name;
  if (colon != std::string_view::npos) {
    name = head.substr(colon + 1);
  }
  if (std::string problem = set_class(allow, is_decoded, name); !problem.empty()) {
    return problem;
  }
  if (at == std::string_view::npos) {
    return allow;
  }
  if (!is_decoded) {
    return allow.protocol + " has no targets; leave out " + in_quotes(text.substr(at));
  }
  if (std::string problem = add_targets(allow, text.substr(at + 1)); !problem.empty()) {
    return problem;
  }
  return allow;
}

}  // namespace prahari
