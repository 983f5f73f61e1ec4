// What a cipher suite is called, and what it is worth.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prahari::tls {

// Empty for a number that is not in the registry.
[[nodiscard]] std::string_view cipher_name(std::uint16_t number) noexcept;

// The name, or "0x1a2b" for a number without one.
[[nodiscard]] std::string cipher_text(std::uint16_t number);

[[nodiscard]] std::string hex_text(std::uint16_t number);  // "0x1a2b"

// Who has to show who he is for the handshake to come about.
enum class Proof : std::uint8_t {
  certificate,  // the server, and the client where it is asked
  shared_key,   // both, by a key that they share
  none          // nobody
};

struct CipherTraits {
  Proof proof = Proof::certificate;
  bool encrypts = true;
  bool protects = true;     // at least against changes
  bool broken = false;      // RC4, DES, 3DES, RC2, IDEA, export: forbidden or withdrawn
  bool export_key = false;  // short on purpose
};

// RFC 7465 (RC4), RFC 5469 (DES, IDEA), RFC 9325 section 4 (NULL, export, below 112 bits, 3DES by
// its block size, RFC 8429). Nothing is held against a suite without a name.
[[nodiscard]] CipherTraits traits_of(std::uint16_t number) noexcept;

// 0x0a0a, 0x1a1a to 0xfafa (RFC 8701): there to be ignored.
[[nodiscard]] constexpr bool is_grease(std::uint16_t number) noexcept {
  return (number & 0x0f0fU) == 0x0a0aU && (number >> 8U) == (number & 0xffU);
}

}  // namespace prahari::tls
