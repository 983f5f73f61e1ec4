// The detail logs of OPC UA, for what no capture at hand has: diagnostics with all their texts,
// filters of every kind, and messages made to hurt.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sensor/zeek/opcua_message.hpp"
#include "tests/unit/dissectors/opcua_talk.hpp"

namespace prahari::zeek {
namespace {

namespace fs = std::filesystem;
using test::Ua;

using Line = std::map<std::string, std::string>;
using Lines = std::vector<Line>;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in{text};
  for (std::string part; std::getline(in, part, '\t');) {
    out.push_back(part);
  }
  return out;
}

// What one message leaves behind, log by log.
class OpcuaLogs : public ::testing::Test {
 public:
  OpcuaLogs()
      : folder_(fs::temp_directory_path() / ("prahari-opcua-" + std::to_string(::getpid()))) {}
  OpcuaLogs(const OpcuaLogs&) = delete;
  OpcuaLogs& operator=(const OpcuaLogs&) = delete;
  ~OpcuaLogs() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

 protected:
  std::map<std::string, Lines> logs(Bytes body, bool response) {
    auto out = LogFolder::create(folder_);
    EXPECT_TRUE(out);
    Where where;
    where.is_orig = !response;
    OpcuaMessage message{body, where, 3, *out};
    Reader type{body};
    const std::uint32_t number = opcua::read_node_id(type).number;
    static_cast<void>(message.header(response));
    write_opcua_details(message, number);
    cut_ = message.cut();
    EXPECT_TRUE(out->finish());
    std::map<std::string, Lines> read;
    for (const auto& entry : fs::directory_iterator{folder_}) {
      read[entry.path().stem().string()] = lines_of(entry.path());
    }
    return read;
  }

  std::map<std::string, Lines> logs(const Ua& body, bool response) {
    return logs(body.bytes, response);
  }

  static Lines lines_of(const fs::path& path) {
    Lines out;
    std::vector<std::string> names;
    std::ifstream file{path};
    for (std::string text; std::getline(file, text);) {
      const auto cells = split(text);
      if (cells[0] == "#fields") {
        names.assign(cells.begin() + 1, cells.end());
      } else if (cells[0][0] != '#') {
        EXPECT_EQ(cells.size(), names.size()) << path << ": " << text;
        Line line;
        for (std::size_t i = 0; i < std::min(cells.size(), names.size()); ++i) {
          line[names[i]] = cells[i];
        }
        out.push_back(line);
      }
    }
    return out;
  }

