#include "sensor/zeek/values.hpp"

#include <algorithm>
#include <charconv>

#include "dissectors/registry.hpp"

namespace prahari::zeek {
namespace {

// Where the JSON value at the head ends: at a comma or a bracket outside strings and nesting.
std::size_t end_of_value(std::string_view json) noexcept {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      i += c == '\\' ? 1U : 0U;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}' || c == ',' || c == ':') {
      if (depth == 0) {
        return i;
      }
      depth -= c == ']' || c == '}' ? 1U : 0U;
    }
  }
  return json.size();
}

// Takes the value at the head and the mark behind it, which is 0 at the end.
std::string_view take_value(std::string_view& json, char& mark) noexcept {
  const std::size_t end = end_of_value(json);
  const std::string_view value = json.substr(0, end);
  mark = end < json.size() ? json[end] : '\0';
  json.remove_prefix(std::min(end + 1, json.size()));
  return value;
}

// \u00XX, the only form that Fields writes beside UTF-8 itself, and what it may write above.
void append_unit(std::string& out, std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xc0U | value >> 6U);
    out += static_cast<char>(0x80U | (value & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | value >> 12U);
    out += static_cast<char>(0x80U | (value >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (value & 0x3fU));
  }
}

char plain_escape(char c) noexcept {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

constexpr unsigned digit_of(char c) noexcept {
  return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

std::string unquote(std::string_view json) {
  if (json.size() < 2 || json.front() != '"') {
    return std::string{json};
  }
  json = json.substr(1, json.size() - 2);
  constexpr std::size_t kUnit = 4;
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\\' || i + 1 == json.size()) {
      out += json[i];
      continue;
    }
    ++i;
    if (json[i] == 'u' && i + kUnit < json.size()) {
      append_unit(out, json.substr(i + 1, kUnit));
      i += kUnit;
    } else {
      out += plain_escape(json[i]);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> members(std::string_view json) {
  std::vector<std::pair<std::string, std::string>> out;
  if (json.size() <= 2 || (json.front() != '{' && json.front() != '[')) {
    return out;
  }
  json = json.substr(1, json.size() - 2);
  while (!json.empty()) {
    char mark = '\0';
    std::string_view value = take_value(json, mark);
    std::string name;
    if (mark == ':') {
      name = unquote(value);
      value = take_value(json, mark);
    }
    out.emplace_back(std::move(name), std::string{value});
  }
  return out;
}

std::optional<std::uint64_t> number_of(std::string_view json) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  if (error != std::errc{} || end != json.data() + json.size()) {
    return std::nullopt;
  }
  return value;
}

std::string_view Values::json(std::string_view name) const noexcept {
  const auto names = dissector(protocol_).fields;
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? "null"
                              : fields_.json(static_cast<std::size_t>(found - names.begin()));
}

void Values::bytes(std::size_t field, std::size_t item, std::vector<std::byte>& out) const {
  out.clear();
  std::string_view list = fields_.json(field);
  if (list.size() <= 2 || list.front() != '[') {
    return;
  }
  list = list.substr(1, list.size() - 2);
  char mark = '\0';
  std::string_view hex = take_value(list, mark);
  for (; item > 0; --item) {
    hex = take_value(list, mark);
  }
  if (hex.size() < 2 || hex.front() != '"') {
    return;
  }
  hex = hex.substr(1, hex.size() - 2);
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(digit_of(hex[i]) << 4U | digit_of(hex[i + 1])));
  }
}

std::optional<std::uint64_t> Values::number(std::string_view name) const noexcept {
  return number_of(json(name));
}

std::string Values::text(std::string_view name) const {
  const std::string_view value = json(name);
  return value == "null" ? std::string{} : unquote(value);
}

std::string Values::list(std::string_view name) const {
  const std::string_view value = json(name);
  return value == "null" ? std::string{} : std::string{value};
}

}  // namespace prahari::zeek
