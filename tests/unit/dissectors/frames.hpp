// Frames put together by hand, for tests of decode. One Modbus request sits innermost; wrappers
// add a header each and fill in the lengths.

#pragma once

#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "tests/support.hpp"

namespace prahari::test {

using Raw = std::vector<std::byte>;

inline Raw operator+(Raw left, const Raw& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Raw be16(std::size_t value) {
  return {static_cast<std::byte>(value >> 8 & 0xffU), static_cast<std::byte>(value & 0xffU)};
}

inline Raw ethernet(std::string_view type, const Raw& body) {
  return hex("001d9c000002 001d9c000001") + hex(type) + body;
}

inline Raw ipv4(std::string_view protocol, const Raw& body, std::string_view src = "0a000001",
                std::string_view dst = "0a000002", std::string_view id_and_fragment = "12344000") {
  return hex("4500") + be16(20 + body.size()) + hex(id_and_fragment) + hex("40") + hex(protocol) +
         hex("0000") + hex(src) + hex(dst) + body;
}

inline Raw ipv6(std::string_view next, const Raw& body) {
  return hex("60000000") + be16(body.size()) + hex(next) +
         hex("40 20010db8000000000000000000000001 20010db8000000000000000000000002") + body;
}

inline Raw udp(std::string_view destination, const Raw& body) {
  return hex("c001") + hex(destination) + be16(8 + body.size()) + hex("0000") + body;
}

inline Raw modbus() { return hex("0001 0000 0006 01 03 0000 0001"); }
inline Raw tcp() { return hex("c000 01f6 00000001 00000002 5018 2000 abcd 0000") + modbus(); }
inline Raw datagram() { return ipv4("06", tcp()); }
inline Raw frame() { return ethernet("0800", datagram()); }

// Between two other hosts, around a tunnel.
inline Raw outer(std::string_view protocol, const Raw& body) {
  return ethernet("0800", ipv4(protocol, body, "c0a80001", "c0a80002"));
}
inline Raw outer_udp(std::string_view port, const Raw& body) {
  return outer("11", udp(port, body));
}

inline Packet packet(const Raw& bytes, LinkType link = LinkType::ethernet,
                     std::chrono::milliseconds time = {}) {
  Packet out;
  out.bytes = bytes;
  out.ref.link = link;
  out.ref.captured = static_cast<std::uint32_t>(bytes.size());
  out.ref.wire_length = out.ref.captured;
  out.ref.time = Timestamp{time};
  return out;
}

}  // namespace prahari::test
