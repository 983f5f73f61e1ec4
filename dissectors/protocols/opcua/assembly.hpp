// Puts the chunks of a message together.
//
// A message in one chunk passes through without a copy. Bounded: 16 messages open in a direction,
// 256 chunks and 4 MiB a message, 8 MiB a flow, 16 MiB a shard; of what is longer the first 64 KiB
// are kept.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/dissector.hpp"
#include "dissectors/message.hpp"
#include "dissectors/protocols/opcua/told_names.hpp"
#include "dissectors/reader.hpp"

namespace prahari::opcua {

struct Assembly {
  std::uint32_t channel = 0;
  std::uint32_t token = 0;
  std::uint32_t request_id = 0;  // 0 where it is encrypted
  std::uint32_t sequence = 0;    // of the latest chunk
  std::uint32_t chunks = 0;
  std::uint64_t size = 0;  // of all bodies
  bool cut = false;        // longer than what is kept
  Side side = Side::first;
  PacketRef packet;  // the latest
  std::vector<std::byte> body;
};

// What all flows of a shard may take together, and what they know of each other.
struct Budget final : Shared {
  static constexpr std::size_t kBytes = std::size_t{16} * 1024 * 1024;
  static constexpr std::size_t kWaiting = std::size_t{4} * 1024 * 1024;
  std::size_t held = 0;     // by messages that are not whole yet
  std::size_t waiting = 0;  // by requests that wait for a response
  ToldNames names;
};

class Assemblies {
 public:
  Assemblies() = default;
  Assemblies(const Assemblies&) = delete;
  Assemblies& operator=(const Assemblies&) = delete;
  ~Assemblies() { hold(0); }

  // `budget` outlives this; null: only the limits of one flow hold.
  void join(Budget* budget) noexcept { budget_ = budget; }

  static constexpr std::size_t kOpen = 16;
  static constexpr std::uint32_t kMaxChunks = 256;
  static constexpr std::size_t kMaxMessage = std::size_t{4} * 1024 * 1024;
  static constexpr std::size_t kMaxFlow = 2 * kMaxMessage;
  static constexpr std::size_t kKeptOfLong = std::size_t{64} * 1024;

  // The message that this chunk belongs to, or null if none is open.
  [[nodiscard]] Assembly* find(Side side, std::uint32_t channel, std::uint32_t request) noexcept;

  // Opens one. Where too many are open the oldest is handed to `given_up` first.
  template <class GivenUp>
  Assembly& open(Side side, std::uint32_t channel, std::uint32_t request, GivenUp&& given_up) {
    if (count(side) == kOpen) {
      Assembly oldest = take(*first_of(side));
      given_up(oldest);
    }
    return add(side, channel, request);
  }

  void append(Assembly& assembly, Bytes body);

  // Ends it: the caller has it now.
  Assembly take(Assembly& assembly);

  // Ends every one of this side; the callee sees each.
  template <class Each>
  void end_all(Side side, Each&& each) {
    while (Assembly* open = first_of(side)) {
      Assembly ended = take(*open);
      each(ended);
    }
  }
  // The oldest of this side whose latest chunk came before `time`, or null.
  [[nodiscard]] Assembly* stale(Side side, Timestamp time) noexcept;

  [[nodiscard]] bool empty() const noexcept { return open_.empty(); }
  [[nodiscard]] bool any(Side side) const noexcept { return count(side) > 0; }

 private:
  [[nodiscard]] std::size_t count(Side side) const noexcept;
  [[nodiscard]] Assembly* first_of(Side side) noexcept;
  Assembly& add(Side side, std::uint32_t channel, std::uint32_t request);
  void hold(std::size_t bytes) noexcept;

  Budget* budget_ = nullptr;
  std::vector<Assembly> open_;  // oldest first
  std::size_t held_ = 0;        // bytes of all bodies
};

}  // namespace prahari::opcua
