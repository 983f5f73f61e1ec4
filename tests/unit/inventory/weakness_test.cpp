// Which devices an advisory is about, how surely, and what is said where it cannot be told.

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "dissectors/unit.hpp"
#include "inventory/advisory_store.hpp"
#include "inventory/store_reader.hpp"
#include "inventory/weakness_view.hpp"
#include "tests/unit/inventory/plant.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

struct Told {
  std::uint32_t unit = Identity::kNoUnit;
  std::string vendor{};
  std::string product{};
  std::string model{};
  std::string order{};
  std::string firmware{};
};

void tell(Asset& asset, std::uint32_t unit, Field field, const std::string& value,
          std::uint8_t confidence) {
  if (value.empty()) {
    return;
  }
  Fact fact;
  fact.field = field;
  fact.unit = unit;
  fact.confidence = confidence;
  fact.value = value;
  fact.source = "test";
  asset.facts.push_back(std::move(fact));
}

AssetRecord device(const std::vector<Told>& all, std::uint8_t confidence = 100) {
  AssetRecord out;
  out.asset.id = "ast-1";
  for (const Told& one : all) {
    tell(out.asset, one.unit, Field::vendor, one.vendor, confidence);
    tell(out.asset, one.unit, Field::product, one.product, confidence);
    tell(out.asset, one.unit, Field::model, one.model, confidence);
    tell(out.asset, one.unit, Field::order_number, one.order, confidence);
    tell(out.asset, one.unit, Field::firmware, one.firmware, confidence);
  }
  return out;
}

AdvisoryProduct product(std::string vendor, std::string name, std::string version,
                        std::vector<std::string> models = {}) {
  AdvisoryProduct out;
  out.id = name + version;
  out.name = name + " " + version;
  out.vendor = std::move(vendor);
  out.product = std::move(name);
  out.version = std::move(version);
  out.models = std::move(models);
  return out;
}

KevEntry exploited(const std::string& cve, const std::string& product, bool ransomware = false) {
  KevEntry out;
  out.cve = cve;
  out.vendor = "WAGO";
  out.product = product;
  out.ransomware = ransomware;
  return out;
}

using Statuses = std::vector<std::pair<ProductStatus, std::vector<std::uint32_t>>>;

Advisory advisory(std::vector<AdvisoryProduct> products, const Statuses& statuses,
                  const std::string& cve = "CVE-2099-0001") {
  Advisory out;
  out.id = "EX-" + cve;
  out.name_space = "https://example.org/";
  out.version = "1";
  out.updated = "2026-10-01T00:00:00Z";
  out.products = std::move(products);
  AdvisoryWeakness& weakness = out.weaknesses.emplace_back();
  weakness.cve = cve;
  for (const auto& [status, list] : statuses) {
    weakness.products[static_cast<std::size_t>(status)] = list;
  }
  return out;
}

class Matching : public testing::Test {
 protected:
  Matching() {
    auto loaded = VendorAliases::load(std::filesystem::path{PRAHARI_SOURCE_DIR} / "inventory" /
                                      "data" / "vendor_aliases.csv");
    EXPECT_TRUE(loaded);
    aliases_ = std::move(*loaded);
  }

  // "affected 98: vendor and ..." of each match.
  std::vector<std::string> lines(const Advisory& advisory, const AssetRecord& record) {
    AdvisoryBook book;
    book.add(advisory);
    return lines(book, record);
  }
  std::vector<std::string> lines(const AdvisoryBook& book, const AssetRecord& record) {
    WeaknessMatcher matcher{book, aliases_};
    std::vector<std::string> out;
    for (const Weakness& one : matcher.find(record)) {
      const std::string place = place_text(one);
      out.push_back((place.empty() ? "" : place + ": ") + std::string{to_string(one.exposure)} +
                    " " + std::to_string(one.confidence) + ": " + one.reason);
    }
    return out;
  }

  VendorAliases aliases_;
};

using Lines = std::vector<std::string>;
constexpr auto kAffected = ProductStatus::known_affected;
constexpr auto kFixed = ProductStatus::fixed;

