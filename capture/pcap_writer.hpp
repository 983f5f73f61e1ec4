// Writes packets to a capture file that every tool opens: classic pcap, or pcapng where classic
// pcap cannot say it.
//
// Always little-endian, so that the same packets give the same bytes on every machine. One buffer
// of 64 KiB; no heap per packet. One thread uses an object.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "capture/result.hpp"

namespace prahari {

enum class PcapForm : std::uint8_t { microseconds, nanoseconds, pcapng };

// The plainest form that holds these packets: classic pcap with microseconds if that loses
// nothing, else with nanoseconds; pcapng when link types differ or a time is past the year 2106.
PcapForm pcap_form(std::span<const PacketRef> refs) noexcept;

class PcapWriter {
 public:
  // An existing file is replaced.
  static Result<PcapWriter> create(const std::string& path, PcapForm form);

  PcapWriter(PcapWriter&& other) noexcept;
  PcapWriter& operator=(PcapWriter&&) = delete;
  ~PcapWriter();  // close(), whose outcome is lost

  // Writes time, wire length, link type and bytes. In the classic forms all packets must have the
  // link type of the first. After a failure the file is broken and every call fails likewise.
  Status write(const Packet& packet);
  Status flush();
  Status close();

  // Bytes of the file so far, those in the buffer included.
  [[nodiscard]] std::uint64_t size() const noexcept { return written_ + buffer_.size(); }

  // Where the bytes of the packet written last begin.
  [[nodiscard]] std::uint64_t last_offset() const noexcept { return last_offset_; }

  // What write() would add to the file, headers included.
  [[nodiscard]] std::uint64_t cost(const Packet& packet) const noexcept;

 private:
  PcapWriter(std::string path, PcapForm form, int descriptor);

  Status write_classic(const Packet& packet);
  Status write_pcapng(const Packet& packet);
  void put_classic_header(LinkType link);
  void put_section_header();
  void put_interface(LinkType link);
  void put16(std::uint16_t value);
  void put32(std::uint32_t value);
  void put(Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }

  std::string path_;
  PcapForm form_;
  int descriptor_;
  int error_ = 0;  // errno of the first failure
  std::uint64_t written_ = 0;
  std::uint64_t last_offset_ = 0;
  std::vector<LinkType> interfaces_;  // classic: the one link type, once it is known
  std::vector<std::byte> buffer_;
};

}  // namespace prahari
