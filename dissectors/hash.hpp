// Hashing of keys that came off the wire.
//
// Others choose those keys, so tables hash them with a seed that differs from process to process;
// no order in which a table is walked may depend on it. Costs two multiplications a word.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

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
    const Bytes octets = std::as_bytes(std::span{ip.octets});
    add(detail::join_le<std::uint64_t>(octets.first(8)) + static_cast<std::uint64_t>(ip.family));
    return ip.v6() ? add(detail::join_le<std::uint64_t>(octets.subspan(8))) : *this;
  }
  Hasher& add(const MacAddress& mac) noexcept {
    return add(detail::join_le<std::uint64_t, 6>(std::as_bytes(std::span{mac.octets})));
  }
  // Every character counts, and how many there are.
  constexpr Hasher& add(std::string_view text) noexcept {
    for (const char character : text) {
      add(static_cast<unsigned char>(character));
    }
    return add(text.size());
  }

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return mix(state_); }

 private:
  static constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;

  static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    return x ^ std::rotr(x, 25) ^ std::rotr(x, 47);
  }

  std::uint64_t state_;
};

}  // namespace prahari
