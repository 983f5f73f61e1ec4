// The contract between the analyzer and one protocol.
//
// A protocol is one descriptor (a constinit Dissector) and one Session class. The analyzer finds
// the protocol with `probe`, opens a Session for the flow, cuts the stream with Session::frame and
// hands each PDU to Session::on_pdu, which says what it found to an Emitter. docs/add-a-protocol.md
// goes through it step by step.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "dissectors/fields.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/message.hpp"
#include "dissectors/reader.hpp"

namespace prahari {

// Where a dissector's output goes. Calls arrive in wire order, on one thread. Views in the
// arguments need to live for the call only.
class Emitter {
 public:
  virtual ~Emitter() = default;

  virtual void message(const Message& message) = 0;
  virtual void identity(const Identity& identity) = 0;
  virtual void anomaly(const Anomaly& anomaly) = 0;
  virtual void posture(const Posture& /*posture*/) {}
  // This device has this address, as the packet at hand says as surely as ARP does.
  virtual void host(const Identity::Host& /*host*/) {}
  virtual void connection(const Connection& /*connection*/) {}
  virtual void production(const Production& /*production*/) {}
  virtual void target_name(const TargetName& /*naming*/) {}

  // Empty fields for the next message(), or null when nobody asked for them.
  virtual Fields* fields() = 0;

  // The bytes tell that this side of the flow is the client. Direction is known from the next
  // PDU on; the caller puts it into the message at hand itself.
  virtual void client_is(Side side) = 0;

  // Likewise, and sure enough to overrule the handshake: the server opened the connection.
  virtual void client_is_surely(Side /*side*/) {}

  // A poll of many targets makes many messages, cycle after cycle. Who knows that some bytes make
  // messages and nothing else, the same ones whenever `key` is the same (a SecretPrint), asks
  // again() before it decodes them: true says that all of them were counted as said once more. Else
  // it decodes them between begin_group() and end_group(); what is not told by then is known by its
  // key from now on. Where nobody would know a group, as on a flow that has said little so far, all
  // this is idle.
  [[nodiscard]] virtual bool knows_groups() const { return false; }
  virtual bool again(std::uint64_t /*key*/) { return false; }
  virtual void begin_group(std::uint64_t /*key*/) {}
  virtual void end_group() {}
};

// How the bytes at the head of a stream divide.
struct Frame {
  enum class Verdict : std::uint8_t {
    need_more,  // the PDU goes on beyond the bytes that are there
    complete,   // the first `size` bytes are one PDU
    skip,       // a PDU of `size` bytes, too long to be kept: to be passed over
    not_mine    // no PDU starts here
  };
  Verdict verdict;
  std::size_t size = 0;

  static constexpr Frame need_more() noexcept { return {Verdict::need_more, 0}; }
  static constexpr Frame complete(std::size_t size) noexcept { return {Verdict::complete, size}; }
  static constexpr Frame skip(std::size_t size) noexcept { return {Verdict::skip, size}; }
  static constexpr Frame not_mine() noexcept { return {Verdict::not_mine, 0}; }
};

// What the flows of one shard have in common for one protocol, such as connections that one flow
// opens and another one carries. Two hosts always share a shard. Bounded.
class Shared {
 public:
  Shared() = default;
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  virtual ~Shared() = default;

  // How many of its entries had to make room for others.
  [[nodiscard]] virtual std::uint64_t evicted() const noexcept { return 0; }
};

// The two addresses of a flow, and where they are: cells of one plan have the same addresses.
struct FlowEnds {
  IpAddress first;  // of Side::first
  IpAddress second;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
};

// One PDU and what is known of its way.
struct Pdu {
  Bytes bytes;
  Side side = Side::first;                   // who sent it
  Direction direction = Direction::unknown;  // the same in the protocol's terms, if known
  Completeness state = Completeness::complete;
  PacketRef packet;  // the packet that completed it
};

// What one conversation has to remember, such as requests not yet answered.
// Made once per flow, never per packet; its size is bounded.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  // Called once, before anything else. `shared` outlives the session; null where
  // Dissector::share is.
  virtual void join(Shared* /*shared*/, const FlowEnds& /*ends*/) {}

