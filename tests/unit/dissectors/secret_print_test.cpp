#include "dissectors/secret_print.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace prahari {
namespace {

std::uint64_t print_of(std::string_view text, std::uint64_t secret = 12345) {
  return SecretPrint{secret}.add(as_bytes(text)).value();
}

TEST(SecretPrint, EveryByteAndTheirNumberCount) {
  std::set<std::uint64_t> prints;
  std::size_t texts = 0;
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string zeros(size, '\0');
    prints.insert(print_of(zeros));
    ++texts;
    for (std::size_t at = 0; at < size; ++at) {
      for (const char other : {'\1', '\x80', '\xff'}) {
        std::string text = zeros;
        text[at] = other;
        prints.insert(print_of(text));
        ++texts;
      }
    }
  }
  EXPECT_EQ(prints.size(), texts);
}

TEST(SecretPrint, DependsOnTheSecretAndOnTheOrder) {
  EXPECT_NE(print_of("Tank1.Level", 1), print_of("Tank1.Level", 2));
  EXPECT_EQ(print_of("Tank1.Level", 7), print_of("Tank1.Level", 7));
  EXPECT_NE(SecretPrint{3}.add(1U).add(2U).value(), SecretPrint{3}.add(2U).add(1U).value());
  EXPECT_NE(SecretPrint{3}.add(0U).value(), SecretPrint{3}.add(0U).add(0U).value());
}

// What sets the highest bits of two words straight to each other fools a plain product of words
// under every seed; not a polynomial whose key nobody knows.
TEST(SecretPrint, NoDifferenceWorksForManySecrets) {
  const std::string one(21, 'a');
  std::string two = one;
  two[6] = static_cast<char>(two[6] ^ '\x80');
  two[13] = static_cast<char>(two[13] ^ '\x80');
  for (std::uint64_t secret = 1; secret < 2'000; ++secret) {
    ASSERT_NE(print_of(one, secret), print_of(two, secret));
  }
}

TEST(SecretPrint, StaysBelowThePrime) {
  const std::string high(200, '\xff');
  for (std::uint64_t secret : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 61U}) {
    EXPECT_LT(print_of(high, secret), (std::uint64_t{1} << 61U) - 1);
  }
}

}  // namespace
}  // namespace prahari
