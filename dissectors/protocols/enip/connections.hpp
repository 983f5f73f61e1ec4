// Connections that carry implicit I/O: opened over TCP, carried over UDP, so known to all flows of
// a shard. One entry for each direction, found by its id and the two hosts. What was opened before
// the capture, or leads to a multicast group, is learned from its datagrams.

#pragma once

#include <cstdint>

#include "dissectors/dissector.hpp"
#include "dissectors/lru_table.hpp"

namespace prahari::enip {

// Which connection it is: given by the originator, the same in Forward Open and Forward Close.
struct Triad {
  std::uint16_t serial = 0;
  std::uint16_t vendor = 0;
  std::uint32_t originator = 0;  // its serial number
  friend bool operator==(const Triad&, const Triad&) = default;
};

struct ProductionKey {
  std::uint32_t id = 0;
  IpAddress producer;
  IpAddress consumer;
  friend bool operator==(const ProductionKey&, const ProductionKey&) = default;
};
struct ProductionHash {
  std::uint64_t seed = 0;
  std::size_t operator()(const ProductionKey& key) const noexcept;
};

// Data that one host produces for another under one connection id.
struct Production {
  enum class Header : std::uint8_t { unknown, none, run_idle };

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
  Timestamp last{};                 // when it came
  std::uint32_t interval_us = 0;    // agreed packet interval
  std::uint32_t unit = 0xffffffff;  // of the target
  Timestamp next_complaint{};
};

class ConnectionTable final : public Shared {
 public:
  static constexpr std::uint32_t kMost = 1024;  // a shard

  ConnectionTable();

  // The entry of this key, made where there is none.
  Production& of(const ProductionKey& key);

  // Forgets that the connection was opened; entries that carry datagrams are made anew.
  void close(const Triad& triad, const FlowEnds& ends);

 private:
  LruTable<ProductionKey, Production, ProductionHash> table_;
};

}  // namespace prahari::enip
