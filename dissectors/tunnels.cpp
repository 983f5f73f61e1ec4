// GRE: RFC 2784, 2890. ERSPAN: draft-foschiano-erspan-03. VXLAN: RFC 7348 and the group policy
// draft. GENEVE: RFC 8926. GRE in UDP: RFC 8086. Ethernet pseudowires: RFC 4448.

#include "dissectors/tunnels.hpp"

#include <algorithm>
#include <array>

#include "dissectors/ethertypes.hpp"
#include "dissectors/link_layer.hpp"

namespace prahari {
namespace {

enum class Kind : std::uint8_t { gre = 1, erspan, vxlan, geneve, ip_in_ip, pppoe, pseudowire };

// The same for both directions, and never 0. It names a flow, so it must not differ from run to
// run: no seed.
std::uint32_t tunnel_key(std::uint32_t outer, Kind kind, std::uint32_t id, const IpAddress& a,
                         const IpAddress& b) noexcept {
  const std::uint64_t sum = Hasher{outer}
                                .add(static_cast<std::uint64_t>(kind) << 32 | id)
                                .add(std::min(a, b))
                                .add(std::max(a, b))
                                .value();
  const auto key = static_cast<std::uint32_t>(sum >> 32);
  return key == 0 ? 1 : key;
}

// What was known of the outer datagram makes room for the inner one.
void forget_network(Layers& layers) noexcept {
  layers.ethertype = 0;
  layers.network = Network::none;
  layers.src = {};
  layers.dst = {};
  layers.ip_protocol = 0;
  layers.ttl = 0;
  layers.ip_id = 0;
  layers.transport = Transport::none;
  layers.src_port = 0;
  layers.dst_port = 0;
  layers.checksum = 0;
}

Step enter(Descent& d, std::uint32_t key, Next inner) noexcept {
  if (++d.tunnels > kMaxTunnels) {
    return Step::stop(Decoded::too_deep);
  }
  Layers& layers = d.layers;
  layers.tunnel = key;
  d.extensions = 0;
  d.whole_frame = false;
  if (inner == Next::ethernet) {
    layers.vlan = {};
  }
  return Step::go(inner);
}

// A tunnel between the two ends of the datagram read last.
Step enter_from_ip(Descent& d, Kind kind, std::uint32_t id, Next inner) noexcept {
  Layers& layers = d.layers;
  const std::uint32_t key = tunnel_key(layers.tunnel, kind, id, layers.src, layers.dst);
  forget_network(layers);
  layers.src_mac = {};
  layers.dst_mac = {};
  return enter(d, key, inner);
}

// A header that is not all there: the snap length's doing, or nonsense.
Step cut_short(const Descent& d) noexcept {
  return Step::stop(d.missing > 0 ? Decoded::truncated_transport : Decoded::bad_tunnel);
}

Step carry_gre(Descent& d) noexcept {
  d.layers.transport = Transport::other;
  return d.carry(d.rest);
}

// What a GRE or GENEVE header says it carries; Next::stop for what is not read here.
Next inner_of(std::uint16_t protocol) noexcept {
  switch (protocol) {
    case ethertype::kIpv4:
      return Next::ipv4;
    case ethertype::kIpv6:
      return Next::ipv6;
    case ethertype::kBridged:
      return Next::ethernet;
    case ethertype::kMpls:
    case ethertype::kMplsMulticast:
      return Next::mpls;
    default:
      return Next::stop;
  }
}

struct GreHeader {
  std::uint16_t flags = 0;
  std::uint16_t protocol = 0;
  std::uint32_t key = 0;

  [[nodiscard]] bool has_checksum() const noexcept { return (flags & 0x8000U) != 0; }
  [[nodiscard]] bool has_routing() const noexcept { return (flags & 0x4000U) != 0; }
  [[nodiscard]] bool has_key() const noexcept { return (flags & 0x2000U) != 0; }
  [[nodiscard]] bool has_sequence() const noexcept { return (flags & 0x1000U) != 0; }
  [[nodiscard]] unsigned version() const noexcept { return flags & 0x7U; }
  [[nodiscard]] bool reserved_clear() const noexcept { return (flags & 0x0ff8U) == 0; }

