// Names of tags that are read and written by the number of their Symbol instance, learned from the
// lists that the controller gave. Logix 5000 Controllers Data Access, 1756-PM020.
//
// Bounded twice: the controller that was quiet for longest goes, and of one controller the name
// that was used longest ago.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "dissectors/address.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/lru_table.hpp"
#include "dissectors/protocols/enip/text.hpp"

namespace prahari::enip {

// Whose tags they are, the host and the module behind it, and who listed them: whether two clients
// of a controller share a shard must not show.
struct TagOwner {
  IpAddress host;
  IpAddress client;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  std::uint32_t unit = 0;
  friend bool operator==(const TagOwner&, const TagOwner&) = default;
};
struct TagOwnerHash {
  std::uint64_t seed = 0;
  std::size_t operator()(const TagOwner& owner) const noexcept;
};

class TagNames {
 public:
  static constexpr std::uint32_t kOwners = 8;    // a shard
  static constexpr std::uint32_t kNames = 4096;  // of one owner
  static constexpr std::size_t kLongest = 40;    // what Logix allows

  TagNames();

  // `scope`: the program that the tag belongs to, "Program:Main"; empty: the controller.
  void learn(const TagOwner& owner, std::string_view scope, std::uint32_t instance,
             std::string_view name);

  // Empty where none is known. Good until the next learn().
  [[nodiscard]] std::string_view find(const TagOwner& owner, std::string_view scope,
                                      std::uint32_t instance) noexcept;

  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

 private:
  struct Key {
    std::uint64_t scope = 0;  // hash of its name
    std::uint32_t instance = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::uint64_t seed = 0;
    std::size_t operator()(const Key& key) const noexcept;
  };
  using Names = LruTable<Key, ShortText<kLongest>, KeyHash>;

  Names& of(const TagOwner& owner);

  LruTable<TagOwner, std::unique_ptr<Names>, TagOwnerHash> owners_;
  std::uint64_t evicted_ = 0;
};

}  // namespace prahari::enip
