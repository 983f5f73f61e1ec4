// What browsing called the nodes that are written later, and the texts of diagnostics.

#include <gtest/gtest.h>

#include "dissectors/protocols/opcua/node_names.hpp"
#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::test {
namespace {

// A BrowseRequest for one node.
Ua browse(const Ua& node) {
  return Ua{}
      .asks(527)
      .raw("0000")
      .u64(0)
      .u32(0)
      .u32(0)
      .u32(1)
      .add(node)
      .u32(0)
      .raw("0000")
      .u8(1)
      .u32(0)
      .u32(63);
}

Ua reference(unsigned type, bool forward, const Ua& node, std::string_view name) {
  return Ua{}
      .node(type)
      .u8(forward ? 1 : 0)
      .add(node)
      .u16(2)
      .text(name)
      .raw("00")
      .u32(1)
      .raw("0000");
}

Ua browsed(const std::vector<Ua>& references) {
  Ua body = Ua{}.answers(530).u32(1).u32(0).null().u32(references.size());
  for (const Ua& one : references) {
    body.add(one);
  }
  return body.u32(0);
}

Ua write(const Ua& node) {
  return Ua{}
      .asks(673)
      .u32(2)
      .add(node)
      .u32(13)
      .null()
      .raw("0106")
      .u32(1)
      .node(99)
      .u32(13)
      .null()
      .raw("0106")
      .u32(1);
}

const Ua kLine = Ua{}.node(2, "L1");
const Ua kReset = Ua{}.node(2, "R7");

TEST(OpcuaNames, WhatIsWrittenIsCalledWhatABrowseCalledIt) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(write(kReset), 2);
  EXPECT_EQ(talk.field("names"), "null");
  talk.answer(Ua{}.answers(676).u32(0).u32(0), 2);
  talk.ask(browse(Ua{}.node(85)), 3);
  talk.answer(browsed({reference(35, true, kLine, "Line1"), reference(40, true, Ua{}.node(61), "T"),
                       reference(35, false, Ua{}.node(84), "Root")}),
              3);
  talk.ask(browse(kLine), 4);
  talk.answer(browsed({reference(47, true, kReset, "Reset"),
                       reference(35, false, Ua{}.node(85), "Objects")}),
              4);
  talk.ask(write(kReset), 5);
  EXPECT_EQ(talk.field("nodes"), R"(["ns=2;s=R7","i=99"])");
  EXPECT_EQ(talk.field("names"), R"(["Line1/Reset",""])");
  talk.answer(Ua{}.answers(676).u32(0).u32(0), 5);
  talk.ask(Ua{}.asks(712).u32(1).add(kLine).add(kReset).u32(0), 6);
  EXPECT_EQ(talk.field("names"), "[\"Line1/Reset\"]");
}

TEST(OpcuaNames, ATranslatedPathIsAName) {
  OpcuaTalk talk;
  talk.open();
  const Ua step = Ua{}.node(35).raw("0001").u16(2);
  talk.ask(
      Ua{}.asks(554).u32(1).node(85).u32(2).add(Ua{step}.text("Line2")).add(Ua{step}.text("Speed")),
      3);
  talk.answer(Ua{}.answers(557).u32(1).u32(0).u32(1).add(kReset).null().u32(0), 3);
  talk.ask(write(kReset), 4);
  EXPECT_EQ(talk.field("names"), R"(["Line2/Speed",""])");
}

TEST(OpcuaNames, EachNameIsToldOnceForAllFlowsOfAServer) {
  const std::unique_ptr<Shared> shared = opcua_protocol().share();
  const auto names_told = [&](const char* server, std::string_view called) {
    FlowEnds ends;
    EXPECT_TRUE(parse(server, ends.second));
    OpcuaTalk talk;
    talk.session->join(shared.get(), ends);
    talk.wants_fields = false;
    talk.open();
    talk.ask(browse(kLine), 3);
    talk.lines.clear();
    talk.answer(browsed({reference(47, true, kReset, called)}), 3);
    std::erase_if(talk.lines, [](const std::string& line) { return !line.starts_with("name "); });
    return talk.lines;
  };
  const std::vector<std::string> told{"name ns=2;s=R7 below ns=2;s=L1 is Reset"};
  EXPECT_EQ(names_told("10.0.0.1", "Reset"), told);
  EXPECT_TRUE(names_told("10.0.0.1", "Reset").empty());
  EXPECT_EQ(names_told("10.0.0.2", "Reset"), told);
  EXPECT_EQ(names_told("10.0.0.1", "Clear"),
            std::vector<std::string>{"name ns=2;s=R7 below ns=2;s=L1 is Clear"});
  EXPECT_TRUE(names_told("10.0.0.3", "").empty());
  EXPECT_EQ(
      names_told("10.0.0.3", std::string(1000, 'x'))[0].size(),
      std::string_view{"name ns=2;s=R7 below ns=2;s=L1 is "}.size() + opcua::NodeNames::kLongest);
}

TEST(OpcuaNames, WhatNobodyAskedForNamesNothing) {
  const std::unique_ptr<Shared> shared = opcua_protocol().share();
  OpcuaTalk talk;
  talk.session->join(shared.get(), {});
  talk.open();
  const Ua named = browsed({reference(47, true, kReset, "Harmless")});
  talk.answer(named, 9);
  talk.client(chunk("MSGF", Ua{}.u32(5).u32(1).u32(9).u32(9).add(named)));
  for (const std::string& line : talk.lines) {
    EXPECT_FALSE(line.starts_with("name ")) << line;
  }
}

TEST(OpcuaNames, BoundedAndTheOldestGoes) {
  opcua::NodeNames names;
  for (std::uint64_t node = 1; node <= opcua::NodeNames::kMost + 2; ++node) {
    names.add(node, node - 1, "n" + std::to_string(node));
  }
  EXPECT_EQ(names.forgotten(), 2U);
  EXPECT_EQ(names.path_of(1), "");
  EXPECT_EQ(names.path_of(3), "n1/n2/n3");
  EXPECT_LE(names.path_of(500).size(), opcua::NodeNames::kLongest);
  names.add(3, 3, "itself");
  EXPECT_EQ(names.path_of(3), "n1/n2/n3");
}

TEST(OpcuaDiagnostics, TextsOfTheStringTable) {
  OpcuaTalk talk;
  talk.open();
  talk.ask(write(kReset), 2);
  // SymbolicId 0, NamespaceUri 1, Locale 2, LocalizedText 3, more, BadTooManyOperations; inside it
  // LocalizedText 9, which is not there.
  const Ua header = Ua{}.node(676)
                        .u64(0)
                        .u32(7)
                        .u32(0)
                        .raw(
                            "7f 00000000 01000000 02000000 03000000 02000000 6f6b 00001080"
                            "04 09000000")
                        .u32(4)
                        .text("Sym")
                        .text("urn:x")
                        .text("de")
                        .text("kaputt")
                        .raw("000000");
  talk.answer(Ua{header}.u32(1).u32(0x80740000).u32(1).raw("0400000000"), 2);
  EXPECT_EQ(talk.field("diagnostics"),
            "[{\"level\":0,\"symbol\":\"Sym\",\"namespace\":\"urn:x\",\"locale\":\"de\","
            "\"text\":\"kaputt\",\"more\":\"ok\",\"status\":\"BadTooManyOperations\"},"
            "{\"level\":1,\"text\":9},{\"level\":0,\"text\":\"Sym\"}]");
}

}  // namespace
}  // namespace prahari::test
