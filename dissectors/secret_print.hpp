// 61 bits that stand for bytes which nobody keeps to compare them. Whoever sends these cannot make
// two messages with one print, for he does not know the key, and a passive monitor answers nothing
// that he could learn it from: a polynomial over the key, modulo 2^61 - 1, takes the same value for
// two texts of n words with a chance of n in 2^61, however they were chosen (Carter and Wegman,
// Universal Classes of Hash Functions, 1979). Hasher promises no such thing: it is for tables,
// where what it finds is compared.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/hash.hpp"
#include "dissectors/reader.hpp"

namespace prahari {

class SecretPrint {
 public:
  explicit SecretPrint(std::uint64_t secret = process_seed()) noexcept
      : key_(secret % (kPrime - 1) + 1) {}

  SecretPrint& add(std::uint64_t word) noexcept {
    return step(word >> 32U).step(word & 0xffffffffU);
  }

  // All bytes and how many there are.
  SecretPrint& add(Bytes bytes) noexcept {
    constexpr std::size_t kWord = 7;  // bytes, so that each word stays below the prime
    step(bytes.size());
    Reader in{bytes};
    while (in.remaining() >= kWord) {
      step(detail::join_le<std::uint64_t, kWord>(in.take(kWord)));
    }
    std::uint64_t last = 0;
    for (const std::byte byte : in.rest()) {
      last = last << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return step(last);
  }
  SecretPrint& add(std::string_view text) noexcept { return add(as_bytes(text)); }

  [[nodiscard]] std::uint64_t value() const noexcept { return sum_; }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;

  SecretPrint& step(std::uint64_t word) noexcept {
    const Wide product = Wide{sum_} * key_ + word;
    const std::uint64_t sum =
        (static_cast<std::uint64_t>(product) & kPrime) + static_cast<std::uint64_t>(product >> 61U);
    sum_ = sum >= kPrime ? sum - kPrime : sum;
    return *this;
  }

  std::uint64_t key_;
  std::uint64_t sum_ = 1;  // so that it counts how many words there were
};

}  // namespace prahari
