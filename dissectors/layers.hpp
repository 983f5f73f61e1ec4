// What decode() finds in one frame, down to the innermost datagram.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/address.hpp"

namespace prahari {

// 802.1Q / 802.1ad identifiers, outermost first. Tags beyond the third are decoded but not kept.
struct VlanTags {
  std::array<std::uint16_t, 3> ids{};
  std::uint8_t count = 0;

  void push(std::uint16_t id) noexcept {
    if (count < ids.size()) {
      ids[count++] = id;
    }
  }
  // Compared for each packet, hence as one number.
  [[gnu::always_inline]] friend constexpr bool operator==(const VlanTags& a,
                                                          const VlanTags& b) noexcept {
    return a.number() == b.number();
  }
  // clang-tidy 14 takes the 0 of what the compiler writes here for a pointer.
  friend auto operator<=>(const VlanTags&,
                          const VlanTags&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  [[nodiscard]] constexpr std::uint64_t number() const noexcept {
    return std::uint64_t{ids[0]} | std::uint64_t{ids[1]} << 16U | std::uint64_t{ids[2]} << 32U |
           std::uint64_t{count} << 48U;
  }
};

enum class Network : std::uint8_t { none, arp, ipv4, ipv6, other };
enum class Transport : std::uint8_t { none, tcp, udp, icmp, other };

[[nodiscard]] constexpr std::string_view to_string(Transport transport) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"eth", "tcp", "udp", "icmp", "ip"};
  return kNames[static_cast<std::size_t>(transport)];
}

namespace tcp_flag {
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
}  // namespace tcp_flag

struct TcpHeader {  // RFC 9293, 3.1
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint16_t window = 0;
  std::uint8_t flags = 0;
};

struct ArpHeader {              // RFC 826, Ethernet and IPv4 only
  std::uint16_t operation = 0;  // 1 request, 2 reply
  MacAddress sender_mac;
  IpAddress sender_ip;
  MacAddress target_mac;
  IpAddress target_ip;
};

// Views point into the packet, or into the decoder's reassembly buffer until its next call.
struct Layers {
  MacAddress src_mac;  // of the innermost Ethernet header; empty where the link has none
  MacAddress dst_mac;
  VlanTags vlan;                // of the innermost Ethernet header
  std::uint32_t tunnel = 0;     // 0 outside any tunnel, else a symmetric key of kind, id and ends
  std::uint16_t ethertype = 0;  // of the innermost network layer; 0 for LLC without SNAP

  Network network = Network::none;
  IpAddress src;
  IpAddress dst;
  std::uint8_t ip_protocol = 0;  // after IPv6 extension headers
  std::uint8_t ttl = 0;          // hop limit for IPv6
  std::uint16_t ip_id = 0;       // 0 for IPv6
  bool reassembled = false;      // put together from fragments
  ArpHeader arp;

  Transport transport = Transport::none;
  std::uint16_t src_port = 0;  // ICMP: type
  std::uint16_t dst_port = 0;  // ICMP: code
  std::uint16_t checksum = 0;  // of TCP or UDP, as sent
  TcpHeader tcp;

  // What the innermost layer that we understand carries: the TCP or UDP payload, all of ICMP that
  // follows its checksum, LLC with its header, or the bytes behind an EtherType of no interest to
  // decode. Padding and trailers are cut off.
  Bytes payload;
  std::uint32_t payload_missing = 0;  // bytes that the snap length cut off its end
};

}  // namespace prahari