TEST_F(Matching, TheWordsThatThePersonReads) {
  const Advisory one = advisory({product("Rockwell Automation", "1756-L71", "<20.19"),
                                 product("Rockwell Automation", "1756-L71", "20.19")},
                                {{kAffected, {0}}, {kFixed, {1}}});
  const auto with = [](const std::string& firmware) {
    return device({{.vendor = "Rockwell Automation/Allen-Bradley",
                    .product = "1756-L71/B LOGIX5571",
                    .order = "1756-L71",
                    .firmware = firmware}});
  };
  EXPECT_EQ(lines(one, with("20.11")),
            Lines{"affected 95: vendor and product exact, version 20.11 < 20.19"});
  EXPECT_EQ(
      lines(one, with("20.019")),
      Lines{"not-affected 95: not affected: version 20.019 is fixed; vendor and product exact"});
  EXPECT_EQ(lines(one, with("")), Lines{"cannot-tell 50: cannot tell: firmware unknown; vendor and "
                                        "product exact, affected <20.19"});
  EXPECT_EQ(lines(one, with("21.3")), Lines{"not-affected 95: not affected: version 21.3 is not < "
                                            "20.19; vendor and product exact"});
  EXPECT_EQ(lines(one, with("unheard of")),
            Lines{"cannot-tell 50: cannot tell: firmware \"unheard of\" is no version that can be "
                  "compared; vendor and product exact, affected <20.19"});
}

TEST_F(Matching, ModelNumberBeatsName) {
  const Advisory one = advisory(
      {product("WAGO", "PFC200", "<99", {"750-8212*"}), product("WAGO", "PFC200 G2 2ETH RS", "<1")},
      {{kAffected, {0, 1}}});
  const Told told{.vendor = "WAGO Kontakttechnik GmbH & Co. KG",
                  .product = "PFC200 G2 2ETH RS",
                  .order = "750-8212",
                  .firmware = "4.2"};
  EXPECT_EQ(lines(one, device({told})),
            Lines{"affected 92: vendor exact, model number fits 750-8212*, version 4.2 < 99"});
  const Advisory exact =
      advisory({product("WAGO", "PFC200", "<99", {"750-8212"})}, {{kAffected, {0}}});
  EXPECT_EQ(lines(exact, device({told})),
            Lines{"affected 98: vendor and model number exact, version 4.2 < 99"});
  const Advisory other =
      advisory({product("WAGO", "PFC200 2ETH RS", "<99", {"750-8216"})}, {{kAffected, {0}}});
  EXPECT_EQ(lines(other, device({told})), Lines{});
}

TEST_F(Matching, NeverByVendorAlone) {
  for (const char* name : {"", "Controller", "Siemens", "SIMATIC", "All products"}) {
    const Advisory one = advisory({product("Siemens", name, "vers:all/*")}, {{kAffected, {0}}});
    EXPECT_EQ(lines(one, device({{.vendor = "Siemens AG",
                                  .product = "S7-300 CPU",
                                  .order = "6ES7 315-2EH14-0AB0"}})),
              Lines{})
        << name;
  }
  const Advisory one =
      advisory({product("Siemens", "S7-300 CPU", "vers:all/*")}, {{kAffected, {0}}});
  EXPECT_EQ(lines(one, device({{.vendor = "ABB", .product = "S7-300 CPU"}})), Lines{});
  EXPECT_EQ(lines(one, device({{.product = "S7-300 CPU"}})), Lines{});
  EXPECT_EQ(lines(one, device({{.vendor = "Siemens"}})), Lines{});
}

TEST_F(Matching, AnUnknownVendorNeedsTheModelNumber) {
  const Advisory one =
      advisory({product("Siemens", "CPU 315 (6ES7 315-2EH14-0AB0)", "< V3.3")}, {{kAffected, {0}}});
  EXPECT_EQ(lines(one, device({{.order = "6ES7315-2EH14-0AB0", .firmware = "V3.2.6"}})),
            Lines{"affected 60: vendor unknown, model number exact, version V3.2.6 < V3.3"});
  AssetRecord interface_only = device({{.order = "6ES7315-2EH14-0AB0", .firmware = "V3.2.6"}});
  interface_only.asset.nic_vendor = "Siemens AG";
  EXPECT_EQ(lines(one, interface_only),
            Lines{"affected 83: vendor by its network interface, model number exact, version "
                  "V3.2.6 < V3.3"});
}

TEST_F(Matching, NoMoreCertainThanTheFactsItRestsOn) {
  const Advisory one = advisory({product("WAGO", "750-8212", "<99")}, {{kAffected, {0}}});
  const Told told{.vendor = "WAGO", .product = "750-8212", .firmware = "4.2"};
  EXPECT_EQ(lines(one, device({told}, 60)),
            Lines{"affected 57: vendor and product exact, version 4.2 < 99"});
}

