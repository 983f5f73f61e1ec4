// PDUs of which the rest has not come yet, and the one bound on all of a shard.
//
// A length field may promise a megabyte that never comes, on every connection there is. So the
// bytes that wait are counted together; when there are too many, the PDU that was added to least
// recently is given up and counted. Its framer finds out when more bytes come. One thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/packet.hpp"

namespace prahari {

class PartialPdu;

class PartialBudget {
 public:
  static constexpr std::size_t kBytes = std::size_t{4} * 1024 * 1024;

  explicit PartialBudget(std::size_t bytes_max = kBytes) noexcept : bytes_max_(bytes_max) {}
  PartialBudget(const PartialBudget&) = delete;
  PartialBudget& operator=(const PartialBudget&) = delete;

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

 private:
  friend class PartialPdu;

  void link_newest(PartialPdu& pdu) noexcept;
  void unlink(PartialPdu& pdu) noexcept;
  void make_room(const PartialPdu& keep) noexcept;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t evicted_ = 0;
  PartialPdu* newest_ = nullptr;
  PartialPdu* oldest_ = nullptr;
};

class PartialPdu {
 public:
  // `budget` must outlive it.
  PartialPdu(PartialBudget& budget, Bytes begin, const PacketRef& packet);
  PartialPdu(const PartialPdu&) = delete;
  PartialPdu& operator=(const PartialPdu&) = delete;
  ~PartialPdu();

  void append(Bytes more);
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
  // Given up for want of room: its bytes are gone.
  [[nodiscard]] bool evicted() const noexcept { return evicted_; }

  PacketRef packet;  // the latest that added to it

 private:
  friend class PartialBudget;

  void account() noexcept;

  PartialBudget& budget_;
  std::vector<std::byte> bytes_;
  std::size_t accounted_ = 0;
  PartialPdu* newer_ = nullptr;
  PartialPdu* older_ = nullptr;
  bool evicted_ = false;
};

}  // namespace prahari
