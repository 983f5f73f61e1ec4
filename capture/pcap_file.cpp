#include "capture/pcap_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <pcap/pcap.h>

#include "capture/link_type.hpp"
#include "capture/open.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kModified = 0xa1b2cd34;  // its record header is 24 bytes long

constexpr std::size_t kSnapLengthAt = 16;
constexpr std::size_t kLinkTypeAt = 20;

std::uint32_t host32(const std::byte* at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

bool is_magic(std::uint32_t value) noexcept {
  return value == kMicroseconds || value == kNanoseconds || value == kModified;
}

}  // namespace

bool is_pcap(Bytes head) noexcept {
  if (head.size() < sizeof(std::uint32_t)) {
    return false;
  }
  const std::uint32_t magic = host32(head.data());
  return is_magic(magic) || is_magic(__builtin_bswap32(magic));
}

void PcapFile::Close::operator()(pcap* handle) const noexcept { pcap_close(handle); }

Result<std::unique_ptr<Source>> PcapFile::open(std::unique_ptr<ByteStream> stream, Bytes head) {
  std::unique_ptr<PcapFile> file{new PcapFile{std::move(stream)}};
  if (!file->read_header(head)) {
    return cut_in_header(file->stream());
  }
  if (const Status started = file->start(); !started) {
    return started.error();
  }
  return std::unique_ptr<Source>{std::move(file)};
}

// Keeps the header for libpcap, with one change: a snap length that is too small for the packets
// behind it would make libpcap cut them, so it is shown the largest.
bool PcapFile::read_header(Bytes head) noexcept {
  std::copy(head.begin(), head.end(), header_.begin());
  const std::span rest = std::span{header_}.subspan(head.size());
  if (stream().read(rest) < rest.size()) {
    return false;
  }
  const bool swapped = !is_magic(host32(header_.data()));
  const auto order = [swapped](std::uint32_t value) {
    return swapped ? __builtin_bswap32(value) : value;
  };
  record_header_ = order(host32(header_.data())) == kModified ? 24 : 16;
  constexpr std::uint32_t kLinkTypeMask = 0x03ff'ffff;  // above: length of the frame check sequence
  link_ = link_type(order(host32(&header_[kLinkTypeAt])) & kLinkTypeMask);
  const std::uint32_t snap_length = order(kMaxFrame);
  std::memcpy(&header_[kSnapLengthAt], &snap_length, sizeof snap_length);
  return true;
}

Status PcapFile::start() {
  cookie_io_functions_t io{};
  io.read = [](void* cookie, char* to, std::size_t size) -> ssize_t {
    const std::span out{reinterpret_cast<std::byte*>(to), size};
    return static_cast<ssize_t>(static_cast<PcapFile*>(cookie)->give(out));
  };
  // Only so that ftello() can tell the position.
  io.seek = [](void* cookie, off64_t* offset, int whence) -> int {
    if (whence != SEEK_CUR || *offset != 0) {
      errno = ESPIPE;
      return -1;
    }
    *offset = static_cast<off64_t>(static_cast<PcapFile*>(cookie)->stream().position());
    return 0;
  };
  file_ = fopencookie(this, "rb", io);
  if (file_ == nullptr) {
    return Error{stream().path() + ": cannot open: " + system_message(errno)};
  }
  std::setvbuf(file_, stdio_buffer_.data(), _IOFBF, stdio_buffer_.size());
  char why[PCAP_ERRBUF_SIZE] = "";
  handle_.reset(pcap_fopen_offline_with_tstamp_precision(file_, PCAP_TSTAMP_PRECISION_NANO, why));
  if (handle_ == nullptr) {
    std::fclose(file_);
    return Error{stream().path() + ": not a capture that can be read: " + why, Error::Kind::input};
  }
  return ok_status();
}

std::size_t PcapFile::give(std::span<std::byte> out) noexcept {
  const std::size_t n = std::min(out.size(), header_.size() - header_given_);
  std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(header_given_), n, out.begin());
  header_given_ += n;
  return n > 0 ? n : stream().read(out);
}

Source::Poll PcapFile::next(Packet& packet) noexcept {
  if (finished()) {
    return Poll::end;
  }
  pcap_pkthdr* record = nullptr;
  const u_char* data = nullptr;
  const int outcome = pcap_next_ex(handle_.get(), &record, &data);
  if (outcome != 1) {
    const std::string_view why = outcome == PCAP_ERROR_BREAK ? "" : pcap_geterr(handle_.get());
    const bool cut = why.starts_with("truncated");
    return finish(why.empty() ? Ending::none
                  : cut       ? Ending::cut
                              : Ending::damaged,
                  cut ? std::string{} : std::string{why});
  }
  // The format's seconds are unsigned; libpcap takes them for signed. With nanoseconds asked for,
  // tv_usec holds nanoseconds.
  const auto seconds = std::int64_t{static_cast<std::uint32_t>(record->ts.tv_sec)};
  packet.ref.time = clamp_time(seconds * 1'000'000'000 + record->ts.tv_usec);
  packet.ref.offset = offset_ + record_header_;
  packet.ref.frame = next_frame();
  packet.ref.captured = record->caplen;
  packet.ref.wire_length = std::max(record->len, record->caplen);
  packet.ref.file = 0;
  packet.ref.link = link_;
  packet.bytes = std::as_bytes(std::span{data, record->caplen});
  // A frame of the largest size may have been a longer one that libpcap cut.
  offset_ = record->caplen < kMaxFrame ? packet.ref.offset + record->caplen
                                       : static_cast<std::uint64_t>(ftello(file_));
  return hand_out(packet);
}

}  // namespace prahari
