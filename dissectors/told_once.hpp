// What a conversation told already: the latest things, by their hash. The oldest is forgotten.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace prahari {

class ToldOnce {
 public:
  [[nodiscard]] bool first_time(std::uint64_t hash) noexcept {
    if (std::ranges::find(hashes_, hash) != hashes_.end()) {
      return false;
    }
    hashes_[next_] = hash;
    next_ = (next_ + 1) % hashes_.size();
    return true;
  }

 private:
  std::array<std::uint64_t, 32> hashes_{};
  std::size_t next_ = 0;
};

}  // namespace prahari
