// One value for each flow that can live, found by its FlowId without a search. Memory comes in
// chunks as flows appear; a value keeps its address. One thread.

#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "dissectors/event.hpp"

namespace prahari {

template <class T>
class FlowArray {
 public:
  [[nodiscard]] T& of(FlowId flow) {
    const std::size_t at = place_of(flow);
    auto& chunk = chunks_[at / kChunk];
    if (!chunk) {
      chunk = std::make_unique<Chunk>();
    }
    return (*chunk)[at % kChunk];
  }

  // Null where no value was asked for yet.
  [[nodiscard]] const T* peek(FlowId flow) const noexcept {
    const std::size_t at = place_of(flow);
    const auto& chunk = chunks_[at / kChunk];
    return chunk ? &(*chunk)[at % kChunk] : nullptr;
  }

 private:
  static constexpr std::size_t kFlows = std::size_t{kShards} * kFlowsPerShard;
  static constexpr std::size_t kChunk = 256;
  using Chunk = std::array<T, kChunk>;

  static std::size_t place_of(FlowId flow) noexcept { return flow.index() % kFlows; }

  std::array<std::unique_ptr<Chunk>, kFlows / kChunk> chunks_;
};

}  // namespace prahari
