// ARP: RFC 826. IPv4: RFC 791. IPv6: RFC 8200. AH: RFC 4302.

#include "dissectors/network_layer.hpp"

#include <algorithm>

#include "dissectors/ethertypes.hpp"
#include "dissectors/fixed_header.hpp"
#include "dissectors/ip_protocols.hpp"

namespace prahari {
namespace {

unsigned first_nibble(Bytes bytes) noexcept {
  return bytes.empty() ? 0 : std::to_integer<unsigned>(bytes.front()) >> 4;
}

// In place: an address that travels through the stack costs a stalled load. What is not written
// here is zero already.
void set_address(IpAddress& ip, IpAddress::Family family, auto octets) noexcept {
  ip.family = family;
  std::ranges::transform(octets, ip.octets.begin(), std::to_integer<std::uint8_t>);
}

Step reassemble(Descent& d, Fragment& fragment) noexcept {
  if (d.missing > 0) {
    return Step::stop(Decoded::truncated_network);  // its other half is not in the capture
  }
  Layers& layers = d.layers;
  fragment.key.src = layers.src;
  fragment.key.dst = layers.dst;
  fragment.key.vlan = layers.vlan;
  fragment.key.tunnel = layers.tunnel;
  fragment.bytes = d.rest;
  Datagram datagram;
  switch (d.defragmenter.add(fragment, d.time, datagram)) {
    case Defragmenter::Outcome::kept:
      return Step::stop(Decoded::fragment);
    case Defragmenter::Outcome::bad:
      return Step::stop(Decoded::bad_fragment);
    case Defragmenter::Outcome::complete:
      break;
  }
  ++d.stats.fragments_reassembled;
  layers.reassembled = true;
  d.rest = datagram.bytes;
  return Step::go(Next::ip_protocol, datagram.protocol);
}

Step reassemble_ipv4(Descent& d, std::uint16_t word, std::uint8_t protocol) noexcept {
  Fragment fragment{
      .offset = (word & 0x1fffU) * 8, .more = (word & 0x2000U) != 0, .protocol = protocol};
  fragment.key.id = d.layers.ip_id;
  fragment.key.protocol = protocol;
  return reassemble(d, fragment);
}

Step read_fragment_header(Descent& d) noexcept {
  Reader in{d.rest};
  const std::uint8_t next = in.u8();
  in.skip(1);
  const std::uint16_t offset_and_more = in.be16();
  const std::uint32_t id = in.be32();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_network);
  }
  d.rest = in.rest();
  if ((offset_and_more & 0xfff9U) == 0) {
    return Step::go(Next::ip_protocol, next);  // atomic: RFC 6946
  }
  Fragment fragment{
      .offset = offset_and_more & 0xfff8U, .more = (offset_and_more & 1U) != 0, .protocol = next};
  fragment.key.id = id;
  return reassemble(d, fragment);
}

}  // namespace

Step read_arp(Descent& d) noexcept {
  constexpr std::uint32_t kEthernetIpv4 = 0x00010800;
  constexpr std::uint16_t kSizes = 0x0604;
  Reader in{d.rest};
  const std::uint32_t kinds = in.be32();
  const std::uint16_t sizes = in.be16();
  ArpHeader arp;
  arp.operation = in.be16();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_network);
  }
  if (kinds != kEthernetIpv4 || sizes != kSizes) {
    return d.carry_other(ethertype::kArp);
  }
  arp.sender_mac = MacAddress::read(in);
  arp.sender_ip = IpAddress::read_v4(in);
  arp.target_mac = MacAddress::read(in);
  arp.target_ip = IpAddress::read_v4(in);
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_network);
  }
  d.layers.ethertype = ethertype::kArp;
  d.layers.network = Network::arp;
  d.layers.arp = arp;
  return Step::stop(Decoded::ok);
}

