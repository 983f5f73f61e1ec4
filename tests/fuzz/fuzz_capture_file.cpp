// Any bytes as a capture file: opening may fail, reading ends, each packet's bytes are where its
// PacketRef says, and nothing of it grows beyond its limit.

#include <cstdint>
#include <cstdlib>

#include "capture/open.hpp"
#include "tests/support/memory_file.hpp"

namespace {

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using prahari::Source;
  const prahari::test::MemoryFile file{data, size};
  const auto source = prahari::open_captures({file.path()});
  if (!source) {
    require(!source.error().message.empty());
    return 0;
  }
  const bool plain = !(*source)->inputs().front().format.ends_with("z") &&
                     !(*source)->inputs().front().format.ends_with("zst");
  prahari::Packet packet;
  std::uint32_t frames = 0;
  std::uint64_t end = 0;
  constexpr std::uint32_t kEnough = 200'000;  // a bomb of empty packets is slow, and no find
  while (frames < kEnough && (*source)->next(packet) == Source::Poll::packet) {
    require(packet.ref.frame == ++frames);
    require(packet.bytes.size() == packet.ref.captured);
    require(packet.ref.captured <= prahari::kMaxFrame);
    require(packet.ref.captured <= packet.ref.wire_length);
    require(packet.ref.offset >= end);
    require(packet.ref.time.time_since_epoch().count() >= 0);
    require(packet.ref.time <= prahari::kLatestTime);
    end = packet.ref.offset + packet.ref.captured;
    if (plain) {
      require(end <= size);
      for (std::size_t i = 0; i < packet.bytes.size(); ++i) {
        require(std::to_integer<std::uint8_t>(packet.bytes[i]) == data[packet.ref.offset + i]);
      }
    }
  }
  require((*source)->inputs().front().packets == frames);
  require(frames == kEnough || (*source)->inputs().front().sha256.size() == 64);
  return 0;
}
