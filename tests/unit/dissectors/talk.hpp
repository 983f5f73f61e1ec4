// A conversation with a dissector: hands it PDUs, a millisecond apart, as the analyzer would, and
// keeps the fields that it fills.

#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissectors/registry.hpp"
#include "tests/support.hpp"

namespace prahari::test {

// What kind of message: "request".
inline std::string_view word_of(Kind kind) {
  constexpr std::array<std::string_view, 4> kWords = {"request", "response", "exception", "oneway"};
  return kWords.at(static_cast<std::size_t>(kind));
}

// What it does: ` read/effect "Name"`.
inline void append_operation(std::ostream& line, const Message& message) {
  line << ' ' << to_string(message.operation);
  if (message.effect != Effect::none) {
    line << '/' << to_string(message.effect);
  }
  line << " \"" << message.name << '"';
}

// What is wrong with it: " !truncated".
inline void append_problems(std::ostream& line, const Message& message) {
  const auto problems = dissector(message.protocol).problems;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if ((message.problems >> i & 1U) != 0) {
      line << " !" << problems[i].id;
    }
  }
}

class BasicTalk : public Emitter {
 public:
  // "0001 ..." becomes a PDU of the first side; "< 0001 ..." one of the second.
  void say(std::string_view text) {
    send(hex(text), text.starts_with('<') ? Side::second : Side::first);
  }

  void send(Bytes bytes, Side side) {
    step();
    deliver(bytes, side);
  }

  void wait(std::chrono::nanoseconds time) {
    packet.time += time;
    session->on_time(packet.time, *this);
  }

  Fields* fields() override {
    record_.clear();
    return wants_fields ? &record_ : nullptr;
  }

  void client_is(Side side) override {
    lines.emplace_back(side == Side::first ? "client is first" : "client is second");
  }

  std::unique_ptr<Session> session;
  std::vector<std::string> lines;  // what was said
  PacketRef packet;                // the latest
  Completeness state = Completeness::complete;
  bool wants_fields = true;
  bool directed = true;  // the first side is known to be the client

 protected:
  explicit BasicTalk(std::unique_ptr<Session> with, bool with_direction = true)
      : session(std::move(with)), directed(with_direction) {}

  // The next packet comes.
  void step() {
    packet.time += std::chrono::milliseconds{1};
    ++packet.frame;
    session->on_time(packet.time, *this);
  }

  // It completes this PDU.
  void deliver(Bytes bytes, Side side) {
    Pdu pdu;
    pdu.bytes = bytes;
    pdu.side = side;
    pdu.packet = packet;
    pdu.state = state;
    if (directed) {
      pdu.direction = side == Side::first ? Direction::to_server : Direction::to_client;
    }
    session->on_pdu(pdu, *this);
  }

  Fields record_;
};

}  // namespace prahari::test