  static GreHeader read(Reader& in) noexcept {
    GreHeader header;
    header.flags = in.be16();
    header.protocol = in.be16();
    if (header.version() == 0 && !header.has_routing()) {
      in.skip(header.has_checksum() ? 4 : 0);
      header.key = header.has_key() ? in.be32() : 0;
      in.skip(header.has_sequence() ? 4 : 0);
    }
    return header;
  }
};

// Session numbers are no part of the tunnel's key: one may mirror what a port receives, another
// what it sends, and both halves belong to one conversation.

// The mirrored frame's VLAN, where the switch took the tag out of the frame and noted it instead.
void restore_vlan(Descent& d, std::uint16_t id) noexcept {
  if (id != 0) {
    d.layers.vlan.push(id);
  }
}

Step read_erspan2(Descent& d) noexcept {
  constexpr unsigned kTagMoved = 2;  // En: the frame had an 802.1Q tag, which is gone
  Reader in{d.rest};
  const std::uint16_t version_and_vlan = in.be16();
  const std::uint16_t word = in.be16();
  in.skip(4);  // port index
  if (!in.ok()) {
    return cut_short(d);
  }
  if (version_and_vlan >> 12 != 1) {
    return Step::stop(Decoded::bad_tunnel);
  }
  d.rest = in.rest();
  const Step step = enter_from_ip(d, Kind::erspan, 0, Next::ethernet);
  if ((word >> 11 & 0x3U) == kTagMoved) {
    restore_vlan(d, version_and_vlan & 0x0fffU);
  }
  return step;
}

Step read_erspan3(Descent& d) noexcept {
  constexpr std::uint16_t kPlatformHeader = 0x1;
  constexpr unsigned kFrameIsIp = 2;
  Reader in{d.rest};
  const std::uint16_t version_and_vlan = in.be16();
  in.skip(8);  // session, timestamp, security group
  const std::uint16_t flags = in.be16();
  in.skip((flags & kPlatformHeader) != 0 ? 8 : 0);
  if (!in.ok()) {
    return cut_short(d);
  }
  if (version_and_vlan >> 12 != 2) {
    return Step::stop(Decoded::bad_tunnel);
  }
  d.rest = in.rest();
  const bool ip = (flags >> 10 & 0x1fU) == kFrameIsIp;
  return enter_from_ip(d, Kind::erspan, 0, ip ? Next::ip : Next::ethernet);
}

bool may_be(Next inner, Bytes bytes) noexcept {
  constexpr std::size_t kEthernetHeader = 14;
  if (bytes.size() < kEthernetHeader) {
    return false;
  }
  const unsigned nibble = std::to_integer<unsigned>(bytes.front()) >> 4;
  Reader in{bytes.subspan(6)};
  switch (inner) {
    case Next::ethernet:
      return !MacAddress::read(in).group();  // no group sends
    case Next::ipv4:
      return nibble == 4 && bytes.size() >= 20;
    case Next::ipv6:
      return nibble == 6 && bytes.size() >= 40;
    case Next::mpls:
      return true;
    default:
      return false;
  }
}

Step enter_if_likely(Descent& d, Kind kind, std::uint32_t id, Next inner, Bytes payload) noexcept {
  if (!may_be(inner, payload)) {
    return Step::stop(Decoded::ok);
  }
  d.rest = payload;
  return enter_from_ip(d, kind, id, inner);
}

Step read_vxlan(Descent& d) noexcept {
  constexpr std::uint8_t kInstance = 0x08;
  constexpr std::uint8_t kGroupPolicy = 0x80;
  Reader in{d.rest};
  const std::uint8_t flags = in.u8();
  const std::uint32_t policy = in.be24();
  const std::uint32_t network = in.be24();
  const std::uint8_t reserved = in.u8();
  const bool plain = flags == kInstance && policy == 0;
  const bool grouped = flags == (kInstance | kGroupPolicy) && (policy >> 16 & 0xb7U) == 0;
  if (!in.ok() || (!plain && !grouped) || reserved != 0) {
    return Step::stop(Decoded::ok);
  }
  return enter_if_likely(d, Kind::vxlan, network, Next::ethernet, in.rest());
}

Step read_vxlan_gpe(Descent& d) noexcept {
  constexpr std::uint8_t kInstanceAndProtocol = 0x0c;
  Reader in{d.rest};
  const std::uint8_t flags = in.u8();
  const std::uint16_t unused = in.be16();
  const std::uint8_t protocol = in.u8();
  const std::uint32_t network = in.be24();
  const std::uint8_t reserved = in.u8();
  constexpr std::array<Next, 4> kInner = {Next::stop, Next::ipv4, Next::ipv6, Next::ethernet};
  if (!in.ok() || flags != kInstanceAndProtocol || unused != 0 || reserved != 0 ||
      protocol >= kInner.size()) {
    return Step::stop(Decoded::ok);
  }
  return enter_if_likely(d, Kind::vxlan, network, kInner[protocol], in.rest());
}

// A run of options, each with its length in words in the low five bits of its last octet.
bool options_fit(Reader options) noexcept {
  while (options.remaining() > 0) {
    options.skip(3);
    options.skip(std::size_t{options.u8() & 0x1fU} * 4);
  }
  return options.ok();
}

Step read_geneve(Descent& d) noexcept {
  constexpr std::uint16_t kReserved = 0xc03f;  // version must be 0, these are sent as 0
  Reader in{d.rest};
  const std::uint16_t head = in.be16();
  const std::uint16_t protocol = in.be16();
  const std::uint32_t network = in.be24();
  const std::uint8_t reserved = in.u8();
  const Reader options = in.sub(std::size_t{head >> 8 & 0x3fU} * 4);
  if (!in.ok() || (head & kReserved) != 0 || reserved != 0 || !options_fit(options)) {
    return Step::stop(Decoded::ok);
  }
  return enter_if_likely(d, Kind::geneve, network, inner_of(protocol), in.rest());
}

Step read_gre_in_udp(Descent& d) noexcept {
  Reader in{d.rest};
  const GreHeader header = GreHeader::read(in);
  if (!in.ok() || header.version() != 0 || header.has_routing() || !header.reserved_clear()) {
    return Step::stop(Decoded::ok);
  }
  return enter_if_likely(d, Kind::gre, header.key, inner_of(header.protocol), in.rest());
}

}  // namespace

Step read_gre(Descent& d) noexcept {
  Reader in{d.rest};
  const GreHeader header = GreHeader::read(in);
  if (!in.ok()) {
    return cut_short(d);
  }
  if (header.version() > 1) {
    return Step::stop(Decoded::bad_tunnel);
  }
  if (header.version() == 1 || header.has_routing()) {  // PPTP, RFC 1701
    return carry_gre(d);
  }
  d.rest = in.rest();
  if (header.protocol == ethertype::kErspan2) {
    return header.has_sequence() ? read_erspan2(d)
                                 : enter_from_ip(d, Kind::erspan, 0, Next::ethernet);
  }
  if (header.protocol == ethertype::kErspan3) {
    return read_erspan3(d);
  }
  const Next inner = inner_of(header.protocol);
  if (inner == Next::stop) {
    return carry_gre(d);
  }
  // Switches that mirror into GRE tell received from sent by the key.
  return enter_from_ip(d, Kind::gre, inner == Next::ethernet ? 0 : header.key, inner);
}

Step enter_ip_in_ip(Descent& d, Next inner) noexcept {
  if (d.rest.empty()) {
    return cut_short(d);
  }
  const unsigned nibble = std::to_integer<unsigned>(d.rest.front()) >> 4;
  if (nibble != (inner == Next::ipv4 ? 4U : 6U)) {
    return Step::stop(Decoded::bad_tunnel);
  }
  return enter_from_ip(d, Kind::ip_in_ip, 0, inner);
}

// Where each direction is routed its own way MAC addresses differ; the session is the same.
Step enter_pppoe(Descent& d, std::uint16_t session, Next inner) noexcept {
  return enter(d, tunnel_key(d.layers.tunnel, Kind::pppoe, session, {}, {}), inner);
}

// The control word is optional and nothing announces it (RFC 4385), and labels differ by
// direction: the frame itself must tell, and the key has no id.
Step enter_pseudowire(Descent& d) noexcept {
  constexpr std::size_t kControlWord = 4;
  const bool zero_nibble = std::to_integer<unsigned>(d.rest.front()) >> 4 == 0;
  if (zero_nibble && d.rest.size() >= kControlWord &&
      (looks_like_ethernet(d.rest.subspan(kControlWord)) || !looks_like_ethernet(d.rest))) {
    d.rest = d.rest.subspan(kControlWord);
  } else if (!looks_like_ethernet(d.rest)) {
    return d.carry_other(ethertype::kMpls);
  }
  d.layers.src_mac = {};
  d.layers.dst_mac = {};
  return enter(d, tunnel_key(d.layers.tunnel, Kind::pseudowire, 0, {}, {}), Next::ethernet);
}

Step read_udp_tunnel(Descent& d) noexcept {
  switch (d.layers.dst_port) {
    case udp_port::kVxlan:
    case udp_port::kVxlanLinux:
      return read_vxlan(d);
    case udp_port::kVxlanGpe:
      return read_vxlan_gpe(d);
    case udp_port::kGeneve:
      return read_geneve(d);
    case udp_port::kGre:
      return read_gre_in_udp(d);
    default:
      return Step::stop(Decoded::ok);
  }
}

}  // namespace prahari
