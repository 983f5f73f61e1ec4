// TCP: RFC 9293. UDP: RFC 768. ICMP: RFC 792, RFC 4443.

#include "dissectors/transport_layer.hpp"

#include "dissectors/fixed_header.hpp"
#include "dissectors/ip_protocols.hpp"
#include "dissectors/network_layer.hpp"
#include "dissectors/tunnels.hpp"

namespace prahari {
namespace {

Step read_tcp(Descent& d) noexcept {
  constexpr std::size_t kMinHeader = 20;
  Layers& layers = d.layers;
  layers.transport = Transport::tcp;
  const auto fixed = FixedHeader<kMinHeader>::peek(d.rest);
  if (!fixed) {
    return Step::stop(Decoded::truncated_transport);
  }
  layers.src_port = fixed->be16<0>();
  layers.dst_port = fixed->be16<2>();
  layers.tcp.seq = fixed->be32<4>();
  layers.tcp.ack = fixed->be32<8>();
  const std::size_t header = std::size_t{fixed->u8<12>()} >> 4 << 2;
  layers.tcp.flags = fixed->u8<13>();
  layers.tcp.window = fixed->be16<14>();
  layers.checksum = fixed->be16<16>();  // then an urgent pointer
  if (header < kMinHeader || header > d.rest.size() + d.missing) {
    return Step::stop(Decoded::bad_transport);
  }
  if (header > d.rest.size()) {
    return Step::stop(Decoded::truncated_transport);
  }
  return d.carry(d.rest.subspan(header));
}

Step read_udp(Descent& d) noexcept {
  constexpr std::size_t kHeader = 8;
  Layers& layers = d.layers;
  layers.transport = Transport::udp;
  Reader in{d.rest};
  layers.src_port = in.be16();
  layers.dst_port = in.be16();
  const std::uint16_t size = in.be16();
  layers.checksum = in.be16();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_transport);
  }
  // A length of 0 is that of a jumbogram (RFC 2675).
  const bool jumbo = size == 0 && layers.network == Network::ipv6;
  if (!jumbo && (size < kHeader || !d.confine(size))) {
    return Step::stop(Decoded::bad_transport);
  }
  const Bytes payload = d.rest.subspan(kHeader);
  if (!is_tunnel_port(layers.dst_port)) {
    return d.carry(payload);
  }
  d.rest = payload;
  const Step step = read_udp_tunnel(d);
  return step.next == Next::stop && step.outcome == Decoded::ok ? d.carry(payload) : step;
}

Step read_icmp(Descent& d) noexcept {
  constexpr std::size_t kHeader = 8;
  Layers& layers = d.layers;
  layers.transport = Transport::icmp;
  Reader in{d.rest};
  layers.src_port = in.u8();
  layers.dst_port = in.u8();
  layers.checksum = in.be16();
  if (!in.ok() || d.rest.size() < kHeader) {
    return Step::stop(Decoded::truncated_transport);
  }
  return d.carry(in.rest());
}

Step carry_other_protocol(Descent& d) noexcept {
  d.layers.transport = Transport::other;
  return d.carry(d.rest);
}

}  // namespace

Step read_ip_protocol(Descent& d, std::uint8_t protocol) noexcept {
  d.layers.ip_protocol = protocol;
  const bool v6 = d.layers.network == Network::ipv6;
  switch (protocol) {
    case ip_protocol::kTcp:
      return read_tcp(d);
    case ip_protocol::kUdp:
      return read_udp(d);
    case ip_protocol::kIcmp:
      return v6 ? carry_other_protocol(d) : read_icmp(d);
    case ip_protocol::kIcmpv6:
      return v6 ? read_icmp(d) : carry_other_protocol(d);
    case ip_protocol::kGre:
      return Step::go(Next::gre);
    case ip_protocol::kIpv4:
      return enter_ip_in_ip(d, Next::ipv4);
    case ip_protocol::kIpv6:
      return enter_ip_in_ip(d, Next::ipv6);
    case ip_protocol::kAh:
      return read_extension(d, protocol);
    case ip_protocol::kHopByHop:
    case ip_protocol::kRouting:
    case ip_protocol::kFragment:
    case ip_protocol::kDestinationOptions:
    case ip_protocol::kMobility:
    case ip_protocol::kHostIdentity:
    case ip_protocol::kShim6:
      return v6 ? read_extension(d, protocol) : carry_other_protocol(d);
    default:
      return carry_other_protocol(d);  // ESP and "no next header" end here too
  }
}

}  // namespace prahari
