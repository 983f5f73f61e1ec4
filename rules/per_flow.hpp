// What a detector remembers about each living flow: an array with one place for each flow, so a
// look-up costs one comparison. Grown as flows appear; 65,536 notes at most.

#pragma once

#include <span>

#include "dissectors/flow_array.hpp"

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
    Place& place = places_.of(id);
    if (place.generation == id.generation) {
      return {place.note, false};
    }
    place = {id.generation, Note{}};
    return {place.note, true};
  }

  // For Detector::expect.
  void expect(std::span<const FlowId> flows) const noexcept {
    for (const FlowId flow : flows) {
      __builtin_prefetch(places_.peek(flow));
    }
  }

 private:
  struct Place {
    std::uint32_t generation = 0;
    Note note{};
  };

  FlowArray<Place> places_;
};

}  // namespace prahari
