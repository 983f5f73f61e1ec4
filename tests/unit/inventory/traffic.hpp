// Scripted events: what an analyzer would say about small pieces of traffic.

#pragma once

#include <string>
#include <string_view>

#include "dissectors/event.hpp"
#include "inventory/inventory.hpp"

namespace prahari::test {

inline MacAddress mac(std::string_view text) {
  MacAddress out;
  parse(text, out);
  return out;
}

inline IpAddress ip(std::string_view text) {
  IpAddress out;
  parse(text, out);
  return out;
}

inline VlanTags vlan(std::uint16_t id) {
  VlanTags out;
  if (id != 0) {
    out.push(id);
  }
  return out;
}

inline Timestamp at(std::int64_t seconds) {
  return Timestamp{std::chrono::seconds{1'700'000'000 + seconds}};
}

struct End {
  std::string mac;
  std::string ip;
  std::uint16_t port = 0;
};

// One flow, or one host, whose events are made one after the other, a second apart.
class Script {
 public:
  explicit Script(Inventory& inventory) : inventory_(inventory) {}

  std::uint16_t vlan_id = 0;
  std::uint32_t tunnel = 0;
  Protocol protocol = Protocol::unknown;
  Transport transport = Transport::tcp;
  std::uint8_t ttl = 64;
  std::uint8_t server_ttl = 64;
  std::int64_t now = 0;
  std::uint16_t file = 0;

  Parties arp(const std::string& sender_mac, const std::string& sender_ip,
              const std::string& target_ip = "0.0.0.0") {
    Event event = make(EventKind::host, {sender_mac, sender_ip, 0}, {"", target_ip, 0});
    event.flow = FlowId{};
    event.transport = Transport::none;
    event.host = HostFacts{.ethertype = 0x0806, .arp_operation = 2, .stated = false};
    return inventory_.on_event(event);
  }

  // Begins another flow; all that follows is of it.
  Parties open(const End& client, const End& server) {
    client_ = client;
    server_ = server;
    ++flow_.generation;
    flow_.slot = static_cast<std::uint16_t>((flow_.slot + 1) % kFlowsPerShard);
    return flow(FlowStage::opened, 1, 0);
  }
  // The same, and the server answers.
  Parties talk(const End& client, const End& server) {
    open(client, server);
    return flow(FlowStage::established, 2, 1);
  }
  void answers_come_from(const std::string& mac) { server_.mac = mac; }
  void swap_ends() { std::swap(client_, server_); }

  Parties flow(FlowStage stage, std::uint64_t from_client, std::uint64_t from_server) {
    Event event = make(EventKind::flow, client_, server_);
    event.flow_facts = FlowFacts{};
    event.flow_facts.stage = stage;
    event.flow_facts.handshake = true;
    event.flow_facts.client_known = true;
    event.flow_facts.ttl = ttl;
    event.flow_facts.server_ttl = from_server > 0 ? server_ttl : std::uint8_t{0};
    event.flow_facts.one_way = from_server == 0;
    event.flow_facts.first = event.packet.time;
    event.flow_facts.packets[0] = from_client;
    event.flow_facts.packets[1] = from_server;
    event.flow_facts.bytes[0] = from_client * 60;
    event.flow_facts.bytes[1] = from_server * 60;
    return inventory_.on_event(event);
  }

  Parties message(Kind kind, std::uint32_t unit = 1, Operation operation = Operation::read,
                  Effect effect = Effect::none, std::uint32_t status = 0) {
    protocol = Protocol::modbus;
    return inventory_.on_event(message_event(kind, unit, operation, effect, status));
  }
  Event message_event(Kind kind, std::uint32_t unit = 1, Operation operation = Operation::read,
                      Effect effect = Effect::none, std::uint32_t status = 0) {
    Event event = make(EventKind::message, client_, server_);
    event.message = MessageFacts{};
    event.message.kind = kind;
    event.message.operation = operation;
    event.message.effect = effect;
    event.message.direction = kind == Kind::request ? Direction::to_server : Direction::to_client;
    event.message.unit = unit;
    event.message.status = status;
    event.message.name = "Read Coils";
    return event;
  }
  void poll(std::uint32_t unit, int times = 1) {
    for (int i = 0; i < times; ++i) {
      message(Kind::request, unit);
      message(Kind::response, unit);
    }
  }

  Parties identity(Identity::Field field, std::string_view value,
                   std::uint32_t unit = Identity::kNoUnit, bool of_client = false,
                   std::uint8_t confidence = 95) {
    Event event = make(EventKind::identity, client_, server_);
    event.identity = IdentityFacts{.field = field,
                                   .confidence = confidence,
                                   .of_client = of_client,
                                   .unit = unit,
                                   .source = "Modbus device identification"};
    event.text = value;
    return inventory_.on_event(event);
  }

  Parties posture(Posture::Aspect aspect, std::string_view what, std::string_view text,
                  std::uint32_t flaws = 0, bool of_client = false, std::uint8_t thumbprint = 0) {
    Event event = make(EventKind::posture, client_, server_);
    event.posture = PostureFacts{};
    event.posture.aspect = aspect;
    event.posture.of_client = of_client;
    event.posture.flaws = flaws;
    event.posture.what = what;
    event.posture.thumbprint.fill(thumbprint);
    event.text = text;
    return inventory_.on_event(event);
  }

 private:
  Event make(EventKind kind, const End& client, const End& server) {
    Event event;
    event.kind = kind;
    event.protocol = protocol;
    event.transport = transport;
    event.flow = flow_;
    event.packet.time = at(now++);
    event.packet.frame = static_cast<std::uint32_t>(now);
    event.packet.file = file;
    event.client = {ip(client.ip), mac(client.mac), client.port};
    event.server = {ip(server.ip), mac(server.mac), server.port};
    event.vlan = vlan(vlan_id);
    event.tunnel = tunnel;
    return event;
  }

  Inventory& inventory_;
  FlowId flow_{.shard = 3, .slot = 0, .generation = 0};
  End client_{};
  End server_{};
};

}  // namespace prahari::test
