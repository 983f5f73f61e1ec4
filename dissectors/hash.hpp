// Hashing of keys that came off the wire.
//
// Others choose those keys, so tables hash them with a seed that differs from process to process;
// no order in which a table is walked may depend on it. Costs two multiplications a word.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "dissectors/address.hpp"

namespace prahari {

// Random, the same for the whole run of the process.
[[nodiscard]] std::uint64_t process_seed() noexcept;

class Hasher {
 public:
  constexpr explicit Hasher(std::uint64_t seed) noexcept : state_(seed ^ kMultiplier) {}

  constexpr Hasher& add(std::uint64_t word) noexcept {
    state_ = (state_ ^ mix(word * kMultiplier)) * kMultiplier;
    return *this;
  }
  Hasher& add(const IpAddress& ip) noexcept {
    const std::uint8_t* octets = ip.octets.data();
    add(word_of(octets) + static_cast<std::uint64_t>(ip.family));
    return ip.v6() ? add(word_of(octets + 8)) : *this;
  }
  Hasher& add(const MacAddress& mac) noexcept {
    return add(detail::join_le<std::uint64_t, 6>(std::as_bytes(std::span{mac.octets})));
  }
  // Every character counts, and how many there are. Eight at a time, for names are long; the last
  // ones together with some that were counted before.
  constexpr Hasher& add(std::string_view text) noexcept {
    const std::size_t size = text.size();
    add(size);
    if (size < 8) {
      return add(few_of(text));
    }
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      add(word_of(text.data() + at));
    }
    return add(word_of(text.data() + size - 8));
  }

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return mix(state_); }

 private:
  static constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;

  // The next eight, the first one lowest. A fold, which compilers turn into one load.
  template <std::size_t N = 8, class Octet>
  static constexpr std::uint64_t word_of(const Octet* octets) noexcept {
    return [octets]<std::size_t... I>(std::index_sequence<I...> /*octets*/) {
      return ((std::uint64_t{static_cast<std::uint8_t>(octets[I])} << 8U * I) | ...);
    }
    (std::make_index_sequence<N>{});
  }

  // Fewer than eight: two words that overlap, or the first, the middle and the last.
  static constexpr std::uint64_t few_of(std::string_view text) noexcept {
    const char* const first = text.data();
    const std::size_t size = text.size();
    if (size >= 4) {
      return word_of<4>(first) << 32U | word_of<4>(first + size - 4);
    }
    return size == 0 ? 0
                     : word_of<1>(first) << 16U | word_of<1>(first + size / 2) << 8U |
                           word_of<1>(first + size - 1);
  }

  static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    return x ^ std::rotr(x, 25) ^ std::rotr(x, 47);
  }

  std::uint64_t state_;
};

}  // namespace prahari
