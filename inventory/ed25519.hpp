// Signatures of what leaves the plant or comes into it, by Ed25519 (RFC 8032), through OpenSSL.
//
// Keys are files as `openssl genpkey -algorithm ed25519` writes them; a public key in words is the
// base64 of its SubjectPublicKeyInfo (RFC 8410), as `openssl pkey -pubout` prints it.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "capture/result.hpp"

namespace prahari {

struct Signature {
  std::string key;    // the public key, base64
  std::string value;  // 64 bytes, base64
};

// Error: the file cannot be read, or holds no private Ed25519 key.
Result<Signature> sign(std::string_view bytes, const std::filesystem::path& key_file);

// Whether the signature's key made it over these bytes. Whether that key is trusted is another
// question.
[[nodiscard]] bool verify(std::string_view bytes, const Signature& signature);

// "SHA256:" and 16 hex digits of the digest of the key, for people to compare; empty for no key.
[[nodiscard]] std::string fingerprint(std::string_view public_key);

// Whether this is the base64 of a public Ed25519 key.
[[nodiscard]] bool is_public_key(std::string_view public_key);

}  // namespace prahari