// As CISA writes them: a product for each series of one order number.
TEST_F(Matching, TheSeriesOfAModuleDecides) {
  std::vector<AdvisoryProduct> products;
  for (const char* series : {"A", "B", "C"}) {
    products.push_back(
        product("Rockwell Automation", std::string{"1756-EN2T Series "} + series, "<= 5.008"));
  }
  products.push_back(product("Rockwell Automation", "1756-EN2T Series D", "<= 11.003"));
  const Advisory one = advisory(products, {{kAffected, {0, 1, 2, 3}}});
  EXPECT_EQ(lines(one, device({{.vendor = "Rockwell Automation/Allen-Bradley",
                                .product = "1756-EN2T/D",
                                .order = "1756-EN2T",
                                .firmware = "10.10"}})),
            Lines{"affected 95: vendor and product exact, version 10.10 <= 11.003"});
  const Lines without = lines(
      one, device({{.vendor = "Rockwell Automation", .order = "1756-EN2T", .firmware = "10.10"}}));
  ASSERT_EQ(without.size(), 1U);
  EXPECT_EQ(without[0].substr(0, 27), "cannot-tell 40: cannot tell");
}

TEST_F(Matching, ANameInPartIsNeverCertain) {
  const Advisory one = advisory({product("Schneider Electric", "Modicon M580 Safety CPU", "<9")},
                                {{kAffected, {0}}});
  EXPECT_EQ(
      lines(one, device({{.vendor = "Schneider", .product = "Modicon M580", .firmware = "3"}})),
      Lines{"cannot-tell 40: cannot tell: vendor exact, the product's name in part (Modicon "
            "M580 Safety CPU), version 3 < 9"});
  const Advisory wide =
      advisory({product("Schneider Electric", "PM5560", "<2.8.4")}, {{kAffected, {0}}});
  EXPECT_EQ(lines(wide, device({{.vendor = "Telemecanique",
                                 .product = "PM5560 power meter",
                                 .firmware = "V02.8.3"}})),
            Lines{"affected 80: vendor exact, all words of the product's name, version V02.8.3 < "
                  "2.8.4"});
}

TEST_F(Matching, VersionsThatCannotBeToldApart) {
  const auto with = [&](const char* range, const char* firmware) {
    return lines(advisory({product("WAGO", "750-8212", range)}, {{kAffected, {0}}}),
                 device({{.vendor = "WAGO", .product = "750-8212", .firmware = firmware}}));
  };
  EXPECT_EQ(with("<20.11", "20.9"), Lines{"affected 80: vendor and product exact, version 20.9 < "
                                          "20.11 if its numbers count part by part"});
  EXPECT_EQ(with("<=33", "33.011"), Lines{"cannot-tell 50: cannot tell: version 33.011 may be <= "
                                          "33; vendor and product exact, affected <=33"});
  EXPECT_EQ(with("the old ones", "1"),
            Lines{"cannot-tell 50: cannot tell: the versions \"the old ones\" are not understood; "
                  "vendor and product exact, affected the old ones"});
  EXPECT_EQ(with("vers:all/*", ""), Lines{"affected 95: vendor and product exact, all versions"});
}

TEST_F(Matching, FirstAndLastAreTheEndsOfARange) {
  const std::vector<AdvisoryProduct> products = {
      product("WAGO", "750-8212", "1.0"), product("WAGO", "750-8212", "1.9"),
      product("WAGO", "750-8212", "3.0"), product("WAGO", "750-8212", "3.2")};
  const Advisory one = advisory(
      products, {{ProductStatus::first_affected, {0, 2}}, {ProductStatus::last_affected, {1, 3}}});
  const auto with = [&](const Advisory& of, const char* firmware) {
    return lines(of, device({{.vendor = "WAGO", .product = "750-8212", .firmware = firmware}}));
  };
  EXPECT_EQ(with(one, "1.5"),
            Lines{"affected 95: vendor and product exact, version 1.5 >= 1.0 and <= 1.9"});
  EXPECT_EQ(with(one, "2.5").front().substr(0, 12), "not-affected");
  const Advisory until =
      advisory(products, {{ProductStatus::first_affected, {0}}, {ProductStatus::first_fixed, {3}}});
  EXPECT_EQ(with(until, "2.5"),
            Lines{"affected 95: vendor and product exact, version 2.5 >= 1.0 and < 3.2"});
  EXPECT_EQ(with(until, "3.4").front().substr(0, 12), "not-affected");
}

