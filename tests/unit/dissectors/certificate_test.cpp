// Certificates, made by OpenSSL for the test: what is read, and what is wrong when.

#include "dissectors/certificate.hpp"

#include <memory>
#include <span>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "capture/time_text.hpp"

namespace prahari::test {
namespace {

struct Wish {
  int bits = 2048;
  bool curve = false;
  bool own_curve = false;  // its numbers instead of its name
  bool fresh = false;
  const EVP_MD* digest = EVP_sha256();
  const char* names = "URI:urn:host:acme:mixer,DNS:mixer.local,IP:10.0.0.5";
  const char* from = "20240101000000Z";
  const char* to = "20300101000000Z";
};

std::vector<std::byte> make(const Wish& wish) {
  // One key for all is enough, and quick; the key of `fresh` is its own.
  static EVP_PKEY* const kUsual = EVP_RSA_gen(2048);
  const bool shared = !wish.fresh && !wish.curve && wish.bits == 2048;
  EVP_PKEY* key = shared       ? kUsual
                  : wish.curve ? EVP_EC_gen("P-256")
                               : EVP_RSA_gen(static_cast<unsigned>(wish.bits));
  if (wish.own_curve) {
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
                                   OSSL_PKEY_EC_ENCODING_EXPLICIT);
  }
  X509* one = X509_new();
  X509_set_version(one, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(one), 77);
  ASN1_TIME_set_string(X509_getm_notBefore(one), wish.from);
  ASN1_TIME_set_string(X509_getm_notAfter(one), wish.to);
  X509_set_pubkey(one, key);
  X509_NAME* name = X509_get_subject_name(one);
  const auto add = [name](const char* part, const char* value) {
    X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  };
  add("CN", "Mixer\x1b[31m");
  add("O", "Acme");
  X509_set_issuer_name(one, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, wish.names);
  X509_add_ext(one, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(one, key, wish.digest);
  unsigned char* der = nullptr;
  const int size = i2d_X509(one, &der);
  const auto bytes = std::as_bytes(std::span{der, static_cast<std::size_t>(size)});
  std::vector<std::byte> out{bytes.begin(), bytes.end()};
  OPENSSL_free(der);
  X509_free(one);
  if (!shared) {
    EVP_PKEY_free(key);
  }
  return out;
}

Timestamp day(std::string_view text) {
  Timestamp time;
  EXPECT_TRUE(parse_time(std::string{text} + "T12:00:00Z", time));
  return time;
}

std::uint32_t flaws(const Wish& wish, std::string_view when, std::string_view uri = {}) {
  const auto certificate = read_certificate(make(wish));
  EXPECT_TRUE(certificate.has_value());
  const std::uint32_t all = certificate_flaws(*certificate, day(when), uri);
  return all & ~Posture::bit(Posture::Flaw::self_signed);
}

TEST(Certificate, FieldsAreRead) {
  const auto der = make({});
  const auto certificate = read_certificate(der);
  ASSERT_TRUE(certificate.has_value());
  EXPECT_EQ(certificate->common_name, "Mixer?[31m") << "nothing that acts on a terminal";
  EXPECT_NE(certificate->subject.find("Acme"), std::string::npos);
  EXPECT_EQ(certificate->key_kind, "RSA 2048");
  EXPECT_EQ(certificate->signature, "RSA-SHA256");
  EXPECT_TRUE(certificate->self_signed);
  EXPECT_EQ(certificate->uris, std::vector<std::string>{"urn:host:acme:mixer"});
  EXPECT_EQ(certificate->dns_names, std::vector<std::string>{"mixer.local"});
  EXPECT_EQ(certificate->addresses, std::vector<std::string>{"10.0.0.5"});
  EXPECT_EQ(format_time(certificate->not_after), "2030-01-01T00:00:00.000000000Z");
  EXPECT_NE(certificate->key, 0U);
  EXPECT_EQ(certificate->thumbprint, thumbprint_of(der));
  EXPECT_EQ(read_certificate(make({.curve = true}))->key_kind, "EC prime256v1");
  EXPECT_EQ(read_certificate(make({}))->key, certificate->key);
  EXPECT_NE(read_certificate(make({.fresh = true}))->key, certificate->key);
}

// On a curve of the sender's choice OpenSSL computes for a quarter of a second to read the key.
TEST(Certificate, ACurveOfItsOwnIsNotRead) {
  EXPECT_TRUE(read_certificate(make({.curve = true})).has_value());
  EXPECT_FALSE(read_certificate(make({.curve = true, .own_curve = true})).has_value());
}

TEST(Certificate, FlawsDependOnTheTimeOfThePacket) {
  using Flaw = Posture::Flaw;
  EXPECT_EQ(flaws({}, "2026-01-01"), 0U);
  EXPECT_EQ(flaws({}, "2031-01-01"), Posture::bit(Flaw::expired));
  EXPECT_EQ(flaws({}, "2023-01-01"), Posture::bit(Flaw::not_yet_valid));
  EXPECT_EQ(flaws({.bits = 1024}, "2026-01-01"), Posture::bit(Flaw::weak_key));
  EXPECT_EQ(flaws({.digest = EVP_sha1()}, "2026-01-01"), Posture::bit(Flaw::weak_signature));
  EXPECT_EQ(flaws({.curve = true}, "2026-01-01"), 0U);
  EXPECT_EQ(flaws({}, "2026-01-01", "urn:host:acme:mixer"), 0U);
  EXPECT_EQ(flaws({}, "2026-01-01", "urn:other"), Posture::bit(Flaw::name_mismatch));
  EXPECT_EQ(flaws({.to = "99991231235959Z"}, "2026-01-01"), 0U);
}

TEST(Certificate, AChainDividesIntoItsParts) {
  const auto one = make({});
  std::vector<std::byte> chain = one;
  const auto second = make({.curve = true});
  chain.insert(chain.end(), second.begin(), second.end());
  EXPECT_EQ(first_of_chain(chain).size(), one.size());
  EXPECT_EQ(chain_length(chain), 2U);
  EXPECT_EQ(read_certificate(chain)->thumbprint, thumbprint_of(one));
  EXPECT_EQ(chain_length({}), 0U);
}

TEST(Certificate, EveryPrefixAndEveryByteTurnedRoundIsBorne) {
  const auto der = make({});
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(read_certificate(Bytes{der}.first(size)).has_value()) << size;
  }
  for (std::size_t at = 0; at < der.size(); ++at) {
    auto turned = der;
    turned[at] ^= std::byte{0xff};
    if (const auto certificate = read_certificate(turned)) {
      static_cast<void>(certificate_words(*certificate));
      static_cast<void>(certificate_flaws(*certificate, day("2026-01-01"), "x"));
    }
  }
  EXPECT_FALSE(read_certificate(std::vector<std::byte>(kMaxCertificate + 1)).has_value());
}

}  // namespace
}  // namespace prahari::test
