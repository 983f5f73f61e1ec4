#include "dissectors/flow.hpp"

#include <bit>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

// By family, then by the numbers: an order, if none that people would know.
bool is_before(const IpAddress& a, const IpAddress& b) noexcept {
  const IpAddress::Words left = a.words();
  const IpAddress::Words right = b.words();
  if (left[0] != right[0]) {
    return left[0] < right[0];
  }
  return left[1] != right[1] ? left[1] < right[1] : a.family < b.family;
}

}  // namespace

FlowKey make_flow_key(const Layers& layers, bool& from_low) noexcept {
  const bool ports = layers.transport == Transport::tcp || layers.transport == Transport::udp;
  const std::uint16_t source = ports ? layers.src_port : std::uint16_t{0};
  const std::uint16_t target = ports ? layers.dst_port : std::uint16_t{0};
  from_low = is_before(layers.src, layers.dst) || (layers.src == layers.dst && source <= target);
  return {.low = from_low ? layers.src : layers.dst,
          .high = from_low ? layers.dst : layers.src,
          .low_port = from_low ? source : target,
          .high_port = from_low ? target : source,
          .ip_protocol = layers.ip_protocol,
          .vlan = layers.vlan,
          .tunnel = layers.tunnel};
}

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
  const std::uint64_t ports =
      std::uint64_t{key.low_port} << 16U | key.high_port | std::uint64_t{key.tunnel} << 32U;
  const std::uint64_t tags = std::uint64_t{key.vlan.ids[0]} << 16U | key.vlan.ids[1];
  const IpAddress::Words low = key.low.words();
  const IpAddress::Words high = key.high.words();
  Hasher hash{seed};
  hash.add(ports).add(tags << 16U | std::uint64_t{key.ip_protocol} << 8U |
                      static_cast<std::uint64_t>(key.low.family));
  if (key.low.v6()) {
    hash.add(low[1]).add(high[1]).add(high[0]).add(low[0]);
  } else {
    hash.add(low[0] | high[0] << 32U);
  }
  return hash.value();
}

// By the sum of both addresses: the same for both directions.
std::uint32_t shard_of(const Layers& layers) noexcept {
  constexpr std::uint64_t kFixed = 1;  // no secret: the output must not depend on the process
  const IpAddress::Words source = layers.src.words();
  const IpAddress::Words target = layers.dst.words();
  const std::uint64_t ends = source[0] + target[0] + std::rotl(source[1] + target[1], 32);
  return static_cast<std::uint32_t>(Hasher{kFixed}.add(ends).value() % kShards);
}

}  // namespace prahari
