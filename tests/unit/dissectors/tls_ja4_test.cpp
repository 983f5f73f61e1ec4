// JA4 against the vectors of its specification.

#include <gtest/gtest.h>

#include "dissectors/protocols/tls/ciphers.hpp"
#include "dissectors/protocols/tls/hello.hpp"
#include "dissectors/protocols/tls/ja4.hpp"
#include "tests/support.hpp"

namespace prahari::test {
namespace {

std::string word(std::size_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kDigits[number >> static_cast<unsigned>(shift) & 0x0fU];
  }
  return out;
}

std::string extension_hex(std::string_view type, std::string_view body) {
  return std::string{type} + word(hex(body).size()) + std::string{body};
}

// The browser of the specification's example: GREASE in every list, extensions in its order.
std::string browser(bool with_names) {
  const std::string ciphers =
      "0a0a 1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035";
  std::string extensions = extension_hex("1a1a", "") + extension_hex("001b", "02 0002");
  extensions += with_names ? extension_hex("0000", "0006 00 0003 612e62") : "";
  extensions += extension_hex("0033", "");
  extensions += with_names ? extension_hex("0010", "000c 02 6832 08 687474702f312e31") : "";
  extensions += extension_hex("4469", "") + extension_hex("0017", "") + extension_hex("002d", "") +
                extension_hex("000d", "0010 0403 0804 0401 0503 0805 0501 0806 0601") +
                extension_hex("0005", "") + extension_hex("0023", "") + extension_hex("0012", "") +
                extension_hex("002b", "06 8a8a 0304 0303") + extension_hex("ff01", "00") +
                extension_hex("000b", "0100") + extension_hex("000a", "0004 2a2a 001d") +
                extension_hex("0015", "");
  const std::string random(64, '7');
  return "0303" + random + "00" + word(hex(ciphers).size()) + ciphers + "0100" +
         word(hex(extensions).size()) + extensions;
}

TEST(Ja4, OfTheSpecification) {
  const auto bytes = hex(browser(true));
  const tls::ClientHello hello = tls::read_client_hello(bytes, false);
  ASSERT_TRUE(hello.ok);
  EXPECT_EQ(tls::ja4(hello, false), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_EQ(hello.server_name, "a.b");
  EXPECT_EQ(hello.best_version(), 0x0304);
}

// SNI and ALPN tell of the server: they count, and are not hashed.
TEST(Ja4, WithoutNames) {
  const auto bytes = hex(browser(false));
  const tls::ClientHello hello = tls::read_client_hello(bytes, false);
  ASSERT_TRUE(hello.ok);
  EXPECT_EQ(tls::ja4(hello, false), "t13i151400_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, OfAHelloWithNothing) {
  const auto bytes = hex("0301" + std::string(64, '0') + "00 0002 002f 0100");
  EXPECT_EQ(tls::ja4(tls::read_client_hello(bytes, false), false).substr(0, 11), "t10i010000_");
  EXPECT_TRUE(tls::ja4(tls::read_client_hello(bytes, false), false).ends_with("_000000000000"));
}

TEST(Ja4, FirstAndLastOfAProtocol) {
  using namespace std::string_view_literals;
  EXPECT_EQ(tls::ja4_alpn(""), "00");
  EXPECT_EQ(tls::ja4_alpn("h2"), "h2");
  EXPECT_EQ(tls::ja4_alpn("http/1.1"), "h1");
  EXPECT_EQ(tls::ja4_alpn("x"), "xx");
  EXPECT_EQ(tls::ja4_alpn("\xab"sv), "ab");
  EXPECT_EQ(tls::ja4_alpn("\xab\xcd"sv), "ad");
  EXPECT_EQ(tls::ja4_alpn("0\xab"sv), "3b");
  EXPECT_EQ(tls::ja4_alpn("01\xab\xcd"sv), "3d");
  EXPECT_EQ(tls::ja4_alpn("0\xab\xcd\x31"sv), "01");
}

TEST(TlsHello, EveryCutIsSafeAndNoticed) {
  const auto bytes = hex(browser(true));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> prefix{bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(size)};
    const bool without_extensions = size == 2 + 32 + 1 + 2 + 32 + 2;
    EXPECT_EQ(tls::read_client_hello(prefix, false).ok, without_extensions) << size;
  }
}

TEST(TlsCiphers, AreWorthWhatTheirNamesSay) {
  using tls::Proof;
  EXPECT_EQ(tls::cipher_text(0x1301), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(tls::cipher_text(0x7fff), "0x7fff");
  EXPECT_FALSE(tls::traits_of(0x1301).broken);
  EXPECT_TRUE(tls::traits_of(0x0005).broken);      // RC4
  EXPECT_TRUE(tls::traits_of(0x000a).broken);      // 3DES
  EXPECT_TRUE(tls::traits_of(0x0009).broken);      // DES
  EXPECT_TRUE(tls::traits_of(0x0003).export_key);  // 40 bits
  EXPECT_FALSE(tls::traits_of(0xc006).encrypts);   // ECDHE_ECDSA_WITH_NULL_SHA
  EXPECT_TRUE(tls::traits_of(0xc006).protects);
  EXPECT_FALSE(tls::traits_of(0xc0b4).encrypts);  // TLS_SHA256_SHA256
  EXPECT_FALSE(tls::traits_of(0x0000).protects);
  EXPECT_EQ(tls::traits_of(0xc018).proof, Proof::none);        // ECDH_anon
  EXPECT_EQ(tls::traits_of(0xc037).proof, Proof::shared_key);  // ECDHE_PSK
  EXPECT_EQ(tls::traits_of(0xc02b).proof, Proof::certificate);
  EXPECT_FALSE(tls::traits_of(0xc02b).broken);
}

}  // namespace
}  // namespace prahari::test
