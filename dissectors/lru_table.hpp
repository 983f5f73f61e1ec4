// A hash table with a fixed number of slots. When it is full, the entry that was used longest ago
// makes room for the new one, which is counted.
//
// Address space is reserved up front; memory is touched as slots come into use, and no call takes
// heap of its own. Entries are named by their slot, which stays the same while they live, so that
// others may keep notes about them in an array. One thread.
//
//   auto slot = flows.find(key);
//   if (slot == flows.kNone) {
//     if (flows.full()) { say_goodbye(flows[flows.oldest()]); }
//     slot = flows.insert(key);
//   }
//   flows[slot].packets++;

#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "dissectors/prefetch.hpp"

namespace prahari {

// Hash is called as hash(key) and yields 64 bits. It holds the seed: keys come off the wire, so
// others choose them. Key and Value are default constructible and movable.
template <class Key, class Value, class Hash>
class LruTable {
 public:
  using Slot = std::uint32_t;  // below capacity()
  static constexpr Slot kNone = std::numeric_limits<Slot>::max();

  explicit LruTable(std::uint32_t capacity, Hash hash = {})
      : hash_(std::move(hash)),
        capacity_(capacity),
        bucket_mask_(std::bit_ceil(std::size_t{capacity} * 2) - 1),
        buckets_(static_cast<Link*>(std::calloc(bucket_mask_ + 1, sizeof(Link)))) {
    assert(capacity > 0 && capacity < kNone);
    if (!buckets_) {
      throw std::bad_alloc{};
    }
    entries_.reserve(capacity);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }
  // How often insert() had to throw out a living entry.
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

  // The slot of this key, or kNone. find() makes it the most recently used, peek() does not.
  Slot find(const Key& key) noexcept {
    const Slot at = peek(key);
    if (at != kNone) {
      touch(at);
    }
    return at;
  }
  [[nodiscard]] Slot peek(const Key& key) const noexcept { return peek(key, hash(key)); }
  [[nodiscard]] Slot peek(const Key& key, std::uint64_t hash) const noexcept {
    Slot at = slot_of(buckets_[bucket(hash)]);
    while (at != kNone && !(entries_[at].key == key)) {
      at = slot_of(entries_[at].chain);
    }
    return at;
  }

  // For who looks up many keys: asks memory for the place of a hash, then for the entry that lies
  // there, so that waiting for one overlaps with waiting for others. The entry is most likely, not
  // surely, that of the key; kNone where there is none.
  [[nodiscard]] std::uint64_t hash(const Key& key) const noexcept { return hash_(key); }
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&buckets_[bucket(hash)]); }
  [[nodiscard]] Slot prefetch_entry(std::uint64_t hash) const noexcept {
    const Slot at = slot_of(buckets_[bucket(hash)]);
    if (at != kNone) {
      prefetch_object(&entries_[at]);
    }
    return at;
  }

  // Makes a living entry the most recently used.
  void touch(Slot at) noexcept {
    if (at != newest_) {
      unlink(at);
      link_newest(at);
    }
  }

  // A fresh value for a key that is not in the table, as the most recently used.
  Slot insert(const Key& key) {
    if (full()) {
      erase(oldest_);
      ++evictions_;
    }
    const Slot at = take_free();
    Entry& entry = entries_[at];
    entry.key = key;
    Link& head = buckets_[bucket(hash(key))];
    entry.chain = std::exchange(head, link_to(at));
    link_newest(at);
    ++size_;
    return at;
  }

  // The slot of a living entry. Its value is reset at once, so that it holds nothing any longer.
  void erase(Slot at) {
    Link* link = &buckets_[bucket(hash(entries_[at].key))];
    while (*link != link_to(at)) {
      link = &entries_[slot_of(*link)].chain;
    }
    *link = entries_[at].chain;
    unlink(at);
    entries_[at].value = Value{};
    entries_[at].chain = std::exchange(free_, link_to(at));
    --size_;
  }

  [[nodiscard]] const Key& key(Slot at) const noexcept { return entries_[at].key; }
  [[nodiscard]] Value& operator[](Slot at) noexcept { return entries_[at].value; }
  [[nodiscard]] const Value& operator[](Slot at) const noexcept { return entries_[at].value; }

  // The entry used longest ago, and the one used next after `at`; kNone at the end.
  [[nodiscard]] Slot oldest() const noexcept { return oldest_; }
  [[nodiscard]] Slot newer(Slot at) const noexcept { return entries_[at].newer; }

  // Calls visit(slot) for every entry, oldest first: an order that depends on no hash. The visit
  // may erase the entry it was given, and no other.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (Slot at = oldest_; at != kNone;) {
      const Slot next = entries_[at].newer;
      visit(at);
      at = next;
    }
  }

 private:
  // A slot plus one; 0 leads nowhere. Buckets are many and of a table in little use most are never
  // touched: memory that is zero from the start is not there until it is written.
  using Link = std::uint32_t;
  static constexpr Slot slot_of(Link link) noexcept { return link - 1; }
  static constexpr Link link_to(Slot at) noexcept { return at + 1; }

  struct Free {
    void operator()(Link* links) const noexcept { std::free(links); }
  };

  struct Entry {
    Key key{};
    Value value{};
    Link chain = 0;  // next in the same bucket, or next free slot
    Slot newer = kNone;
    Slot older = kNone;
  };

  [[nodiscard]] std::size_t bucket(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash) & bucket_mask_;
  }

  Slot take_free() {
    if (free_ == 0) {
      entries_.emplace_back();
      return static_cast<Slot>(entries_.size() - 1);
    }
    const Slot at = slot_of(free_);
    free_ = entries_[at].chain;
    return at;
  }

  void unlink(Slot at) noexcept {
    const Entry& entry = entries_[at];
    (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
    (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  }

  void link_newest(Slot at) noexcept {
    entries_[at].newer = kNone;
    entries_[at].older = newest_;
    (newest_ == kNone ? oldest_ : entries_[newest_].newer) = at;
    newest_ = at;
  }

  Hash hash_;
  std::uint32_t capacity_;
  std::size_t bucket_mask_;
  std::unique_ptr<Link[], Free> buckets_;
  std::vector<Entry> entries_;
  std::size_t size_ = 0;
  Link free_ = 0;
  Slot oldest_ = kNone;
  Slot newest_ = kNone;
  std::uint64_t evictions_ = 0;
};

}  // namespace prahari
