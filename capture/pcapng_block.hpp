// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), one after another, in either byte order
// and over any number of sections. Knows where a block begins and ends, not what it means.
//
// The buffer grows to what is really there, never to what a length claims, and to 16 MiB at most.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/byte_stream.hpp"

namespace prahari {

enum class BlockType : std::uint32_t {
  interface_description = 1,
  packet = 2,  // obsolete
  simple_packet = 3,
  enhanced_packet = 6,
  section_header = 0x0a0d0d0a
};

class BlockReader {
 public:
  enum class Outcome : std::uint8_t { block, end, cut, damaged };

  struct Block {
    BlockType type{};
    Bytes body;                // between the two lengths; empty for a type that was skipped
    std::uint64_t offset = 0;  // of the body in the uncompressed stream
  };

  // `head` holds the first four bytes, which were already taken from the stream.
  BlockReader(ByteStream& stream, Bytes head) noexcept;

  // The body lives until the next call. `damaged` has its reason in problem().
  Outcome next(Block& block) noexcept;
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  // Integers in the byte order of the current section; `at` must be within the bytes.
  [[nodiscard]] std::uint16_t u16(Bytes bytes, std::size_t at) const noexcept;
  [[nodiscard]] std::uint32_t u32(Bytes bytes, std::size_t at) const noexcept;
  [[nodiscard]] std::uint64_t u64(Bytes bytes, std::size_t at) const noexcept;

 private:
  Outcome read_lengths(Block& block) noexcept;
  Outcome read_section_order() noexcept;
  Outcome read_body(std::size_t size) noexcept;
  Outcome check_trailer(Bytes trailer) noexcept;
  Outcome damaged(std::string problem) noexcept;

  ByteStream& stream_;
  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;    // bytes of the block in the buffer
  std::uint32_t length_ = 0;  // of the block, as it says itself
  bool swapped_ = false;
  std::string problem_;
};

}  // namespace prahari
