// The pieces of the Zeek logs: cells, names of connections, JSON values, the folder.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sensor/zeek/cell.hpp"
#include "sensor/zeek/log_folder.hpp"
#include "sensor/zeek/modbus_words.hpp"
#include "sensor/zeek/values.hpp"
#include "sensor/zeek/where.hpp"

namespace prahari::zeek {
namespace {

namespace fs = std::filesystem;

template <class Put>
std::string cell(Put&& put) {
  std::string line;
  Cell cell{line};
  put(cell);
  return line;
}

TEST(ZeekCell, Escapes) {
  struct Case {
    std::string_view value;
    std::string_view text;
    std::string_view bytes;
  };
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"plain", "plain", "plain"},
      {"", "(empty)", "(empty)"},
      {"-", "\\x2d", "\\x2d"},
      {"(empty)", "\\x28empty)", "\\x28empty)"},
      {"tab\tline\n", "tab\\x09line\\x0a", "tab\\x09line\\x0a"},
      {"a\\b", "a\\\\b", "a\\\\b"},
      {"\0\x7f"sv, "\\x00\\x7f", "\\x00\\x7f"},
      {"\xc3\xa9", "\xc3\xa9", "\\xc3\\xa9"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(cell([&](Cell& out) { out.text(c.value); }), c.text);
    EXPECT_EQ(cell([&](Cell& out) { out.bytes(c.value); }), c.bytes);
  }
}

TEST(ZeekCell, Values) {
  EXPECT_EQ(cell([](Cell& c) { c.unset(); }), "-");
  EXPECT_EQ(cell([](Cell& c) { c.count(std::nullopt); }), "-");
  EXPECT_EQ(cell([](Cell& c) { c.count(65535); }), "65535");
  EXPECT_EQ(cell([](Cell& c) { c.boolean(true); }), "T");
  EXPECT_EQ(cell([](Cell& c) { c.hex(0x70, 2); }), "0x70");
  EXPECT_EQ(cell([](Cell& c) { c.hex(7, 8); }), "0x00000007");
  EXPECT_EQ(cell([](Cell& c) { c.hex(0x2420, 2); }), "0x2420");
  EXPECT_EQ(cell([](Cell& c) { c.vector("[1,2,3]"); }), "1,2,3");
  EXPECT_EQ(cell([](Cell& c) { c.vector("[]"); }), "-");
  EXPECT_EQ(cell([](Cell& c) { c.vector("null"); }), "-");
  const Timestamp time{std::chrono::nanoseconds{1'595'660'608'007'928'999}};
  EXPECT_EQ(cell([&](Cell& c) { c.time(time); }), "1595660608.007928");
}

TEST(ZeekWhere, SameUidForTheSameFlowAndAnotherForAnother) {
  Event event;
  event.kind = EventKind::flow;
  event.flow = {3, 7, 1};
  event.client.port = 40000;
  event.server.port = 502;
  event.flow_facts = {};
  event.flow_facts.first = Timestamp{std::chrono::seconds{100}};
  Connections first;
  Connections second;
  first.event(event);
  second.event(event);
  const Uid uid = first.where(event).uid;
  EXPECT_EQ(uid.view(), second.where(event).uid.view());
  EXPECT_EQ(uid.view().size(), 18U);
  EXPECT_EQ(uid.view().front(), 'C');

  Event later = event;  // the place is used again
  later.flow.generation = 2;
  later.flow_facts.first = Timestamp{std::chrono::seconds{200}};
  first.event(later);
  EXPECT_NE(first.where(later).uid.view(), uid.view());
  EXPECT_NE(first.where(later).packet_id(1).view(), first.where(later).packet_id(2).view());
}

TEST(ZeekValues, ReadsWhatFieldsWrite) {
  Fields fields;
  fields.begin_object(0);
  fields.member("0", "a,b:\"c\"\n");
  fields.member("1", 17);
  fields.end_object();
  const auto found = members(fields.json(0));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first, "0");
  EXPECT_EQ(unquote(found[0].second), "a,b:\"c\"\n");
  EXPECT_EQ(number_of(found[1].second), 17U);
  EXPECT_TRUE(members("[]").empty());
  EXPECT_TRUE(members("null").empty());
  EXPECT_EQ(members("[[1,2],{\"a\":[3]},4]").size(), 3U);
  EXPECT_EQ(unquote(R"("\u0007\u00e9")"), "\a\xc3\xa9");
  EXPECT_EQ(number_of("-3"), std::nullopt);
}

TEST(ZeekWords, Modbus) {
  EXPECT_EQ(function_word(3), "READ_HOLDING_REGISTERS");
  EXPECT_EQ(function_word(0x83), "READ_HOLDING_REGISTERS_EXCEPTION");
  EXPECT_EQ(function_word(29), "unknown-29");
  EXPECT_EQ(function_word(156), "unknown-156");
  EXPECT_EQ(exception_word(2), "ILLEGAL_DATA_ADDRESS");
  EXPECT_EQ(exception_word(7), "unknown-7");
}

struct Line {
  Where where;
};

TEST(ZeekLogFolder, ReplacesLogsAndRefusesOtherFiles) {
  const fs::path folder =
      fs::temp_directory_path() / ("prahari-zeek-" + std::to_string(::getpid()));
  constexpr auto kColumns = join(kConnection<Line>);
  {
    auto logs = LogFolder::create(folder);
    ASSERT_TRUE(logs);
    logs->write<Line>("one", kColumns, {});
    ASSERT_TRUE(logs->finish());
  }
  std::ifstream file{folder / "one.log"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_TRUE(text.starts_with("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"));
  EXPECT_NE(text.find("#path\tone\n#open\t1970-01-01-00-00-00\n#fields\tts\tuid\tid.orig_h"),
            std::string::npos);
  EXPECT_NE(text.find("#types\ttime\tstring\taddr\tport\taddr\tport\n0.000000\t"),
            std::string::npos);
  EXPECT_TRUE(text.ends_with("\t-\t0\t-\t0\n#close\t1970-01-01-00-00-00\n")) << text;

  ASSERT_TRUE(LogFolder::create(folder));
  EXPECT_FALSE(fs::exists(folder / "one.log"));

  std::ofstream{folder / "notes.log"} << "mine\n";
  const auto refused = LogFolder::create(folder);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("notes.log"), std::string::npos);
  EXPECT_TRUE(fs::exists(folder / "notes.log"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace prahari::zeek