TEST_F(Matching, AffectedWhateverTheVersionButThereIsAFix) {
  const Advisory one =
      advisory({product("WAGO", "750-8212", ""), product("WAGO", "750-8212", "2.0")},
               {{kAffected, {0}}, {kFixed, {1}}});
  const auto with = [&](const char* firmware) {
    return lines(one, device({{.vendor = "WAGO", .product = "750-8212", .firmware = firmware}}));
  };
  EXPECT_EQ(with("1.5"), Lines{"affected 95: vendor and product exact, version 1.5 < 2.0, which is "
                               "fixed"});
  EXPECT_EQ(with("2.0").front().substr(0, 12), "not-affected");
  EXPECT_EQ(with("2.1").front().substr(0, 11), "cannot-tell");
  EXPECT_EQ(with(""), Lines{"cannot-tell 50: cannot tell: firmware unknown; vendor and product "
                            "exact, fixed 2.0"});
}

TEST_F(Matching, WhatContradictsItselfDecidesNothing) {
  const Advisory one =
      advisory({product("WAGO", "750-8212", "<3"), product("WAGO", "750-8212", "2.0")},
               {{kAffected, {0}}, {kFixed, {1}}});
  EXPECT_EQ(lines(one, device({{.vendor = "WAGO", .product = "750-8212", .firmware = "2.0"}}))
                .front()
                .substr(0, 60),
            "cannot-tell 50: cannot tell: the advisory lists it as affect");
}

TEST_F(Matching, OtherStatuses) {
  const Told told{.vendor = "WAGO", .product = "750-8212", .firmware = "2.0"};
  const AdvisoryProduct any = product("WAGO", "750-8212", "vers:all/*");
  EXPECT_EQ(lines(advisory({any}, {{ProductStatus::under_investigation, {0}}}), device({told})),
            Lines{"under-investigation 60: under investigation; vendor and product exact"});
  EXPECT_EQ(lines(advisory({any}, {{ProductStatus::known_not_affected, {0}}}), device({told})),
            Lines{"not-affected 95: not affected: the advisory says so; vendor and product exact"});
  EXPECT_EQ(lines(advisory({any}, {{ProductStatus::recommended, {0}}}), device({told})), Lines{});
  AdvisoryProduct library = product("WAGO", "750-8212", "<1.1.1");
  library.component = "OpenSSL";
  EXPECT_EQ(
      lines(advisory({library}, {{kAffected, {0}}}), device({told})),
      Lines{"cannot-tell 50: cannot tell: the version of OpenSSL in it is unknown; vendor and "
            "product exact, affected <1.1.1"});
  AdvisoryProduct some = any;
  some.serials = {"22*"};
  AssetRecord other = device({told});
  EXPECT_EQ(lines(advisory({some}, {{kAffected, {0}}}), other).front().substr(0, 42),
            "cannot-tell 50: cannot tell: serial number");
  tell(other.asset, Identity::kNoUnit, Field::serial, "2307", 90);
  EXPECT_EQ(lines(advisory({some}, {{kAffected, {0}}}), other), Lines{});
}

TEST_F(Matching, ModulesAndUnitsAreMatchedThemselves) {
  const Advisory one = advisory({product("Rockwell Automation", "1756-L71", "<20.19"),
                                 product("ABB", "ACS580", "vers:all/*")},
                                {{kAffected, {0, 1}}});
  const AssetRecord chassis = device({
      {.vendor = "Rockwell Automation", .product = "1756-EN2T/D", .firmware = "10.10"},
      {.unit = slot_unit(0), .product = "1756-L71/B LOGIX5571", .firmware = "20.11"},
      {.unit = slot_unit(3),
       .vendor = "Rockwell Automation",
       .product = "1756-EN2T/D",
       .firmware = "10.10"},
      {.unit = 5, .vendor = "ABB", .model = "ACS580", .firmware = "2.15"},
      {.unit = 6, .product = "1756-L71", .firmware = "20.11"},
  });
  // The module is of the chassis' vendor; a unit behind a gateway is of nobody known.
  EXPECT_EQ(lines(one, chassis),
            (Lines{"unit 5: affected 95: vendor and product exact, all versions",
                   "slot 0: affected 95: vendor and product exact, version 20.11 < 20.19"}));
}