Step read_ip(Descent& d) noexcept {
  switch (first_nibble(d.rest)) {
    case 4:
      return Step::go(Next::ipv4);
    case 6:
      return Step::go(Next::ipv6);
    default:
      return Step::stop(d.rest.empty() ? Decoded::truncated_network : Decoded::bad_network);
  }
}

Step read_ipv4(Descent& d) noexcept {
  constexpr std::size_t kMinHeader = 20;
  constexpr std::uint16_t kMoreOrOffset = 0x3fff;
  if (!d.rest.empty() && first_nibble(d.rest) != 4) {
    return Step::stop(Decoded::bad_network);
  }
  const auto fixed = FixedHeader<kMinHeader>::peek(d.rest);
  if (!fixed) {
    return Step::stop(Decoded::truncated_network);
  }
  const std::size_t header = std::size_t{fixed->u8<0>() & 0x0fU} * 4;
  const std::uint16_t total = fixed->be16<2>();
  // A total of 0 is that of a segment which the network card would have cut (TSO).
  if (header < kMinHeader || (total != 0 && (total < header || !d.confine(total)))) {
    return Step::stop(Decoded::bad_network);
  }
  if (header > d.rest.size()) {
    return Step::stop(Decoded::truncated_network);
  }
  d.rest = d.rest.subspan(header);
  Layers& layers = d.layers;
  layers.ethertype = ethertype::kIpv4;
  layers.network = Network::ipv4;
  const std::uint16_t fragment_word = fixed->be16<6>();
  const std::uint8_t protocol = fixed->u8<9>();  // behind it a check sum, which offloading spoils
  layers.src.family = IpAddress::Family::v4;
  layers.dst.family = IpAddress::Family::v4;
  fixed->copy<12>(std::span{layers.src.octets}.first<4>());
  fixed->copy<16>(std::span{layers.dst.octets}.first<4>());
  layers.ip_protocol = protocol;
  layers.ttl = fixed->u8<8>();
  layers.ip_id = fixed->be16<4>();
  if ((fragment_word & kMoreOrOffset) == 0) {
    return Step::go(Next::ip_protocol, protocol);
  }
  return reassemble_ipv4(d, fragment_word, protocol);
}

Step read_ipv6(Descent& d) noexcept {
  Reader in{d.rest};
  in.skip(4);  // version, traffic class, flow label
  if (!d.rest.empty() && first_nibble(d.rest) != 6) {
    return Step::stop(Decoded::bad_network);
  }
  const std::uint16_t size = in.be16();
  const std::uint8_t next = in.u8();
  const std::uint8_t hop_limit = in.u8();
  const Bytes src = in.take(16);
  const Bytes dst = in.take(16);
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_network);
  }
  d.rest = in.rest();
  // 0: a jumbogram, or a segment that the network card would have cut.
  if (size != 0 && !d.confine(size)) {
    return Step::stop(Decoded::bad_network);
  }
  Layers& layers = d.layers;
  layers.ethertype = ethertype::kIpv6;
  layers.network = Network::ipv6;
  set_address(layers.src, IpAddress::Family::v6, src.first<16>());
  set_address(layers.dst, IpAddress::Family::v6, dst.first<16>());
  layers.ttl = hop_limit;
  layers.ip_id = 0;
  return Step::go(Next::ip_protocol, next);
}

Step read_extension(Descent& d, std::uint8_t protocol) noexcept {
  if (++d.extensions > kMaxExtensions) {
    return Step::stop(Decoded::too_deep);
  }
  if (protocol == ip_protocol::kFragment) {
    return read_fragment_header(d);
  }
  Reader in{d.rest};
  const std::uint8_t next = in.u8();
  const std::size_t units = in.u8();
  // AH counts words less two, the others count units of eight octets less one.
  const std::size_t size = protocol == ip_protocol::kAh ? (units + 2) * 4 : (units + 1) * 8;
  if (!in.ok() || size > d.rest.size()) {
    return Step::stop(Decoded::truncated_network);
  }
  d.rest = d.rest.subspan(size);
  return Step::go(Next::ip_protocol, next);
}

}  // namespace prahari
