// Reading advisories: what a good one says, and what is said of a bad one.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "inventory/advisory_files.hpp"
#include "inventory/csaf_reader.hpp"
#include "inventory/json_file.hpp"
#include "inventory/kev_reader.hpp"
#include "inventory/product_name.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path data(const std::string& name) {
  return fs::path{PRAHARI_SOURCE_DIR} / "tests" / "data" / name;
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Result<Advisory> read(std::string_view text) {
  const Result<Json> json = parse_bounded(text, "a.json");
  return json ? read_csaf(*json, "a.json") : Result<Advisory>{json.error()};
}

Json good() { return Json::parse(text_of(data("advisories/ex-2026-001.json"))); }

TEST(Csaf, TakesWhatIsOfUse) {
  const auto found = read(good().dump());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->id, "EX-2026-001");
  EXPECT_EQ(found->version, "2");
  EXPECT_EQ(found->publisher, "prahari test desk");
  EXPECT_EQ(found->url, "https://example.org/advisories/EX-2026-001");
  ASSERT_EQ(found->products.size(), 2U);
  EXPECT_EQ(found->products[0].vendor, "Rockwell Automation");
  EXPECT_EQ(found->products[0].product, "ControlLogix 1756-L71");
  EXPECT_EQ(found->products[0].version, "<20.19");
  EXPECT_EQ(found->products[0].models, std::vector<std::string>{"1756-L71"});
  ASSERT_EQ(found->weaknesses.size(), 2U);
  const AdvisoryWeakness& first = found->weaknesses[0];
  EXPECT_EQ(first.cve, "CVE-2099-0001");
  EXPECT_EQ(first.cwe, "CWE-287");
  EXPECT_EQ(first.products[static_cast<std::size_t>(ProductStatus::known_affected)],
            std::vector<std::uint32_t>{0});
  EXPECT_EQ(first.products[static_cast<std::size_t>(ProductStatus::fixed)],
            std::vector<std::uint32_t>{1});
  ASSERT_EQ(first.scores.size(), 1U);
  EXPECT_DOUBLE_EQ(first.scores[0].score, 9.8);
  ASSERT_EQ(first.remedies.size(), 1U);
  EXPECT_EQ(first.remedies[0].details, "Update to 20.19.");
}

TEST(Csaf, FirmwareInADeviceIsTheDeviceWithThatVersion) {
  const auto found = read(text_of(data("advisories/ex-2026-004.json")));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->products.size(), 5U);
  EXPECT_EQ(found->products[3].id, "FW-OLD-HW");
  EXPECT_EQ(found->products[3].product, "1734-AENT");
  EXPECT_EQ(found->products[3].version, "<=5.012");
  EXPECT_TRUE(found->products[3].component.empty());
}

TEST(Csaf, ALibraryInADeviceHasAVersionOfItsOwn) {
  Json json = good();
  json["product_tree"]["full_product_names"] = {{{"name", "OpenSSL 1.0"}, {"product_id", "LIB"}},
                                                {{"name", "Box"}, {"product_id", "BOX"}}};
  json["product_tree"]["relationships"] = {
      {{"category", "default_component_of"},
       {"product_reference", "LIB"},
       {"relates_to_product_reference", "BOX"},
       {"full_product_name", {{"name", "Box with OpenSSL"}, {"product_id", "BOTH"}}}}};
  const auto found = read(json.dump());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->products.back().id, "BOTH");
  EXPECT_EQ(found->products.back().component, "OpenSSL 1.0");
}

TEST(Csaf, ATruncatedFileIsAnErrorAtEveryByte) {
  const std::string text = text_of(data("advisories/ex-2026-007.json"));
  const std::size_t end = text.find_last_of('}');
  for (std::size_t size = 0; size <= end; ++size) {
    const auto found = read(std::string_view{text}.substr(0, size));
    ASSERT_FALSE(found) << size;
    ASSERT_EQ(found.error().message.rfind("a.json: ", 0), 0U) << found.error().message;
    ASSERT_EQ(found.error().message.find('\n'), std::string::npos);
    ASSERT_EQ(found.error().kind, Error::Kind::input);
  }
}

