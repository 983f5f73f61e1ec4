#include "dissectors/fields.hpp"

#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support.hpp"

namespace prahari {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, KeepsTextAndDisarmsTheRest) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", R"("")"},
      {"Line1.Speed", R"("Line1.Speed")"},
      {R"(a"b\c/)", R"("a\"b\\c/")"},
      {"a\tb\r\n", R"("a\tb\r\n")"},
      {"\x1b[31mred", R"("\u001b[31mred")"},
      {std::string_view{"\0x", 2}, R"("\u0000x")"},
      {"\x7f", R"("\u007f")"},
      {"\xc2\x9b"
       "2J",
       R"("\u009b2J")"},
      {"\xe2\x80\xae"
       "gpj",
       R"("\u202egpj")"},
      {"\xe2\x81\xa6", R"("\u2066")"},
      {"\xe2\x80\xa8", R"("\u2028")"},
      {"Stra\xc3\x9f"
       "e",
       "\"Stra\xc3\x9f"
       "e\""},
      {"\xe0\xa4\xaa\xf0\x9f\x8f\xad", "\"\xe0\xa4\xaa\xf0\x9f\x8f\xad\""},
      {"a\xff"
       "b",
       "\"a\xef\xbf\xbd"
       "b\""},
      {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                  // overlong
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},  // surrogate
      {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},  // cut short
      {"\xc3(", "\"\xef\xbf\xbd(\""},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(json(text), expected);
    EXPECT_TRUE(nlohmann::json::accept(json(text)));
  }
}

TEST(JsonString, IsValidForAnyBytes) {
  std::mt19937 random{3};
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) {
      c = static_cast<char>(random() % 3 == 0 ? random() : 0x80U | random());
    }
    const std::string text = json(bytes);
    ASSERT_TRUE(nlohmann::json::accept(text)) << text;
    ASSERT_EQ(text.find('\x1b'), std::string::npos);
  }
}

TEST(Fields, HoldsOneValueOfEachKindAndStartsAfresh) {
  Fields fields;
  for (int round = 0; round < 2; ++round) {
    fields.clear();
    fields.number(0, -5);
    fields.boolean(1, true);
    fields.text(2, "a\"b");
    fields.hex(3, test::hex("00ff1a"));
    fields.begin_list(4);
    fields.item(1);
    fields.item("x");
    fields.end_list();
    fields.begin_object(5);
    fields.member("0", "ACME");
    fields.member("n", 7);
    fields.end_object();
    fields.begin_list(6);
    fields.end_list();
    EXPECT_EQ(fields.json(0), "-5");
    EXPECT_EQ(fields.json(1), "true");
    EXPECT_EQ(fields.json(2), R"("a\"b")");
    EXPECT_EQ(fields.json(3), R"("00ff1a")");
    EXPECT_EQ(fields.json(4), R"([1,"x"])");
    EXPECT_EQ(fields.json(5), R"({"0":"ACME","n":7})");
    EXPECT_EQ(fields.json(6), "[]");
    EXPECT_EQ(fields.json(7), "null");
    EXPECT_EQ(fields.json(Fields::kMax), "null");
  }
  fields.clear();
  EXPECT_EQ(fields.json(0), "null");
}

TEST(Fields, TakesTheLastValueSet) {
  Fields fields;
  fields.clear();
  fields.number(1, 1);
  fields.number(1, 22);
  EXPECT_EQ(fields.json(1), "22");
}

}  // namespace
}  // namespace prahari
