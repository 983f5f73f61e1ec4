// Addresses as values: cheap to copy, compare and hash; text only when a person looks.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  // Reads six octets; a failed reader yields all zero.
  static MacAddress read(Reader& in) noexcept;

  // All zero: no address, as on a loopback interface.
  [[nodiscard]] bool empty() const noexcept { return octets == std::array<std::uint8_t, 6>{}; }
  [[nodiscard]] bool group() const noexcept { return (octets[0] & 0x01U) != 0; }  // IEEE 802, 8.2
  [[nodiscard]] bool locally_administered() const noexcept { return (octets[0] & 0x02U) != 0; }

  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

// An IPv4 or IPv6 address, or none. IPv4 lies in the first four octets, the others are zero, so
// that one comparison of all members is right for every family.
struct IpAddress {
  enum class Family : std::uint8_t { none = 0, v4 = 4, v6 = 6 };

  Family family = Family::none;
  std::array<std::uint8_t, 16> octets{};

  // Of a failed reader: the unspecified address.
  static IpAddress read_v4(Reader& in) noexcept;
  static IpAddress read_v6(Reader& in) noexcept;

  [[nodiscard]] bool empty() const noexcept { return family == Family::none; }
  [[nodiscard]] bool v4() const noexcept { return family == Family::v4; }
  [[nodiscard]] bool v6() const noexcept { return family == Family::v6; }
  // 0.0.0.0 or ::, which names no host.
  [[nodiscard]] bool unspecified() const noexcept;
  [[nodiscard]] bool multicast() const noexcept;  // 224.0.0.0/4, ff00::/8
  [[nodiscard]] bool broadcast() const noexcept;  // 255.255.255.255 only; no mask is known
  [[nodiscard]] bool loopback() const noexcept;   // 127.0.0.0/8, ::1
  // RFC 1918, RFC 6598, link-local, loopback, unique local: not routed on the Internet.
  [[nodiscard]] bool is_private() const noexcept;
  // Whether the first `prefix` bits equal those of `network`; false across families.
  [[nodiscard]] bool within(const IpAddress& network, unsigned prefix) const noexcept;

  // Compared for each packet, hence as two numbers.
  friend constexpr bool operator==(const IpAddress& a, const IpAddress& b) noexcept {
    const Words left = a.words();
    const Words right = b.words();
    return left[0] == right[0] && left[1] == right[1] && a.family == b.family;
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 is that of the comparison it generates
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  // The octets as numbers, to compare and hash in two steps instead of sixteen; in no order that
  // people would know. Those of IPv4 are the lower half of the first.
  using Words = std::array<std::uint64_t, 2>;
  [[nodiscard]] constexpr Words words() const noexcept { return std::bit_cast<Words>(octets); }
};

// One end of a conversation as one frame shows it.
struct Endpoint {
  IpAddress ip;
  MacAddress mac;
  std::uint16_t port = 0;
};

[[nodiscard]] std::string to_string(const MacAddress& mac);  // "00:1d:9c:00:00:01"
[[nodiscard]] std::string to_string(const IpAddress& ip);    // "10.0.0.1", RFC 5952, "" for none

// Appends the text form without a temporary.
void append(std::string& out, const MacAddress& mac);
void append(std::string& out, const IpAddress& ip);

// False when the text is not exactly one address of that kind: a MAC address with colons or with
// dashes; IPv4 in four decimal numbers; IPv6 as in RFC 4291, 2.2, without a zone.
bool parse(std::string_view text, MacAddress& mac) noexcept;
bool parse(std::string_view text, IpAddress& ip) noexcept;

// Read for every packet, hence inline.

inline MacAddress MacAddress::read(Reader& in) noexcept {
  const std::uint16_t high = in.be16();
  const std::uint32_t low = in.be32();
  const auto octet = [](std::uint32_t word, unsigned shift) {
    return static_cast<std::uint8_t>(word >> shift);
  };
  if (!in.ok()) {
    return {};
  }
  return {{octet(high, 8), octet(high, 0), octet(low, 24), octet(low, 16), octet(low, 8),
           octet(low, 0)}};
}

inline IpAddress IpAddress::read_v4(Reader& in) noexcept {
  IpAddress ip{.family = Family::v4, .octets = {}};
  std::ranges::transform(in.take(4), ip.octets.begin(), std::to_integer<std::uint8_t>);
  return ip;
}

inline IpAddress IpAddress::read_v6(Reader& in) noexcept {
  IpAddress ip{.family = Family::v6, .octets = {}};
  std::ranges::transform(in.take(16), ip.octets.begin(), std::to_integer<std::uint8_t>);
  return ip;
}

}  // namespace prahari
