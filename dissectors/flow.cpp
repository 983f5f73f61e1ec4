#include "dissectors/flow.hpp"

#include <array>
#include <compare>
#include <span>
#include <utility>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Words = std::array<std::uint64_t, 2>;

// As numbers, so that comparing and hashing them takes two steps and not sixteen.
Words words_of(const IpAddress& ip) noexcept {
  const Bytes octets = std::as_bytes(std::span{ip.octets});
  return {detail::join_be<std::uint64_t>(octets.first(8)),
          detail::join_be<std::uint64_t>(octets.subspan(8))};
}

std::strong_ordering order_of(const IpAddress& a, const IpAddress& b) noexcept {
  const Words left = words_of(a);
  const Words right = words_of(b);
  if (a.family != b.family) {
    return a.family <=> b.family;
  }
  return left[0] != right[0] ? left[0] <=> right[0] : left[1] <=> right[1];
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
  const auto order = order_of(key.low, key.high);
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
  const Words low = words_of(key.low);
  const Words high = words_of(key.high);
  Hasher hash{seed};
  hash.add(ports).add(tags << 16U | std::uint64_t{key.ip_protocol} << 8U |
                      static_cast<std::uint64_t>(key.low.family));
  if (key.low.v6()) {
    hash.add(low[1]).add(high[1]).add(high[0]).add(low[0]);
  } else {
    hash.add(low[0] | high[0] >> 32U);
  }
  return hash.value();
}

std::uint32_t shard_of(const Layers& layers) noexcept {
  constexpr std::uint64_t kFixed = 1;  // no secret: the output must not depend on the process
  const std::uint64_t ends =
      Hasher{kFixed}.add(layers.src).value() + Hasher{kFixed}.add(layers.dst).value();
  return static_cast<std::uint32_t>((ends ^ ends >> 32U) % kShards);
}

}  // namespace prahari
