// A bounded queue between exactly one producing and one consuming thread: how a worker hands
// events to the analyst.
//
// It never blocks, and allocates only when it is made. When it is full the producer decides: from
// a file it waits and tries again, live it drops, and the drop is counted.

#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace prahari {

template <class T>
class SpscQueue {
  static_assert(std::is_trivially_copyable_v<T>, "items cross threads by plain copy");

 public:
  // Holds at least `capacity` items: the next power of two.
  explicit SpscQueue(std::size_t capacity)
      : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 1)) - 1),
        slots_(std::make_unique<T[]>(mask_ + 1)) {}

  // Producer only. False when there is no room.
  bool try_push(const T& item) noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ > mask_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ > mask_) {
        return false;
      }
    }
    slots_[tail & mask_] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Producer only. Without room the item is lost and counted.
  bool push_or_drop(const T& item) noexcept {
    const bool pushed = try_push(item);
    if (!pushed) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
    }
    return pushed;
  }

  // Consumer only. False when there is nothing.
  bool try_pop(T& item) noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) {
        return false;
      }
    }
    item = slots_[head & mask_];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  // Any thread.
  [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kCacheLine = 64;

  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;

  // Each side has a line of its own and keeps there what it last saw of the other side, so that
  // lines travel between cores only when the queue looks full or empty.
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;
  std::atomic<std::uint64_t> dropped_{0};
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;
};

}  // namespace prahari
