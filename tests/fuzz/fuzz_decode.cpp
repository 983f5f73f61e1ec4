// Whole frames through one decoder. The first byte picks the link type; each frame follows behind
// two bytes of length (the top bit says that the snap length cut it) and one of time.

#include <array>
#include <cstdint>
#include <functional>

#include "dissectors/decode.hpp"

namespace prahari {
namespace {

constexpr std::array kLinks = {LinkType::ethernet, LinkType::linux_sll, LinkType::linux_sll2,
                               LinkType::null,     LinkType::loop,      LinkType::raw_ip,
                               LinkType::ipv4,     LinkType::ipv6,      static_cast<LinkType>(147)};

void require(bool condition) {
  if (!condition) {
    __builtin_trap();
  }
}

bool lies_inside(Bytes inner, Bytes whole) {
  const std::less_equal<> not_after;
  return not_after(whole.data(), inner.data()) &&
         not_after(inner.data() + inner.size(), whole.data() + whole.size());
}

// Reads every byte, so that the sanitizer sees a view that dangles.
unsigned touch(Bytes bytes) {
  unsigned sum = 0;
  for (const std::byte b : bytes) {
    sum += std::to_integer<unsigned>(b);
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in{std::as_bytes(std::span{data, size})};
  const LinkType link = kLinks[in.u8() % kLinks.size()];
  Decoder decoder;
  Layers layers;
  std::uint64_t frames = 0;
  std::int64_t seconds = 0;
  while (in.remaining() > 0) {
    const std::uint16_t head = in.be16();
    seconds += static_cast<std::int8_t>(in.u8());
    Packet packet;
    packet.bytes = in.take(std::min<std::size_t>(head & 0x0fffU, in.remaining()));
    packet.ref.link = link;
    packet.ref.time = Timestamp{std::chrono::seconds{seconds}};
    packet.ref.captured = static_cast<std::uint32_t>(packet.bytes.size());
    packet.ref.wire_length = packet.ref.captured + ((head & 0x8000U) != 0 ? head & 0x7000U : 0);

    const Decoded outcome = decoder.decode(packet, layers);
    ++frames;
    require(outcome < Decoded::count_ && !to_string(outcome).empty());
    require(layers.vlan.count <= layers.vlan.ids.size());
    if (outcome != Decoded::ok) {
      continue;
    }
    require(layers.payload.empty() || layers.reassembled ||
            lies_inside(layers.payload, packet.bytes));
    require(layers.payload.size() <= 65535);
    require(layers.payload_missing <= packet.ref.wire_length - packet.ref.captured);
    require(layers.network != Network::ipv4 || (layers.src.v4() && layers.dst.v4()));
    require(layers.network != Network::ipv6 || (layers.src.v6() && layers.dst.v6()));
    require(layers.transport == Transport::none || layers.network == Network::ipv4 ||
            layers.network == Network::ipv6);
    volatile unsigned sink = touch(layers.payload);
    static_cast<void>(sink);
  }
  std::uint64_t counted = 0;
  for (const std::uint64_t count : decoder.stats().by_reason) {
    counted += count;
  }
  require(counted == frames);
  return 0;
}

}  // namespace prahari
