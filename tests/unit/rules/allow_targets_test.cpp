// What the targets of an `allow` entry cover.

#include <gtest/gtest.h>

#include "rules/allow_match.hpp"
#include "rules/allow_parser.hpp"
#include "rules/target_parser.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

Allow allow(std::string_view text) {
  auto parsed = parse_allow(text);
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    throw std::invalid_argument{*problem};
  }
  return std::get<Allow>(std::move(parsed));
}

std::string problem(std::string_view text) {
  auto parsed = parse_allow(text);
  const auto* found = std::get_if<std::string>(&parsed);
  return found == nullptr ? "" : *found;
}

Target named(std::string_view table, std::string_view text, std::uint32_t count = 1) {
  return {.table = table, .text = text, .unit = 0, .address = 0, .count = count};
}

TEST(AllowTargets, Names) {
  const struct {
    std::string_view entry;
    Target target;
    bool covered;
  } cases[] = {
      {"cip:write@tag=Line1.Speed", named("tag", "Line1.Speed"), true},
      {"cip:write@tag=Line1.Speed", named("tag", "line1.SPEED"), true},  // one tag to a controller
      {"cip:write@tag=Line1.Speed", named("tag", "Line1.Speed2"), false},
      {"cip:write@tag=Line1.Speed", named("class", "Line1.Speed"), false},
      {"cip:write@tag=Line1.*", named("tag", "Line1.Speed"), true},
      {"cip:write@tag=Line1.*", named("tag", "Line11.Speed"), false},
      {"cip:write@tag=Recipe[0-9]", named("tag", "Recipe[3]"), true},
      {"cip:write@tag=Recipe[0-9]", named("tag", "Recipe[3]", 7), true},
      {"cip:write@tag=Recipe[0-9]", named("tag", "Recipe[3]", 8), false},  // to element 10
      {"cip:write@tag=Recipe[0-9]", named("tag", "Recipe", 10), true},     // from its beginning
      {"cip:write@tag=Recipe[0-9]", named("tag", "Recipe", 11), false},
      {"cip:write@tag=Recipe[3]", named("tag", "Recipe[3]", 2), false},
      {"cip:write@tag=Recipe[*]", named("tag", "Recipe[400]", 50), true},
      {"cip:write@tag=Recipe[*]", named("tag", "Recipes[4]"), false},
      {"cip:write@tag=Recipe[1-2].Speed", named("tag", "Recipe[2].Speed", 9), true},
      {"cip:write@tag=Recipe[1-2].Speed", named("tag", "Recipe[2].Level"), false},
      {"cip:write@tag='Grid[1,2]'", named("tag", "Grid[1,2]"), true},
      {"cip:write@tag='Odd*'", named("tag", "Odd*"), true},
      {"cip:write@tag='Odd*'", named("tag", "Oddly"), false},
      {"cip:write@tag='It''s'", named("tag", "It's"), true},
      {"cip:write@tag=\"a,b\",tag=c", named("tag", "a,b"), true},
      {"cip:write@tag=\"a,b\",tag=c", named("tag", "c"), true},
      {"cip:write@class=0x6B*", named("class", "0x6B (Symbol) instance 7"), true},
      {"opcua:write@ns=2;s=Reset", named("node", "ns=2;s=Reset"), true},
      {"opcua:write@ns=2;s=Reset", named("node", "ns=2;s=reset"), false},
      {"opcua:write@ns=2;s=Line1.*", named("node", "ns=2;s=Line1.Speed"), true},
      {"opcua:write@ns=0;i=85,i=86", named("node", "i=85"), true},
      {"opcua:write@node=i=86", named("node", "i=86"), true},
      {"opcua:write@'ns=2;s=a,b'", named("node", "ns=2;s=a,b"), true},
      {"opcua:read@ns=2;s=A", named("node", "ns=2;s=A", 3), false},  // two more, not told
      {"modbus:read@unit=1,device", {.table = {}, .text = {}, .unit = 1}, true},
      {"modbus:read@unit=1,device", named("holding", "", 1), false},
      {"cip:read@slot=2", {.table = "tag", .text = "A", .unit = 0x01000002, .count = 1}, true},
      {"cip:read@slot=2", {.table = "tag", .text = "A", .unit = 0x01000003, .count = 1}, false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(within(allow(one.entry).targets, one.target), one.covered)
        << one.entry << " and " << one.target.text << " x" << one.target.count;
  }
}

TEST(AllowTargets, SayWhatIsWrong) {
  EXPECT_EQ(problem("cip:write@tga=Speed"),
            "unknown target \"tga\", expected tag, class, slot, unit, data file, connection point, "
            "connection or device; did you mean \"tag\"?");
  EXPECT_EQ(problem("cip:write@tag='open"), "the quote in \"'open\" is never closed");
  EXPECT_EQ(problem("cip:write@tag='a'b"), "expected a comma after the closing quote in \"'a'b\"");
  EXPECT_NE(problem("cip:write@tag=a,"), "");
  EXPECT_NE(problem("cip:write@"), "");
  EXPECT_NE(problem("cip:write@=a"), "");
  EXPECT_NE(problem("cip:write@tag="), "");
  EXPECT_NE(problem("cip:call@tag=a"), "");
  EXPECT_NE(problem("modbus:write@slot=1"), "");
  EXPECT_NE(problem("opcua:write@tag=a"), "");
}

TEST(AllowTargets, ACallIsAMethodOfWhateverClass) {
  const Allow entry = allow("opcua:call@ns=2;s=Reset");
  const CompiledAllow compiled = compile(entry);
  Request request;
  request.protocol = Protocol::opcua;
  request.has_operation = true;
  for (const Operation operation : {Operation::control, Operation::admin}) {
    request.operation = operation;
    request.name = "Call";
    EXPECT_TRUE(compiled.names(request));
    request.name = "Call Reset";
    EXPECT_TRUE(compiled.names(request));
    request.name = "Callback";
    EXPECT_FALSE(compiled.names(request));
    request.name = "Write";
    EXPECT_FALSE(compiled.names(request));
  }
}

TEST(AllowTargets, WhatIsWrittenForANameCoversIt) {
  for (const std::string_view text : {"Line1.Speed", "It's", "a,b", "\"q\"", "Odd*", "Grid[1,2]",
                                      "17", "3-4", "x=y", "'", "''"}) {
    const Allow entry = allow("cip:write@" + text_target("tag", text));
    EXPECT_TRUE(within(entry.targets, named("tag", text))) << text;
    EXPECT_FALSE(within(entry.targets, named("tag", std::string{text} + "x"))) << text;
  }
  for (const std::string_view text : {"ns=2;s=Reset", "i=85", "ns=1;s=a,b", "ns=1;s='x'", "?"}) {
    const Allow entry = allow("opcua:write@" + text_target("node", text));
    EXPECT_TRUE(within(entry.targets, named("node", text))) << text;
  }
}

}  // namespace
}  // namespace prahari::test
