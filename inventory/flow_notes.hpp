// What the inventory remembers about each living flow, so that a message costs one look-up.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dissectors/event.hpp"
#include "inventory/asset.hpp"

namespace prahari {

struct FlowNote {
  std::uint32_t generation = 0;  // of the flow; 0: nothing is known
  AssetIndex client = kNone;
  AssetIndex server = kNone;
  std::uint32_t client_stamp = 0;  // AssetEntry::stamp when it was looked up
  std::uint32_t server_stamp = 0;
  ConversationIndex conversation = kNone;
  std::uint32_t conversation_generation = 0;
  std::uint32_t unit = 0;         // position in the server's Asset::units
  std::uint64_t orientation = 0;  // tells which end is the client
  Protocol protocol = Protocol::unknown;
  bool established = false;
};

// One place for each flow that can live; grows as far as the flows go. Analyst thread.
class FlowNotes {
 public:
  [[nodiscard]] FlowNote& of(FlowId flow) {
    std::vector<FlowNote>& shard = shards_[flow.shard % kShards];
    const std::size_t at = flow.slot % kFlowsPerShard;
    if (at >= shard.size()) {
      shard.resize(at + 1);
    }
    return shard[at];
  }

 private:
  std::array<std::vector<FlowNote>, kShards> shards_;
};

}  // namespace prahari
