// The two hellos, read in place: everything is a view into the message.
//
// RFC 5246 and RFC 8446 sections 7.4.1 and 4.1, RFC 6347 section 4.2.1 (cookie), RFC 6066 (server
// name), RFC 7301 (ALPN).

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari::tls {

// A list of 16-bit numbers as they lie on the wire; an odd byte at its end is not read.
class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(Bytes bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() / 2; }
  [[nodiscard]] std::uint16_t operator[](std::size_t i) const noexcept {
    return detail::join_be<std::uint16_t>(bytes_.subspan(2 * i, 2));
  }

 private:
  Bytes bytes_;
};

// Calls visit(type, body) for each extension; false where the list does not divide.
template <class Visit>
bool each_extension(Bytes extensions, Visit&& visit) {
  Reader in{extensions};
  while (in.ok() && in.remaining() > 0) {
    const std::uint16_t type = in.be16();
    const Bytes body = in.take(in.be16());
    if (!in.ok()) {
      return false;
    }
    visit(type, body);
  }
  return true;
}

// Calls visit(name) for each protocol of an ALPN list.
template <class Visit>
void each_name(Bytes list, Visit&& visit) {
  Reader in{list};
  while (in.remaining() > 0) {
    const std::string_view name = in.text(in.u8());
    if (!in.ok()) {
      return;
    }
    visit(name);
  }
}

namespace extension {
inline constexpr std::uint16_t kServerName = 0;
inline constexpr std::uint16_t kGroups = 10;
inline constexpr std::uint16_t kSignatures = 13;
inline constexpr std::uint16_t kAlpn = 16;
inline constexpr std::uint16_t kVersions = 43;
inline constexpr std::uint16_t kKeyShare = 51;
}  // namespace extension

struct ClientHello {
  bool ok = false;            // every length fits
  std::uint16_t version = 0;  // the old field; `versions` overrules it
  Numbers ciphers;
  Bytes extensions;
  std::string_view server_name;  // of SNI; not validated
  bool has_server_name = false;
  Bytes alpn;  // a list for each_name
  Numbers versions;
  Numbers groups;
  Numbers signatures;

  // The best that the client speaks, GREASE left out; for DTLS the lowest number.
  [[nodiscard]] std::uint16_t best_version() const noexcept;
};

struct ServerHello {
  bool ok = false;
  bool retry = false;         // a Hello Retry Request in the shape of a Server Hello
  std::uint16_t version = 0;  // that was chosen, wherever that stood
  std::uint16_t cipher = 0;
  std::uint16_t group = 0;  // of the key share; 0: none
  Bytes extensions;
  Bytes alpn;  // a list of one
};

// `body`: without the handshake header. `datagram`: with a cookie.
[[nodiscard]] ClientHello read_client_hello(Bytes body, bool datagram) noexcept;
[[nodiscard]] ServerHello read_server_hello(Bytes body) noexcept;

}  // namespace prahari::tls
