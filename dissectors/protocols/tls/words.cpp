#include "dissectors/protocols/tls/words.hpp"

#include <algorithm>
#include <array>

#include "dissectors/protocols/tls/ciphers.hpp"

namespace prahari::tls {
namespace {

struct Name {
  std::uint8_t code;
  std::string_view words;
};

// IANA "TLS HandshakeType"; those beyond 1.2 are seen only inside encrypted records.
constexpr auto kHandshakes = std::to_array<Name>({
    {0, "Hello Request"},
    {1, "Client Hello"},
    {2, "Server Hello"},
    {3, "Hello Verify Request"},
    {4, "New Session Ticket"},
    {5, "End of Early Data"},
    {6, "Hello Retry Request"},
    {8, "Encrypted Extensions"},
    {11, "Certificate"},
    {12, "Server Key Exchange"},
    {13, "Certificate Request"},
    {14, "Server Hello Done"},
    {15, "Certificate Verify"},
    {16, "Client Key Exchange"},
    {20, "Finished"},
    {21, "Certificate URL"},
    {22, "Certificate Status"},
    {23, "Supplemental Data"},
    {24, "Key Update"},
    {25, "Compressed Certificate"},
});

// IANA "TLS Alerts".
constexpr auto kAlerts = std::to_array<Name>({
    {0, "close notify"},
    {10, "unexpected message"},
    {20, "bad record MAC"},
    {21, "decryption failed"},
    {22, "record overflow"},
    {30, "decompression failure"},
    {40, "handshake failure"},
    {41, "no certificate"},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "certificate expired"},
    {46, "certificate unknown"},
    {47, "illegal parameter"},
    {48, "unknown CA"},
    {49, "access denied"},
    {50, "decode error"},
    {51, "decrypt error"},
    {60, "export restriction"},
    {70, "protocol version"},
    {71, "insufficient security"},
    {80, "internal error"},
    {86, "inappropriate fallback"},
    {90, "user canceled"},
    {100, "no renegotiation"},
    {109, "missing extension"},
    {110, "unsupported extension"},
    {111, "certificate unobtainable"},
    {112, "unrecognized name"},
    {113, "bad certificate status response"},
    {114, "bad certificate hash value"},
    {115, "unknown PSK identity"},
    {116, "certificate required"},
    {120, "no application protocol"},
    {121, "ECH required"},
});

template <std::size_t N>
std::string_view find(const std::array<Name, N>& names, std::uint8_t code) noexcept {
  const auto* const found = std::ranges::lower_bound(names, code, {}, &Name::code);
  return found != names.end() && found->code == code ? found->words : std::string_view{};
}

}  // namespace

std::string version_text(std::uint16_t version) {
  switch (version) {
    case version::kSsl30:
      return "SSL 3.0";
    case version::kTls10:
      return "TLS 1.0";
    case version::kTls11:
      return "TLS 1.1";
    case version::kTls12:
      return "TLS 1.2";
    case version::kTls13:
      return "TLS 1.3";
    case version::kDtls10:
      return "DTLS 1.0";
    case version::kDtls12:
      return "DTLS 1.2";
    case version::kDtls13:
      return "DTLS 1.3";
    default:
      return hex_text(version);
  }
}

std::string_view handshake_name(std::uint8_t type) noexcept { return find(kHandshakes, type); }

std::string_view alert_name(std::uint8_t description) noexcept {
  const std::string_view found = find(kAlerts, description);
  return found.empty() ? "unknown alert" : found;
}

}  // namespace prahari::tls
