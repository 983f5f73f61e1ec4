#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "inventory/csv_reader.hpp"
#include "tests/unit/inventory/plant.hpp"

namespace prahari {
namespace {

const std::filesystem::path kData = std::filesystem::path{PRAHARI_SOURCE_DIR} / "inventory/data";

class Exporting : public testing::Test {
 protected:
  void SetUp() override {
    auto oui = OuiTable::load(kData / "oui.csv");
    ASSERT_TRUE(oui) << oui.error().message;
    oui_ = std::move(*oui);
    auto aliases = VendorAliases::load(kData / "vendor_aliases.csv");
    ASSERT_TRUE(aliases) << aliases.error().message;
    aliases_ = std::move(*aliases);
  }

  test::Exports run() {
    Inventory inventory{oui_};
    test::play_plant(inventory);
    return test::exports_of(inventory, aliases_);
  }

  // The cells of the row whose last cell is `key`, by column.
  std::map<std::string, std::string> row_of(const std::string& csv, const std::string& key) {
    std::istringstream in{csv};
    std::string line;
    std::getline(in, line);
    const auto names = split_csv(line);
    while (std::getline(in, line)) {
      const auto cells = split_csv(line);
      std::map<std::string, std::string> out;
      for (std::size_t i = 0; i < names.size() && cells.size() == names.size(); ++i) {
        out[names[i]] = cells[i];
      }
      if (out["key"] == key) {
        return out;
      }
    }
    return {};
  }

  OuiTable oui_;
  VendorAliases aliases_;
};

TEST_F(Exporting, TheSameEventsGiveTheSameBytes) { EXPECT_EQ(run(), run()); }

TEST_F(Exporting, AnAssetAsARow) {
  auto row = row_of(run().assets_csv, "mac 00:1d:9c:00:00:01");
  EXPECT_EQ(row["name"], "Line 2, \"filler\"");
  EXPECT_EQ(row["vendor"], "Schneider Electric");
  EXPECT_EQ(row["nic_vendor"], "Rockwell Automation");
  EXPECT_EQ(row["model"], "'=cmd|' /C calc'!A0") << "must not be a formula";
  EXPECT_EQ(row["roles"], "controller;gateway");
  EXPECT_EQ(row["level"], "3.5");
  EXPECT_EQ(row["zone"], "cell-1");
  EXPECT_EQ(row["tags"], "safety;controller");
  EXPECT_EQ(row["ip"], "10.0.0.1");
  EXPECT_EQ(row["vlans"], "110");
  EXPECT_EQ(row["units"], "1;7");
  EXPECT_EQ(row["protocols"], "modbus");
  EXPECT_EQ(row["first_seen"], "2023-11-14T22:13:20.000000000Z");
  EXPECT_EQ(row["packets_sent"], "20") << "19 on the flow, and an ARP reply";
  EXPECT_EQ(row["confidence"], "95");
}

TEST_F(Exporting, AConversationAsARow) {
  std::istringstream in{run().flows_csv};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 5U);
  const auto modbus = split_csv(lines[1]);
  EXPECT_EQ(modbus[0], "10.0.0.5");
  EXPECT_EQ(modbus[4], "502");
  EXPECT_EQ(modbus[6], "modbus");
  EXPECT_EQ(modbus[7], "110");
  EXPECT_EQ(modbus[9], "cell-1");
  EXPECT_EQ(modbus[10], "read");
  EXPECT_EQ(modbus[13], "39");
  EXPECT_EQ(modbus[21], "complete");
  const auto tls = split_csv(lines[3]);
  EXPECT_EQ(tls[6], "tcp/443");
  EXPECT_EQ(tls[21], "one-way");
  const auto icmp = split_csv(lines[4]);
  EXPECT_EQ(icmp[4], "") << "no port";
  EXPECT_EQ(icmp[6], "icmp");
}

TEST_F(Exporting, JsonSaysWhereEveryValueIsFrom) {
  const auto document = nlohmann::json::parse(run().assets_json);
  EXPECT_EQ(document["schema"], "prahari.assets/1");
  for (const auto& asset : document["assets"]) {
    if (asset["mac"] != "00:1d:9c:00:00:01") {
      continue;
    }
    const auto& vendor = asset["values"]["vendor"];
    EXPECT_EQ(vendor["value"], "Schneider Electric");
    EXPECT_EQ(vendor["as_told"], "Telemecanique");
    EXPECT_EQ(vendor["confidence"], 95);
    EXPECT_EQ(vendor["evidence"]["capture"], "a.pcap");
    EXPECT_GT(vendor["evidence"]["frame"], 0);
    EXPECT_EQ(asset["facts"][0]["field"], "nic_vendor");
    EXPECT_EQ(asset["facts"][0]["source"], "OUI");
    EXPECT_EQ(asset["facts"][0]["confidence"], 50);
    EXPECT_FALSE(asset["values"].contains("firmware")) << "unit 7 told it, and is not alone";
    EXPECT_TRUE(asset["units"][1]["values"].contains("firmware"));
    EXPECT_EQ(asset["level_reason"], "zone cell-1");
    return;
  }
  FAIL() << "no such asset";
}

TEST(CsvWriter, QuotesAndDefuses) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"plain", "plain"},
      {"a,b", R"("a,b")"},
      {R"(a"b)", R"("a""b")"},
      {"a\nb", "\"a\nb\""},
      {"=1+1", "'=1+1"},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\tx", "'\tx"},
      {"\rx", "\"'\rx\""},
      {R"(=a,"b")", R"("'=a,""b""")"},
      {"", ""},
  };
  for (const auto& [text, cell] : cases) {
    std::ostringstream out;
    CsvWriter csv{out};
    csv.cell("x").cell(text).end_row();
    EXPECT_EQ(out.str(), "x," + std::string{cell} + "\n");
  }
}

