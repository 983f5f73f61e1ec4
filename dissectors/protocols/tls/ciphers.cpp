#include "dissectors/protocols/tls/ciphers.hpp"

#include <algorithm>
#include <array>

#include "dissectors/hex_text.hpp"

namespace prahari::tls {
namespace {

struct Suite {
  std::uint16_t number;
  std::string_view name;
};

constexpr auto kSuites = std::to_array<Suite>({
#define CIPHER(number, name) {number, #name},
#include "dissectors/protocols/tls/cipher_suites.def"
#undef CIPHER
});
static_assert(std::ranges::is_sorted(kSuites, {}, &Suite::number));

}  // namespace

std::string_view cipher_name(std::uint16_t number) noexcept {
  const auto* const found = std::ranges::lower_bound(kSuites, number, {}, &Suite::number);
  return found != kSuites.end() && found->number == number ? found->name : std::string_view{};
}

std::string cipher_text(std::uint16_t number) {
  const std::string_view name = cipher_name(number);
  if (!name.empty()) {
    return std::string{name};
  }
  return hex_text(number);
}

std::string hex_text(std::uint16_t number) {
  std::string out = "0x";
  append_hex(out, number, 4);
  return out;
}

CipherTraits traits_of(std::uint16_t number) noexcept {
  const std::string_view name = cipher_name(number);
  const auto has = [name](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  };
  CipherTraits out;
  out.proof = has("_anon_") || has("_NULL_WITH_") ? Proof::none
              : has("_PSK_")                      ? Proof::shared_key
                                                  : Proof::certificate;
  out.encrypts = !has("_WITH_NULL_") && !name.starts_with("TLS_SHA");  // RFC 9150: integrity only
  out.protects = number != 0;
  out.export_key = has("_EXPORT");
  out.broken = out.export_key || has("_RC4_") || has("_RC2_") || has("_DES_") || has("_DES40_") ||
               has("_3DES_") || has("_IDEA_");
  return out;
}

}  // namespace prahari::tls
