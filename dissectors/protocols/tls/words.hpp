// The names of TLS and DTLS: versions, handshake messages, alerts.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prahari::tls {

namespace version {
inline constexpr std::uint16_t kSsl30 = 0x0300;
inline constexpr std::uint16_t kTls10 = 0x0301;
inline constexpr std::uint16_t kTls11 = 0x0302;
inline constexpr std::uint16_t kTls12 = 0x0303;
inline constexpr std::uint16_t kTls13 = 0x0304;
inline constexpr std::uint16_t kDtls10 = 0xfeff;
inline constexpr std::uint16_t kDtls12 = 0xfefd;
inline constexpr std::uint16_t kDtls13 = 0xfefc;
}  // namespace version

// "TLS 1.2"; "0x0305" for what is none.
[[nodiscard]] std::string version_text(std::uint16_t version);
// RFC 7568 (SSL 3.0) and RFC 8996 (TLS 1.0, TLS 1.1, DTLS 1.0).
[[nodiscard]] constexpr bool is_withdrawn(std::uint16_t version) noexcept {
  return version < version::kTls12 || version == version::kDtls10;
}
// From 1.3 on everything after the server's hello is encrypted.
[[nodiscard]] constexpr bool hides_handshake(std::uint16_t version) noexcept {
  return version == version::kTls13 || version == version::kDtls13;
}

namespace handshake {
inline constexpr std::uint8_t kClientHello = 1;
inline constexpr std::uint8_t kServerHello = 2;
inline constexpr std::uint8_t kHelloRetryRequest =
    6;  // of drafts; on the wire it is a Server Hello
inline constexpr std::uint8_t kCertificate = 11;
inline constexpr std::uint8_t kServerKeyExchange = 12;
inline constexpr std::uint8_t kCertificateRequest = 13;
inline constexpr std::uint8_t kServerHelloDone = 14;
}  // namespace handshake

// A literal; empty for a number that no specification gives out.
[[nodiscard]] std::string_view handshake_name(std::uint8_t type) noexcept;

namespace alert {
inline constexpr std::uint8_t kFatal = 2;
}  // namespace alert

// A literal, "handshake failure"; "unknown alert" for a number without a name.
[[nodiscard]] std::string_view alert_name(std::uint8_t description) noexcept;

}  // namespace prahari::tls
