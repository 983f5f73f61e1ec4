#include "sensor/pipeline.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

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

  void event(const Event& event) override { analyst_.event(event); }

  void record(const Event& message, const Fields& fields) override {
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

 private:
  Analyst& analyst_;
  const RecordFormatter& formatter_;
  RecordStyle style_;
  std::string text_;
};

PipelineStats run_alone(Source& source, const PipelineOptions& options, Analyst& analyst) {
  const RecordFormatter formatter{options.fields};
  DirectSink sink{analyst, formatter, options.records};
  auto shards = make_shards([&](std::uint16_t /*shard*/) -> EventSink& { return sink; },
                            options.records != RecordStyle::none);
  PipelineStats stats;
  Decoder decoder;
  Packet packet;
  Layers layers;
  Timestamp ticked;
  for (bool go_on = true; go_on;) {
    const Source::Poll poll = source.next(packet);
    if (poll == Source::Poll::end) {
      break;
    }
    if (poll == Source::Poll::idle) {
      go_on = analyst.tick({true, source.progress(), stats.packets});
      continue;
    }
    count_packet(stats, packet);
    if (decode_and_count(decoder, packet, layers, stats)) {
      shards[shard_of(layers)]->on_packet(packet, layers);
    }
    if (stats.packets % kTickEvery == 0 || packet.ref.time - ticked >= kTickAfter) {
      ticked = packet.ref.time;
      go_on = analyst.tick({false, source.progress(), stats.packets});
    }
  }
  for (const auto& shard : shards) {
    shard->finish(stats.last);
    stats.analyzer.add(shard->stats());
  }
  stats.decode = decoder.stats();
  return stats;
}

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
  return parallel ? run_parallel(source, options, analyst) : run_alone(source, options, analyst);
}

}  // namespace prahari
