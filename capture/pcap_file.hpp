// Classic pcap files, read through libpcap: micro- and nanoseconds, both byte orders, and the
// "modified" form with its longer record header.
//
// No heap and no copy per packet beyond libpcap's own. One thread uses an object.

#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "capture/capture_file.hpp"

struct pcap;

namespace prahari {

// Whether a file with these first four bytes is a classic pcap.
bool is_pcap(Bytes head) noexcept;

class PcapFile final : public CaptureFile {
 public:
  // `head` holds the first four bytes, which were already taken from the stream.
  static Result<std::unique_ptr<Source>> open(std::unique_ptr<ByteStream> stream, Bytes head);

  Poll next(Packet& packet) noexcept override;

 private:
  static constexpr std::size_t kHeaderSize = 24;

  explicit PcapFile(std::unique_ptr<ByteStream> stream)
      : CaptureFile(std::move(stream), "pcap"), stdio_buffer_(kStdioBuffer) {}

  bool read_header(Bytes head) noexcept;
  Status start();
  std::size_t give(std::span<std::byte> out) noexcept;

  static constexpr std::size_t kStdioBuffer = std::size_t{256} * 1024;

  struct Close {
    void operator()(pcap* handle) const noexcept;
  };

  std::array<std::byte, kHeaderSize> header_{};
  std::size_t header_given_ = 0;
  std::vector<char> stdio_buffer_;  // outlives the handle, whose FILE uses it
  std::FILE* file_ = nullptr;       // owned by the handle
  std::unique_ptr<pcap, Close> handle_;
  std::uint64_t record_header_ = 16;
  std::uint64_t offset_ = kHeaderSize;  // of the next record
  LinkType link_ = LinkType::ethernet;
};

}  // namespace prahari
