// The next bytes of a stream in one piece, however its reads fall: for readers of small records.
//
// One buffer of fixed size; no heap afterwards. One thread uses an object.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/byte_stream.hpp"

namespace prahari {

class ReadAhead {
 public:
  // Up to `largest` bytes can be asked for at once.
  ReadAhead(ByteStream& stream, std::size_t largest) : stream_(stream), buffer_(largest + kBlock) {}

  // What is not consumed: at least `wanted` bytes unless the stream ends before. The view lives
  // until the next call.
  [[nodiscard]] Bytes peek(std::size_t wanted) noexcept {
    if (end_ - begin_ < wanted) {
      refill(wanted);
    }
    return Bytes{buffer_.data() + begin_, end_ - begin_};
  }

  void consume(std::size_t n) noexcept { begin_ += n; }

  // Passes over n bytes behind what was peeked at, of which no view may be needed any longer but
  // the latest. False when the stream ends before.
  [[nodiscard]] bool skip_behind(std::uint64_t n) noexcept { return stream_.skip(n) == n; }

 private:
  static constexpr std::size_t kBlock = std::size_t{256} * 1024;

  void refill(std::size_t wanted) noexcept;

  ByteStream& stream_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace prahari
