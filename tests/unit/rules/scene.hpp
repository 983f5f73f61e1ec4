// A small plant to try detectors on: scripted events in, findings out.

#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rules/engine.hpp"
#include "rules/policy.hpp"
#include "rules/site.hpp"

namespace prahari::test {

inline Timestamp at(double seconds) {
  return Timestamp{std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)}};
}

inline IpAddress ip(std::string_view text) {
  IpAddress address;
  if (!parse(text, address)) {
    throw std::invalid_argument{std::string{text}};
  }
  return address;
}

inline MacAddress mac(std::string_view text) {
  MacAddress address;
  if (!parse(text, address)) {
    throw std::invalid_argument{std::string{text}};
  }
  return address;
}

// All mistakes, one a line; empty when the file is good.
inline std::string mistakes_in(std::string_view toml) {
  const auto result = parse_site(toml, "site.toml");
  std::string lines;
  if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&result)) {
    for (const Mistake& mistake : *mistakes) {
      lines += to_string(mistake) + '\n';
    }
  }
  return lines;
}

inline Site site_of(std::string_view toml) {
  auto result = parse_site(toml, "site.toml");
  if (const std::string lines = mistakes_in(toml); !lines.empty()) {
    throw std::invalid_argument{lines};
  }
  return std::get<Site>(std::move(result));
}

// Keeps what is raised, merged by key as the correlator does (without quiet periods).
class RecordingSink final : public FindingSink {
 public:
  struct Raised {
    Finding finding;
    int count = 1;
    std::vector<PacketRef> packets;
  };

  AlertHandle raise(Finding finding) override {
    for (std::uint32_t i = 0; i < alerts.size(); ++i) {
      Raised& known = alerts[i];
      if (known.finding.kind == finding.kind && known.finding.dedup_key == finding.dedup_key) {
        known.count += static_cast<int>(finding.times);
        known.finding.severity = std::max(known.finding.severity, finding.severity);
        return {i, 1};
      }
    }
    const auto times = static_cast<int>(finding.times);
    alerts.push_back({std::move(finding), times, {}});
    return {static_cast<std::uint32_t>(alerts.size() - 1), 1};
  }
  using FindingSink::again;
  bool again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) override {
    if (handle.slot >= alerts.size()) {
      return false;
    }
    alerts[handle.slot].count += static_cast<int>(times);
    alerts[handle.slot].packets.push_back(packet);
    return true;
  }
  void refine(AlertHandle handle, Outcome outcome, const PacketRef& packet) override {
    if (handle.slot < alerts.size()) {
      if (outcome != Outcome::unknown) {
        alerts[handle.slot].finding.outcome = outcome;
      }
      alerts[handle.slot].packets.push_back(packet);
    }
  }

  std::vector<Raised> alerts;
};

// One conversation of the script.
struct Talk {
  FlowId flow;
  Endpoint client;
  Endpoint server;
  Transport transport = Transport::tcp;
  VlanTags vlan;
};

struct Ask {
  Operation operation = Operation::read;
  std::uint16_t function = 3;
  std::string_view name = "Read Holding Registers";
  std::uint32_t unit = 1;
  std::string_view table = "holding";
  std::uint32_t address = 0;
  std::uint32_t count = 1;
  Effect effect = Effect::none;
  std::string_view text = {};
};

inline const Ask kRead{};
inline const Ask kWriteCoil{Operation::write, 5, "Write Single Coil", 1, "coil", 4, 1};

class Scene {
 public:
  explicit Scene(std::string_view site = "")
      : policy(site.empty() ? Site{} : site_of(site)), engine(inventory, policy, sink) {}

