// Connections that carry implicit I/O: opened over TCP, carried over UDP, so known to all flows of
// a shard. One entry for each direction, found by its id and the two hosts. What was opened before
// the capture, or leads to a multicast group, is learned from its datagrams.

#pragma once

#include <cstdint>

#include "dissectors/dissector.hpp"
#include "dissectors/lru_table.hpp"
#include "dissectors/protocols/enip/tag_names.hpp"

namespace prahari::enip {

// Which connection it is: given by the originator, the same in Forward Open and Forward Close.
struct Triad {
  std::uint16_t serial = 0;
  std::uint16_t vendor = 0;
  std::uint32_t originator = 0;  // its serial number
  friend bool operator==(const Triad&, const Triad&) = default;
};

struct StreamKey {
  std::uint32_t id = 0;
  IpAddress producer;
  IpAddress consumer;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  friend bool operator==(const StreamKey&, const StreamKey&) = default;
};
struct StreamHash {
  std::uint64_t seed = 0;
  std::size_t operator()(const StreamKey& key) const noexcept;
};

// Data that one host produces for another under one connection id.
struct Stream {
  enum class Header : std::uint8_t { unknown, none, run_idle };

  // What was counted since it was last told.
  struct Tally {
    std::uint32_t packets = 0;
    std::uint32_t lost = 0;
    std::uint32_t repeated = 0;
    std::uint32_t cycles = 0;
    Timestamp::duration span{};
    Timestamp first{};
  };

  Triad triad;
  bool opened = false;  // by a Forward Open that was seen
  Direction direction = Direction::unknown;
  std::uint8_t transport_class = 1;
  Header header = Header::unknown;  // four bytes in front of what a controller sends
  bool seen = false;
  bool ran = false;  // the run bit was set once
  bool mode_told = false;
  bool running = false;
  std::uint16_t size = 0;           // of the latest data
  std::uint32_t sequence = 0;       // latest of the encapsulation
  Timestamp last{};                 // when the latest came
  Timestamp beat{};                 // when the latest in sequence did
  std::uint32_t interval_us = 0;    // agreed packet interval
  std::uint32_t unit = 0xffffffff;  // of the target
  Timestamp next_complaint{};
  Timestamp next_tally{};
  Tally tally;
};

// Says what was counted of it, if anything was, and begins to count anew. `ends`: of the flow at
// hand, one of which is the producer.
void tell_production(const StreamKey& key, Stream& stream, const FlowEnds& ends, Emitter& out);

// What the flows of a shard have in common.
class ConnectionTable final : public Shared {
 public:
  static constexpr std::uint32_t kMost = 1024;  // a shard

  ConnectionTable();

  // The entry of this key, made where there is none.
  Stream& of(const StreamKey& key);

  // Forgets that the connection was opened, after visit(key, stream) of each of its directions;
  // entries that carry datagrams are made anew.
  template <class Visit>
  void close(const Triad& triad, const FlowEnds& ends, Visit&& visit) {
    table_.for_each([&](auto slot) {
      if (table_[slot].opened && table_[slot].triad == triad && between(table_.key(slot), ends)) {
        visit(table_.key(slot), table_[slot]);
        table_.erase(slot);
      }
    });
  }

  // Null where nothing is known under this key.
  [[nodiscard]] Stream* find(const StreamKey& key) noexcept {
    const auto slot = table_.peek(key);
    return slot == table_.kNone ? nullptr : &table_[slot];
  }

  // visit(key, stream) of everything that one of the two produces for the other.
  template <class Visit>
  void each(const FlowEnds& ends, Visit&& visit) {
    table_.for_each([&](auto slot) {
      if (between(table_.key(slot), ends)) {
        visit(table_.key(slot), table_[slot]);
      }
    });
  }

  [[nodiscard]] TagNames& tags() noexcept { return tags_; }
  [[nodiscard]] std::uint64_t evicted() const noexcept override {
    return table_.evictions() + tags_.evicted();
  }

 private:
  static bool between(const StreamKey& key, const FlowEnds& ends) noexcept {
    return ((key.producer == ends.first && key.consumer == ends.second) ||
            (key.producer == ends.second && key.consumer == ends.first)) &&
           key.vlan == ends.vlan && key.tunnel == ends.tunnel;
  }

  LruTable<StreamKey, Stream, StreamHash> table_;
  TagNames tags_;
};

}  // namespace prahari::enip
