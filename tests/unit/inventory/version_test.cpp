// Which version is the later one, and whether it is of those that an advisory means.

#include <string_view>

#include <gtest/gtest.h>

#include "inventory/version_range.hpp"

namespace prahari {
namespace {

struct Pair {
  const char* left;
  const char* order;  // "<", "=", ">", "?"; "~" behind it: doubtful
  const char* right;
};

std::string order_of(const VersionOrder& found) {
  std::string out = found.order < 0 ? "<" : found.order == 0 ? "=" : found.order > 0 ? ">" : "?";
  return out + (found.doubtful ? "~" : "");
}

std::string flipped(std::string order) {
  order[0] = order[0] == '<' ? '>' : (order[0] == '>' ? '<' : order[0]);
  return order;
}

TEST(VersionOrder, OfAllTheWaysInWhichVendorsWrite) {
  constexpr Pair kPairs[] = {
      {"20.11", "<", "20.19"},
      {"20.011", "=", "20.11"},
      {"12.011", "<", "12.012"},
      {"20.11", "<", "21"},
      {"33.011", ">", "33"},
      {"V4.5.2", "=", "4.5.2"},
      {"V4.5.2", "<", "V4.5.10"},
      {"V2.9", "<~", "V2.10"},
      {"V2.9.0", "<", "V2.10.0"},
      {"3.2", "<~", "3.20"},
      {"FW 2.8", "=", "2.8"},
      {"FW V2.8", "<", "Version 2.9"},
      {"2.8", "<", "2.8a"},
      {"2.8a", "<", "2.8b"},
      {"2.8b", "<", "2.9"},
      {"2.8.1", "?", "2.8a"},
      {"V02.8.4", "=", "2.8.4"},
      {"SV04.10", ">", "V3.20"},
      {"4.0", "=", "4"},
      {"4.0.0", "<", "4.0.1"},
      {"3.0-rc2", "<", "3.0"},
      {"3.0-rc1", "<", "3.0.1"},
      {"2.9 SP1", ">", "2.9"},
      {"2.9 SP1", "<", "2.9 SP2"},
      {"2.9 beta", "<", "2.9 SP1"},
      {"04.02.13(24)", "<", "FW25"},
      {"04.02.13(24)", "=", "FW24"},
      {"04.02.13(24)", "?", "FW24 Patch 1"},
      {"04.02.13(24)", ">", "FW22 Patch 1"},
      {"04.02.13(24)", ">", "04.02.12(23)"},
      {"LMB3.1.6", "?", "3.1.7"},
      {"2021-03-04", "?", "3.2"},
      {"2021-03-04", "<", "2021-11-01"},
      {"1.0 special", "?", "1.0"},
      {"1.x", "?", "1.2"},
  };
  for (const Pair& pair : kPairs) {
    const auto left = parse_version(pair.left);
    const auto right = parse_version(pair.right);
    ASSERT_TRUE(left && right) << pair.left << " " << pair.right;
    EXPECT_EQ(order_of(compare(*left, *right)), pair.order) << pair.left << " " << pair.right;
    EXPECT_EQ(order_of(compare(*right, *left)), flipped(pair.order))
        << pair.right << " " << pair.left;
  }
}

TEST(VersionOrder, OfWhatIsNoVersion) {
  EXPECT_FALSE(parse_version(""));
  EXPECT_FALSE(parse_version("unknown"));
  EXPECT_FALSE(parse_version(std::string(200, '1')));
  EXPECT_FALSE(parse_version("1.99999999999999999999999"));
  EXPECT_TRUE(parse_version("999999999999999999"));
}

struct Case {
  const char* range;
  const char* version;
  char fit;  // i, o, u
};

char letter(VersionRange::Fit fit) {
  return fit == VersionRange::Fit::inside ? 'i' : (fit == VersionRange::Fit::outside ? 'o' : 'u');
}

TEST(VersionRange, OfTheTextsOfAdvisories) {
  constexpr Case kCases[] = {
      {"<20.19", "20.11", 'i'},
      {"<20.19", "20.19", 'o'},
      {"20.19", "20.019", 'i'},
      {"vers:generic/>=1.0|<2.5", "2.1", 'i'},
      {"vers:generic/>=1.0|<2.5", "0.9", 'o'},
      {"vers:generic/<2.5|>=1.0", "3.0", 'o'},
      {"vers:intdot/%3E%3D1.0|%3C2.5", "2.4", 'i'},
      {"vers:generic/<1.5|>=2.0|<2.3", "1.4", 'i'},
      {"vers:generic/<1.5|>=2.0|<2.3", "1.7", 'o'},
      {"vers:generic/<1.5|>=2.0|<2.3", "2.2", 'i'},
      {"vers:generic/>=1.0|!=1.3|<2.0", "1.3", 'o'},
      {"vers:generic/1.0|1.2", "1.2", 'i'},
      {"vers:generic/1.0|1.2", "1.1", 'o'},
      {"vers:all/*", "7", 'i'},
      {"*", "7", 'i'},
      {"", "7", 'i'},
      {"All versions", "7", 'i'},
      {"All versions < V3.1", "V3.0", 'i'},
      {"All versions < V3.1", "V3.1", 'o'},
      {">=1.0|<2.5", "1.0", 'i'},
      {">= 1.0, < 2.5", "2.5", 'o'},
      {">=V2.5 <V2.9.2", "V2.9.1", 'i'},
      {"prior to 3.20", "3.10", 'i'},
      {"versions before V4.5 SP1", "V4.5", 'i'},
      {"versions before V4.5 SP1", "V4.5 SP1", 'o'},
      {"2.8 Update 3 and earlier", "2.8 Update 2", 'i'},
      {"V2.6 and earlier", "V02.5.1", 'i'},
      {"V2.6 and prior", "V2.7", 'o'},
      {"1.0 through 2.5", "2.5", 'i'},
      {"1.0 - 2.5", "2.6", 'o'},
      {"3.0 or later", "2.9.9", 'o'},
      {"from 1.0 up to 2.5", "1.7", 'i'},
      {"<FW25", "04.02.13(24)", 'i'},
      {"<=33", "33.011", 'u'},
      {"33", "33.011", 'u'},
      {"<=33", "32.011", 'i'},
      {"<=33", "34.011", 'o'},
      {"<3.0", "1.0 special", 'i'},
      {"<1.0", "1.0 special", 'u'},
      {"the old ones", "1.0", 'u'},
      {"<", "1.0", 'u'},
      {"< V3 with module X", "2.0", 'u'},
      {"vers:generic", "1.0", 'u'},
      {"<1.0|<LMB2", "0.9", 'u'},
  };
  for (const Case& one : kCases) {
    const auto version = parse_version(one.version);
    ASSERT_TRUE(version) << one.version;
    const VersionRange::Answer answer = VersionRange::parse(one.range).answer(*version);
    EXPECT_EQ(letter(answer.fit), one.fit)
        << one.version << " in " << one.range << ": " << answer.words;
  }
}

TEST(VersionRange, SaysWhy) {
  const auto words = [](const char* range, const char* version) {
    return VersionRange::parse(range).answer(*parse_version(version)).words;
  };
  EXPECT_EQ(words("<20.19", "20.11"), "version 20.11 < 20.19");
  EXPECT_EQ(words("vers:generic/>=3.0|<3.30", "V3.20"), "version V3.20 >= 3.0 and < 3.30");
  EXPECT_EQ(words("<20.19", "20.20"), "version 20.20 is not < 20.19");
  EXPECT_EQ(words("<=33", "33.011"), "version 33.011 may be <= 33");
  EXPECT_EQ(words("the old ones", "1"), "the versions \"the old ones\" are not understood");
}

TEST(VersionRange, OfAnyTextEndsAndNeverFits) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "<1." + std::to_string(i) + "|";
  }
  EXPECT_FALSE(VersionRange::parse(text).understood());
  EXPECT_FALSE(VersionRange::parse(std::string(5000, '<')).understood());
}

}  // namespace
}  // namespace prahari
