// I/O connections as they were opened, and what was seen on them: kept apart, since one multicast
// feeds many connections and an opening may have been missed. Bounded: the one quiet for longest
// goes, and is counted. Analyst thread.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/event.hpp"
#include "dissectors/lru_table.hpp"
#include "inventory/io_connection.hpp"

namespace prahari {

// Where the hosts of a connection are.
struct IoPlace {
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  friend auto operator<=>(const IoPlace&,
                          const IoPlace&) = default;  // NOLINT(modernize-use-nullptr)
};

struct PlacedIo {
  IoConnection connection;
  IoPlace place;
};

class IoBook {
 public:
  IoBook(std::uint32_t connections, std::uint32_t streams);

  void on_connection(const Event& event);
  void on_production(const Event& event);

  // Everything known, each stream in every connection that it belongs to; by target, originator,
  // serial and ids. The ids of assets are not filled in.
  [[nodiscard]] std::vector<PlacedIo> rows() const;

  [[nodiscard]] std::uint64_t evicted() const noexcept {
    return connections_.evictions() + streams_.evictions();
  }

 private:
  struct ConnectionKey {
    IpAddress originator;
    IpAddress target;
    std::uint16_t serial = 0;
    std::uint16_t vendor = 0;
    std::uint32_t originator_serial = 0;
    IoPlace place;
    friend bool operator==(const ConnectionKey&, const ConnectionKey&) = default;
  };
  struct StreamKey {
    std::uint32_t id = 0;
    IpAddress producer;
    IpAddress consumer;  // empty: a group
    IoPlace place;
    friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
  };
  struct Hash {
    std::uint64_t seed = 0;
    std::size_t operator()(const ConnectionKey& key) const noexcept;
    std::size_t operator()(const StreamKey& key) const noexcept;
  };
  struct Stream {
    IoHalf half;
    Direction direction = Direction::unknown;
    PacketRef packet;
  };

  void take(const StreamKey& key, IoHalf& half, std::vector<bool>& taken) const;
  void add_strangers(const std::vector<bool>& taken, std::vector<PlacedIo>& rows) const;
  [[nodiscard]] PlacedIo stranger(std::uint32_t slot) const;

  mutable LruTable<ConnectionKey, PlacedIo, Hash> connections_;
  mutable LruTable<StreamKey, Stream, Hash> streams_;
};

}  // namespace prahari
