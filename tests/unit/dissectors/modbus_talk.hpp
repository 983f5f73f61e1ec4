// A conversation with the Modbus dissector in hex, and what it said, as lines of text.

#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/registry.hpp"
#include "tests/support.hpp"

namespace prahari::test {

inline const Dissector& modbus_protocol() { return dissector(Protocol::modbus); }

// Variants as the probe hands them out: carrier, and whether the port is bound.
inline constexpr std::uint8_t kMbap = 0;
inline constexpr std::uint8_t kMbapBound = 1;
inline constexpr std::uint8_t kRtu = 2;
inline constexpr std::uint8_t kAscii = 4;

// "0001 ... " becomes a PDU of the first side; "< 0001 ..." one of the second.
class Talk final : public Emitter {
 public:
  explicit Talk(std::uint8_t variant = kMbapBound, bool directed = true)
      : session(modbus_protocol().open(variant)), directed_(directed) {}

  void say(std::string_view text) {
    const bool back = text.starts_with('<');
    send(hex(text), back ? Side::second : Side::first);
  }

  void send(const std::vector<std::byte>& bytes, Side side) {
    packet.time += std::chrono::milliseconds{1};
    ++packet.frame;
    session->on_time(packet.time, *this);
    Pdu pdu;
    pdu.bytes = bytes;
    pdu.side = side;
    pdu.packet = packet;
    pdu.state = state;
    if (directed_) {
      pdu.direction = side == Side::first ? Direction::to_server : Direction::to_client;
    }
    session->on_pdu(pdu, *this);
  }

  void wait(std::chrono::nanoseconds time) {
    packet.time += time;
    session->on_time(packet.time, *this);
  }

  void message(const Message& message) override {
    last = message;
    std::ostringstream line;
    line << (message.direction == Direction::unknown ? "unknown"
             : message.kind == Kind::exception       ? "exception"
             : message.kind == Kind::response        ? "response"
                                                     : "request")
         << ' ' << to_string(message.operation);
    if (message.effect != Effect::none) {
      line << '/' << to_string(message.effect);
    }
    line << " \"" << message.name << '"';
    for (std::size_t i = 0; i < modbus_protocol().fields.size(); ++i) {
      if (fields_.json(i) != "null" && modbus_protocol().fields[i] != "latency_us") {
        line << ' ' << modbus_protocol().fields[i] << '=' << fields_.json(i);
      }
    }
    for (std::size_t i = 0; i < modbus_protocol().problems.size(); ++i) {
      if ((message.problems >> i & 1U) != 0) {
        line << " !" << modbus_protocol().problems[i].id;
      }
    }
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

  Fields* fields() override {
    fields_.clear();
    return wants_fields ? &fields_ : nullptr;
  }

  // A field of the last message, as JSON.
  [[nodiscard]] std::string_view fields_json(std::string_view name) const {
    const auto names = modbus_protocol().fields;
    const auto found = std::ranges::find(names, name);
    return fields_.json(static_cast<std::size_t>(found - names.begin()));
  }

  void client_is(Side side) override {
    lines.emplace_back(side == Side::first ? "client is first" : "client is second");
  }

  std::unique_ptr<Session> session;
  std::vector<std::string> lines;
  Message last;
  PacketRef packet;
  Completeness state = Completeness::complete;
  bool wants_fields = true;

 private:
  Fields fields_;
  bool directed_;
};

}  // namespace prahari::test
