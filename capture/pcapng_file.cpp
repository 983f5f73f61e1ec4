#include "capture/pcapng_file.hpp"

#include <algorithm>
#include <limits>

#include "capture/link_type.hpp"
#include "capture/open.hpp"

namespace prahari {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr std::size_t kMostInterfaces = 65536;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::uint16_t kOptionResolution = 9;
constexpr std::uint16_t kOptionOffset = 14;

constexpr std::size_t padded(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

constexpr Uint128 power_of_ten(unsigned int n) {
  Uint128 value = 1;
  for (unsigned int i = 0; i < n; ++i) {
    value *= 10;
  }
  return value;
}

// Nanoseconds, at most a little above kLatestTime.
std::int64_t to_nanoseconds(std::uint64_t ticks, std::uint8_t resolution) {
  constexpr std::uint8_t kBinary = 0x80;
  constexpr unsigned int kMostDecimals = 28;  // a 64-bit count of finer ticks is less than 1 ns
  const unsigned int exponent = resolution & 0x7fU;
  Uint128 value = 0;
  if ((resolution & kBinary) != 0) {
    // 64 bits times 30 bits fit.
    value = (Uint128{ticks} * kNanosecondsPerSecond) >> exponent;
  } else if (exponent <= 9) {
    value = ticks * power_of_ten(9 - exponent);
  } else if (exponent <= kMostDecimals) {
    value = ticks / power_of_ten(exponent - 9);
  }
  constexpr Uint128 kMost = std::uint64_t{1} << 62;
  return static_cast<std::int64_t>(std::min(value, kMost));
}

}  // namespace

bool is_pcapng(Bytes head) noexcept {
  constexpr std::byte kMagic[] = {std::byte{0x0a}, std::byte{0x0d}, std::byte{0x0d},
                                  std::byte{0x0a}};
  return head.size() >= 4 && std::equal(std::begin(kMagic), std::end(kMagic), head.begin());
}

Result<std::unique_ptr<Source>> PcapngFile::open(std::unique_ptr<ByteStream> stream, Bytes head) {
  std::unique_ptr<PcapngFile> file{new PcapngFile{std::move(stream), head}};
  const std::string& path = file->stream().path();
  BlockReader::Block section;
  switch (file->blocks_.next(section)) {
    case BlockReader::Outcome::block:
      break;
    case BlockReader::Outcome::damaged:
      return Error{path + ": not a capture that can be read: " + file->blocks_.problem(),
                   Error::Kind::input};
    case BlockReader::Outcome::end:
    case BlockReader::Outcome::cut:
      return cut_in_header(file->stream());
  }
  if (const char* problem = file->take_section(section.body); problem != nullptr) {
    return Error{path + ": not a capture that can be read: " + problem, Error::Kind::input};
  }
  return std::unique_ptr<Source>{std::move(file)};
}

Source::Poll PcapngFile::stop(BlockReader::Outcome outcome) noexcept {
  switch (outcome) {
    case BlockReader::Outcome::damaged:
      return finish(Ending::damaged, blocks_.problem());
    case BlockReader::Outcome::cut:
      return finish(Ending::cut, {});
    default:
      return finish(Ending::none, {});
  }
}

Source::Poll PcapngFile::next(Packet& packet) noexcept {
  BlockReader::Block block;
  while (!finished()) {
    const BlockReader::Outcome outcome = blocks_.next(block);
    if (outcome != BlockReader::Outcome::block) {
      return stop(outcome);
    }
    const char* problem = nullptr;
    switch (block.type) {
      case BlockType::section_header:
        problem = take_section(block.body);
        break;
      case BlockType::interface_description:
        problem = take_interface(block.body);
        break;
      case BlockType::packet:
      case BlockType::simple_packet:
      case BlockType::enhanced_packet:
        problem = take_packet(block, packet);
        if (problem == nullptr) {
          return hand_out(packet);
        }
        break;
      default:
        break;  // names, statistics, secrets, whatever else
    }
    if (problem != nullptr) {
      return finish(Ending::damaged, problem);
    }
  }
  return Poll::end;
}

const char* PcapngFile::take_section(Bytes body) noexcept {
  constexpr std::size_t kMajorAt = 4;
  constexpr std::size_t kSize = 16;
  if (body.size() < kSize) {
    return "a section header that is too short";
  }
  if (blocks_.u16(body, kMajorAt) != 1) {
    return "a section of an unknown pcapng version";
  }
  interfaces_.clear();
  return nullptr;
}

const char* PcapngFile::take_interface(Bytes body) noexcept {
  constexpr std::size_t kSize = 8;
  if (body.size() < kSize) {
    return "an interface description that is too short";
  }
  if (interfaces_.size() == kMostInterfaces) {
    return "more than 65536 interfaces in a section";
  }
  Interface port;
  port.link = link_type(blocks_.u16(body, 0));
  port.snap_length = blocks_.u32(body, 4);
  Bytes options = body.subspan(kSize);
  while (options.size() >= 4) {
    const std::uint16_t code = blocks_.u16(options, 0);
    const std::uint16_t length = blocks_.u16(options, 2);
    options = options.subspan(4);
    if (code == 0 || length > options.size()) {
      break;
    }
    if (code == kOptionResolution && length == 1) {
      port.resolution = std::to_integer<std::uint8_t>(options[0]);
    } else if (code == kOptionOffset && length == 8) {
      port.offset = static_cast<std::int64_t>(blocks_.u64(options, 0));
    }
    options = options.subspan(std::min(padded(length), options.size()));
  }
  interfaces_.push_back(port);
  return nullptr;
}

const char* PcapngFile::read_fields(const BlockReader::Block& block, Fields& out) const noexcept {
  const Bytes body = block.body;
  if (block.type == BlockType::simple_packet) {
    constexpr std::size_t kSize = 4;
    if (body.size() < kSize) {
      return "a packet block that is too short";
    }
    out.wire_length = blocks_.u32(body, 0);
    out.captured =
        static_cast<std::uint32_t>(std::min<std::size_t>(out.wire_length, body.size() - kSize));
    if (!interfaces_.empty() && interfaces_.front().snap_length != 0) {
      out.captured = std::min(out.captured, interfaces_.front().snap_length);
    }
    out.data_at = kSize;
    return nullptr;
  }
  constexpr std::size_t kSize = 20;
  if (body.size() < kSize) {
    return "a packet block that is too short";
  }
  // The obsolete block has 16 bits of interface, then 16 bits of drop count.
  out.interface = block.type == BlockType::packet ? blocks_.u16(body, 0) : blocks_.u32(body, 0);
  out.ticks = std::uint64_t{blocks_.u32(body, 4)} << 32 | blocks_.u32(body, 8);
  out.captured = blocks_.u32(body, 12);
  out.wire_length = blocks_.u32(body, 16);
  out.data_at = kSize;
  return out.captured > body.size() - kSize ? "a packet that is longer than its block" : nullptr;
}

const char* PcapngFile::take_packet(const BlockReader::Block& block, Packet& packet) noexcept {
  Fields fields;
  if (const char* problem = read_fields(block, fields); problem != nullptr) {
    return problem;
  }
  if (fields.interface >= interfaces_.size()) {
    return "a packet of an interface that is not described";
  }
  const Interface& port = interfaces_[fields.interface];
  // A simple packet has no time of its own; it came after the one before it.
  packet.ref.time =
      block.type == BlockType::simple_packet ? last_time_ : time_of(fields.ticks, port);
  last_time_ = packet.ref.time;
  packet.ref.offset = block.offset + fields.data_at;
  packet.ref.frame = next_frame();
  packet.ref.captured = std::min(fields.captured, kMaxFrame);
  packet.ref.wire_length = std::max(fields.wire_length, fields.captured);
  packet.ref.file = 0;
  packet.ref.link = port.link;
  packet.bytes = block.body.subspan(fields.data_at, packet.ref.captured);
  return nullptr;
}

Timestamp PcapngFile::time_of(std::uint64_t ticks, const Interface& port) noexcept {
  const std::int64_t since_offset = to_nanoseconds(ticks, port.resolution);
  if (port.offset == 0) {
    return clamp_time(since_offset);
  }
  constexpr std::int64_t kMostSeconds = (std::int64_t{1} << 62) / kNanosecondsPerSecond;
  const std::int64_t offset = std::clamp(port.offset, -kMostSeconds, kMostSeconds);
  return clamp_time(since_offset + offset * kNanosecondsPerSecond);
}

}  // namespace prahari
