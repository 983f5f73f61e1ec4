#include "dissectors/record.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "capture/time_text.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

constexpr auto kCommon = std::to_array<std::string_view>(
    {"frame", "ts", "vlan", "src", "sport", "dst", "dport", "transport", "protocol", "dir", "state",
     "op", "name", "valid", "problems"});

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end.ptr);
}

void append_quoted(std::string& out, std::string_view plain) {
  out += '"';
  out += plain;
  out += '"';
}

void append_address(std::string& out, const Endpoint& end) {
  out += '"';
  if (!end.ip.empty()) {
    append(out, end.ip);
  } else {
    append(out, end.mac);
  }
  out += '"';
}

std::string_view direction_of(const MessageFacts& message) noexcept {
  if (message.kind == Kind::oneway) {
    return "oneway";
  }
  switch (message.direction) {
    case Direction::to_server:
      return "request";
    case Direction::to_client:
      return "response";
    case Direction::unknown:
      break;
  }
  return "unknown";
}

void append_vlan(std::string& out, const VlanTags& vlan) {
  out += '[';
  for (std::uint8_t i = 0; i < vlan.count; ++i) {
    if (i > 0) {
      out += ',';
    }
    append_number(out, vlan.ids[i]);
  }
  out += ']';
}

void append_problems(std::string& out, const Event& event) {
  out += '[';
  bool first = true;
  const auto problems = dissector(event.protocol).problems;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if ((event.message.problems >> i & 1U) != 0) {
      if (!first) {
        out += ',';
      }
      first = false;
      append_quoted(out, problems[i].id);
    }
  }
  out += ']';
}

// The JSON value of a common field.
void append_common(std::string& out, std::size_t field, const Event& event) {
  const Endpoint& source = event.from_client ? event.client : event.server;
  const Endpoint& target = event.from_client ? event.server : event.client;
  switch (field) {
    case 0:
      return append_number(out, event.packet.frame);
    case 1:
      out += '"';
      append_time(out, event.packet.time);
      out += '"';
      return;
    case 2:
      return append_vlan(out, event.vlan);
    case 3:
      return append_address(out, source);
    case 4:
      return append_number(out, source.port);
    case 5:
      return append_address(out, target);
    case 6:
      return append_number(out, target.port);
    case 7:
      return append_quoted(out, to_string(event.transport));
    case 8:
      return append_quoted(out, to_string(event.protocol));
    case 9:
      return append_quoted(out, direction_of(event.message));
    case 10:
      return append_quoted(out, to_string(event.state));
    case 11:
      return append_quoted(out, to_string(event.message.operation));
    case 12:
      return append_quoted(out, event.message.name);
    case 13:
      out += event.message.problems == 0 ? "true" : "false";
      return;
    default:
      return append_problems(out, event);
  }
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') {
    out += ',';
  }
  append_quoted(out, name);
  out += ':';
}

// A JSON value as a cell: text loses its quotes, null becomes nothing.
void append_cell(std::string& out, std::string_view json) {
  if (json == "null") {
    return;
  }
  if (json.size() >= 2 && json.front() == '"' && json.find('\\') == std::string_view::npos) {
    json = json.substr(1, json.size() - 2);
  }
  out += json;
}

}  // namespace

std::span<const std::string_view> common_fields() noexcept { return kCommon; }

RecordFormatter::RecordFormatter(std::vector<std::string> chosen) : chosen_(std::move(chosen)) {}

void RecordFormatter::json(std::string& out, const Event& message, const Fields& fields) const {
  const auto own = dissector(message.protocol).fields;
  const auto wanted = [&](std::string_view name) {
    return chosen_.empty() || std::ranges::find(chosen_, name) != chosen_.end();
  };
  out += '{';
  for (std::size_t i = 0; i < kCommon.size(); ++i) {
    if (wanted(kCommon[i])) {
      append_member(out, kCommon[i]);
      append_common(out, i, message);
    }
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (wanted(own[i])) {
      append_member(out, own[i]);
      out += fields.json(i);
    }
  }
  out += '}';
}

void RecordFormatter::tsv(std::string& out, const Event& message, const Fields& fields) const {
  const auto own = dissector(message.protocol).fields;
  std::string cell;
  bool first = true;
  for (const std::string& name : chosen_) {
    if (!first) {
      out += '\t';
    }
    first = false;
    if (const auto common = std::ranges::find(kCommon, name); common != kCommon.end()) {
      cell.clear();
      append_common(cell, static_cast<std::size_t>(common - kCommon.begin()), message);
      append_cell(out, cell);
    } else if (const auto field = std::ranges::find(own, name); field != own.end()) {
      append_cell(out, fields.json(static_cast<std::size_t>(field - own.begin())));
    }
  }
}

}  // namespace prahari
