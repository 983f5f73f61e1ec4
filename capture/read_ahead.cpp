#include "capture/read_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace prahari {

// Moves what is left to the front and fills the place behind it, block by block.
void ReadAhead::refill(std::size_t wanted) noexcept {
  const std::size_t left = end_ - begin_;
  std::memmove(buffer_.data(), buffer_.data() + begin_, left);
  begin_ = 0;
  end_ = left;
  while (end_ < wanted) {
    const std::span room = std::span{buffer_}.subspan(end_);
    const std::size_t got = stream_.read(room.first(std::min(room.size(), kBlock)));
    if (got == 0) {
      return;
    }
    end_ += got;
  }
}

}  // namespace prahari
