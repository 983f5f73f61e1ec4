// A conversation with the EtherNet/IP dissector in hex, and what it said, as lines of text.

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

// Variants as the probe hands them out.
inline constexpr std::uint8_t kEnip = 0;
inline constexpr std::uint8_t kEnipBound = 1;
inline constexpr std::uint8_t kIo = 3;

// Fields that each line of an enip or cip message would repeat.
inline constexpr std::string_view kDull =
    "|latency_us|sender_context|options|length|enip_frame|service|class_name|path|data|status_name|"
    "data_len|ext_status_name|session|items|command|interval_us|";

class EnipTalk final : public Emitter {
 public:
  explicit EnipTalk(std::uint8_t variant = kEnipBound, bool directed = true,
                    Shared* shared = nullptr)
      : session(dissector(Protocol::enip).open(variant)), directed_(directed) {
    FlowEnds ends;
    ends.first = {.family = IpAddress::Family::v4, .octets = {10, 0, 0, 1}};
    ends.second = {.family = IpAddress::Family::v4, .octets = {10, 0, 0, 2}};
    session->join(shared, ends);
  }

  // "< 6f00 ..." is one of the second side.
  void say(std::string_view text) {
    send(hex(text), text.starts_with('<') ? Side::second : Side::first);
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
    messages.push_back(message);
    texts.emplace_back(message.target.text);
    ++count;
    if (message.envelope && quiet_envelopes && message.problems == 0) {
      return;
    }
    const Dissector& spoken = dissector(message.protocol);
    std::ostringstream line;
    line << to_string(message.protocol) << ' '
         << (message.kind == Kind::oneway      ? "oneway"
             : message.kind == Kind::exception ? "exception"
             : message.kind == Kind::response  ? "response"
                                               : "request")
         << ' ' << to_string(message.operation);
    if (message.effect != Effect::none) {
      line << '/' << to_string(message.effect);
    }
    line << " \"" << message.name << '"';
    if (!message.target.text.empty()) {
      line << " @" << message.target.table << ' ' << message.target.text;
    } else if (message.target.count > 0) {
      line << " @" << message.target.table << ' ' << message.target.address;
    }
    if (message.target.unit != 0) {
      line << " unit=" << std::hex << message.target.unit << std::dec;
    }
    for (std::size_t i = 0; i < message.value_count; ++i) {
      line << (i == 0 ? " wrote " : ",") << static_cast<long long>(message.values[i]);
    }
    for (std::size_t i = 0; wants_fields && i < spoken.fields.size(); ++i) {
      const std::string name{spoken.fields[i]};
      if (fields_.json(i) != "null" && kDull.find('|' + name + '|') == std::string_view::npos) {
        line << ' ' << name << '=' << fields_.json(i);
      }
    }
    for (std::size_t i = 0; i < spoken.problems.size(); ++i) {
      if ((message.problems >> i & 1U) != 0) {
        line << " !" << spoken.problems[i].id;
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
      line << std::hex << identity.unit << std::dec;
    }
    line << ' ' << to_string(identity.field) << " \"" << identity.value << "\" "
         << unsigned{identity.confidence} << (identity.of_sender ? "" : " of receiver");
    lines.push_back(line.str());
  }

  void anomaly(const Anomaly& anomaly) override {
    std::ostringstream line;
    line << "anomaly " << dissector(anomaly.protocol).problems[anomaly.problem].id;
    if (anomaly.request.frame != 0) {
      line << " request=" << anomaly.request.frame;
    }
    lines.push_back(line.str());
  }

  Fields* fields() override {
    fields_.clear();
    return wants_fields ? &fields_ : nullptr;
  }

  void client_is(Side side) override {
    lines.emplace_back(side == Side::first ? "client is first" : "client is second");
  }

  std::unique_ptr<Session> session;
  std::vector<std::string> lines;
  std::vector<Message> messages;
  std::vector<std::string> texts;  // of their targets
  std::size_t count = 0;
  PacketRef packet;
  Completeness state = Completeness::complete;
  bool wants_fields = true;
  bool quiet_envelopes = true;

 private:
  Fields fields_;
  bool directed_;
};

}  // namespace prahari::test