TEST(Csaf, NamesThePlaceThatIsWrong) {
  struct Wrong {
    const char* pointer;
    Json value;
    const char* words;
  };
  const Wrong wrongs[] = {
      {"/document/csaf_version", "3.0", "a.json: /document/csaf_version: expected \"2.0\", found"},
      {"/document/tracking/id", "", "a.json: /document/tracking/id: is empty"},
      {"/document/tracking/version", 2,
       "a.json: /document/tracking/version: expected a text, found"},
      {"/document/tracking", Json::array(), "a.json: /document/tracking: expected an object"},
      {"/product_tree/branches", "x", "a.json: /product_tree/branches: expected a list"},
      {"/product_tree/branches/0/branches/0/branches/1/product/product_id", "CSAFPID-0001",
       "/product_tree/branches/0/branches/0/branches/1/product: a second product with the id"},
      {"/vulnerabilities/0/scores/0/cvss_v3/baseScore", 11, "expected a number from 0 to 10"},
      {"/vulnerabilities/0/scores/0/cvss_v3/baseScore", "9",
       "a.json: /vulnerabilities/0/scores/0/cvss_v3/baseScore: expected a number, found a text"},
      {"/vulnerabilities/1", nullptr, "a.json: /vulnerabilities/1: expected an object, found null"},
      {"/vulnerabilities/0/product_status/fixed/0", 7, "/vulnerabilities/0/product_status/fixed/0"},
  };
  for (const Wrong& wrong : wrongs) {
    Json json = good();
    json[Json::json_pointer{wrong.pointer}] = wrong.value;
    const auto found = read(json.dump());
    ASSERT_FALSE(found) << wrong.pointer;
    EXPECT_NE(found.error().message.find(wrong.words), std::string::npos) << found.error().message;
  }
  Json without = good();
  without["document"].erase("tracking");
  EXPECT_NE(read(without.dump()).error().message.find("/document: has no \"tracking\""),
            std::string::npos);
}

TEST(Csaf, AProductThatIsNowhereIsPassedOverAndSaid) {
  Json json = good();
  json["vulnerabilities"][0]["product_status"]["known_affected"].push_back("NOWHERE");
  const auto found = read(json.dump());
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->warnings.size(), 1U);
  EXPECT_NE(found->warnings[0].find("NOWHERE"), std::string::npos);
}

TEST(Csaf, RefusesWhatWouldFillTheMemory) {
  EXPECT_NE(read(std::string(200, '[')).error().message.find("nested deeper"), std::string::npos);
  std::string many = "[1";
  for (int i = 0; i < 1'000'001; ++i) {
    many += ",1";
  }
  EXPECT_NE(read(many + "]").error().message.find("values; refused"), std::string::npos);
  EXPECT_NE(parse_bounded("[1,2]", "a.json", {.bytes = 3}).error().message.find("longer than"),
            std::string::npos);
  Json deep = Json::object();
  for (int i = 0; i < 45; ++i) {
    deep = {{"category", "product_family"}, {"name", "x"}, {"branches", {deep}}};
  }
  Json json = good();
  json["product_tree"] = {{"branches", {deep}}};
  EXPECT_FALSE(read(json.dump()));
}

// A short file whose products repeat each other, or whose remedies name all products again and
// again.
TEST(Csaf, RefusesWhatWouldGrowBeyondItsFile) {
  Json heavy = good();
  Json& tree = heavy["product_tree"];
  Json box = {{"name", "Box"}, {"product_id", "BOX"}};
  for (int i = 0; i < 256; ++i) {
    box["product_identification_helper"]["model_numbers"].push_back(std::string(500, 'm') +
                                                                    std::to_string(i));
  }
  tree["full_product_names"] = {{{"name", "Firmware"}, {"product_id", "FW"}}, box};
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "BOTH-" + std::to_string(i);
    tree["relationships"].push_back({{"category", "installed_on"},
                                     {"product_reference", "FW"},
                                     {"relates_to_product_reference", "BOX"},
                                     {"full_product_name", {{"name", id}, {"product_id", id}}}});
  }
  auto found = read(heavy.dump());
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("written out, are larger than 64 MiB"), std::string::npos)
      << found.error().message;

  Json many = good();
  Json& products = many["product_tree"]["full_product_names"];
  Json group = {{"group_id", "ALL"}, {"product_ids", Json::array()}};
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = "P-" + std::to_string(i);
    products.push_back({{"name", id}, {"product_id", id}});
    group["product_ids"].push_back(id);
  }
  many["product_tree"]["product_groups"] = Json::array({group});
  many["vulnerabilities"][0]["remediations"] = Json::array();
  for (int i = 0; i < 500; ++i) {
    many["vulnerabilities"][0]["remediations"].push_back(
        {{"category", "mitigation"}, {"details", "none"}, {"group_ids", {"ALL"}}});
  }
  found = read(many.dump());
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("names products more than"), std::string::npos)
      << found.error().message;
}

