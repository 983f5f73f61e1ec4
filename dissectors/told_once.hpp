// What a conversation told already: the latest things, by their SecretPrint. The oldest is
// forgotten.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace prahari {

class ToldOnce {
 public:
  [[nodiscard]] bool first_time(std::uint64_t print) noexcept {
    if (std::ranges::find(prints_, print) != prints_.end()) {
      return false;
    }
    prints_[next_] = print;
    next_ = (next_ + 1) % prints_.size();
    return true;
  }

 private:
  std::array<std::uint64_t, 32> prints_{};
  std::size_t next_ = 0;
};

}  // namespace prahari
