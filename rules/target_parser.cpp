#include "rules/target_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "dissectors/unit.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kLastUnit = 255;
constexpr std::uint32_t kLastAddress = 65'535;
constexpr std::uint32_t kLastNumber = 0xffffffff;
// What a target can be limited to. Modbus has numbers only; others have names besides.
constexpr auto kModbusTargets = std::to_array<std::string_view>(
    {"unit", "coil", "discrete", "input", "holding", "file", "fifo", "device"});
constexpr std::string_view kUnit = "unit";
constexpr std::string_view kSlot = "slot";      // of a chassis
constexpr std::string_view kDevice = "device";  // nothing on it by name
constexpr std::string_view kNode = "node";

bool parse_number(std::string_view text, std::uint32_t& value) noexcept {
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), value);
  return failed == std::errc{} && end == text.end() && !text.empty();
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

TargetLimit& limit_of(Allow& allow, std::string_view name, TargetLimit::Match match) {
  if (match == TargetLimit::Match::numbers) {
    const auto known = std::ranges::find_if(allow.targets, [&](const TargetLimit& limit) {
      return limit.name == name && limit.match == match;
    });
    if (known != allow.targets.end()) {
      return *known;
    }
  }
  TargetLimit& made = allow.targets.emplace_back();
  made.name = name;
  made.match = match;
  return made;
}

// "Recipe[0-9]", "Recipe[*]" and "Line[2].Speed": text, index, rest. False for other names.
bool split_index(std::string_view value, TargetLimit& limit) {
  const std::size_t open = value.find('[');
  const std::size_t close = value.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos || open == 0) {
    return false;
  }
  const std::string_view index = value.substr(open + 1, close - open - 1);
  NumberRange range{0, kLastNumber};
  if (index != "*" && !parse_range(index, range)) {
    return false;
  }
  limit.match = TargetLimit::Match::elements;
  limit.text = value.substr(0, open);
  limit.rest = value.substr(close + 1);
  limit.ranges = {range};
  return true;
}

void add_name(Allow& allow, std::string_view name, std::string_view value, bool quoted) {
  TargetLimit limit;
  limit.name = name;
  // Namespace 0 is never written out.
  if (name == kNode && value.starts_with("ns=0;")) {
    value.remove_prefix(5);
  }
  limit.text = value;
  if (!quoted && value.ends_with('*')) {
    limit.match = TargetLimit::Match::prefix;
    limit.text.pop_back();
  } else if (!quoted && name != kNode && split_index(value, limit)) {
    // a tag's elements
  }
  allow.targets.push_back(std::move(limit));
}

// A value that may stand in quotes, which then are doubled inside it.
struct Item {
  std::string name;  // empty: a NodeId alone
  std::string value;
  bool has_value = false;
  bool quoted = false;
};

bool is_quote(char c) noexcept { return c == '"' || c == '\''; }

// Takes one quoted text off the head; what is wrong, or empty.
std::string take_quoted(std::string_view& list, std::string& value) {
  const char quote = list.front();
  const std::string_view whole = list;
  list.remove_prefix(1);
  while (!list.empty()) {
    const char c = list.front();
    list.remove_prefix(1);
    if (c != quote) {
      value += c;
    } else if (!list.empty() && list.front() == quote) {
      value += quote;
      list.remove_prefix(1);
    } else if (list.empty() || list.front() == ',') {
      return {};
    } else {
      return "expected a comma after the closing quote in " + in_quotes(whole);
    }
  }
  return "the quote in " + in_quotes(whole) + " is never closed";
}

// Takes one item and the comma behind it off the head.
std::string take_item(std::string_view& list, bool nodes, Item& item) {
  const std::size_t stop = list.find_first_of(",='\"");
  const bool value_follows = stop != std::string_view::npos && list[stop] == '=';
  const std::string_view head = list.substr(0, stop);
  const bool bare_node = nodes && value_follows &&
                         (head == "ns" || head == "i" || head == "s" || head == "g" || head == "b");
  if (value_follows && !bare_node) {
    item.name = head;
    item.has_value = true;
    list.remove_prefix(stop + 1);
  }
  const bool may_quote = item.has_value || nodes;
  if (may_quote && !list.empty() && is_quote(list.front())) {
    item.quoted = true;
    if (std::string problem = take_quoted(list, item.value); !problem.empty()) {
      return problem;
    }
  } else {
    const std::size_t comma = list.find(',');
    (item.has_value || bare_node ? item.value : item.name) = list.substr(0, comma);
    list.remove_prefix(std::min(comma, list.size()));
  }
  if (!list.empty()) {
    list.remove_prefix(1);
    if (list.empty()) {
      return "expected a target after the last comma";
    }
  }
  return {};
}

