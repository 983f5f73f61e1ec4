#include "dissectors/link_layer.hpp"

#include "dissectors/ethertypes.hpp"
#include "dissectors/fixed_header.hpp"
#include "dissectors/tunnels.hpp"

namespace prahari {
namespace {

constexpr std::uint16_t kVlanMask = 0x0fff;

// LINKTYPE_LINUX_SLL and SLL2 give the sender's address where it has six octets.
void read_cooked_address(Descent& d, std::uint16_t size, Reader field) noexcept {
  if (size == 6) {
    d.layers.src_mac = MacAddress::read(field);
  }
}

Step cooked_protocol(Descent& d, std::uint16_t hardware, std::uint16_t protocol) noexcept {
  constexpr std::uint16_t kNetlink = 824;    // ARPHRD_NETLINK: no packet at all
  constexpr std::uint16_t kGreDevice = 778;  // ARPHRD_IPGRE: protocol is that of GRE
  constexpr std::uint16_t kLlcFrame = 4;     // LINUX_SLL_P_802_2
  if (hardware == kNetlink) {
    return Step::stop(Decoded::unsupported_link);
  }
  if (hardware == kGreDevice && protocol == ethertype::kBridged) {
    return Step::go(Next::ethernet);
  }
  if (protocol == kLlcFrame) {
    return Step::go(Next::llc);
  }
  return protocol < ethertype::kSmallest ? d.carry_other(0) : Step::go(Next::ethertype, protocol);
}

Step read_sll(Descent& d) noexcept {
  Reader in{d.rest};
  in.skip(2);  // packet type: to us, broadcast, ...
  const std::uint16_t hardware = in.be16();
  const std::uint16_t address_size = in.be16();
  const Reader address = in.sub(8);
  const std::uint16_t protocol = in.be16();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  d.rest = in.rest();
  read_cooked_address(d, address_size, address);
  return cooked_protocol(d, hardware, protocol);
}

Step read_sll2(Descent& d) noexcept {
  Reader in{d.rest};
  const std::uint16_t protocol = in.be16();
  in.skip(6);  // reserved, interface index
  const std::uint16_t hardware = in.be16();
  in.skip(1);  // packet type
  const std::uint8_t address_size = in.u8();
  const Reader address = in.sub(8);
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  d.rest = in.rest();
  read_cooked_address(d, address_size, address);
  return cooked_protocol(d, hardware, protocol);
}

// The address family, in the byte order of the host that captured; its numbers differ by system.
Step read_null(Descent& d) noexcept {
  Reader in{d.rest};
  std::uint32_t family = in.be32();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  if (family > 0xffff) {
    family = family >> 24 | (family >> 8 & 0xff00U);
  }
  d.rest = in.rest();
  switch (family) {
    case 2:
      return Step::go(Next::ipv4);
    case 10:  // Linux
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return Step::go(Next::ipv6);
    default:
      return d.carry_other(0);
  }
}

bool push_tag(Descent& d) noexcept { return ++d.tags <= kMaxTags; }

// IEEE 802.1Q: priority and VLAN, then the type of what follows. False when it is cut off.
bool read_vlan_tag(Descent& d, std::uint16_t& type) noexcept {
  const auto tag = FixedHeader<4>::take(d.rest);
  if (!tag) {
    return false;
  }
  const std::uint16_t id = tag->be16<0>() & kVlanMask;
  type = tag->be16<2>();
  if (id != 0) {  // 0: a priority and no VLAN
    d.layers.vlan.push(id);
  }
  return true;
}

// IEC 62439-3, 5.7: path and size, sequence number, then the type of what follows.
bool read_hsr_tag(Descent& d, std::uint16_t& type) noexcept {
  Reader in{d.rest};
  const auto path = static_cast<std::uint8_t>(in.be16() >> 12);
  const std::uint16_t sequence = in.be16();
  type = in.be16();
  if (!in.ok()) {
    return false;
  }
  d.rest = in.rest();
  ++d.stats.prp_frames;
  d.twin = d.twins.is_twin(d.layers.src_mac, sequence, path, d.rest, d.time) || d.twin;
  d.whole_frame = false;  // the size that the tag states makes a trailer needless
  return true;
}

void cut_prp_trailer(Descent& d) noexcept {
  d.whole_frame = false;
  if (d.missing > 0 || !PrpTrailer::likely(d.rest)) {
    return;  // cut by the snap length, it is out of sight
  }
  std::size_t size = 0;
  const PrpTrailer trailer = PrpTrailer::find(d.rest, size);
  if (!trailer.found) {
    return;
  }
  ++d.stats.prp_frames;
  d.rest = d.rest.first(size);
  d.twin =
      d.twins.is_twin(d.layers.src_mac, trailer.sequence, trailer.lan, d.rest, d.time) || d.twin;
}

Step by_type(Descent& d, std::uint16_t type) noexcept {
  switch (type) {
    case ethertype::kIpv4:
      return Step::go(Next::ipv4);
    case ethertype::kIpv6:
      return Step::go(Next::ipv6);
    case ethertype::kArp:
      return Step::go(Next::arp);
    case ethertype::kMpls:
    case ethertype::kMplsMulticast:
      return Step::go(Next::mpls);
    case ethertype::kPppoeSession:
      return Step::go(Next::pppoe);
    default:
      break;
  }
  if (type >= ethertype::kSmallest) {
    return d.carry_other(type);
  }
  if (!d.confine(type)) {
    d.missing = 0;  // a length that lies: what is there is there
  }
  return Step::go(Next::llc);
}

bool ip_length_fits(const Descent& d, unsigned version) noexcept {
  constexpr std::size_t kIpv6Header = 40;
  Reader in{d.rest};
  in.skip(version == 4 ? 2 : 4);
  const std::size_t size = in.be16() + (version == 4 ? 0 : kIpv6Header);
  return in.ok() && size <= d.rest.size() + d.missing;
}

}  // namespace

Step read_link(Descent& d, LinkType link) noexcept {
  switch (link) {
    case LinkType::ethernet:
      return Step::go(Next::ethernet);
    case LinkType::linux_sll:
      return read_sll(d);
    case LinkType::linux_sll2:
      return read_sll2(d);
    case LinkType::null:
    case LinkType::loop:
      return read_null(d);
    case LinkType::raw_ip:
      return Step::go(Next::ip);
    case LinkType::ipv4:
      return Step::go(Next::ipv4);
    case LinkType::ipv6:
      return Step::go(Next::ipv6);
  }
  return Step::stop(Decoded::unsupported_link);
}

Step read_ethernet(Descent& d) noexcept {
  const auto header = FixedHeader<14>::take(d.rest);
  if (!header) {
    return Step::stop(Decoded::truncated_link);
  }
  header->copy<0>(d.layers.dst_mac.octets);
  header->copy<6>(d.layers.src_mac.octets);
  d.whole_frame = true;
  return Step::go(Next::ethertype, header->be16<12>());
}

Step read_ethertype(Descent& d, std::uint16_t type) noexcept {
  while (ethertype::is_vlan_tag(type) || type == ethertype::kHsr) {
    if (!push_tag(d)) {
      return Step::stop(Decoded::too_deep);
    }
    if (!(type == ethertype::kHsr ? read_hsr_tag(d, type) : read_vlan_tag(d, type))) {
      return Step::stop(Decoded::truncated_link);
    }
  }
  if (d.whole_frame) {
    cut_prp_trailer(d);
  }
  return d.twin ? Step::stop(Decoded::duplicate) : by_type(d, type);
}

Step read_llc(Descent& d) noexcept {
  constexpr std::uint32_t kSnap = 0xaaaa03;          // both SAPs, unnumbered information
  constexpr std::uint32_t kBridgeTunnel = 0x0000f8;  // IEEE 802.1H
  Reader in{d.rest};
  const std::uint32_t sap_and_control = in.be24();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  if (sap_and_control != kSnap) {
    return d.carry_other(0);
  }
  const std::uint32_t oui = in.be24();
  const std::uint16_t type = in.be16();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  if ((oui != 0 && oui != kBridgeTunnel) || type < ethertype::kSmallest) {
    return d.carry_other(0);
  }
  d.rest = in.rest();
  return Step::go(Next::ethertype, type);
}

Step read_mpls(Descent& d) noexcept {
  constexpr std::uint32_t kBottom = 0x100;
  Reader in{d.rest};
  for (std::uint32_t entry = 0; in.ok() && (entry & kBottom) == 0;) {
    if (!push_tag(d)) {
      return Step::stop(Decoded::too_deep);
    }
    entry = in.be32();
  }
  if (!in.ok() || in.remaining() == 0) {
    return Step::stop(Decoded::truncated_link);
  }
  d.rest = in.rest();
  const unsigned nibble = std::to_integer<unsigned>(d.rest.front()) >> 4;
  if (nibble != 4 && nibble != 6) {
    return enter_pseudowire(d);
  }
  // A MAC address may begin like an IP header (RFC 4928); then the lengths do not fit.
  const bool frame = !ip_length_fits(d, nibble) && looks_like_ethernet(d.rest);
  return frame ? enter_pseudowire(d) : Step::go(Next::ip);
}

Step read_pppoe(Descent& d) noexcept {
  constexpr std::uint16_t kVersionTypeCode = 0x1100;  // version 1, type 1, session data
  constexpr std::uint16_t kPppIpv4 = 0x0021;
  constexpr std::uint16_t kPppIpv6 = 0x0057;
  Reader in{d.rest};
  const std::uint16_t head = in.be16();
  const std::uint16_t session = in.be16();
  const std::uint16_t size = in.be16();
  const Bytes ppp = in.rest();
  const std::uint16_t protocol = in.be16();
  if (!in.ok()) {
    return Step::stop(Decoded::truncated_link);
  }
  d.rest = ppp;
  if (head != kVersionTypeCode || size < sizeof(protocol) || !d.confine(size)) {
    return Step::stop(Decoded::bad_tunnel);
  }
  if (protocol != kPppIpv4 && protocol != kPppIpv6) {
    return d.carry_other(ethertype::kPppoeSession);
  }
  d.rest = d.rest.subspan(sizeof(protocol));
  return enter_pppoe(d, session, protocol == kPppIpv4 ? Next::ipv4 : Next::ipv6);
}

bool looks_like_ethernet(Bytes bytes) noexcept {
  Reader in{bytes};
  in.skip(6);
  const MacAddress source = MacAddress::read(in);
  const std::uint16_t type = in.be16();
  if (!in.ok() || source.group() || source.empty()) {
    return false;
  }
  return ethertype::is_known(type) || (type >= 3 && type <= 1500 && type <= in.remaining());
}

}  // namespace prahari
