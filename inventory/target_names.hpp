// What devices call their targets, as somebody who browsed them was told: "Line1/Reset" for a node.
//
// Kept for who reads an alert; nothing is known or judged by a name. Bounded; the name that was
// told longest ago goes, and is counted. Analyst thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/event.hpp"
#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "inventory/asset.hpp"

namespace prahari {

class TargetNames {
 public:
  static constexpr std::uint32_t kMost = 16'384;
  static constexpr std::size_t kLongest = 120;  // bytes of a path

  // `event`: EventKind::target_name, of a device of the inventory.
  void learn(const Event& event, AssetIndex device, std::uint32_t generation);

  // Its name, or the path to it where that was browsed; empty where nobody was told. As on the
  // wire: not validated. Valid until the next learn().
  [[nodiscard]] std::string_view name_of(AssetIndex device, std::uint32_t generation,
                                         std::string_view table,
                                         std::string_view text) const noexcept;

  [[nodiscard]] std::uint64_t evicted() const noexcept { return names_.evictions(); }

 private:
  struct Key {
    AssetIndex device = kNone;
    std::uint32_t generation = 0;
    std::uint64_t target = 0;  // fingerprint

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::uint64_t operator()(const Key& key) const noexcept {
      return Hasher{key.target}
          .add(std::uint64_t{key.device} << 32U | key.generation)
          .value();  // the seed is in the fingerprint
    }
  };

  [[nodiscard]] Key key_of(AssetIndex device, std::uint32_t generation, std::string_view table,
                           std::string_view text) const noexcept;

  std::uint64_t seed_ = process_seed();
  LruTable<Key, std::string, KeyHash> names_{kMost};
};

}  // namespace prahari
