#include "alerts/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "alerts/time_forms.hpp"
#include "capture/time_text.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

std::string html(std::string_view text) {
  std::string out;
  append_html(out, text);
  return out;
}

TEST(Text, IsWrappedBetweenWordsAndCodePoints) {
  using Lines = std::vector<std::string_view>;
  EXPECT_EQ(wrap("a conduit is missing", 9), (Lines{"a conduit", "is", "missing"}));
  EXPECT_EQ(wrap("a conduit is missing", 10), (Lines{"a conduit", "is missing"}));
  EXPECT_EQ(wrap("abcdefgh ij", 3), (Lines{"abc", "def", "gh", "ij"}));
  EXPECT_EQ(wrap("äöü äöü", 3), (Lines{"äöü", "äöü"}));
  EXPECT_EQ(wrap("", 3), Lines{});
  EXPECT_EQ(wrap("one", 80), Lines{"one"});
}

TEST(Text, EveryPlaceEscapesItsOwnWay) {
  struct Case {
    const char* name;
    std::string text;
    const char* as_html;
    const char* as_terminal;
  };
  const Case cases[] = {{"markup", "<script>alert(1)</script>",
                         "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"},
                        {"quotes", R"(a"b'c&d)", "a&quot;b&#39;c&amp;d", R"(a"b'c&d)"},
                        {"escape sequence", "\x1b[31mred\x1b]0;t\x07", R"(\x1b[31mred\x1b]0;t\x07)",
                         R"(\x1b[31mred\x1b]0;t\x07)"},
                        {"bidi", "ab\u202Ecd\u2066", "ab\\u202ecd\\u2066", "ab\\u202ecd\\u2066"},
                        {"C1 and DEL", "\u009b1m\x7f", "\\u009b1m\\x7f", "\\u009b1m\\x7f"},
                        {"line ends", "a\nb", "a\nb", "a b"},
                        {"Devanagari", "प्रहरी", "प्रहरी", "प्रहरी"},
                        {"not UTF-8", "a\xff\xc3", "a\uFFFD\uFFFD", "a\uFFFD\uFFFD"},
                        {"overlong and surrogate", "\xc0\xaf\xed\xa0\x80",
                         "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
                        {"astral", "\U0001F512", "\U0001F512", "\U0001F512"}};
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(html(row.text), row.as_html);
    EXPECT_EQ(terminal_text(row.text), row.as_terminal);
  }
}

TEST(Text, CutsByCharactersNotBytes) {
  EXPECT_EQ(terminal_text("प्रहरी प्रहरी", 3), "प्र...");
  EXPECT_EQ(terminal_text("abc", 3), "abc");
}

TEST(Text, JsonIsValidAndSafeOnATerminal) {
  const std::string wild = "a\x1b[2J\u202E\u009b\x7f\xff\"\n<b>";
  const std::string line = dump_json({{"x", wild}});
  for (const char c : line) {
    EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
    EXPECT_NE(c, '\x7f');
  }
  EXPECT_EQ(line.find("\u202E"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(line).at("x"), "a\x1b[2J\u202E\u009b\x7f\uFFFD\"\n<b>");
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(1'234'567), "1,234,567");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(48'000'000), "48.0 MB");
  EXPECT_EQ(plural(1, "gap"), "1 gap");
  EXPECT_EQ(plural(1200, "gap"), "1,200 gaps");
  EXPECT_EQ(percent_text(1, 3000), "under 0.1 %");
  EXPECT_EQ(percent_text(22, 240), "9.2 %");
  EXPECT_EQ(percent_text(5, 0), "0 %");
}

// The vectors of the CERT-In clock.
TEST(TimeForms, SixHourClock) {
  struct Case {
    const char* noticed;
    const char* noticed_form;
    const char* due;
    const char* due_form;
  };
  const Case cases[] = {
      {"2026-11-22T18:45:30Z", "23/11/2026 00:15", "2026-11-23T00:45:30Z", "23/11/2026 06:15"},
      {"2026-12-31T20:00:00Z", "01/01/2027 01:30", "2027-01-01T02:00:00Z", "01/01/2027 07:30"},
      {"2028-02-28T19:00:00Z", "29/02/2028 00:30", "2028-02-29T01:00:00Z", "29/02/2028 06:30"},
      {"2026-03-29T00:59:59Z", "29/03/2026 06:29", "2026-03-29T06:59:59Z", "29/03/2026 12:29"}};
  for (const Case& row : cases) {
    SCOPED_TRACE(row.noticed);
    Timestamp noticed;
    ASSERT_TRUE(parse_time(row.noticed, noticed));
    EXPECT_EQ(utc_text(noticed), row.noticed);
    EXPECT_EQ(form_text(noticed), row.noticed_form);
    EXPECT_EQ(utc_text(report_by(noticed)), row.due);
    EXPECT_EQ(form_text(report_by(noticed)), row.due_form);
  }
}

TEST(TimeForms, KeepsFractionsAndNamesZones) {
  const Timestamp time = test::kNoticed + std::chrono::milliseconds{120};
  EXPECT_EQ(utc_text(time), "2026-11-22T18:45:30.12Z");
  EXPECT_EQ(ist_text(time), "2026-11-23T00:15:30.12+05:30");
  EXPECT_EQ(SiteClock("Asia/Kolkata").text(time), "23 Nov 2026, 00:15:30 IST");
  EXPECT_EQ(SiteClock("No/Where").text(time), "22 Nov 2026, 18:45:30 UTC");
  EXPECT_EQ(duration_text(std::chrono::minutes{192}), "3 h 12 min");
  EXPECT_EQ(duration_text(std::chrono::hours{28}), "1 day 4 h");
}

}  // namespace
}  // namespace prahari
