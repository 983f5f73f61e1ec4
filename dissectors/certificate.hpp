// An X.509 certificate as it crossed the wire: what an auditor asks about it.
//
// Reads DER with OpenSSL, at most 16 KiB of it. Uses the heap, so call it once a handshake and not
// for a certificate that was just seen (thumbprint_of is cheap). Trusts nothing: a signature is not
// checked, for passive traffic tells nothing about who is trusted. No clock: validity is judged
// against a time that is given.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/message.hpp"
#include "dissectors/reader.hpp"

namespace prahari {

inline constexpr std::size_t kMaxCertificate = std::size_t{16} * 1024;
inline constexpr std::size_t kMaxChain = 8;

using Thumbprint = std::array<std::uint8_t, 20>;  // SHA-1 of the whole certificate

struct Certificate {
  Thumbprint thumbprint{};
  std::uint64_t key = 0;  // the head of the SHA-256 of the public key, to know it again
  std::string subject;    // "CN=server, O=Acme", printable
  std::string issuer;
  std::string common_name;
  std::string key_kind;  // "RSA 2048", "EC prime256v1", "Ed25519"
  std::uint32_t key_bits = 0;
  bool rsa = false;
  std::string signature;        // "RSA-SHA256"
  bool weak_signature = false;  // SHA-1, MD5 or older
  bool self_signed = false;     // issued to itself
  Timestamp not_before;
  Timestamp not_after;
  std::vector<std::string> dns_names;  // of the subject's alternative names; at most 16 each
  std::vector<std::string> addresses;
  std::vector<std::string> uris;  // the first is OPC UA's ApplicationUri
  std::string role;               // of Modbus/TCP Security: 1.3.6.1.4.1.50316.802.1; empty: none
};

// The certificate at the head of `der`; nothing where there is none that can be read.
[[nodiscard]] std::optional<Certificate> read_certificate(Bytes der);

// The first certificate of a chain written one behind the other, as OPC UA and PEM-less files do;
// all of it where the head does not say how long it is.
[[nodiscard]] Bytes first_of_chain(Bytes chain) noexcept;
// How many follow each other, counted up to kMaxChain.
[[nodiscard]] std::size_t chain_length(Bytes chain) noexcept;

[[nodiscard]] Thumbprint thumbprint_of(Bytes der) noexcept;
[[nodiscard]] std::string thumbprint_text(const Thumbprint& thumbprint);  // lower-case hex

// What is wrong with it at this time, as bits of Posture::Flaw. `uri`: who it should be made out to
// by a URI among its alternative names; empty: not to be asked.
[[nodiscard]] std::uint32_t certificate_flaws(const Certificate& certificate, Timestamp now,
                                              std::string_view uri = {});

// "CN=server, O=Acme; RSA 2048, RSA-SHA256; 2020-01-01 to 2030-01-01; self-signed; with 1 of its
// issuers". `chain`: how many certificates came, this one included.
[[nodiscard]] std::string certificate_words(const Certificate& certificate, std::size_t chain = 1);
inline constexpr std::string_view kUnreadableWords = "no X.509 certificate that can be read";

}  // namespace prahari
