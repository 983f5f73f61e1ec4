// The second copy of each frame of a redundant network (IEC 62439-3, PRP and HSR).
//
// Both networks carry the same frame under the same source and sequence number. The first copy
// passes, the copy from the other network is recognised. Copies must be equal byte for byte, so
// that a forged trailer cannot make a frame disappear. Bounded: 4,096 frames, oldest go first.

#pragma once

#include <cstdint>

#include "dissectors/address.hpp"
#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"

namespace prahari {

// Redundancy control trailer: the last six bytes of a PRP frame.
struct PrpTrailer {
  static constexpr std::size_t kSize = 6;

  std::uint16_t sequence = 0;
  std::uint8_t lan = 0;  // 0xa or 0xb
  bool found = false;

  // `lsdu` is everything behind the EtherType or length. The trailer counts only if the size it
  // states is that of `lsdu`; `size` becomes the number of bytes in front of the trailer.
  static PrpTrailer find(Bytes lsdu, std::size_t& size) noexcept;

  // A quick look that rules nearly all frames out: does it end in the trailer's suffix, with or
  // without a frame check sequence behind it?
  static bool likely(Bytes lsdu) noexcept {
    return lsdu.size() >= kSize && (suffix_at(lsdu, 0) || suffix_at(lsdu, kFrameCheck));
  }

 private:
  static constexpr std::uint16_t kSuffix = 0x88fb;
  static constexpr std::size_t kFrameCheck = 4;  // some captures keep it

  static bool suffix_at(Bytes lsdu, std::size_t behind) noexcept {
    const Bytes last = lsdu.last(behind + sizeof(kSuffix));
    return detail::join_be<std::uint16_t>(last.first(sizeof(kSuffix))) == kSuffix;
  }
};

class TwinFilter {
 public:
  explicit TwinFilter(std::uint64_t seed) : seed_(seed), seen_(kCapacity, Hash{seed}) {}

  // Whether the same frame came from another network before. `content` is what both copies share.
  bool is_twin(const MacAddress& source, std::uint16_t sequence, std::uint8_t lan, Bytes content,
               Timestamp time) noexcept;

 private:
  static constexpr std::uint32_t kCapacity = 4096;

  struct Key {
    MacAddress source;
    std::uint16_t sequence = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::uint64_t seed;
    std::uint64_t operator()(const Key& key) const noexcept {
      return Hasher{seed}.add(key.source).add(key.sequence).value();
    }
  };
  struct Copy {
    Timestamp time;
    std::uint64_t content = 0;
    std::uint8_t lan = 0;
  };

  std::uint64_t seed_;
  LruTable<Key, Copy, Hash> seen_;
};

}  // namespace prahari
