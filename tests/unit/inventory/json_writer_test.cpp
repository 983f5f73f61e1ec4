#include "inventory/json_writer.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

TEST(JsonWriter, WritesWhatTheLibraryWouldWrite) {
  const std::vector<std::string> tags = {"a", "b"};
  std::string out;
  JsonWriter json{out};
  json.begin_object();
  json.key("empty").begin_object().end_object();
  json.key("none").begin_array().end_array();
  json.key("tags").texts(tags);
  json.key("list").begin_array();
  json.number(std::uint64_t{18'446'744'073'709'551'615U}).number(std::int64_t{-3});
  json.begin_object().key("yes").boolean(true).key("no").boolean(false).end_object();
  json.null().number(3.5).number(0.1).end_array();
  json.key("last").text("x").end_object();
  const Json wanted = {
      {"empty", Json::object()},
      {"none", Json::array()},
      {"tags", tags},
      {"list",
       {18'446'744'073'709'551'615U, -3, {{"yes", true}, {"no", false}}, nullptr, 3.5, 0.1}},
      {"last", "x"}};
  EXPECT_EQ(out, wanted.dump());
}

TEST(JsonWriter, TakesAnyBytes) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "plain"sv, R"(a"b\c)"sv, "\b\f\n\r\t\x01\x1f\x7f"sv, "\0"sv, "caf\xc3\xa9"sv,
        "\xff\xfe"sv, "\xc3"sv, "\xe2\x82"sv, "\xed\xa0\x80"sv, "\xf0\x9f\x98\x80"sv, "{[:,"sv}) {
    std::string out = "[";
    JsonWriter json{out};
    json.text(text).text("x");
    out += ']';
    EXPECT_EQ(out,
              "[" + Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) + ",\"x\"]");
  }
}

}  // namespace
}  // namespace prahari
