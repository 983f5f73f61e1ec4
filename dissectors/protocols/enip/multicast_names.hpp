// Whose connection a multicast of inputs belongs to. The opening and the data go between different
// hosts, so no shard sees both: whoever gets the events of all shards in order can tell. A record
// of such data is completed there.

#pragma once

#include "dissectors/event.hpp"
#include "dissectors/fields.hpp"
#include "dissectors/lru_table.hpp"
#include "dissectors/protocols/enip/connections.hpp"

namespace prahari::enip {

class MulticastNames {
 public:
  static constexpr std::uint32_t kMost = 4096;

  MulticastNames();

  // Whether the record of this message is one to complete.
  [[nodiscard]] static bool concerns(const Event& message) noexcept;

  void learn(const Event& event);
  // Names the connection and both its parties, where the opening was seen; of several on one
  // multicast, that of the exclusive owner, or else the first.
  void complete(const Event& message, Fields& fields) const;

 private:
  struct Key {
    std::uint32_t id = 0;
    IpAddress producer;
    VlanTags vlan;
    std::uint32_t tunnel = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::uint64_t seed = 0;
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Named {
    Triad triad;
    IpAddress originator;
    bool owner = false;
    bool closed = false;
  };

  LruTable<Key, Named, KeyHash> names_;
};

}  // namespace prahari::enip
