// One shard's path from frame to event: flow, stream, framer, dissector.
//
// Owns everything it remembers and shares nothing, so that a worker may run any number of shards
// and the events of a packet are the same whoever runs it. One thread at a time.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "dissectors/decode.hpp"
#include "dissectors/event.hpp"
#include "dissectors/fields.hpp"
#include "dissectors/flow.hpp"
#include "dissectors/host_frames.hpp"
#include "dissectors/lru_table.hpp"

namespace prahari {

// Counters of all shards of a run, for summary.json and the page on capture health.
struct AnalyzerStats {
  std::uint64_t flows = 0;
  std::uint64_t flows_evicted = 0;
  std::uint64_t duplicates = 0;  // mirrored twins
  std::uint64_t gaps = 0;
  std::uint64_t gap_bytes = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t impatient_gaps = 0;    // declared because too much was waiting
  std::uint64_t foreign = 0;           // stretches of bytes that were not the protocol's
  std::uint64_t partials_evicted = 0;  // unfinished PDUs given up for want of room
  std::uint64_t routines_refused = 0;  // messages told one by one, since too many are repeated
  std::uint64_t shared_evicted = 0;    // what protocols remember of connections and names

  void add(const AnalyzerStats& other) noexcept;
};

// Where a packet belongs, worked out once.
struct FlowPlace {
  FlowKey key;
  std::uint64_t hash = 0;
  bool from_low = false;  // sent by the lower end of the key
  bool in_flow = false;   // false: a frame that shows a host only; the rest means nothing
};

class Analyzer final : private Emitter, private Framer::Out {
 public:
  // `fields`: whether somebody wants each message's own fields (EventSink::record is then called).
  Analyzer(std::uint16_t shard, EventSink& sink, bool fields);
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;
  ~Analyzer() override;

  // One frame of this shard, decoded with Decoded::ok.
  void on_packet(const Packet& packet, const Layers& layers) {
    on_packet(packet, layers, place_of(layers));
  }

  // The same for who has several packets at hand: the steps before on_packet ask memory for what
  // it will read, so that the waits of all these packets overlap. They change nothing, and
  // on_packet may also be called without them.
  [[nodiscard]] FlowPlace place_of(const Layers& layers) const noexcept;
  [[nodiscard]] FlowId approach(
      const FlowPlace& place) const noexcept;  // generation 0 where none can be told
  // Whether somebody besides the session will want to know of the packet.
  [[nodiscard]] bool approach_session(FlowId id) const noexcept;
  void approach_routine(FlowId id) const noexcept;
  void on_packet(const Packet& packet, const Layers& layers, const FlowPlace& place);

  // The capture is over, at this time: what waits is handed on, every flow ends, oldest first.
  void finish(Timestamp end);

  [[nodiscard]] AnalyzerStats stats() const noexcept;

 private:
  using Flows = LruTable<FlowKey, Flow, FlowKeyHash>;

  // The life of a flow.
  Flows::Slot open(const FlowKey& key, bool from_low, const Packet& packet, const Layers& layers);
  void begin(bool from_low, const Packet& packet, const Layers& layers);
  void select(Flows::Slot slot) noexcept;
  void guess_client(const Layers& layers, Side sender);
  void establish();
  void end(Timestamp now);
  void expire(Timestamp now);
  void emit_flow(FlowStage stage);

  // Transport.
  bool is_twin(FlowSide& side, const Packet& packet, const Layers& layers);
  void count(FlowSide& side, const Packet& packet, const Layers& layers);
  Side on_handshake(const Packet& packet, const Layers& layers, Side side);
  [[nodiscard]] bool begins_anew(const Layers& layers, Side side) const noexcept;
  Side begin_anew(const Packet& packet, const Layers& layers, Side side);
  void on_reset(const Layers& layers, Side side);
  void on_tcp(const Packet& packet, const Layers& layers, Side side);
  void on_stream(Side side, const StreamPiece& piece);
  void on_datagram(const Layers& layers, Side side);
  void flush_streams();

  // Protocol.
  void found_nothing(Side side, bool any_bound, bool awaited);
  bool find_protocol(Side side, Bytes head);
  bool probe(const Dissector& dissector, const ProbeInput& input, Side side, bool& need_more);
  Shared* shared_of(const Dissector& dissector);
  void on_bytes(Side side, Bytes bytes, const PacketRef& packet);
  void report_foreign(Side side);
  void read(Side side, Bytes bytes, const PacketRef& packet);
  // True where others may have a look at the same bytes.
  bool give_up_if_implausible(Side side);

  [[nodiscard]] Endpoint endpoint(Side side) const noexcept;
  [[nodiscard]] FlowEnds ends() const noexcept;
  [[nodiscard]] Event about_flow(EventKind kind, const PacketRef& packet) const noexcept;
  [[nodiscard]] Direction direction_of(Side side) const noexcept;
  [[nodiscard]] Completeness state_of(Side side) const noexcept;

  [[nodiscard]] Routine::Verdict routine_verdict(const Message& message);
  [[nodiscard]] std::uint64_t group_key(std::uint64_t key) const noexcept;
  void tell(const Event& event);
  void tell_untold(const Routine::Series& series);
  void end_routine();

  // Emitter
  void message(const Message& message) override;
  void identity(const Identity& identity) override;
  void anomaly(const Anomaly& anomaly) override;
  void posture(const Posture& posture) override;
  void host(const Identity::Host& host) override;
  void connection(const Connection& connection) override;
  void production(const Production& production) override;
  void target_name(const TargetName& naming) override;
  Fields* fields() override;
  void client_is(Side side) override;
  void client_is_surely(Side side) override;
  [[nodiscard]] bool knows_groups() const override { return !fields_ && flow_->routine != nullptr; }
  bool again(std::uint64_t key) override;
  void begin_group(std::uint64_t key) override;
  void end_group() override;

  // Framer::Out
  void pdu(Bytes bytes, Side side, const PacketRef& packet) override;
  void foreign(Bytes head, Side side, const PacketRef& packet) override;

  std::uint16_t shard_;
  EventSink& sink_;
  PartialBudget partials_;  // outlives the flows
  RoutineBudget routines_;  // likewise
  // Made when needed; outlives the sessions in flows_.
  std::array<std::unique_ptr<Shared>, static_cast<std::size_t>(Protocol::unknown)> shared_;
  Flows flows_;
  StreamBudget budget_;
  AnalyzerStats stats_;
  std::uint32_t generation_ = 0;
  Timestamp next_expiry_;
  std::unique_ptr<Fields> fields_;  // null: nobody asked
  HostFrames host_frames_;
  bool fields_taken_ = false;

  // The flow, the packet and the side at hand; meaningful inside on_packet and finish only.
  Flow* flow_ = nullptr;
  Flows::Slot slot_ = 0;
  PacketRef current_;
  Side speaker_ = Side::first;
  std::size_t pdu_size_ = 0;
  std::string naming_;  // the text of one event, used again
};

}  // namespace prahari
