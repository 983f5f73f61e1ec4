// Numbered places for values, with the order in which they were last used.
//
// A place keeps its address and number while it lives and is used anew afterwards; the generation
// tells the lives apart. Memory comes in chunks as places come into use. The bound is the caller's:
// it erases oldest() before it adds. One thread.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace prahari {

template <class T>
class LruSlots {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();

  // A fresh value, as the most recently used.
  Slot add() {
    const Slot at = take_free();
    Place& place = place_of(at);
    place.alive = true;
    link_newest(at);
    ++size_;
    return at;
  }

  void erase(Slot at) {
    Place& place = place_of(at);
    unlink(at);
    place.value = T{};
    place.alive = false;
    ++place.generation;
    place.older = std::exchange(free_, at);
    --size_;
  }

  void use(Slot at) noexcept {
    if (at != newest_) {
      unlink(at);
      link_newest(at);
    }
  }

  [[nodiscard]] T& operator[](Slot at) noexcept { return place_of(at).value; }
  [[nodiscard]] const T& operator[](Slot at) const noexcept { return place_of(at).value; }
  [[nodiscard]] std::uint32_t generation(Slot at) const noexcept { return place_of(at).generation; }
  [[nodiscard]] bool alive(Slot at) const noexcept { return at < used_ && place_of(at).alive; }
  [[nodiscard]] bool alive(Slot at, std::uint32_t generation) const noexcept {
    return alive(at) && place_of(at).generation == generation;
  }
  [[nodiscard]] Slot oldest() const noexcept { return oldest_; }
  [[nodiscard]] Slot newer(Slot at) const noexcept { return place_of(at).newer; }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  // Every living slot is below this.
  [[nodiscard]] std::uint32_t end() const noexcept { return used_; }

 private:
  static constexpr std::uint32_t kChunk = 256;

  struct Place {
    T value{};
    std::uint32_t generation = 1;
    Slot newer = kNoSlot;
    Slot older = kNoSlot;  // of a free place: the next free one
    bool alive = false;
  };
  using Chunk = std::array<Place, kChunk>;

  [[nodiscard]] Place& place_of(Slot at) noexcept { return (*chunks_[at / kChunk])[at % kChunk]; }
  [[nodiscard]] const Place& place_of(Slot at) const noexcept {
    return (*chunks_[at / kChunk])[at % kChunk];
  }

  Slot take_free() {
    if (free_ != kNoSlot) {
      return std::exchange(free_, place_of(free_).older);
    }
    if (used_ == chunks_.size() * kChunk) {
      chunks_.push_back(std::make_unique<Chunk>());
    }
    return used_++;
  }

  void unlink(Slot at) noexcept {
    const Place& place = place_of(at);
    (place.newer == kNoSlot ? newest_ : place_of(place.newer).older) = place.older;
    (place.older == kNoSlot ? oldest_ : place_of(place.older).newer) = place.newer;
  }

  void link_newest(Slot at) noexcept {
    Place& place = place_of(at);
    place.newer = kNoSlot;
    place.older = newest_;
    (newest_ == kNoSlot ? oldest_ : place_of(newest_).newer) = at;
    newest_ = at;
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t used_ = 0;
  std::uint32_t size_ = 0;
  Slot free_ = kNoSlot;
  Slot oldest_ = kNoSlot;
  Slot newest_ = kNoSlot;
};

}  // namespace prahari
