// Finds a position by the hash of a key that lies elsewhere: eight bytes a place, keys stored once.
//
// Open addressing with linear probing; grows by doubling and is never more than three quarters
// full. The caller bounds the number of entries. Iteration is not offered, so no output can depend
// on the seed of a hash. One thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace prahari {

class TagIndex {
 public:
  static constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();

  // The entry with this hash for which same(position) holds, or kAbsent.
  template <class Same>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Same&& same) const {
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t at = tag & mask(); cells_[at].position != kAbsent; at = (at + 1) & mask()) {
      if (cells_[at].tag == tag && same(cells_[at].position)) {
        return cells_[at].position;
      }
    }
    return kAbsent;
  }

  void insert(std::uint64_t hash, std::uint32_t position) {
    if ((size_ + 1) * 4 > cells_.size() * 3) {
      grow();
    }
    place({static_cast<std::uint32_t>(hash), position});
    ++size_;
  }

  // Nothing happens when there is no such entry.
  void erase(std::uint64_t hash, std::uint32_t position) noexcept {
    const auto tag = static_cast<std::uint32_t>(hash);
    std::size_t at = tag & mask();
    while (cells_[at].position != position || cells_[at].tag != tag) {
      if (cells_[at].position == kAbsent) {
        return;
      }
      at = (at + 1) & mask();
    }
    close(at);
    --size_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Cell {
    std::uint32_t tag = 0;
    std::uint32_t position = kAbsent;
  };

  [[nodiscard]] std::size_t mask() const noexcept { return cells_.size() - 1; }

  void place(Cell cell) noexcept {
    std::size_t at = cell.tag & mask();
    while (cells_[at].position != kAbsent) {
      at = (at + 1) & mask();
    }
    cells_[at] = cell;
  }

  // Moves up every later cell of the run that may lie here, so that no probe stops short.
  void close(std::size_t hole) noexcept {
    for (std::size_t at = (hole + 1) & mask(); cells_[at].position != kAbsent;
         at = (at + 1) & mask()) {
      const std::size_t home = cells_[at].tag & mask();
      if (((at - home) & mask()) >= ((at - hole) & mask())) {
        cells_[hole] = cells_[at];
        hole = at;
      }
    }
    cells_[hole] = Cell{};
  }

  void grow() {
    std::vector<Cell> old(cells_.size() * 2);
    old.swap(cells_);
    for (const Cell& cell : old) {
      if (cell.position != kAbsent) {
        place(cell);
      }
    }
  }

  std::vector<Cell> cells_ = std::vector<Cell>(16);
  std::size_t size_ = 0;
};

}  // namespace prahari