TEST_F(Matching, ExploitedOnesComeFirstAndThoseInNoAdvisoryAreToldToo) {
  AdvisoryBook book;
  Advisory low = advisory({product("WAGO", "750-8212", "vers:all/*")}, {{kAffected, {0}}});
  low.weaknesses[0].scores = {{"", "3.1", 5.0, {}}};
  Advisory high =
      advisory({product("WAGO", "750-8212", "vers:all/*")}, {{kAffected, {0}}}, "CVE-2099-0002");
  high.weaknesses[0].scores = {{"", "2.0", 10.0, {}}, {"", "3.1", 9.1, {}}};
  book.add(low);
  book.add(high);
  book.kev.entries = {exploited("CVE-2099-0001", "750-8212"),
                      exploited("CVE-2099-0003", "750-8212")};
  WeaknessMatcher matcher{book, aliases_};
  const auto found = matcher.find(device({{.vendor = "WAGO", .product = "750-8212"}}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].what->cve, "CVE-2099-0001");
  EXPECT_NE(found[0].kev, nullptr);
  EXPECT_EQ(found[1].what->cve, "CVE-2099-0003");
  EXPECT_EQ(found[1].reason.substr(0, 70),
            "cannot tell: the list of exploited weaknesses names no versions; vendo");
  EXPECT_EQ(found[2].what->cve, "CVE-2099-0002");
  EXPECT_EQ(score_text(found[2]), "9.1");
  EXPECT_EQ(severity_of(found[2]), "critical");
}

class StoringAdvisories : public Matching {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("prahari_weakness_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  AdvisoryImport import(const AdvisoryBook& book) {
    auto store = AdvisoryStore::open(folder_ / "prahari.db");
    EXPECT_TRUE(store);
    auto done = store->import(book, {"somebody", "a folder", test::at(1)});
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return done ? *done : AdvisoryImport{};
  }

  std::filesystem::path folder_;
};

TEST_F(StoringAdvisories, WhatIsReadBackMatchesAlike) {
  AdvisoryBook book;
  Advisory one =
      advisory({product("WAGO", "750-8212", "<3", {"750-8212", "750-82*"})}, {{kAffected, {0}}});
  one.weaknesses[0].scores = {{"CVSS:3.1/X", "3.1", 5.5, {0}}};
  one.weaknesses[0].remedies = {{"vendor_fix", "Update,\nthen restart", "https://x", {0}}};
  book.add(one);
  book.kev.released = "2026-11-01";
  book.kev.entries = {exploited("CVE-2099-0001", "PFC200", true)};
  EXPECT_EQ(import(book).added, 1U);
  const auto loaded = load_advisories(folder_ / "prahari.db");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const AssetRecord record = device({{.vendor = "WAGO", .order = "750-8212", .firmware = "2.1"}});
  EXPECT_EQ(lines(*loaded, record), lines(book, record));
  WeaknessMatcher matcher{*loaded, aliases_};
  const auto found = matcher.find(record);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(score_text(found[0]), "5.5");
  EXPECT_EQ(found[0].remedy->details, "Update,\nthen restart");
  EXPECT_TRUE(found[0].kev->ransomware);
}

TEST_F(StoringAdvisories, ANewerVersionReplacesAndTheSameChangesNothing) {
  AdvisoryBook book;
  Advisory one = advisory({product("WAGO", "750-8212", "<3")}, {{kAffected, {0}}});
  book.add(one);
  EXPECT_EQ(import(book).added, 1U);
  EXPECT_EQ(import(book).same, 1U);
  AdvisoryBook second;
  one.version = "10";
  one.products[0].version = "<4";
  second.add(one);
  EXPECT_EQ(import(second).replaced, 1U);
  EXPECT_EQ(import(book).older, 1U);
  const auto loaded = load_advisories(folder_ / "prahari.db");
  ASSERT_TRUE(loaded && loaded->advisories.size() == 1);
  const Advisory& held = loaded->advisories.begin()->second;
  EXPECT_EQ(held.products[0].version, "<4");
  ASSERT_EQ(held.products.size(), 1U);
  auto reader = StoreReader::open(folder_ / "prahari.db");
  ASSERT_TRUE(reader);
  const auto audit = reader->audit();
  ASSERT_TRUE(audit && audit->size() == 4);
  EXPECT_EQ(audit->front().who, "somebody");
  EXPECT_EQ(audit->front().action, "vulns import");
  EXPECT_EQ(audit->front().old, "advisories 0, exploited 0");
  EXPECT_EQ(audit->front().value, "advisories 1, exploited 0");
}

}  // namespace
}  // namespace prahari
