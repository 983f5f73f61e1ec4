#include "dissectors/flow.hpp"

#include <utility>

#include "dissectors/hash.hpp"

namespace prahari {
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
  const std::uint64_t ports =
      std::uint64_t{key.low_port} << 16U | key.high_port | std::uint64_t{key.tunnel} << 32U;
  const std::uint64_t tags = std::uint64_t{key.vlan.ids[0]} << 16U | key.vlan.ids[1];
  return Hasher{seed}
      .add(key.low)
      .add(key.high)
      .add(ports)
      .add(tags << 8U | key.ip_protocol)
      .value();
}

std::uint32_t shard_of(const Layers& layers) noexcept {
  constexpr std::uint64_t kFixed = 1;  // no secret: the output must not depend on the process
  const std::uint64_t ends =
      Hasher{kFixed}.add(layers.src).value() + Hasher{kFixed}.add(layers.dst).value();
  return static_cast<std::uint32_t>((ends ^ ends >> 32U) % kShards);
}

}  // namespace prahari
