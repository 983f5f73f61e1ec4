#include "dissectors/protocols/tls/ja4.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <openssl/evp.h>

#include "dissectors/hex_text.hpp"
#include "dissectors/protocols/tls/ciphers.hpp"
#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kMost = 256;
constexpr std::size_t kShown = 99;
constexpr std::size_t kHashDigits = 12;
constexpr std::string_view kNothing = "000000000000";

struct Sorted {
  std::array<std::uint16_t, kMost> numbers{};
  std::size_t size = 0;
  bool overflow = false;

  void add(std::uint16_t number) noexcept {
    if (is_grease(number)) {
      return;
    }
    overflow = overflow || size == kMost;
    if (size < kMost) {
      numbers[size++] = number;
    }
  }
  [[nodiscard]] std::span<std::uint16_t> all() noexcept { return std::span{numbers}.first(size); }
};

void append_list(std::string& out, std::span<const std::uint16_t> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_hex(out, numbers[i], 4);
  }
}

std::string hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (text.empty() ||
      EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    return std::string{kNothing};
  }
  std::string out;
  append_hex(out, std::as_bytes(std::span{digest}).first(kHashDigits / 2));
  return out;
}

std::string_view version_digits(std::uint16_t version) noexcept {
  switch (version) {
    case version::kTls13:
      return "13";
    case version::kTls12:
      return "12";
    case version::kTls11:
      return "11";
    case version::kTls10:
      return "10";
    case version::kSsl30:
      return "s3";
    case version::kDtls10:
      return "d1";
    case version::kDtls12:
      return "d2";
    case version::kDtls13:
      return "d3";
    default:
      return "00";
  }
}

void append_count(std::string& out, std::size_t count) {
  count = std::min(count, kShown);
  out += static_cast<char>('0' + count / 10);
  out += static_cast<char>('0' + count % 10);
}

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::string ja4_alpn(std::string_view first) {
  if (first.empty()) {
    return "00";
  }
  if (is_alphanumeric(first.front()) && is_alphanumeric(first.back())) {
    return {first.front(), first.back()};
  }
  const auto octet = [](char c) { return static_cast<unsigned char>(c); };
  std::string out;
  append_hex(out, octet(first.front()) >> 4U, 1);
  append_hex(out, octet(first.back()), 1);
  return out;
}

std::string ja4(const ClientHello& hello, bool datagram) {
  Sorted ciphers;
  for (std::size_t i = 0; i < hello.ciphers.size(); ++i) {
    ciphers.add(hello.ciphers[i]);
  }
  Sorted extensions;  // but for SNI and ALPN, which tell of the server and not of the client
  std::size_t count = 0;
  each_extension(hello.extensions, [&](std::uint16_t type, Bytes /*body*/) {
    count += is_grease(type) ? 0U : 1U;
    if (type != extension::kServerName && type != extension::kAlpn) {
      extensions.add(type);
    }
  });
  if (ciphers.overflow || extensions.overflow) {
    return {};
  }
  std::ranges::sort(ciphers.all());
  std::ranges::sort(extensions.all());

  std::string_view alpn;
  each_name(hello.alpn,
            [&](std::string_view name) { alpn = alpn.data() == nullptr ? name : alpn; });

  std::string out{datagram ? "d" : "t"};
  out += version_digits(hello.best_version());
  out += hello.has_server_name ? 'd' : 'i';
  append_count(out, ciphers.size);
  append_count(out, count);
  out += ja4_alpn(alpn);

  std::string list;
  append_list(list, ciphers.all());
  out += '_' + hash_of(list);

  list.clear();
  append_list(list, extensions.all());
  Sorted signatures;  // in the order of the client
  for (std::size_t i = 0; i < hello.signatures.size(); ++i) {
    signatures.add(hello.signatures[i]);
  }
  if (signatures.size > 0 && !list.empty()) {
    list += '_';
    append_list(list, signatures.all());
  }
  out += '_' + hash_of(list);
  return out;
}

}  // namespace prahari::tls
