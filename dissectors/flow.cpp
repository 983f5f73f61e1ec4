#include "dissectors/flow.hpp"

#include <bit>
#include <utility>

namespace prahari {
namespace {

constexpr std::uint64_t mix(std::uint64_t value) noexcept {  // MurmurHash3, 64-bit finaliser
  value ^= value >> 33U;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33U;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33U);
}

std::uint64_t words_of(const IpAddress& ip) noexcept {
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(ip.octets);
  return words[0] ^ (words[1] * 0x9e3779b97f4a7c15ULL);
}

}  // namespace

FlowKey make_flow_key(const Layers& layers, bool& from_low) noexcept {
  const bool ports = layers.transport == Transport::tcp || layers.transport == Transport::udp;
  FlowKey key;
  key.low = layers.src;
  key.high = layers.dst;
  key.low_port = ports ? layers.src_port : std::uint16_t{0};
  key.high_port = ports ? layers.dst_port : std::uint16_t{0};
  key.ip_protocol = layers.ip_protocol;
  key.vlan = layers.vlan;
  key.tunnel = layers.tunnel;
  const auto order = key.low <=> key.high;
  from_low = order < 0 || (order == 0 && key.low_port <= key.high_port);
  if (!from_low) {
    std::swap(key.low, key.high);
    std::swap(key.low_port, key.high_port);
  }
  return key;
}

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
  const std::uint64_t ports = std::uint64_t{key.low_port} << 48U | std::uint64_t{key.high_port} << 32U;
  const std::uint64_t outside = std::uint64_t{key.tunnel} ^ std::uint64_t{key.vlan.ids[0]} << 8U ^
                                std::uint64_t{key.vlan.ids[1]} << 20U ^ key.ip_protocol;
  return mix(mix(words_of(key.low) ^ seed) + words_of(key.high)) ^ mix((ports | outside) + seed);
}

std::uint32_t shard_of(const Layers& layers) noexcept {
  const std::uint64_t ends = words_of(layers.src) + words_of(layers.dst);  // symmetric
  return static_cast<std::uint32_t>(mix(ends) % kShards);
}

}  // namespace prahari
