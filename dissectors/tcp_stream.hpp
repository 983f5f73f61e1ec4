// One direction of a TCP connection put in order (RFC 9293).
//
// In-order data is handed on where it lies in the packet; only what came too early is copied.
// Bytes that were sent but never captured are a gap: it is declared as soon as the receiver has
// acknowledged them, or when too much waits behind them, and reading goes on after it.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "capture/packet.hpp"
#include "dissectors/layers.hpp"

namespace prahari {

// What is shared by all streams of a shard: the bound on early data, and counters for people.
struct StreamBudget {
  std::size_t early_bytes_max = std::size_t{4} * 1024 * 1024;
  std::size_t early_bytes = 0;

  std::uint64_t gaps = 0;
  std::uint64_t gap_bytes = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t implausible = 0;  // segments beyond any window, not taken
  std::uint64_t impatient = 0;    // gaps declared because too much was waiting, or for too long
};

// A piece of a stream, in order. `after_gap`: bytes before it are missing.
struct StreamPiece {
  Bytes bytes;
  PacketRef packet;
  bool after_gap = false;
};

class TcpStream {
 public:
  static constexpr std::size_t kEarlySegments = 32;

  TcpStream() = default;
  TcpStream(TcpStream&&) noexcept = default;
  TcpStream& operator=(TcpStream&&) noexcept = default;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  ~TcpStream() = default;  // call drop() first, so that the budget stays right

  // A SYN of this side: data begins at seq + 1.
  void synchronise(std::uint32_t seq) noexcept;
  [[nodiscard]] bool synchronised() const noexcept { return known_; }
  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }

  // Data of this side; calls deliver(const StreamPiece&) for each piece that is in order now.
  // `missing`: bytes at its end that the snap length cut off. Returns true if it was old data.
  template <class Deliver>
  bool on_data(std::uint32_t seq, Bytes data, std::uint32_t missing, const PacketRef& packet,
               StreamBudget& budget, Deliver&& deliver) {
    switch (place(seq, data, missing, packet, budget)) {
      case Step::old:
        return true;
      case Step::kept:
        if (overdue(packet.time) || early_full(budget)) {
          ++budget.impatient;
          guessed_ = true;
          skip_gap(budget, deliver);
        }
        return false;
      case Step::in_order:
        hand_on(data, missing, packet, budget, deliver);
        release(budget, deliver);
        return false;
    }
    return false;
  }

  // The other side acknowledged everything before `ack`.
  template <class Deliver>
  void on_ack(std::uint32_t ack, StreamBudget& budget, Deliver&& deliver) {
    acknowledged_ = ack;
    acknowledgement_seen_ = true;
    acknowledged_of_late_ = true;
    take_back(budget);
    while (early_ && !early_->empty() && covers(early_->front().seq)) {
      skip_gap(budget, deliver);
    }
  }

  // Hands on what still waits, gaps or not: the stream is over.
  template <class Deliver>
  void flush(StreamBudget& budget, Deliver&& deliver) {
    while (early_ && !early_->empty()) {
      skip_gap(budget, deliver);
    }
  }

  // Frees what waits.
  void drop(StreamBudget& budget) noexcept;

 private:
  struct Early {
    std::uint32_t seq = 0;
    std::uint32_t missing = 0;
    PacketRef packet;
    std::vector<std::byte> bytes;
  };
  enum class Step : std::uint8_t { old, kept, in_order };

  // Decides about a segment; trims what was read already from the front of `data`.
  Step place(std::uint32_t seq, Bytes& data, std::uint32_t& missing, const PacketRef& packet,
             StreamBudget& budget);
  Step keep(std::uint32_t seq, Bytes data, std::uint32_t missing, const PacketRef& packet,
            StreamBudget& budget);
  // The first waiting segment, if it starts at or before next_; removes it.
  bool take_ready(Early& out, StreamBudget& budget);
  [[nodiscard]] bool covers(std::uint32_t seq) const noexcept;
  [[nodiscard]] bool overdue(Timestamp now) const noexcept;
  [[nodiscard]] bool early_full(const StreamBudget& budget) const noexcept;
  void jump_to(std::uint32_t seq, StreamBudget& budget) noexcept;
  // A gap was guessed, and the receiver now says that it waits for what lies before.
  void take_back(StreamBudget& budget) noexcept;

  template <class Deliver>
  void hand_on(Bytes data, std::uint32_t missing, const PacketRef& packet, StreamBudget& budget,
               Deliver& deliver) {
    next_ += static_cast<std::uint32_t>(data.size());
    deliver(StreamPiece{data, packet, gap_before_});
    gap_before_ = false;
    delivered_ = true;
    if (missing > 0) {
      jump_to(next_ + missing, budget);
    }
  }

  template <class Deliver>
  void release(StreamBudget& budget, Deliver& deliver) {
    Early ready;
    while (take_ready(ready, budget)) {
      const std::uint32_t known = next_ - ready.seq;
      if (known < ready.bytes.size()) {
        hand_on(Bytes{ready.bytes}.subspan(known), ready.missing, ready.packet, budget, deliver);
      }
    }
  }

  template <class Deliver>
  void skip_gap(StreamBudget& budget, Deliver& deliver) {
    if (early_ && !early_->empty()) {
      jump_to(early_->front().seq, budget);
      release(budget, deliver);
    }
  }

  std::uint32_t next_ = 0;
  std::uint32_t acknowledged_ = 0;
  bool known_ = false;
  bool from_syn_ = false;
  bool delivered_ = false;
  bool acknowledgement_seen_ = false;
  bool acknowledged_of_late_ = false;  // since something waits
  bool gap_before_ = false;
  bool guessed_ = false;  // the last gap was declared without an acknowledgement
  std::unique_ptr<std::vector<Early>> early_;  // sorted by sequence number
};

}  // namespace prahari
