#include "capture/pcapng_block.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace prahari {
namespace {

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kSmallestBlock = 12;  // type, length, length again
constexpr std::uint32_t kLargestBlock = 16 * 1024 * 1024;
constexpr std::size_t kFirstBuffer = std::size_t{64} * 1024;
constexpr std::size_t kWord = 4;

bool is_known(BlockType type) noexcept {
  switch (type) {
    case BlockType::interface_description:
    case BlockType::packet:
    case BlockType::simple_packet:
    case BlockType::enhanced_packet:
    case BlockType::section_header:
      return true;
  }
  return false;
}

}  // namespace

BlockReader::BlockReader(ByteStream& stream, Bytes head) noexcept
    : stream_(stream), buffer_(kFirstBuffer), filled_(std::min(head.size(), kWord)) {
  std::copy_n(head.begin(), filled_, buffer_.begin());
}

std::uint16_t BlockReader::u16(Bytes bytes, std::size_t at) const noexcept {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return swapped_ ? __builtin_bswap16(value) : value;
}

std::uint32_t BlockReader::u32(Bytes bytes, std::size_t at) const noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return swapped_ ? __builtin_bswap32(value) : value;
}

std::uint64_t BlockReader::u64(Bytes bytes, std::size_t at) const noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return swapped_ ? __builtin_bswap64(value) : value;
}

BlockReader::Outcome BlockReader::damaged(std::string problem) noexcept {
  problem_ = std::move(problem);
  return Outcome::damaged;
}

// Type and length; of a section header also the byte order that the length is in.
BlockReader::Outcome BlockReader::read_lengths(Block& block) noexcept {
  filled_ += stream_.read(std::span{buffer_}.subspan(filled_, 2 * kWord - filled_));
  if (filled_ < 2 * kWord) {
    return filled_ == 0 ? Outcome::end : Outcome::cut;
  }
  std::array<std::byte, 2 * kWord> lead{};
  std::copy_n(buffer_.begin(), lead.size(), lead.begin());
  filled_ = 0;
  block.offset = stream_.position();
  block.type = static_cast<BlockType>(u32(lead, 0));
  if (block.type == BlockType::section_header) {
    if (const Outcome outcome = read_section_order(); outcome != Outcome::block) {
      return outcome;
    }
  }
  length_ = u32(lead, kWord);
  if (length_ < kSmallestBlock + filled_ || length_ % kWord != 0) {
    return damaged("a block of " + std::to_string(length_) + " bytes");
  }
  return Outcome::block;
}

// The type of a section header reads the same both ways; the next word tells the order.
BlockReader::Outcome BlockReader::read_section_order() noexcept {
  filled_ = stream_.read(std::span{buffer_}.first(kWord));
  if (filled_ < kWord) {
    return Outcome::cut;
  }
  swapped_ = false;
  const std::uint32_t magic = u32(buffer_, 0);
  if (magic != kByteOrderMagic && magic != __builtin_bswap32(kByteOrderMagic)) {
    return damaged("a section header without byte-order magic");
  }
  swapped_ = magic != kByteOrderMagic;
  return Outcome::block;
}

// Body and trailing length. Doubles the buffer as bytes arrive.
BlockReader::Outcome BlockReader::read_body(std::size_t size) noexcept {
  while (filled_ < size) {
    if (filled_ == buffer_.size()) {
      buffer_.resize(std::min<std::size_t>(2 * buffer_.size(), kLargestBlock));
    }
    const std::size_t step = std::min(size, buffer_.size()) - filled_;
    const std::size_t got = stream_.read(std::span{buffer_}.subspan(filled_, step));
    filled_ += got;
    if (got < step) {
      return Outcome::cut;
    }
  }
  return check_trailer(Bytes{buffer_}.subspan(size - kWord, kWord));
}

BlockReader::Outcome BlockReader::check_trailer(Bytes trailer) noexcept {
  const std::uint32_t again = u32(trailer, 0);
  if (again != length_) {
    return damaged("a block of " + std::to_string(length_) + " bytes whose end says " +
                   std::to_string(again));
  }
  return Outcome::block;
}

BlockReader::Outcome BlockReader::next(Block& block) noexcept {
  if (const Outcome outcome = read_lengths(block); outcome != Outcome::block) {
    return outcome;
  }
  const std::size_t rest = length_ - 2 * kWord;  // body and trailing length
  if (is_known(block.type)) {
    if (length_ > kLargestBlock) {
      return damaged("a block of " + std::to_string(length_) + " bytes");
    }
    const Outcome outcome = read_body(rest);
    block.body = outcome == Outcome::block ? Bytes{buffer_}.first(rest - kWord) : Bytes{};
    filled_ = 0;
    return outcome;
  }
  block.body = {};
  std::array<std::byte, kWord> trailer{};
  if (stream_.skip(rest - kWord) < rest - kWord || stream_.read(trailer) < kWord) {
    return Outcome::cut;
  }
  return check_trailer(trailer);
}

}  // namespace prahari
