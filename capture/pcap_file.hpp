// Classic pcap files: micro- and nanoseconds, both byte orders, and the "modified" form with its
// longer record header.
//
// libpcap judges the file header; the records are read here, since its two locked reads a packet
// take longer than all that decoding does. No heap and no copy per packet. One thread uses an
// object.

#pragma once

#include <array>
#include <memory>

#include "capture/capture_file.hpp"
#include "capture/read_ahead.hpp"

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
  static constexpr std::size_t kLongestRecordHeader = 24;
  using Header = std::array<std::byte, kHeaderSize>;

  // Which of a record's two lengths is the captured one: writers before version 2.4 had them the
  // other way round, those of 2.3 now and then.
  enum class Lengths : std::uint8_t { in_order, swapped, maybe_swapped };

  explicit PcapFile(std::unique_ptr<ByteStream> stream)
      : CaptureFile(std::move(stream), "pcap"),
        ahead_(CaptureFile::stream(), kMaxFrame + kLongestRecordHeader) {}

  bool read_header(Bytes head, Header& header) noexcept;
  Status judge(const Header& header);
  [[nodiscard]] std::uint32_t word(const std::byte* at) const noexcept;
  Poll stop(std::size_t left) noexcept;

  ReadAhead ahead_;
  std::size_t record_header_ = 16;
  std::uint64_t offset_ = kHeaderSize;  // of the next record
  std::uint32_t longest_ = kMaxFrame;   // what a record may claim without being damage
  LinkType link_ = LinkType::ethernet;
  Lengths lengths_ = Lengths::in_order;
  bool swapped_ = false;      // the other byte order than ours
  bool nanoseconds_ = false;  // else microseconds
};

}  // namespace prahari
