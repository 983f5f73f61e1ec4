#include "capture/byte_stream.hpp"

#include <algorithm>
#include <array>

namespace prahari {

Result<std::unique_ptr<ByteStream>> ByteStream::open(const std::string& path,
                                                     const StreamOptions& options) {
  auto raw = RawInput::open(path, options);
  if (!raw) {
    return raw.error();
  }
  return std::make_unique<ByteStream>(path, std::move(*raw));
}

ByteStream::ByteStream(std::string path, std::unique_ptr<RawInput> raw)
    : path_(std::move(path)), raw_(std::move(raw)) {
  constexpr std::size_t kLongestMagic = 4;
  decompressor_ = make_decompressor(raw_->peek(kLongestMagic), suffix_);
}

std::size_t ByteStream::read(std::span<std::byte> out) noexcept {
  const std::size_t got =
      decompressor_ == nullptr ? raw_->read(out) : decompressor_->read(*raw_, out);
  position_ += got;
  return got;
}

std::uint64_t ByteStream::skip(std::uint64_t n) noexcept {
  if (decompressor_ == nullptr) {
    const std::uint64_t skipped = raw_->skip(n);
    position_ += skipped;
    return skipped;
  }
  std::array<std::byte, std::size_t{16} * 1024> discarded;
  std::uint64_t done = 0;
  while (done < n) {
    const std::size_t step = std::min<std::uint64_t>(n - done, discarded.size());
    const std::size_t got = read(std::span{discarded}.first(step));
    done += got;
    if (got < step) {
      break;
    }
  }
  return done;
}

Ending ByteStream::ending() const noexcept {
  if (raw_->stopped()) {
    return Ending::stopped;
  }
  if (raw_->read_error() != 0) {
    return Ending::damaged;
  }
  return decompressor_ == nullptr ? Ending::none : decompressor_->ending();
}

std::string ByteStream::reason() const {
  if (raw_->stopped()) {
    return "stopped";
  }
  if (raw_->read_error() != 0) {
    return system_message(raw_->read_error());
  }
  return decompressor_ == nullptr ? std::string{} : decompressor_->reason();
}

}  // namespace prahari
