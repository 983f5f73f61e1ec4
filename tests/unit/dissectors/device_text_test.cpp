// What a device calls itself, made fit to show.

#include "dissectors/device_text.hpp"

#include <gtest/gtest.h>

namespace prahari {
namespace {

std::string cleaned(std::string_view text) {
  TextBuffer buffer{};
  return std::string{clean_text(as_bytes(text), buffer)};
}

TEST(DeviceText, StaysWhereItIsPlain) {
  EXPECT_EQ(cleaned("  PLC-7 filler\0\0"), "PLC-7 filler");
  EXPECT_EQ(cleaned("भरण पंप"), "भरण पंप");
  EXPECT_EQ(cleaned("F\xfcller"), "Füller");
}

// Nothing that turns the order of a line around, breaks it or hides in it gets into a file.
TEST(DeviceText, ThatActsOnAReaderIsShownAsItsBytes) {
  EXPECT_EQ(cleaned("\u202egnp.exe"), "e280ae676e702e657865");
  EXPECT_EQ(cleaned("a\u2028b"), "61e280a862");
  EXPECT_EQ(cleaned("PLC\u200b-7"), "504c43e2808b2d37");
  EXPECT_EQ(cleaned("a\x1b[31m"), "611b5b33316d");
}

}  // namespace
}  // namespace prahari
