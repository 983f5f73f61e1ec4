#include "capture/pcap_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "capture/raw_input.hpp"

namespace prahari {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} * 1024;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsOfClassic = std::int64_t{1} << 32;
constexpr std::uint32_t kEnhancedPacketSize = 32;  // without data and padding
constexpr std::uint32_t kInterfaceSize = 32;

constexpr std::uint32_t padded(std::uint32_t n) { return (n + 3) & ~std::uint32_t{3}; }

std::int64_t nanoseconds(const PacketRef& ref) { return ref.time.time_since_epoch().count(); }

}  // namespace

PcapForm pcap_form(std::span<const PacketRef> refs) noexcept {
  bool fine = false;
  for (const PacketRef& ref : refs) {
    if (ref.link != refs.front().link ||
        nanoseconds(ref) >= kSecondsOfClassic * kNanosecondsPerSecond) {
      return PcapForm::pcapng;
    }
    fine = fine || nanoseconds(ref) % 1000 != 0;
  }
  return fine ? PcapForm::nanoseconds : PcapForm::microseconds;
}

Result<PcapWriter> PcapWriter::create(const std::string& path, PcapForm form) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0640);
  if (descriptor < 0) {
    return Error{path + ": cannot create: " + system_message(errno), Error::Kind::environment};
  }
  return PcapWriter{path, form, descriptor};
}

PcapWriter::PcapWriter(std::string path, PcapForm form, int descriptor)
    : path_(std::move(path)), form_(form), descriptor_(descriptor) {
  buffer_.reserve(kBufferSize);
  if (form_ == PcapForm::pcapng) {
    put_section_header();
  }
}

PcapWriter::PcapWriter(PcapWriter&& other) noexcept
    : path_(std::move(other.path_)),
      form_(other.form_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      error_(other.error_),
      written_(other.written_),
      last_offset_(other.last_offset_),
      interfaces_(std::move(other.interfaces_)),
      buffer_(std::move(other.buffer_)) {}

PcapWriter::~PcapWriter() {
  if (const Status closed = close(); !closed) {
    return;  // whoever wants to know calls close()
  }
}

void PcapWriter::put16(std::uint16_t value) {
  buffer_.push_back(static_cast<std::byte>(value & 0xff));
  buffer_.push_back(static_cast<std::byte>(value >> 8));
}

void PcapWriter::put32(std::uint32_t value) {
  put16(static_cast<std::uint16_t>(value & 0xffff));
  put16(static_cast<std::uint16_t>(value >> 16));
}

void PcapWriter::put_classic_header(LinkType link) {
  put32(form_ == PcapForm::nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  put16(2);  // version 2.4
  put16(4);
  put32(0);
  put32(0);
  put32(kMaxFrame);
  put32(static_cast<std::uint32_t>(link));
}

void PcapWriter::put_section_header() {
  constexpr std::uint32_t kSize = 28;
  put32(0x0a0d0d0a);
  put32(kSize);
  put32(0x1a2b3c4d);
  put16(1);  // version 1.0
  put16(0);
  put32(0xffffffff);  // section length unknown
  put32(0xffffffff);
  put32(kSize);
}

void PcapWriter::put_interface(LinkType link) {
  put32(1);
  put32(kInterfaceSize);
  put16(static_cast<std::uint16_t>(link));
  put16(0);
  put32(kMaxFrame);
  put16(9);  // if_tsresol: 10^-9
  put16(1);
  put32(9);
  put32(0);  // end of options
  put32(kInterfaceSize);
}

std::uint64_t PcapWriter::cost(const Packet& packet) const noexcept {
  const auto size = static_cast<std::uint32_t>(packet.bytes.size());
  if (form_ != PcapForm::pcapng) {
    return 16 + size + (interfaces_.empty() ? 24U : 0U);
  }
  const bool known = std::ranges::find(interfaces_, packet.ref.link) != interfaces_.end();
  return kEnhancedPacketSize + padded(size) + (known ? 0 : kInterfaceSize);
}

Status PcapWriter::write(const Packet& packet) {
  Status written = form_ == PcapForm::pcapng ? write_pcapng(packet) : write_classic(packet);
  if (!written || buffer_.size() < kBufferSize) {
    return written;
  }
  return flush();
}

Status PcapWriter::write_classic(const Packet& packet) {
  if (interfaces_.empty()) {
    interfaces_.push_back(packet.ref.link);
    put_classic_header(packet.ref.link);
  }
  if (packet.ref.link != interfaces_.front()) {
    return Error{path_ + ": cannot write packets of two link types to one pcap file"};
  }
  const std::int64_t time = nanoseconds(packet.ref);
  const std::int64_t fraction = time % kNanosecondsPerSecond;
  const auto size = static_cast<std::uint32_t>(packet.bytes.size());
  put32(static_cast<std::uint32_t>(time / kNanosecondsPerSecond));
  put32(static_cast<std::uint32_t>(form_ == PcapForm::nanoseconds ? fraction : fraction / 1000));
  put32(size);
  put32(std::max(packet.ref.wire_length, size));
  last_offset_ = this->size();
  put(packet.bytes);
  return ok_status();
}

Status PcapWriter::write_pcapng(const Packet& packet) {
  auto port = std::ranges::find(interfaces_, packet.ref.link);
  if (port == interfaces_.end()) {
    put_interface(packet.ref.link);
    port = interfaces_.insert(interfaces_.end(), packet.ref.link);
  }
  const auto time = static_cast<std::uint64_t>(nanoseconds(packet.ref));
  const auto size = static_cast<std::uint32_t>(packet.bytes.size());
  const std::uint32_t block = kEnhancedPacketSize + padded(size);
  put32(6);
  put32(block);
  put32(static_cast<std::uint32_t>(port - interfaces_.begin()));
  put32(static_cast<std::uint32_t>(time >> 32));
  put32(static_cast<std::uint32_t>(time & 0xffffffff));
  put32(size);
  put32(std::max(packet.ref.wire_length, size));
  last_offset_ = this->size();
  put(packet.bytes);
  buffer_.resize(buffer_.size() + padded(size) - size);
  put32(block);
  return ok_status();
}

Status PcapWriter::flush() {
  Bytes rest{buffer_};
  while (!rest.empty() && error_ == 0) {
    const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
    if (n >= 0) {
      rest = rest.subspan(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  written_ += buffer_.size();
  buffer_.clear();
  if (error_ != 0) {
    return Error{path_ + ": cannot write: " + system_message(error_), Error::Kind::environment};
  }
  return ok_status();
}

Status PcapWriter::close() {
  if (descriptor_ < 0) {
    return ok_status();
  }
  if (form_ != PcapForm::pcapng && interfaces_.empty()) {
    put_classic_header(LinkType::ethernet);
    interfaces_.push_back(LinkType::ethernet);
  }
  Status flushed = flush();
  const int outcome = ::close(std::exchange(descriptor_, -1));
  if (flushed && outcome != 0) {
    return Error{path_ + ": cannot write: " + system_message(errno), Error::Kind::environment};
  }
  return flushed;
}

}  // namespace prahari
