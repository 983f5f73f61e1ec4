#include "rules/wording.hpp"

#include <array>

#include <gtest/gtest.h>

namespace prahari::test {
namespace {

TEST(Wording, QuotesForTomlAndTerminals) {
  EXPECT_EQ(in_quotes("plain"), R"("plain")");
  EXPECT_EQ(in_quotes(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("a\x1b[31m\n"), R"("a?[31m?")");
  EXPECT_EQ(in_quotes("\xe0\xa4\xaa\xff\xc0\xaf"), "\"\xe0\xa4\xaa???\"");
  EXPECT_EQ(in_quotes("abcdef", 3), R"("abc...")");
  EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a?b");
}

TEST(Wording, Nearest) {
  constexpr std::array<std::string_view, 3> kWords = {"member", "level", "name"};
  EXPECT_EQ(nearest("nmae", kWords), "name");
  EXPECT_EQ(nearest("members", kWords), "member");
  EXPECT_EQ(nearest("conduit", kWords), "");
  EXPECT_EQ(nearest(std::string(1000, 'x'), kWords), "");
  EXPECT_EQ(one_of(kWords), "member, level or name");
}

}  // namespace
}  // namespace prahari::test