// The target names of a protocol; empty where they are not limited to some.
std::span<const std::string_view> target_names(std::string_view protocol) noexcept {
  constexpr auto kCip = std::to_array<std::string_view>(
      {"tag", "class", "slot", "unit", "data file", "connection point", "connection", "device"});
  constexpr auto kOpcua = std::to_array<std::string_view>({"node", "device"});
  if (protocol == "modbus") {
    return kModbusTargets;
  }
  if (protocol == "cip" || protocol == "enip" || protocol == "cipio" || protocol == "csp") {
    static constexpr auto kNames = kCip;
    return kNames;
  }
  static constexpr auto kNames = kOpcua;
  return protocol == "opcua" ? std::span<const std::string_view>{kNames}
                             : std::span<const std::string_view>{};
}

std::string unknown_target(std::string_view name, std::span<const std::string_view> known) {
  return "unknown target " + in_quotes(name) + ", expected " + one_of(known) +
         did_you_mean(name, known);
}

std::string add_slot(Allow& allow, std::string_view value) {
  NumberRange range;
  if (std::string problem = check_numbers("slot", value, kLastUnit, range); !problem.empty()) {
    return problem;
  }
  TargetLimit& limit = limit_of(allow, kUnit, TargetLimit::Match::numbers);
  limit.ranges.push_back({slot_unit(static_cast<std::uint8_t>(range.first)),
                          slot_unit(static_cast<std::uint8_t>(range.last))});
  merge(limit.ranges);
  return {};
}

std::string check_item(const Allow& allow, const Item& item) {
  const std::span<const std::string_view> known = target_names(allow.protocol);
  const std::string_view name = item.name.empty() ? kNode : std::string_view{item.name};
  if (item.has_value && item.name.empty()) {
    return "expected a name before '=' in the targets after '@'";
  }
  if (!item.has_value && !item.name.empty() && item.name != kDevice) {
    return "expected a target as name=value after '@', such as unit=1 or holding=100-119, found " +
           in_quotes(item.name);
  }
  if (!known.empty() && std::ranges::find(known, name) == known.end()) {
    return unknown_target(name, known);
  }
  if (item.has_value && item.value.empty()) {
    return "expected a target as name=value after '@', such as unit=1 or holding=100-119, found " +
           in_quotes(item.name + '=');
  }
  return {};
}

// One "name=value" into the limits; what is wrong, or empty.
std::string add_target(Allow& allow, const Item& item) {
  if (std::string problem = check_item(allow, item); !problem.empty()) {
    return problem;
  }
  if (item.name == kDevice && !item.has_value) {
    limit_of(allow, kDevice, TargetLimit::Match::device);
    return {};
  }
  if (item.name.empty()) {
    add_name(allow, kNode, item.value, item.quoted);
    return {};
  }
  if (item.name == kSlot) {
    return add_slot(allow, item.value);
  }
  const bool modbus = allow.protocol == "modbus";
  NumberRange range;
  const bool numbers =
      !item.quoted && (modbus || item.name == kUnit || parse_range(item.value, range));
  if (!numbers) {
    add_name(allow, item.name, item.value, item.quoted);
    return {};
  }
  const std::uint32_t last = !modbus ? kLastNumber : item.name == kUnit ? kLastUnit : kLastAddress;
  if (std::string problem = check_numbers(item.name, item.value, last, range); !problem.empty()) {
    return problem;
  }
  TargetLimit& limit = limit_of(allow, item.name, TargetLimit::Match::numbers);
  limit.ranges.push_back(range);
  merge(limit.ranges);
  return {};
}

}  // namespace

std::string add_targets(Allow& allow, std::string_view list) {
  if (list.empty()) {
    return "expected a target as name=value after '@', such as unit=1 or holding=100-119, found "
           "\"\"";
  }
  while (!list.empty()) {
    Item item;
    std::string problem = take_item(list, allow.protocol == "opcua", item);
    if (problem.empty()) {
      problem = add_target(allow, item);
    }
    if (!problem.empty()) {
      return problem;
    }
  }
  return {};
}

std::string text_target(std::string_view table, std::string_view text) {
  const bool node = table == kNode;
  const bool plain = text.find_first_of(",'\"[]*") == std::string_view::npos &&
                     (!node || text.starts_with("ns=") || text.find('=') == 1);
  NumberRange range;
  std::string out = node && plain ? std::string{} : std::string{table} + '=';
  if (plain && !parse_range(text, range)) {
    return out.append(text);
  }
  out += '\'';
  for (const char c : text) {
    out += c == '\'' ? "''" : std::string(1, c);
  }
  return out + '\'';
}

}  // namespace prahari
