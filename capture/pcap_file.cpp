#include "capture/pcap_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include <pcap/pcap.h>

#include "capture/link_type.hpp"
#include "capture/open.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kModified = 0xa1b2cd34;  // its record header is 24 bytes long

constexpr std::size_t kLinkTypeAt = 20;

std::uint32_t host32(const std::byte* at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

bool is_magic(std::uint32_t value) noexcept {
  return value == kMicroseconds || value == kNanoseconds || value == kModified;
}

// The longest packet that libpcap believes in; buses have longer ones than networks.
std::uint32_t longest_of(LinkType link) noexcept {
  constexpr std::uint32_t kMebi = 1U << 20U;
  switch (static_cast<std::uint32_t>(link)) {
    case 189:  // USB_LINUX
    case 220:  // USB_LINUX_MMAPPED
    case 231:  // DBUS
    case 249:  // USBPCAP
      return 128 * kMebi;
    case 279:  // EBHSCR
      return 8 * kMebi;
    default:
      return kMaxFrame;
  }
}

}  // namespace

bool is_pcap(Bytes head) noexcept {
  if (head.size() < sizeof(std::uint32_t)) {
    return false;
  }
  const std::uint32_t magic = host32(head.data());
  return is_magic(magic) || is_magic(__builtin_bswap32(magic));
}

Result<std::unique_ptr<Source>> PcapFile::open(std::unique_ptr<ByteStream> stream, Bytes head) {
  std::unique_ptr<PcapFile> file{new PcapFile{std::move(stream)}};
  Header header{};
  if (!file->read_header(head, header)) {
    return cut_in_header(file->stream());
  }
  if (const Status judged = file->judge(header); !judged) {
    return judged.error();
  }
  return std::unique_ptr<Source>{std::move(file)};
}

std::uint32_t PcapFile::word(const std::byte* at) const noexcept {
  const std::uint32_t value = host32(at);
  return swapped_ ? __builtin_bswap32(value) : value;
}

bool PcapFile::read_header(Bytes head, Header& header) noexcept {
  std::copy(head.begin(), head.end(), header.begin());
  const std::span rest = std::span{header}.subspan(head.size());
  if (stream().read(rest) < rest.size()) {
    return false;
  }
  swapped_ = !is_magic(host32(header.data()));
  const std::uint32_t magic = word(header.data());
  nanoseconds_ = magic == kNanoseconds;
  record_header_ = magic == kModified ? kLongestRecordHeader : 16;
  constexpr std::uint32_t kLinkTypeMask = 0x03ff'ffff;  // above: length of the frame check sequence
  link_ = link_type(word(&header[kLinkTypeAt]) & kLinkTypeMask);
  longest_ = longest_of(link_);
  return true;
}

// Lets libpcap say whether it is a file header, and which version.
Status PcapFile::judge(const Header& header) {
  Header copy = header;
  std::FILE* file = fmemopen(copy.data(), copy.size(), "rb");
  if (file == nullptr) {
    return Error{stream().path() + ": cannot open: " + system_message(errno)};
  }
  char why[PCAP_ERRBUF_SIZE] = "";
  pcap_t* handle = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
  if (handle == nullptr) {
    std::fclose(file);
    return Error{stream().path() + ": not a capture that can be read: " + why, Error::Kind::input};
  }
  constexpr int kMajor = 2;
  constexpr int kInOrder = 4;
  const int minor = pcap_minor_version(handle);
  if (pcap_major_version(handle) != kMajor || minor < kInOrder - 1) {
    lengths_ = Lengths::swapped;
  } else if (minor < kInOrder) {
    lengths_ = Lengths::maybe_swapped;
  }
  pcap_close(handle);
  return ok_status();
}

// Where no whole record is left: the end, or a part of one.
Source::Poll PcapFile::stop(std::size_t left) noexcept {
  return finish(left == 0 ? Ending::none : Ending::cut, {});
}

Source::Poll PcapFile::next(Packet& packet) noexcept {
  if (finished()) {
    return Poll::end;
  }
  Bytes ahead = ahead_.peek(record_header_);
  if (ahead.size() < record_header_) {
    return stop(ahead.size());
  }
  const std::byte* header = ahead.data();
  const auto seconds = std::int64_t{word(header)};
  const auto fraction = std::int64_t{static_cast<std::int32_t>(word(header + 4))};
  std::uint32_t captured = word(header + 8);
  std::uint32_t wire_length = word(header + 12);
  if (lengths_ == Lengths::swapped ||
      (lengths_ == Lengths::maybe_swapped && captured > wire_length)) {
    std::swap(captured, wire_length);
  }
  if (captured > longest_) {
    return finish(Ending::damaged, "invalid packet capture length " + std::to_string(captured) +
                                       ", bigger than maximum of " + std::to_string(longest_));
  }
  const std::size_t kept = std::min(captured, kMaxFrame);
  const std::size_t size = record_header_ + captured;  // of the record
  if (ahead.size() < record_header_ + kept) {
    ahead = ahead_.peek(record_header_ + kept);
  }
  if (ahead.size() < std::min(size, record_header_ + kept) ||
      (ahead.size() < size && !ahead_.skip_behind(size - ahead.size()))) {
    return stop(ahead.size());
  }
  ahead_.consume(std::min(size, ahead.size()));
  packet.ref.time = clamp_time(seconds * 1'000'000'000 + fraction * (nanoseconds_ ? 1 : 1000));
  packet.ref.offset = offset_ + record_header_;
  packet.ref.frame = next_frame();
  packet.ref.captured = static_cast<std::uint32_t>(kept);
  packet.ref.wire_length = std::max<std::uint32_t>(wire_length, packet.ref.captured);
  packet.ref.file = 0;
  packet.ref.link = link_;
  packet.bytes = ahead.subspan(record_header_, kept);
  offset_ += size;
  return hand_out(packet);
}

}  // namespace prahari
