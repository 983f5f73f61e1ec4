// A conversation with the Modbus dissector in hex, and what it said, as lines of text.

#pragma once

#include <algorithm>
#include <sstream>
#include <string_view>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {

inline const Dissector& modbus_protocol() { return dissector(Protocol::modbus); }

// Variants as the probe hands them out: carrier, and whether the port is bound.
inline constexpr std::uint8_t kMbap = 0;
inline constexpr std::uint8_t kMbapBound = 1;
inline constexpr std::uint8_t kRtu = 2;
inline constexpr std::uint8_t kAscii = 4;

class Talk final : public BasicTalk {
 public:
  explicit Talk(std::uint8_t variant = kMbapBound, bool with_direction = true)
      : BasicTalk(modbus_protocol().open(variant), with_direction) {}

  void message(const Message& message) override {
    last = message;
    std::ostringstream line;
    line << (message.direction == Direction::unknown ? "unknown" : word_of(message.kind));
    append_operation(line, message);
    for (std::size_t i = 0; i < modbus_protocol().fields.size(); ++i) {
      if (record_.json(i) != "null" && modbus_protocol().fields[i] != "latency_us") {
        line << ' ' << modbus_protocol().fields[i] << '=' << record_.json(i);
      }
    }
    append_problems(line, message);
    lines.push_back(line.str());
  }

  void identity(const Identity& identity) override {
    std::ostringstream line;
    line << "identity ";
    if (identity.unit == Identity::kNoUnit) {
      line << "host";
    } else {
      line << identity.unit;
    }
    line << ' ' << to_string(identity.field) << " \"" << identity.value << "\" "
         << unsigned{identity.confidence} << (identity.of_sender ? "" : " of receiver");
    lines.push_back(line.str());
  }

  void anomaly(const Anomaly& anomaly) override {
    std::ostringstream line;
    line << "anomaly " << modbus_protocol().problems[anomaly.problem].id
         << " fc=" << anomaly.function << " unit=" << anomaly.target.unit;
    if (anomaly.request.frame != 0) {
      line << " request=" << anomaly.request.frame;
    }
    lines.push_back(line.str());
  }

  // A field of the last message, as JSON.
  [[nodiscard]] std::string_view fields_json(std::string_view name) const {
    const auto names = modbus_protocol().fields;
    const auto found = std::ranges::find(names, name);
    return record_.json(static_cast<std::size_t>(found - names.begin()));
  }

  Message last;
};

}  // namespace prahari::test
