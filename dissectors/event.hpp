// What passes from the packet side to the analyst: small, flat values in packet order.

#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "dissectors/address.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/message.hpp"

namespace prahari {

inline constexpr std::uint32_t kShards = 16;
inline constexpr std::uint32_t kFlowsPerShard = 4096;  // 65,536 in all

// Names a flow as long as it lives: shard and slot, and how often the slot was used before. The
// analyst keeps its own notes about a flow in an array with one place for each index().
struct FlowId {
  std::uint16_t shard = 0;
  std::uint16_t slot = 0;        // below kFlowsPerShard
  std::uint32_t generation = 0;  // 0: no flow

  [[nodiscard]] bool valid() const noexcept { return generation != 0; }
  [[nodiscard]] std::uint32_t index() const noexcept { return shard * kFlowsPerShard + slot; }
  friend bool operator==(const FlowId&, const FlowId&) = default;
};

enum class EventKind : std::uint8_t {
  host,  // a frame outside any flow shows a host: ARP, or an EtherType without ports
  flow,  // a flow began, got established, or ended: Event::flow_facts
  message,
  identity,
  anomaly,
  posture,      // how a host is protected, or is not
  connection,   // one for cyclic data was opened or closed
  production,   // what a host produced on one of late
  target_name,  // what a server calls one of its targets: Event::naming
  tally  // the last words on messages like some told before: Event::message, of its target no text
};

// ARP gives addresses away; so does every frame's source.
struct HostFacts {
  std::uint16_t ethertype;
  std::uint16_t arp_operation;  // 0 unless ARP; client is its sender, server its target
  bool stated;                  // not by the host itself: who sent the packet says where it is
};

enum class FlowStage : std::uint8_t {
  opened,       // first packet
  established,  // handshake seen, or payload both ways
  refused,      // RST or ICMP unreachable before it was established
  closed        // FIN both ways, RST, idle, evicted, end of capture; the totals are final
};

struct FlowFacts {
  FlowStage stage;
  bool handshake;     // a SYN of this flow was seen
  bool one_way;       // only one side was seen, and over TCP the other must have spoken
  bool gap;           // bytes were lost
  bool client_known;  // by handshake, port or content; else client is just the first sender
  std::uint8_t ttl;   // of the first packet of the client; `server_ttl` of the server, 0: unseen
  std::uint8_t server_ttl;
  Timestamp first;           // times and totals up to this event
  std::uint64_t packets[2];  // [0] sent by the client, [1] by the server
  std::uint64_t bytes[2];    // on the wire, link headers included
  std::uint64_t duplicates;  // mirrored twins, not counted in packets
  std::uint64_t retransmissions;
};

struct MessageFacts {
  Kind kind;
  Operation operation;
  Effect effect;
  Outcome outcome;
  Direction direction;
  bool matched : 1;
  bool further : 1;   // another target of the message before; counted once
  bool envelope : 1;  // only carries messages that follow as messages of their own
  bool sealed : 1;    // encrypted: what it wants cannot be read
  std::uint16_t function;
  std::uint16_t sub_function;
  std::uint16_t size;  // bytes, at most 65,535; of the message that carries it where one does
  std::uint32_t status;
  std::uint32_t problems;
  std::uint32_t unit;
  std::uint32_t address;
  std::uint32_t count;
  std::string_view name;  // literals both
  std::string_view table;
  NumberList values;  // all that are written; in the packet or in the pool, as Event::text
  PacketRef request;
};

struct IdentityFacts {
  Identity::Field field;
  std::uint8_t confidence;
  bool of_client;  // whose device it is
  std::uint32_t unit;
  std::string_view source;  // a literal
};

struct AnomalyFacts {
  std::uint8_t problem;  // index into the protocol's Dissector::problems
  Direction direction;
  std::uint16_t function;
  std::uint32_t unit;
  PacketRef request;
};

struct PostureFacts {
  Posture::Aspect aspect;
  bool of_client;  // about the client, or the server
  std::uint32_t flaws;
  std::uint32_t secret_size;
  std::uint64_t secret_hash;
  std::uint64_t key;
  std::string_view what;  // a literal
  std::array<std::uint8_t, 20> thumbprint;

  [[nodiscard]] constexpr bool has(Posture::Flaw flaw) const noexcept {
    return (flaws & Posture::bit(flaw)) != 0;
  }
};

// What was said, and whether the client of the flow is the originator or the producer.
struct ConnectionFacts {
  Connection said;
  bool by_client;
};
struct ProductionFacts {
  Production said;
  bool by_client;
};

// How Event::text divides: the target, what it lies below, and its name is the rest.
struct NamingFacts {
  std::string_view table;  // a literal
  std::uint32_t target_size;
  std::uint32_t below_size;
};

// One target each. Trivially copyable, at most 256 bytes; `text` lies in the packet or in a pool
// beside the queue and lives until the event was handled.
struct Event {
  EventKind kind = EventKind::host;
  Protocol protocol = Protocol::unknown;
  Transport transport = Transport::none;
  Completeness state = Completeness::complete;
  bool from_client = true;    // the packet, or the PDU, was sent by `client`
  std::uint16_t repeats = 0;  // message, tally: so many more alike were not told one by one
  FlowId flow;
  PacketRef packet;  // that caused this event
  Endpoint client;   // of a flow; host: the sender of the frame
  Endpoint server;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  std::string_view text;  // message: the target's name; identity, posture: the value
  union {
    HostFacts host;
    FlowFacts flow_facts;
    MessageFacts message;
    IdentityFacts identity;
    AnomalyFacts anomaly;
    PostureFacts posture;
    ConnectionFacts connection;
    ProductionFacts production;
    NamingFacts naming;
  };

  Event() noexcept : host{} {}
};
static_assert(std::is_trivially_copyable_v<Event>);
static_assert(sizeof(Event) <= 256);

class Fields;

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void event(const Event& event) = 0;

  // The protocol's own fields of the message event that was just handed over; only called when
  // they were asked for.
  virtual void record(const Event& /*message*/, const Fields& /*fields*/) {}
};

}  // namespace prahari
