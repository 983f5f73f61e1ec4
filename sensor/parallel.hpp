// The pipeline with several workers, and the steps that both kinds share.

#pragma once

#include <array>
#include <memory>

#include "sensor/pipeline.hpp"

namespace prahari {

using Shards = std::array<std::unique_ptr<Analyzer>, kShards>;

// One analyzer for each shard; sink_for(shard) is where its events go.
template <class SinkFor>
Shards make_shards(SinkFor&& sink_for, bool fields) {
  Shards shards;
  for (std::uint16_t i = 0; i < kShards; ++i) {
    shards[i] = std::make_unique<Analyzer>(i, sink_for(i), fields);
  }
  return shards;
}

void count_packet(PipelineStats& stats, const Packet& packet) noexcept;

// False when the frame carries nothing for a shard; the decoder counted why.
bool decode_and_count(Decoder& decoder, const Packet& packet, Layers& layers,
                      PipelineStats& stats) noexcept;

PipelineStats run_parallel(Source& source, const PipelineOptions& options, Analyst& analyst);

}  // namespace prahari