  fs::path folder_;
  bool cut_ = false;
};

// ReadResponse, type 634, whose ResponseHeader has ServiceDiagnostics 7f with everything. By OPC
// 10000-6, 5.2.2.12, the numbers behind the mask are SymbolicId, NamespaceUri, Locale and
// LocalizedText in this order, though the bit of Locale (08) is above that of LocalizedText (04).
// ICSNPP reads LocalizedText before Locale, and would here call "de" the text and "kaputt" the
// locale.
TEST_F(OpcuaLogs, DiagnosticsInTheOrderOfTheWire) {
  const Ua body = Ua{}.raw("01007a02")          // type 634
                      .raw("0000000000000000")  // time: none
                      .raw("07000000")          // handle
                      .raw("00003480")          // BadNodeIdUnknown
                      .raw(
                          "7f"
                          "00000000"       // symbolic id: string 0
                          "01000000"       // namespace: string 1
                          "02000000"       // locale: string 2
                          "03000000"       // localized text: string 3
                          "02000000 6f6b"  // additional info "ok"
                          "00001080"       // inner status
                          "04 09000000")   // inner: localized text, string 9
                      .u32(4)
                      .text("Sym")
                      .text("urn:x")
                      .text("de")
                      .text("kaputt")
                      .raw("000000");
  auto all = logs(body, true);
  const Lines& lines = all["opcua_binary_diag_info_detail"];
  ASSERT_EQ(lines.size(), 2U);
  const Line& outer = lines[0];
  EXPECT_EQ(outer.at("source_str"), "ResponseHeader_DiagInfo");
  EXPECT_EQ(outer.at("symbolic_id_str"), "Sym");
  EXPECT_EQ(outer.at("namespace_uri_str"), "urn:x");
  EXPECT_EQ(outer.at("locale"), "2");
  EXPECT_EQ(outer.at("locale_str"), "de");
  EXPECT_EQ(outer.at("locale_txt"), "3");
  EXPECT_EQ(outer.at("locale_txt_str"), "kaputt");
  EXPECT_EQ(outer.at("addl_info"), "ok");
  EXPECT_EQ(outer.at("inner_stat_code"), "0x80100000");
  const Line& inner = lines[1];
  EXPECT_EQ(inner.at("source_str"), "ResponseHeader_InnerDiagInfo");
  EXPECT_EQ(inner.at("root_object_id"), outer.at("root_object_id"));
  EXPECT_EQ(inner.at("has_locale"), "F");
  EXPECT_EQ(inner.at("locale_txt"), "9");
  EXPECT_EQ(inner.at("locale_txt_str"), "-");  // there is no string 9
  const Lines& statuses = all["opcua_binary_status_code_detail"];
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_EQ(statuses[0].at("sub_code_str"), "BadNodeIdUnknown");
  EXPECT_EQ(statuses[1].at("source_str"), "ResponseHeader_DiagInfo");
  EXPECT_EQ(all.count("opcua_binary_read"), 0U);  // a header alone
}

// ICSNPP keeps 8 of the 12 bits of a sub-code: 810d0000 is 13 there.
TEST_F(OpcuaLogs, StatusWithAllItsBits) {
  auto all = logs(Ua{}.answers(676, 0x810d0000).u32(1).u32(0x4000c592).u32(0), true);
  const Lines& lines = all["opcua_binary_status_code_detail"];
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("sub_code"), "269");
  EXPECT_EQ(lines[0].at("sub_code_str"), "BadCertificateChainIncomplete");
  EXPECT_EQ(lines[0].at("limit_bits"), "-");
  const Line& one = lines[1];
  EXPECT_EQ(one.at("source_str"), "Write");
  EXPECT_EQ(one.at("severity_str"), "Severity_Uncertain");
  EXPECT_EQ(one.at("structure_changed") + one.at("semantics_changed"), "TT");
  EXPECT_EQ(one.at("info_type_str"), "InfoType_DataValue");
  EXPECT_EQ(one.at("limit_bits_str"), "LimitBits_Low");
  EXPECT_EQ(one.at("overflow"), "T");
  EXPECT_EQ(one.at("historian_bits_str"), "HistorianBits_Interpolated");
  EXPECT_EQ(one.at("historianMultiValue"), "T");
  EXPECT_EQ(all["opcua_binary_write"].at(0).at("res_status_code_link_id"),
            one.at("status_code_link_id"));
}

Ua extension(unsigned type, const Ua& body) {
  return Ua{}.node(type).u8(1).u32(body.bytes.size()).add(body);
}

// An item of a CreateMonitoredItemsRequest.
Ua item(const Ua& filter) {
  return Ua{}
      .node(2, "Speed")
      .u32(13)
      .null()
      .u16(0)
      .null()
      .u32(2)
      .u32(9)
      .real(100)
      .add(filter)
      .u32(1)
      .u8(1);
}

Ua operands() {
  const Ua path = Ua{}.u32(1).node(33).u8(0).u8(1).u16(4).text("Level");
  const Ua simple = Ua{}.node(2041).u32(1).u16(0).text("Severity").u32(13).null();
  return Ua{}
      .u32(2)
      .u32(11)
      .u32(2)
      .add(extension(594, Ua{}.u32(1)))
      .add(extension(597, Ua{}.raw("0b").real(2.5)))
      .u32(4)
      .u32(2)
      .add(extension(603, simple))
      .add(extension(600, Ua{}.node(85).text("a").add(path).u32(13).null()));
}

