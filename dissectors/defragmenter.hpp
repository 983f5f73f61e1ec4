// Puts IPv4 and IPv6 fragments together (RFC 791, RFC 8200 4.5).
//
// At most 1,024 datagrams wait at a time, in pages out of one pool of 7 MiB that is taken with the
// first fragment and touched as more come; without fragments it costs nothing. The oldest datagram
// goes when a page or a place is wanted, and any that waits for more than 30 s of packet time.
// Fragments may repeat; where they contradict each other the datagram is dropped (RFC 5722), since
// hosts differ in what they would take.

#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "dissectors/hash.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/lru_table.hpp"

namespace prahari {

// What the fragments of one datagram have in common.
struct DatagramKey {
  IpAddress src;
  IpAddress dst;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  std::uint32_t id = 0;
  std::uint8_t protocol = 0;  // IPv4 only: in IPv6 the first fragment alone says it

  friend bool operator==(const DatagramKey&, const DatagramKey&) = default;
};

struct Fragment {
  DatagramKey key{};
  std::uint32_t offset = 0;  // in bytes
  bool more = false;
  std::uint8_t protocol = 0;  // of the payload, where offset is 0
  Bytes bytes{};
};

struct Datagram {
  Bytes bytes;  // lives until the next call
  std::uint8_t protocol = 0;
};

class Defragmenter {
 public:
  static constexpr std::uint32_t kMaxDatagrams = 1024;
  static constexpr std::size_t kMaxSize = 65535;

  enum class Outcome : std::uint8_t { kept, complete, bad };

  explicit Defragmenter(std::uint64_t seed);

  // Fills `out` when this fragment completes its datagram.
  Outcome add(const Fragment& fragment, Timestamp time, Datagram& out) noexcept;

  // Datagrams given up because there was no room, or because their rest did not come in time.
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

 private:
  static constexpr std::size_t kUnit = 8;  // offsets count in these
  static constexpr std::size_t kPageSize = 2048;
  static constexpr std::size_t kPagesPerDatagram = 32;
  static constexpr std::uint16_t kPages = 3520;
  static constexpr std::uint16_t kNoPage = 0xffff;

  struct Page {
    std::array<std::uint64_t, kPageSize / kUnit / 64> present;  // one bit a unit
    std::array<std::byte, kPageSize> bytes;
    std::uint16_t next_free;
  };

  struct Hash {
    std::uint64_t seed;
    std::uint64_t operator()(const DatagramKey& key) const noexcept {
      return Hasher{seed}.add(key.src).add(key.dst).add(key.id).add(key.protocol).value();
    }
  };

  struct Waiting {
    Waiting() noexcept { pages.fill(kNoPage); }

    Timestamp first;
    std::array<std::uint16_t, kPagesPerDatagram> pages;
    std::uint32_t size = 0;      // known once the last fragment came
    std::uint32_t furthest = 0;  // end of what came so far
    std::uint32_t units = 0;     // how many came
    std::uint8_t protocol = 0;
    bool has_first = false;
  };

  using Table = LruTable<DatagramKey, Waiting, Hash>;

  [[nodiscard]] static bool plausible(const Fragment& fragment) noexcept;
  [[nodiscard]] static bool agrees_on_size(const Fragment& fragment, Waiting& waiting) noexcept;
  [[nodiscard]] static bool agrees_on_protocol(const Fragment& fragment, Waiting& waiting) noexcept;
  bool take_memory() noexcept;
  bool store(const Fragment& fragment, Waiting& waiting, Table::Slot self) noexcept;
  bool store_unit(Page& page, std::size_t at, Bytes unit, Waiting& waiting) noexcept;
  void copy_out(const Waiting& waiting) noexcept;

  Table::Slot slot_for(const DatagramKey& key, Timestamp time) noexcept;
  void expire(Timestamp time) noexcept;
  void drop(Table::Slot at) noexcept;
  std::uint16_t take_page(Table::Slot self) noexcept;

  Table waiting_;
  std::unique_ptr<Page[]> pages_;
  std::unique_ptr<std::byte[]> out_;
  std::uint16_t fresh_ = 0;  // pages never used yet begin here
  std::uint16_t free_ = kNoPage;
  std::uint64_t evicted_ = 0;
};

}  // namespace prahari