TEST(Oui, TheLongestPrefixCounts) {
  const auto file = std::filesystem::temp_directory_path() / "prahari_oui_test.csv";
  std::ofstream{file} << "# comment\nprefix,vendor\n8C:1F:64,IEEE\n8C:1F:64:AF:D,Universal Robots\n"
                         "MA-L,001D9C,\"Rockwell Automation, Inc.\",Milwaukee\n";
  const auto table = OuiTable::load(file);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->vendor(test::mac("8c:1f:64:af:d1:23")), "Universal Robots");
  EXPECT_EQ(table->vendor(test::mac("8c:1f:64:00:00:01")), "IEEE");
  EXPECT_EQ(table->vendor(test::mac("00:1d:9c:00:00:01")), "Rockwell Automation, Inc.");
  EXPECT_EQ(table->vendor(test::mac("02:1d:9c:00:00:01")), "");
  EXPECT_EQ(table->vendor(test::mac("00:00:01:00:00:01")), "");
  std::ofstream{file} << "prefix,vendor\n00:1d,short\n";
  const auto wrong = OuiTable::load(file);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, file.string() +
                                       ":2: expected a prefix of 6, 7 or 9 hex digits, found "
                                       "\"00:1d\"");
  std::filesystem::remove(file);
}

TEST(VendorAliases, CaseMakesNoDifference) {
  const auto aliases = VendorAliases::load(kData / "vendor_aliases.csv");
  ASSERT_TRUE(aliases) << aliases.error().message;
  EXPECT_EQ(aliases->usual("SIEMENS AG"), "Siemens");
  EXPECT_EQ(aliases->usual("siemens "), "Siemens");
  EXPECT_EQ(aliases->usual("Allen-Bradley"), "Rockwell Automation");
  EXPECT_EQ(aliases->usual("Nobody Ltd"), "Nobody Ltd");
}

}  // namespace
}  // namespace prahari