  // A flow in a slot of its own, unless `slot` says otherwise.
  Talk talk(std::string_view client, std::string_view server, std::uint16_t port = 502,
            Transport transport = Transport::tcp) {
    Talk made;
    made.flow = {static_cast<std::uint16_t>(next_flow_ / kFlowsPerShard % kShards),
                 static_cast<std::uint16_t>(next_flow_ % kFlowsPerShard),
                 1 + next_flow_ / (kFlowsPerShard * kShards)};
    ++next_flow_;
    made.client = {ip(client), station(client), 40'000};
    made.server = {ip(server), station(server), port};
    made.transport = transport;
    return made;
  }

  // A unicast address made from the host's IP address.
  static MacAddress station(std::string_view host) {
    const IpAddress address = ip(host);
    return {{0x00, 0x1d, 0x9c, address.octets[1], address.octets[2], address.octets[3]}};
  }

  PacketRef packet() {
    ++frame_;
    return {now, frame_ * 100ULL, frame_, 60, 60, 0, LinkType::ethernet};
  }

  Event event(const Talk& talk, EventKind kind, Protocol protocol) {
    Event made;
    made.kind = kind;
    made.protocol = protocol;
    made.transport = talk.transport;
    made.flow = talk.flow;
    made.client = talk.client;
    made.server = talk.server;
    made.vlan = talk.vlan;
    made.state = state;
    made.packet = packet();
    return made;
  }

  void flow(const Talk& talk, FlowStage stage, std::uint64_t from_client = 1,
            std::uint64_t from_server = 0, std::uint64_t packet_size = 60) {
    Event made = event(talk, EventKind::flow, Protocol::unknown);
    made.flow_facts = {};
    made.flow_facts.stage = stage;
    made.flow_facts.handshake = talk.transport == Transport::tcp;
    made.flow_facts.client_known = client_known;
    made.flow_facts.first = now;
    made.flow_facts.packets[0] = from_client;
    made.flow_facts.packets[1] = from_server;
    made.flow_facts.bytes[0] = from_client * packet_size;
    made.flow_facts.bytes[1] = from_server * packet_size;
    send(made);
  }
  void connect(const Talk& talk) {
    flow(talk, FlowStage::opened, 0);
    flow(talk, FlowStage::established, 2, 1);
  }
  // A connection that is refused at once.
  void refuse(const Talk& talk) {
    flow(talk, FlowStage::opened, 0);
    flow(talk, FlowStage::refused, 1, 1);
  }

  Event message(const Talk& talk, Kind kind, const Ask& ask) {
    Event made = event(talk, EventKind::message, Protocol::modbus);
    made.message = {};
    MessageFacts& facts = made.message;
    facts.kind = kind;
    facts.operation = ask.operation;
    facts.effect = ask.effect;
    const bool asks = kind == Kind::request || kind == Kind::oneway;
    facts.direction = asks ? Direction::to_server : Direction::to_client;
    facts.function = ask.function;
    facts.name = ask.name;
    facts.table = ask.table;
    facts.unit = ask.unit;
    facts.address = ask.address;
    facts.count = ask.count;
    made.text = ask.text;
    return made;
  }
  PacketRef request(const Talk& talk, const Ask& ask = kRead) {
    Event made = message(talk, Kind::request, ask);
    send(made);
    return made.packet;
  }
  void answer(const Talk& talk, const PacketRef& request, const Ask& ask = kRead,
              std::uint32_t status = 0) {
    Event made = message(talk, status == 0 ? Kind::response : Kind::exception, ask);
    made.message.status = status;
    made.message.outcome = status == 0 ? Outcome::success : Outcome::failure;
    made.message.matched = request.frame != 0;
    made.message.request = request;
    send(made);
  }
  void exchange(const Talk& talk, const Ask& ask = kRead, std::uint32_t status = 0) {
    answer(talk, request(talk, ask), ask, status);
  }

  // The server tells something about itself, or the client.
  void identity(const Talk& talk, Identity::Field field, std::string_view value,
                std::string_view source = "CIP Identity", std::uint8_t confidence = 98,
                std::uint32_t unit = Identity::kNoUnit, bool of_client = false) {
    Event made = event(talk, EventKind::identity, Protocol::modbus);
    made.text = value;
    made.identity = {field, confidence, of_client, unit, source};
    send(made);
  }

  void arp(std::string_view sender, std::string_view target, std::uint16_t operation = 1) {
    Event made;
    made.kind = EventKind::host;
    made.packet = packet();
    made.client = {ip(sender), station(sender), 0};
    made.server = {ip(target), operation == 1 ? MacAddress{} : station(target), 0};
    made.host = {0x0806, operation, false};
    send(made);
  }

  void send(const Event& made) { engine.on_event(made, inventory.on_event(made)); }

  // Alerts of one kind.
  [[nodiscard]] std::vector<RecordingSink::Raised> of(std::string_view kind) const {
    std::vector<RecordingSink::Raised> some;
    std::ranges::copy_if(sink.alerts, std::back_inserter(some),
                         [&](const auto& one) { return one.finding.kind == kind; });
    return some;
  }

  Timestamp now = at(1'700'000'000);
  Completeness state = Completeness::complete;
  bool client_known = true;
  OuiTable oui;
  Inventory inventory{oui};
  Policy policy;
  RecordingSink sink;
  Engine engine;

 private:
  std::uint32_t next_flow_ = 0;
  std::uint32_t frame_ = 0;
};

}  // namespace prahari::test
