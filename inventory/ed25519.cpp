#include "inventory/ed25519.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "dissectors/hex_text.hpp"

namespace prahari {
namespace {

constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kLongestKey = 256;  // base64 of 44 bytes, and a margin

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using Octets = std::vector<unsigned char>;

const unsigned char* octets(std::string_view text) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what OpenSSL wants
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_base64(const Octets& raw) {
  std::string text(4 * ((raw.size() + 2) / 3) + 1, '\0');
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what OpenSSL wants
  auto* const out = reinterpret_cast<unsigned char*>(text.data());
  const int size = EVP_EncodeBlock(out, raw.data(), static_cast<int>(raw.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<Octets> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kLongestKey) {
    return std::nullopt;
  }
  Octets raw(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(raw.data(), octets(text), static_cast<int>(text.size()));
  if (size < 0) {
    return std::nullopt;
  }
  // The block decoder counts the padding as bytes.
  auto real = static_cast<std::size_t>(size);
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && real > 0; --i) {
    --real;
  }
  raw.resize(real);
  return raw;
}

Key public_key_of(std::string_view text) {
  const auto der = from_base64(text);
  if (!der) {
    return nullptr;
  }
  const unsigned char* at = der->data();
  Key key{d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size()))};
  const bool whole = key && at == der->data() + der->size();
  return whole && EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519 ? std::move(key) : nullptr;
}

std::string words_of(EVP_PKEY& key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(&key, &der);
  if (size <= 0) {
    return {};
  }
  std::string text = to_base64(Octets{der, der + size});
  OPENSSL_free(der);
  return text;
}

}  // namespace

Result<Signature> sign(std::string_view bytes, const std::filesystem::path& key_file) {
  const std::unique_ptr<std::FILE, CloseFile> file{std::fopen(key_file.c_str(), "rbe")};
  if (!file) {
    return Error{
        key_file.string() + ": cannot read the key: " + std::generic_category().message(errno),
        errno == ENOENT ? Error::Kind::input : Error::Kind::environment};
  }
  const Key key{PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr)};
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return Error{key_file.string() +
                     ": expected a private Ed25519 key in PEM, as openssl genpkey -algorithm "
                     "ed25519 writes it",
                 Error::Kind::input};
  }
  const Context context{EVP_MD_CTX_new()};
  Octets value(kSignatureSize);
  std::size_t size = value.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), value.data(), &size, octets(bytes), bytes.size()) != 1) {
    return Error{key_file.string() + ": OpenSSL could not sign with this key"};
  }
  value.resize(size);
  return Signature{words_of(*key), to_base64(value)};
}

bool verify(std::string_view bytes, const Signature& signature) {
  const Key key = public_key_of(signature.key);
  const auto value = from_base64(signature.value);
  if (!key || !value || value->size() != kSignatureSize) {
    return false;
  }
  const Context context{EVP_MD_CTX_new()};
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), value->data(), value->size(), octets(bytes),
                          bytes.size()) == 1;
}

std::string fingerprint(std::string_view public_key) {
  const auto der = from_base64(public_key);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  constexpr std::size_t kShown = 8;
  if (!der ||
      EVP_Digest(der->data(), der->size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  std::string text = "SHA256:";
  for (std::size_t i = 0; i < kShown; ++i) {
    append_hex(text, digest.at(i), 2);
  }
  return text;
}

bool is_public_key(std::string_view public_key) { return public_key_of(public_key) != nullptr; }

}  // namespace prahari
