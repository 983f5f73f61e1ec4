#include "inventory/asset_key.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <openssl/evp.h>

#include "dissectors/hex_text.hpp"

namespace prahari {
namespace {

// Shared by the routers of a redundancy group; the address says nothing about the device.
constexpr auto kVirtualRouters = std::to_array<std::array<std::uint8_t, 5>>({
    {0x00, 0x00, 0x5e, 0x00, 0x01},  // VRRP, RFC 9568; CARP
    {0x00, 0x00, 0x5e, 0x00, 0x02},  // VRRP for IPv6
    {0x00, 0x00, 0x0c, 0x07, 0xac},  // HSRP version 1
    {0x00, 0x00, 0x0c, 0x9f, 0xf0},  // HSRP version 2, groups 0 to 255
    {0x00, 0x05, 0x73, 0xa0, 0x00},  // HSRP for IPv6
    {0x00, 0x07, 0xb4, 0x00, 0x01},  // GLBP
});

// So small a TTL was chosen, as discovery by multicast does; no packet lost the rest on its way.
constexpr std::uint8_t kChosenTtl = 16;
constexpr auto kUsualTtls = std::to_array<std::uint8_t>({30, 32, 60, 64, 100, 128, 200, 255});

void append_number(std::string& out, std::uint32_t value, int base = 10) {
  std::array<char, 12> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
  out.append(text.data(), end);
}

}  // namespace

bool names_device(const MacAddress& mac) noexcept {
  if (mac.empty() || mac.group()) {
    return false;
  }
  return std::ranges::none_of(kVirtualRouters, [&mac](const auto& prefix) {
    return std::equal(prefix.begin(), prefix.end(), mac.octets.begin());
  });
}

bool names_host(const IpAddress& ip) noexcept {
  return !ip.empty() && !ip.unspecified() && !ip.multicast() && !ip.broadcast();
}

bool link_local(const IpAddress& ip) noexcept {
  return ip.v6() && ip.octets[0] == 0xfe && (ip.octets[1] & 0xc0U) == 0x80;
}

bool usual_ttl(std::uint8_t ttl) noexcept {
  return ttl <= kChosenTtl || std::ranges::find(kUsualTtls, ttl) != kUsualTtls.end();
}

void append(std::string& out, const VlanTags& vlan) {
  for (std::size_t i = 0; i < vlan.count; ++i) {
    if (i > 0) {
      out += '.';
    }
    append_number(out, vlan.ids[i]);
  }
}

std::string key_text(const MacAddress& mac) {
  std::string out = "mac ";
  append(out, mac);
  return out;
}

std::string key_text(const IpAddress& ip, const VlanTags& vlan, std::uint32_t tunnel) {
  std::string out = "ip ";
  append(out, ip);
  if (vlan.count > 0) {
    out += " vlan ";
    append(out, vlan);
  }
  if (tunnel != 0) {
    out += " tunnel ";
    append_number(out, tunnel, 16);
  }
  return out;
}

std::string asset_id(const std::string& key) {
  constexpr std::size_t kOctets = 6;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(key.data(), key.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string out = "ast-";
  append_hex(out, std::as_bytes(std::span{digest}).first(kOctets));
  return out;
}

}  // namespace prahari