TEST(Csaf, ControlsOfItsTextsAreGone) {
  const auto found = read(text_of(data("advisories/ex-2026-007.json")));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->title.find('\x1b'), std::string::npos);
  EXPECT_EQ(found->title.find('\n'), std::string::npos);
}

TEST(Kev, BothShapesSayTheSame) {
  const std::string json = text_of(data("advisories/known_exploited_vulnerabilities.json"));
  const auto first = read_kev(*parse_bounded(json, "k.json"), "k.json");
  const auto second = read_kev_csv(text_of(data("kev.csv")), "k.csv");
  ASSERT_TRUE(first && second);
  ASSERT_EQ(first->entries.size(), 2U);
  ASSERT_EQ(second->entries.size(), 2U);
  EXPECT_EQ(second->entries[0].name, "WAGO PFC200, command injection");
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(first->entries[i].cve, second->entries[i].cve);
    EXPECT_EQ(first->entries[i].due, second->entries[i].due);
    EXPECT_EQ(first->entries[i].ransomware, second->entries[i].ransomware);
  }
  EXPECT_TRUE(first->entries[0].ransomware);
  EXPECT_FALSE(first->entries[1].ransomware);
}

TEST(Kev, SaysWhatIsWrong) {
  EXPECT_NE(read_kev_csv("a,b\n", "k.csv").error().message.find("k.csv:1: expected a header"),
            std::string::npos);
  EXPECT_NE(read_kev_csv("cveID,product\n,x\n", "k.csv").error().message.find("k.csv:2: has no"),
            std::string::npos);
  EXPECT_NE(read_kev_csv("cveID\n\"x", "k.csv").error().message.find("never ends"),
            std::string::npos);
  const auto json = parse_bounded(R"({"catalogVersion":"1","vulnerabilities":[{}]})", "k.json");
  EXPECT_NE(read_kev(*json, "k.json").error().message.find("/vulnerabilities/0: has no \"cveID\""),
            std::string::npos);
}

TEST(AdvisoryFiles, ABadOneIsSaidAndTheRestIsTaken) {
  const fs::path folder =
      fs::temp_directory_path() / ("prahari_advisories_" + std::to_string(::getpid()));
  fs::create_directories(folder / "deeper");
  fs::copy(data("advisories"), folder, fs::copy_options::recursive);
  fs::copy(data("older/ex-2026-001.json"), folder / "deeper" / "zz.json");
  std::ofstream{folder / "bad.json"} << text_of(data("advisories/ex-2026-001.json")).substr(0, 900);
  std::ofstream{folder / "feed.json"} << R"({"feed":{}})";
  const AdvisoryFiles files = read_advisory_files(std::vector<std::string>{folder.string()});
  fs::remove_all(folder);
  EXPECT_EQ(files.advisories, 8U);
  EXPECT_EQ(files.book.advisories.size(), 7U);
  EXPECT_EQ(files.lists, 1U);
  ASSERT_EQ(files.errors.size(), 1U);
  EXPECT_NE(files.errors[0].find("bad.json: line "), std::string::npos) << files.errors[0];
  EXPECT_EQ(files.passed.size(), 2U);  // changes.csv and feed.json
  const auto held = files.book.advisories.find({"https://example.org/", "EX-2026-001"});
  ASSERT_NE(held, files.book.advisories.end());
  EXPECT_EQ(held->second.version, "2");
}

TEST(ProductName, ModelNumbersWithWildcards) {
  EXPECT_TRUE(fits_pattern("BMEP58????", "BMEP582040"));
  EXPECT_FALSE(fits_pattern("BMEP58????", "BMEP58204"));
  EXPECT_TRUE(fits_pattern("6ES7 3*", "6ES7 315-2EH14-0AB0"));
  EXPECT_TRUE(fits_pattern("*L71*", "1756-L71/B"));
  EXPECT_FALSE(fits_pattern("1756-L8*", "1756-L71"));
  EXPECT_TRUE(fits_pattern("A\\*B*", "AB7"));
  EXPECT_FALSE(has_wildcard("A\\*B"));
  EXPECT_EQ(without_series("1756-L71/B LOGIX5571"), "1756-L71");
  EXPECT_EQ(without_series("750-8212/000-100"), "750-8212/000-100");
  EXPECT_EQ(bracketed_models("CPU 315 (6ES7 315-2EH14-0AB0, incl. SIPLUS)"),
            std::vector<std::string>{"6ES7 315-2EH14-0AB0"});
}

}  // namespace
}  // namespace prahari