  // How the bytes at the head of this side's stream divide. Looks at headers only.
  [[nodiscard]] virtual Frame frame(Bytes head, Side side) const noexcept = 0;

  // Whether a PDU may well start here. Asked only when lost: after a gap, after not_mine. Stricter
  // than frame, since a stranger's bytes must not pass; sees all bytes of the segment that follow.
  // Where `segment_start` says that a segment begins here, less proof is enough: nearly every
  // stack begins a segment with a PDU.
  [[nodiscard]] virtual bool starts_here(Bytes head, Side side,
                                         bool segment_start) const noexcept = 0;

  virtual void on_pdu(const Pdu& pdu, Emitter& out) = 0;

  // The bytes at this packet are not the protocol's, in the middle of a stream in sync. Called
  // once until the stream is in sync again.
  virtual void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                          Emitter& out) = 0;

  // Bytes of this side were lost: what waits for an answer may have had one.
  virtual void on_gap(Side /*side*/) {}

  // Packet time went on. Called for each packet of the flow and when it ends, never in between.
  virtual void on_time(Timestamp /*now*/, Emitter& /*out*/) {}

  // The flow ends: last words about what is unfinished.
  virtual void on_end(Emitter& /*out*/) {}

  // False once the session believes that this never was its protocol; the flow is then closed
  // to it and probed anew.
  [[nodiscard]] virtual bool plausible() const noexcept { return true; }
};

// Where a protocol is usually found. On ports the probe has the last word.
struct Binding {
  enum class Layer : std::uint8_t {
    ethertype,
    llc,  // destination SAP in the high octet, source SAP in the low one
    ip_protocol,
    tcp_port,
    udp_port
  };
  Layer layer;
  std::uint16_t value;
};

// What a probe is told besides the bytes.
struct ProbeInput {
  Bytes head;  // one segment or datagram, from its first byte
  Transport transport = Transport::tcp;
  Direction direction = Direction::unknown;  // of these bytes, where handshake or port told
  bool bound = false;                        // one of the ports is bound to the protocol
};

struct Probe {
  enum class Answer : std::uint8_t { no, need_more, yes };
  Answer answer = Answer::no;
  Direction direction = Direction::unknown;  // what the bytes tell about their way, if anything
  std::uint8_t variant = 0;                  // handed to open(): which dialect was recognised
};

// One way in which traffic can be wrong, under the id that records show.
struct Problem {
  std::string_view id;     // "byte_count_mismatch"
  std::string_view words;  // "byte count does not fit the quantity", ends a sentence
  bool violation = true;   // a breach of the protocol; false: worth a record, no alert by itself
};

struct Dissector {
  Protocol protocol;
  std::span<const Binding> bindings;
  std::span<const std::string_view> fields;          // names of the protocol's own fields, in order
  std::span<const Problem> problems;                 // at most 32; bit i of Message::problems
  std::uint8_t foreign_problem;                      // index: foreign bytes on a bound port
  bool on_any_port;                                  // probe flows on unbound ports too
  Probe (*probe)(const ProbeInput& input) noexcept;  // null for an INNER protocol
  std::unique_ptr<Session> (*open)(std::uint8_t variant);  // likewise
  std::unique_ptr<Shared> (*share)() = nullptr;            // null: flows have nothing in common
  // Only how a conversation is protected can be read, not what is done in it: TLS. Its messages are
  // envelopes; its flows are judged and named by transport and port, as those without a decoder
  // are; a flow on a port of another protocol is never its.
  bool opaque = false;
  // For what has no ports, hence no session: reads one frame by itself, down to Layers::payload.
  // The bindings to EtherTypes, LLC and IP protocols lead here.
  void (*on_frame)(const Layers& layers, Emitter& out) = nullptr;
  // Frames of one sender for which this is the same are alike, and one a minute is read. Null: each
  // is. For what is sent many times a second.
  std::uint64_t (*alike)(const Layers& layers) noexcept = nullptr;
};

}  // namespace prahari
