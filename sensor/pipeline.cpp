#include "sensor/pipeline.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "dissectors/protocols/enip/multicast_names.hpp"
#include "sensor/packet_group.hpp"
#include "sensor/parallel.hpp"

namespace prahari {
namespace {

// An interface that is never idle has to be left in time as well, so packet time counts too.
constexpr std::uint64_t kTickEvery = 4096;  // packets
constexpr std::chrono::milliseconds kTickAfter{100};
constexpr std::size_t kEthertypes = 1024;

// Events straight to the analyst; records formatted on the way.
class DirectSink final : public EventSink {
 public:
  DirectSink(Analyst& analyst, const RecordFormatter& formatter, RecordStyle style)
      : analyst_(analyst), formatter_(formatter), style_(style) {}

  void event(const Event& event) override {
    if (style_ != RecordStyle::none) {
      names_.learn(event);
    }
    analyst_.event(event);
  }

  void record(const Event& message, const Fields& fields) override {
    if (enip::MulticastNames::concerns(message)) {
      completed_ = fields;
      names_.complete(message, completed_);
      return write(message, completed_);
    }
    write(message, fields);
  }

 private:
  void write(const Event& message, const Fields& fields) {
    if (style_ == RecordStyle::fields) {
      return analyst_.record(message, fields);
    }
    text_.clear();
    if (style_ == RecordStyle::tsv) {
      formatter_.tsv(text_, message, fields);
    } else {
      formatter_.json(text_, message, fields);
    }
    analyst_.record(message, text_);
  }

  Analyst& analyst_;
  const RecordFormatter& formatter_;
  RecordStyle style_;
  std::string text_;
  enip::MulticastNames names_;
  Fields completed_;
};

// The pipeline on one thread. Works on a few packets at a time: what they need is asked from
// memory before the first of them is handled.
class Alone {
 public:
  Alone(Source& source, const PipelineOptions& options, Analyst& analyst)
      : source_(source),
        analyst_(analyst),
        formatter_(options.fields),
        sink_(analyst, formatter_, options.records),
        shards_(make_shards([&](std::uint16_t /*shard*/) -> EventSink& { return sink_; },
                            options.records != RecordStyle::none)),
        group_(std::make_unique<PacketGroup>()) {}

  PipelineStats run() {
    bool go_on = true;
    while (go_on) {
      const Source::Poll poll = group_->fill(source_, decoder_, stats_);
      handle();
      if (poll == Source::Poll::idle || stats_.packets >= next_tick_ ||
          stats_.last - ticked_ >= kTickAfter) {
        next_tick_ = stats_.packets + kTickEvery;
        ticked_ = stats_.last;
        go_on = analyst_.tick({poll == Source::Poll::idle, source_.progress(), stats_.packets});
      }
      go_on = go_on && poll != Source::Poll::end;
    }
    for (const auto& shard : shards_) {
      shard->finish(stats_.last);
      stats_.analyzer.add(shard->stats());
    }
    stats_.decode = decoder_.stats();
    return stats_;
  }

 private:
  void handle() {
    const std::span<const PacketGroup::Member> members = group_->members();
    std::array<FlowPlace, PacketGroup::kMost> places;
    std::array<FlowId, PacketGroup::kMost> flows;
    for (std::size_t i = 0; i < members.size(); ++i) {
      places[i] = shards_[members[i].shard]->place_of(members[i].layers);
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
      flows[i] = shards_[members[i].shard]->approach(places[i]);
    }
    std::array<FlowId, PacketGroup::kMost> told;
    std::size_t tellers = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (flows[i].valid() && shards_[members[i].shard]->approach_session(flows[i])) {
        told[tellers++] = flows[i];
      }
    }
    analyst_.expect(std::span{told}.first(tellers));
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (flows[i].valid()) {
        shards_[members[i].shard]->approach_routine(flows[i]);
      }
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
      shards_[members[i].shard]->on_packet(members[i].packet, members[i].layers, places[i]);
    }
  }

  Source& source_;
  Analyst& analyst_;
  const RecordFormatter formatter_;
  DirectSink sink_;
  Shards shards_;
  Decoder decoder_;
  std::unique_ptr<PacketGroup> group_;
  PipelineStats stats_;
  std::uint64_t next_tick_ = kTickEvery;
  Timestamp ticked_;
};

}  // namespace

void count_packet(PipelineStats& stats, const Packet& packet) noexcept {
  if (stats.packets == 0) {
    stats.first = packet.ref.time;
    stats.last = packet.ref.time;
  }
  ++stats.packets;
  stats.captured_bytes += packet.ref.captured;
  stats.wire_bytes += packet.ref.wire_length;
  stats.first = std::min(stats.first, packet.ref.time);
  stats.last = std::max(stats.last, packet.ref.time);
}

bool decode_and_count(Decoder& decoder, const Packet& packet, Layers& layers,
                      PipelineStats& stats) noexcept {
  if (decoder.decode(packet, layers) != Decoded::ok) {
    return false;
  }
  if (layers.network == Network::other &&
      (stats.ethertypes.size() < kEthertypes || stats.ethertypes.contains(layers.ethertype))) {
    ++stats.ethertypes[layers.ethertype];
  }
  ++stats.vlans[layers.vlan.count > 0 ? layers.vlan.ids[0] & 0xfffU : 0U];
  return true;
}

PipelineStats run_pipeline(Source& source, const PipelineOptions& options, Analyst& analyst) {
  const bool parallel = options.workers > 1 && options.records != RecordStyle::fields;
  return parallel ? run_parallel(source, options, analyst) : Alone{source, options, analyst}.run();
}

}  // namespace prahari
