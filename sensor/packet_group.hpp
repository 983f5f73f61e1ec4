// The next few packets of a source, decoded. What comes together is handled together, so that
// memory is asked for all of them before the first one waits.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "capture/source.hpp"
#include "dissectors/decode.hpp"
#include "sensor/pipeline.hpp"

namespace prahari {

class PacketGroup {
 public:
  static constexpr std::size_t kMost = 32;

  struct Member {
    Packet packet;
    Layers layers;
    std::uint32_t shard = 0;
  };

  // Takes packets until it is full, the source has none, or the next one would have to be waited
  // for: a packet is not kept back from the analyst. Says what the source said last.
  Source::Poll fill(Source& source, Decoder& decoder, PipelineStats& stats) noexcept;

  // Those that decode understood. They live until fill() is called again.
  [[nodiscard]] std::span<const Member> members() const noexcept {
    return std::span{members_}.first(size_);
  }

 private:
  // More than that apart, packets do not belong together.
  static constexpr std::chrono::milliseconds kTogether{50};
  static constexpr std::size_t kBytes = std::size_t{32} * 1024;

  std::array<Member, kMost> members_;
  std::array<std::byte, kBytes> bytes_;  // of all members but the last
  std::size_t size_ = 0;
};

}  // namespace prahari
