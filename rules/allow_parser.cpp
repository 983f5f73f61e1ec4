#include "rules/allow_parser.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "dissectors/registry.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kLastUnit = 255;
constexpr std::uint32_t kLastAddress = 65'535;
constexpr std::uint32_t kLastNumber = 0xffffffff;
constexpr std::array<std::string_view, kOperations + 1> kClasses = {
    "discover", "read", "write", "control", "program", "admin", "*"};

// What a target can be limited to. Modbus has numbers only; others have names besides.
constexpr auto kModbusTargets = std::to_array<std::string_view>(
    {"unit", "coil", "discrete", "input", "holding", "file", "fifo"});

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

bool parse_range(std::string_view text, NumberRange& range) noexcept {
  const std::size_t dash = text.find('-');
  if (!parse_number(text.substr(0, dash), range.first)) {
    return false;
  }
  range.last = range.first;
  return dash == std::string_view::npos ||
         (parse_number(text.substr(dash + 1), range.last) && range.first <= range.last);
}

// Sorted, and those that touch become one, so that a write across both is covered.
void merge(std::vector<NumberRange>& ranges) {
  std::ranges::sort(ranges, {}, &NumberRange::first);
  std::vector<NumberRange> merged;
  for (const NumberRange& range : ranges) {
    if (!merged.empty() && std::uint64_t{merged.back().last} + 1 >= range.first) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges = std::move(merged);
}

std::string check_numbers(std::string_view name, std::string_view value, std::uint32_t last,
                          NumberRange& range) {
  if (parse_range(value, range) && range.last <= last) {
    return {};
  }
  return "expected " + std::string{name} + "=N or " + std::string{name} +
         "=N-M with numbers up to " + std::to_string(last) + ", found " + in_quotes(value);
}

// One "name=value" into the limits; what is wrong, or empty.
std::string add_target(Allow& allow, std::string_view item) {
  const std::size_t equals = item.find('=');
  const std::string_view name = item.substr(0, equals);
  if (equals == std::string_view::npos || name.empty() || equals + 1 == item.size()) {
    return "expected a target as name=value after '@', such as unit=1 or holding=100-119, found " +
           in_quotes(item);
  }
  const std::string_view value = item.substr(equals + 1);
  const bool modbus = allow.protocol == "modbus";
  if (modbus && std::ranges::find(kModbusTargets, name) == kModbusTargets.end()) {
    return "unknown target " + in_quotes(name) + ", expected " + one_of(kModbusTargets) +
           did_you_mean(name, kModbusTargets);
  }
  NumberRange range;
  const bool numbers = modbus || name == "unit" || parse_range(value, range);
  if (numbers) {
    const std::uint32_t last = !modbus ? kLastNumber : name == "unit" ? kLastUnit : kLastAddress;
    if (std::string problem = check_numbers(name, value, last, range); !problem.empty()) {
      return problem;
    }
  }
  auto limit = std::ranges::find_if(allow.targets, [&](const TargetLimit& known) {
    return known.name == name && known.ranges.empty() != numbers && numbers;
  });
  if (limit == allow.targets.end()) {
    limit = allow.targets.insert(limit,
                                 TargetLimit{.name = std::string{name}, .ranges = {}, .text = {}});
  }
  if (!numbers) {
    limit->text = value;
    return {};
  }
  limit->ranges.push_back(range);
  merge(limit->ranges);
  return {};
}

std::string add_targets(Allow& allow, std::string_view list) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (std::string problem = add_target(allow, list.substr(0, comma)); !problem.empty()) {
      return problem;
    }
    if (comma == std::string_view::npos) {
      return {};
    }
    list.remove_prefix(comma + 1);
  }
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