TEST_F(OpcuaLogs, Filters) {
  const Ua simple = Ua{}.node(2041).u32(1).u16(0).text("Message").u32(13).null();
  const Ua event = Ua{}.u32(1).add(simple).add(operands());
  const Ua aggregate =
      Ua{}.u64(132'000'000'000'000'000).node(2342).real(500).u8(0).u8(1).u8(90).u8(10).u8(0);
  auto all = logs(Ua{}.asks(751)
                      .u32(5)
                      .u32(2)
                      .u32(3)
                      .add(item(extension(724, Ua{}.u32(1).u32(2).real(1.5))))
                      .add(item(extension(730, aggregate)))
                      .add(item(extension(727, event))),
                  false);
  const auto one = [&](const std::string& log) {
    EXPECT_EQ(all["opcua_binary_" + log].size(), 1U) << log;
    return all["opcua_binary_" + log].empty() ? Line{} : all["opcua_binary_" + log][0];
  };
  const Lines& items = all["opcua_binary_create_monitored_items_create_item"];
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].at("item_to_monitor_node_id_string"), "Speed");
  EXPECT_EQ(items[0].at("monitoring_parameters_filter_info_type_id_string"), "DataChanteFilter");
  EXPECT_EQ(items[0].at("monitoring_parameters_queue_size"), "1");

  const Line change = one("data_change_filter");
  EXPECT_EQ(change.at("monitored_parameters_link_id"), items[0].at("filter_info_details_link_id"));
  EXPECT_EQ(change.at("trigger") + change.at("deadband_type"), "StatusValuePercentDeadband");
  EXPECT_EQ(change.at("deadband_value"), "1.5");

  const Line sum = one("aggregate_filter");
  EXPECT_EQ(sum.at("start_time_str"), "2019-04-17T18:40:00.000000000Z");
  EXPECT_EQ(sum.at("aggregate_type_numeric"), "2342");
  EXPECT_EQ(sum.at("processing_interval"), "500.0");
  EXPECT_EQ(sum.at("percent_data_good") + sum.at("percent_data_bad"), "9010");
  EXPECT_EQ(sum.at("revised_start_time"), "-");

  const Line selected = one("event_filter_select_clause");
  EXPECT_EQ(selected.at("select_clause_link_id"), one("event_filter").at("select_clause_link_id"));
  EXPECT_EQ(selected.at("attribute_id"), "Value");
  const Lines& elements = all["opcua_binary_event_filter_where_clause_elements"];
  ASSERT_EQ(elements.size(), 4U);
  EXPECT_EQ(elements[0].at("filter_operator"), "OR");
  EXPECT_EQ(elements[3].at("filter_operator"), "GreaterThanOrEqual");
  EXPECT_EQ(elements[3].at("content_filter_filter_operand_type_id_string"), "AttributeOperand");
  EXPECT_EQ(elements[0].at("content_filter_element_link_id"),
            one("event_filter_where_clause").at("content_filter_element_link_id"));
  EXPECT_EQ(one("event_filter_element_operand").at("element_index"), "1");
  EXPECT_EQ(one("event_filter_literal_operand").at("literal_operand_variant_link"),
            one("variant_metadata").at("variant_source_data_link_id"));
  EXPECT_EQ(one("variant_metadata").at("variant_data_source_str"), "LiteralOperand_Variant");
  EXPECT_EQ(one("variant_data").at("variant_data_value_decimal"), "2.5");
  EXPECT_EQ(one("event_filter_simple_attribute_operand").at("type_id_numeric"), "2041");
  EXPECT_EQ(one("event_filter_attribute_operand").at("alias"), "a");
  EXPECT_EQ(one("event_filter_attribute_operand_browse_paths").at("target_name"), "Level");
  const Lines& paths = all["opcua_binary_event_filter_simple_attribute_operand_browse_paths"];
  ASSERT_EQ(paths.size(), 2U);
  EXPECT_EQ(paths[0].at("browse_path_src"), "SelectClause");
  EXPECT_EQ(paths[1].at("browse_path_src") + paths[1].at("name"), "SimpleAttributeOperandSeverity");
}

