#include "rules/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <sstream>

#include "rules/toml_library.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

Place place_of(const toml::source_region& region) noexcept {
  return {.line = static_cast<int>(region.begin.line),
          .column = static_cast<int>(region.begin.column)};
}

std::chrono::local_days day_of(const toml::date& date) noexcept {
  return std::chrono::local_days{std::chrono::year{date.year} / date.month / date.day};
}

std::chrono::nanoseconds time_of(const toml::time& time) noexcept {
  return std::chrono::hours{time.hour} + std::chrono::minutes{time.minute} +
         std::chrono::seconds{time.second} + std::chrono::nanoseconds{time.nanosecond};
}

template <class Value>
std::string as_it_reads(const Value& value) {
  std::ostringstream out;
  out << value;
  return std::move(out).str();
}

Node convert(const toml::node& from);

void fill_table(Node& node, const toml::table& table) {
  node.kind = Node::Kind::table;
  for (const auto& [key, value] : table) {
    node.names.emplace_back(key.str());
    node.items.push_back(convert(value));
    node.keys.push_back(place_of(key.source()));
  }
}

void fill_array(Node& node, const toml::array& array) {
  node.kind = Node::Kind::array;
  node.items.reserve(array.size());
  for (const toml::node& item : array) {
    node.items.push_back(convert(item));
  }
}

void fill_time(Node& node, const toml::node& from) {
  node.kind = Node::Kind::time;
  if (const auto* date = from.as_date()) {
    node.time.day = day_of(date->get());
    node.text = as_it_reads(date->get());
    return;
  }
  const toml::date_time& both = from.as_date_time()->get();
  node.time.day = day_of(both.date);
  node.time.time_of_day = time_of(both.time);
  if (both.offset) {
    node.time.offset = std::chrono::minutes{both.offset->minutes};
  }
  node.text = as_it_reads(both);
}

void fill_scalar(Node& node, const toml::node& from) {
  if (const auto* text = from.as_string()) {
    node.kind = Node::Kind::text;
    node.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.kind = Node::Kind::integer;
    node.integer = integer->get();
    node.number = static_cast<double>(node.integer);
    node.text = std::to_string(node.integer);
  } else if (const auto* number = from.as_floating_point()) {
    node.kind = Node::Kind::number;
    node.number = number->get();
    node.text = as_it_reads(node.number);
  } else if (const auto* boolean = from.as_boolean()) {
    node.kind = Node::Kind::boolean;
    node.text = boolean->get() ? "true" : "false";
  } else if (from.is_date() || from.is_date_time()) {
    fill_time(node, from);
  } else if (const auto* time = from.as_time()) {
    node.text = as_it_reads(time->get());
  }
}

// The library refuses deeper nesting than 256, which bounds this recursion.
Node convert(const toml::node& from) {
  Node node;
  node.place = place_of(from.source());
  if (const toml::table* table = from.as_table()) {
    fill_table(node, *table);
  } else if (const toml::array* array = from.as_array()) {
    fill_array(node, *array);
  } else {
    fill_scalar(node, from);
  }
  return node;
}

void set_file(Node& node, std::uint16_t file) {
  node.place.file = file;
  for (Place& key : node.keys) {
    key.file = file;
  }
  for (Node& item : node.items) {
    set_file(item, file);
  }
}

// Takes exactly `digits` digits off the head.
bool take_number(std::string_view& text, std::size_t digits, int& value) noexcept {
  if (text.size() < digits) {
    return false;
  }
  value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') {
      return false;
    }
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char expected) noexcept {
  if (text.empty() || text.front() != expected) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

bool take_day(std::string_view& text, CivilTime& out) noexcept {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  out.day = std::chrono::local_days{date};
  return date.ok();
}

bool take_fraction(std::string_view& text, std::chrono::nanoseconds& time) noexcept {
  std::int64_t scale = 100'000'000;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    time += std::chrono::nanoseconds{scale * (text.front() - '0')};
    scale /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  return digits > 0;
}

bool take_time(std::string_view& text, std::chrono::nanoseconds& time) noexcept {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute) ||
      hour > 23 || minute > 59) {
    return false;
  }
  if (take(text, ':') && (!take_number(text, 2, second) || second > 59)) {
    return false;
  }
  time = std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  return !take(text, '.') || take_fraction(text, time);
}

bool take_offset(std::string_view& text, std::chrono::minutes& offset) noexcept {
  if (take(text, 'Z') || take(text, 'z')) {
    offset = {};
    return true;
  }
  const bool west = !text.empty() && text.front() == '-';
  int hours = 0;
  int minutes = 0;
  if ((!take(text, '+') && !take(text, '-')) || !take_number(text, 2, hours) || !take(text, ':') ||
      !take_number(text, 2, minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  offset = std::chrono::minutes{(west ? -1 : 1) * (hours * 60 + minutes)};
  return true;
}

}  // namespace

std::optional<CivilTime> parse_civil(std::string_view text) noexcept {
  CivilTime out;
  if (!take_day(text, out)) {
    return std::nullopt;
  }
  if (text.empty()) {
    return out;
  }
  std::chrono::nanoseconds time{};
  if ((!take(text, 'T') && !take(text, 't') && !take(text, ' ')) || !take_time(text, time)) {
    return std::nullopt;
  }
  out.time_of_day = time;
  if (text.empty()) {
    return out;
  }
  std::chrono::minutes offset{};
  if (!take_offset(text, offset) || !text.empty()) {
    return std::nullopt;
  }
  out.offset = offset;
  return out;
}

const Node* Node::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(names, key);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

std::string_view Node::kind_name() const noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"a table",    "an array",     "a string",
                                                      "an integer", "a number",     "a yes/no",
                                                      "a date",     "a time of day"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string Node::describe() const {
  switch (kind) {
    case Kind::table:
    case Kind::array:
      return std::string{kind_name()};
    case Kind::text:
      return in_quotes(text);
    default:
      return std::string{kind_name()} + ' ' + text;
  }
}

std::variant<Node, SyntaxMistake> parse_toml(std::string_view toml, std::uint16_t file) {
  const toml::parse_result result = toml::parse(toml);
  if (!result) {
    Place place = place_of(result.error().source());
    place.file = file;
    return SyntaxMistake{place, printable(result.error().description())};
  }
  Node root = convert(result.table());
  set_file(root, file);
  return root;
}

}  // namespace prahari
