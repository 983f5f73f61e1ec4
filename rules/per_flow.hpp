// What a detector remembers about each living flow: an array with one place for each flow, so a
// look-up costs one comparison. Grown shard by shard as flows appear; 65,536 notes at most.

#pragma once

#include <array>
#include <vector>

#include "dissectors/event.hpp"

namespace prahari {

template <class Note>
class PerFlow {
 public:
  struct Found {
    Note& note;
    bool fresh;  // the first look at this flow: the note is new
  };

  // For a valid id. The slot of a flow that ended may belong to another one by now; the note of
  // the former is then gone.
  Found at(FlowId id) {
    std::vector<Place>& shard = shards_[id.shard % kShards];
    if (id.slot >= shard.size()) {
      shard.resize(id.slot + std::size_t{1});
    }
    Place& place = shard[id.slot];
    if (place.generation == id.generation) {
      return {place.note, false};
    }
    place = {id.generation, Note{}};
    return {place.note, true};
  }

 private:
  struct Place {
    std::uint32_t generation = 0;
    Note note{};
  };

  std::array<std::vector<Place>, kShards> shards_;
};

}  // namespace prahari