TEST_F(OpcuaLogs, FilterResults) {
  const Ua element = Ua{}.u32(0x80490000).u32(1).u32(0x80490000).u32(0);
  const Ua event = Ua{}.u32(2).u32(0).u32(0x80340000).u32(0).u32(1).add(element).u32(0);
  const Ua aggregate = Ua{}.u64(0).real(250).u8(1).u8(0).u8(100).u8(0).u8(1);
  auto all = logs(Ua{}.answers(754)
                      .u32(2)
                      .u32(0)
                      .u32(1)
                      .real(100)
                      .u32(1)
                      .add(extension(736, event))
                      .u32(0)
                      .u32(2)
                      .real(100)
                      .u32(1)
                      .add(extension(739, aggregate))
                      .u32(0),
                  true);
  const Lines& items = all["opcua_binary_create_monitored_items_create_item"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].at("monitored_item_index_id"), "2");
  EXPECT_EQ(all["opcua_binary_aggregate_filter"].at(0).at("revised_processing_interval"), "250.0");
  EXPECT_EQ(all["opcua_binary_aggregate_filter"].at(0).at("revised_start_time_str"), "-");
  std::string sources;
  for (const Line& line : all["opcua_binary_status_code_detail"]) {
    sources += line.at("source_str") + line.at("source_level") + ' ';
  }
  EXPECT_EQ(sources,
            "ResponseHeader0 CreateMonitoredItems0 EventFilterSelectClause0 "
            "EventFilterSelectClause0 ContentFilterElement1 ContentFilterElementOperand0 "
            "CreateMonitoredItems0 ");
}

TEST_F(OpcuaLogs, SecretsStayUnset) {
  const Ua user = Ua{}.text("policy").text("operator").text("hunter2").text("rsa");
  auto all = logs(
      Ua{}.asks(467).null().null().u32(0).u32(0).add(extension(324, user)).null().null(), false);
  const Line& line = all["opcua_binary_activate_session"].at(0);
  EXPECT_EQ(line.at("ext_obj_user_name"), "operator");
  EXPECT_EQ(line.at("ext_obj_encryption_algorithom"), "rsa");
  EXPECT_EQ(line.at("ext_obj_password"), "-");
  const Ua session = Ua{}.answers(464).node(1, "session").node(1, "token");
  all = logs(Ua{session}.real(60000).text("nonce").null().u32(0).u32(0).null().null().u32(0), true);
  const Line& created = all["opcua_binary_create_session"].at(0);
  EXPECT_EQ(created.at("session_id_string"), "session");
  EXPECT_EQ(created.at("auth_token_encoding_mask"), "0x03");
  EXPECT_EQ(created.at("auth_token_string"), "-");
  EXPECT_EQ(created.at("server_nonce"), "-");
}

TEST_F(OpcuaLogs, ManyRowsAreCut) {
  Ua body = Ua{}.answers(676).u32(20'000);
  for (int i = 0; i < 20'000; ++i) {
    body.u32(0);
  }
  auto all = logs(body.u32(0), true);
  EXPECT_TRUE(cut_);
  EXPECT_EQ(all["opcua_binary_status_code_detail"].size(), OpcuaMessage::kMostRows);
  EXPECT_EQ(all["opcua_binary_write"].size(), 1U);
}

TEST_F(OpcuaLogs, DeepValuesEnd) {
  Ua body = Ua{}.answers(634).u32(1).u8(1);
  for (int i = 0; i < 40; ++i) {
    body.raw("9801000000");  // an array of one Variant
  }
  auto all = logs(body.raw("0105"), true);
  EXPECT_EQ(all.count("opcua_binary_read"), 0U);
  EXPECT_EQ(all.count("opcua_binary_variant_metadata"), 0U);
}

TEST_F(OpcuaLogs, EveryTruncationIsReadToItsEnd) {
  const Ua whole =
      Ua{}.asks(751).u32(5).u32(2).u32(1).add(item(extension(727, Ua{}.u32(0).add(operands()))));
  for (std::size_t size = 4; size < whole.bytes.size(); ++size) {
    const auto all = logs(Bytes{whole.bytes}.first(size), false);
    EXPECT_EQ(all.count("opcua_binary_create_monitored_items"), 0U) << size;
  }
  EXPECT_EQ(logs(whole, false).count("opcua_binary_create_monitored_items"), 1U);
}

}  // namespace
}  // namespace prahari::zeek
