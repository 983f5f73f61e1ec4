// Makes captures byte by byte, for tests.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

#include "capture/open.hpp"

namespace prahari::test {

enum class Order : std::uint8_t { little, big };

// Bytes in one byte order.
class Maker {
 public:
  explicit Maker(Order order = Order::little) : order_(order) {}

  Maker& u8(unsigned int value) {
    bytes_ += static_cast<char>(value);
    return *this;
  }
  Maker& u16(std::uint64_t value) { return number(value, 2); }
  Maker& u32(std::uint64_t value) { return number(value, 4); }
  Maker& u64(std::uint64_t value) { return number(value, 8); }
  Maker& raw(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }
  Maker& pad() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  Maker& number(std::uint64_t value, unsigned int size) {
    for (unsigned int i = 0; i < size; ++i) {
      u8(static_cast<unsigned int>(value >> 8 * (order_ == Order::little ? i : size - 1 - i) &
                                   0xff));
    }
    return *this;
  }

  Order order_;
  std::string bytes_;
};

inline std::string pcap_header(Order order = Order::little, std::uint32_t magic = 0xa1b2c3d4,
                               std::uint32_t link = 1, std::uint32_t snap_length = 65535) {
  Maker maker{order};
  maker.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(snap_length).u32(link);
  return maker.bytes();
}

inline std::string pcap_record(std::uint32_t seconds, std::uint32_t fraction,
                               const std::string& frame, Order order = Order::little,
                               bool modified = false) {
  Maker maker{order};
  maker.u32(seconds).u32(fraction).u32(frame.size()).u32(frame.size());
  if (modified) {
    maker.u64(0);
  }
  return maker.raw(frame).bytes();
}

inline std::string block(std::uint32_t type, const std::string& body, Order order = Order::little) {
  const std::uint64_t size = (body.size() + 3) / 4 * 4 + 12;
  return Maker{order}.u32(type).u32(size).raw(body).pad().u32(size).bytes();
}

inline std::string section(Order order = Order::little) {
  return block(0x0a0d0d0a, Maker{order}.u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ULL).bytes(), order);
}

inline std::string interface(std::uint32_t link, const std::string& options = {},
                             Order order = Order::little, std::uint32_t snap_length = 0) {
  return block(1, Maker{order}.u16(link).u16(0).u32(snap_length).raw(options).bytes(), order);
}

inline std::string enhanced(std::uint32_t port, std::uint64_t ticks, const std::string& frame,
                            Order order = Order::little) {
  Maker maker{order};
  maker.u32(port).u32(ticks >> 32).u32(ticks & 0xffffffff).u32(frame.size()).u32(frame.size());
  return block(6, maker.raw(frame).bytes(), order);
}

// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "prahari-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream{path(name), std::ios::binary} << bytes;
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const {
    put(name, bytes);
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string contents(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::string text(Bytes bytes) {
  std::string out;
  for (const std::byte byte : bytes) {
    out += static_cast<char>(byte);
  }
  return out;
}

// What a source handed out, kept.
struct Kept {
  PacketRef ref;
  std::string bytes;
};

inline std::vector<Kept> read_all(Source& source) {
  std::vector<Kept> all;
  Packet packet;
  while (source.next(packet) == Source::Poll::packet) {
    all.push_back({packet.ref, text(packet.bytes)});
  }
  return all;
}

inline std::int64_t nanoseconds(const Kept& packet) {
  return packet.ref.time.time_since_epoch().count();
}

}  // namespace prahari::test
