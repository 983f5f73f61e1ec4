// pcapng files: several sections and interfaces, each with its own link type and clock.
//
// Read by our own block reader, because libpcap refuses a file whose interfaces differ in link
// type or snap length. No heap per packet. One thread uses an object.

#pragma once

#include <memory>
#include <vector>

#include "capture/capture_file.hpp"
#include "capture/pcapng_block.hpp"

namespace prahari {

bool is_pcapng(Bytes head) noexcept;

class PcapngFile final : public CaptureFile {
 public:
  // `head` holds the first four bytes, which were already taken from the stream.
  static Result<std::unique_ptr<Source>> open(std::unique_ptr<ByteStream> stream, Bytes head);

  Poll next(Packet& packet) noexcept override;

 private:
  struct Interface {
    LinkType link = LinkType::ethernet;
    std::uint32_t snap_length = 0;  // 0: none
    std::uint8_t resolution = 6;    // if_tsresol: 10^-n, or 2^-n when the top bit is set
    std::int64_t offset = 0;        // if_tsoffset, in seconds
  };

  // Where a packet block keeps what a packet needs.
  struct Fields {
    std::uint32_t interface = 0;
    std::uint64_t ticks = 0;
    std::uint32_t captured = 0;
    std::uint32_t wire_length = 0;
    std::size_t data_at = 0;
  };

  PcapngFile(std::unique_ptr<ByteStream> stream, Bytes head)
      : CaptureFile(std::move(stream), "pcapng"), blocks_(CaptureFile::stream(), head) {}

  Poll stop(BlockReader::Outcome outcome) noexcept;
  const char* take_section(Bytes body) noexcept;
  const char* take_interface(Bytes body) noexcept;
  const char* take_packet(const BlockReader::Block& block, Packet& packet) noexcept;
  const char* read_fields(const BlockReader::Block& block, Fields& fields) const noexcept;
  [[nodiscard]] static Timestamp time_of(std::uint64_t ticks, const Interface& port) noexcept;

  BlockReader blocks_;
  std::vector<Interface> interfaces_;  // of the current section
  Timestamp last_time_;
};

}  // namespace prahari
