// A conversation with the EtherNet/IP dissector in hex, and what it said, as lines of text.

#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {

// Variants as the probe hands them out.
inline constexpr std::uint8_t kEnip = 0;
inline constexpr std::uint8_t kEnipBound = 1;
inline constexpr std::uint8_t kIo = 3;

// Fields that each line of an enip or cip message would repeat.
inline constexpr std::string_view kDull =
    "|latency_us|sender_context|options|length|enip_frame|service|class_name|path|data|status_name|"
    "data_len|ext_status_name|session|items|command|interval_us|";

class EnipTalk final : public BasicTalk {
 public:
  explicit EnipTalk(std::uint8_t variant = kEnipBound, bool with_direction = true,
                    Shared* shared = nullptr, std::string_view second = "10.0.0.2")
      : BasicTalk(dissector(Protocol::enip).open(variant), with_direction) {
    FlowEnds ends;
    ends.first = {.family = IpAddress::Family::v4, .octets = {10, 0, 0, 1}};
    parse(second, ends.second);
    session->join(shared, ends);
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
    line << to_string(message.protocol) << ' ' << word_of(message.kind);
    append_operation(line, message);
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
      if (record_.json(i) != "null" && kDull.find('|' + name + '|') == std::string_view::npos) {
        line << ' ' << name << '=' << record_.json(i);
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

  void connection(const Connection& it) override {
    std::ostringstream line;
    line << "connection " << (it.closed ? "closed " : "opened ") << it.serial << " by "
         << (it.originator_side == Side::first ? "first" : "second");
    if (!it.closed) {
      line << ' ' << to_string(it.use) << " class " << unsigned{it.transport_class};
      for (const Connection::Half* half : {&it.outputs, &it.inputs}) {
        line << std::hex << " | " << half->id << std::dec << ' ' << half->requested_us << ' '
             << half->agreed_us << ' ' << half->size << (half->multicast ? " multicast" : "");
      }
      if (!it.group.empty()) {
        line << " to " << to_string(it.group);
      }
    }
    told.push_back(line.str());
  }

  void production(const Production& it) override {
    std::ostringstream line;
    line << "production " << std::hex << it.id << std::dec << " by "
         << (it.producer == Side::first ? "first" : "second") << ' '
         << (it.direction == Direction::to_server   ? "outputs"
             : it.direction == Direction::to_client ? "inputs"
                                                    : "unknown")
         << ' ' << to_string(it.run) << ": " << it.packets << " packets, " << it.lost << " lost, "
         << it.repeated << " repeated, " << it.size << " bytes";
    if (it.cycles > 0) {
      line << ", " << it.span_ns / it.cycles / 1000 << " us";
    }
    told.push_back(line.str());
  }

  std::vector<std::string> told;  // of connections and what they carried
  std::vector<Message> messages;
  std::vector<std::string> texts;  // of their targets
  std::size_t count = 0;
  bool quiet_envelopes = true;
};

}  // namespace prahari::test
