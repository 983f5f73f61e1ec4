// One row for one device: in memory, in the database, after a restart, and when people disagree.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "inventory/asset_key.hpp"
#include "inventory/store_reader.hpp"
#include "tests/unit/inventory/plant.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;
using test::ip;
using test::mac;

class Rows : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("prahari_rows_" + std::string{test->name()} + "_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    inputs_ = test::inputs();
    run_ = {.version = "0.1.0", .site = "Line 2", .started = test::at(0), .inputs = inputs_};
    play(inventory_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // A controller with two network modules that tell its serial number, and who asks it.
  static void play(Inventory& inventory) {
    test::Script script{inventory};
    for (const int i : {1, 2}) {
      const std::string number = std::to_string(i);
      script.talk({"00:0c:29:00:00:09", "10.0.0.9", static_cast<std::uint16_t>(50000 + i)},
                  {"00:1d:9c:00:00:0" + number, "10.0." + number + ".1", 502});
      script.poll(255);
      script.identity(Identity::Field::vendor, "Rockwell Automation");
      script.identity(Identity::Field::serial, "00a1b2c3");
      script.identity(Identity::Field::firmware, i == 1 ? "20.11" : "20.12");
      script.flow(FlowStage::closed, 9, 8);
    }
    inventory.settle();
  }

  Store store() { return std::move(*Store::open(folder_ / "prahari.db")); }
  StoreReader reader() { return std::move(*StoreReader::open(folder_ / "prahari.db")); }
  test::Exports stored() {
    StoreReader from = reader();
    return test::exports_of(
        aliases_, [&](const auto& visit) { ASSERT_TRUE(from.for_each_asset(visit)); },
        [&](const auto& visit) { ASSERT_TRUE(from.for_each_flow(visit)); });
  }
  AssetIndex at(const char* address) { return inventory_.find(ip(address), {}); }
  MergeOrder order(bool same) {
    return {id_of("00:1d:9c:00:00:01"),
            id_of("00:1d:9c:00:00:02"),
            same,
            "as I saw",
            "asha",
            test::at(900)};
  }
  static std::string id_of(const char* address) { return asset_id(key_text(mac(address))); }
  void say(const MergeOrder& order) {
    ASSERT_TRUE(AnnotationStore::open(folder_ / "prahari.db")->say(order));
  }

  fs::path folder_;
  OuiTable oui_;
  VendorAliases aliases_;
  Inventory inventory_{oui_};
  std::vector<Input> inputs_;
  RunInfo run_;
};

TEST_F(Rows, OneDeviceIsOneRowWithAllItTold) {
  ASSERT_EQ(inventory_.assets_in_order().size(), 2U) << "the controller, and who asks";
  EXPECT_EQ(inventory_.parts_in_order().size(), 3U);
  const Asset& whole = inventory_.shown(at("10.0.2.1"));
  EXPECT_EQ(whole.id, id_of("00:1d:9c:00:00:01"));
  EXPECT_EQ(inventory_.row_of(at("10.0.2.1")), at("10.0.1.1"));
  EXPECT_EQ(whole.addresses.size(), 2U);
  EXPECT_EQ(whole.packets_sent, 16U);
  EXPECT_TRUE(whole.has_role(Role::controller));
  EXPECT_EQ(inventory_.asset(at("10.0.2.1")).addresses.size(), 1U) << "rules see it as it was";
  for (const auto* name : {"10.0.1.1", "10.0.2.1"}) {
    EXPECT_EQ(inventory_.shown(at(name)).facts.size(), 4U) << "vendor, serial, two firmwares";
  }
}

TEST_F(Rows, ExportsSayWhatWasPutTogetherAndWhatContradicts) {
  const auto document = nlohmann::json::parse(test::exports_of(inventory_, aliases_).assets_json);
  ASSERT_EQ(document["assets"].size(), 2U);
  for (const auto& asset : document["assets"]) {
    if (asset["mac"] != "00:1d:9c:00:00:01") {
      EXPECT_TRUE(asset["merged"].empty());
      continue;
    }
    ASSERT_EQ(asset["merged"].size(), 1U);
    EXPECT_EQ(asset["merged"][0]["mac"], "00:1d:9c:00:00:02");
    EXPECT_EQ(asset["merged"][0]["reason"],
              "same serial 00a1b2c3 of Rockwell Automation told at both");
    EXPECT_GT(asset["merged"][0]["evidence"]["frame"], 0);
    EXPECT_EQ(asset["values"]["firmware"]["value"], "20.12");
    EXPECT_FALSE(asset["values"]["firmware"].contains("conflict"))
        << "first the one, then the other";
    EXPECT_EQ(asset["values"]["serial"]["reason"], "nothing else was told");
  }
}

TEST_F(Rows, TheDatabaseGivesTheSameBytes) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  EXPECT_EQ(stored(), test::exports_of(inventory_, aliases_));
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_)) << "and again";
  EXPECT_EQ(stored(), test::exports_of(inventory_, aliases_));
}

TEST_F(Rows, ARowIsFoundByWhatBelongsToIt) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  StoreReader from = reader();
  const std::string part = id_of("00:1d:9c:00:00:02");
  for (const std::string& name :
       {std::string{"10.0.2.1"}, std::string{"00:1d:9c:00:00:02"}, part}) {
    const auto found = from.assets_named(name);
    ASSERT_EQ(found->size(), 1U) << name;
    EXPECT_EQ(found->front().asset.id, id_of("00:1d:9c:00:00:01"));
    EXPECT_EQ(found->front().merged.size(), 1U);
    EXPECT_EQ(from.parts_named(name)->front().asset.id, part);
  }
}

TEST_F(Rows, FlowsNameTheRow) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  std::size_t flows = 0;
  ASSERT_TRUE(reader().for_each_flow([&](const FlowRecord& flow) {
    EXPECT_EQ(flow.server_asset, id_of("00:1d:9c:00:00:01"));
    ++flows;
  }));
  EXPECT_EQ(flows, 2U);
}

TEST_F(Rows, APersonSaysThatTheyAreTwo) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  say(order(false));
  std::size_t rows = 0;
  ASSERT_TRUE(reader().for_each_asset([&](const AssetRecord& record) {
    ++rows;
    if (!record.merged.empty()) {
      EXPECT_TRUE(record.merged[0].apart);
      EXPECT_EQ(record.merged[0].who, "asha");
    }
  }));
  EXPECT_EQ(rows, 3U);
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_)) << "a later run into this state";
  rows = 0;
  ASSERT_TRUE(reader().for_each_asset([&](const AssetRecord&) { ++rows; }));
  EXPECT_EQ(rows, 3U);
  inventory_.follow(reader().merges()->orders);
  inventory_.settle();
  EXPECT_EQ(stored(), test::exports_of(inventory_, aliases_));
  ASSERT_TRUE(AnnotationStore::open(folder_ / "prahari.db")->unsay(order(false), "asha", {}));
  rows = 0;
  ASSERT_TRUE(reader().for_each_asset([&](const AssetRecord&) { ++rows; }));
  EXPECT_EQ(rows, 2U);
  const auto audit = reader().audit();
  ASSERT_EQ(audit->size(), 2U);
  EXPECT_EQ((*audit)[0].action, "unmerge");
  EXPECT_EQ((*audit)[1].action, "merge");
  EXPECT_EQ((*audit)[0].who, "asha");
}

TEST_F(Rows, APersonPutsTogetherWhatTheTrafficDoesNotShow) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  MergeOrder all = order(true);
  all.part = id_of("00:0c:29:00:00:09");
  say(all);
  std::size_t rows = 0;
  ASSERT_TRUE(reader().for_each_asset([&](const AssetRecord& record) {
    ++rows;
    EXPECT_EQ(record.merged.size(), 2U);
  }));
  EXPECT_EQ(rows, 1U);
  inventory_.follow(reader().merges()->orders);
  inventory_.settle();
  EXPECT_EQ(stored(), test::exports_of(inventory_, aliases_));
}

TEST_F(Rows, WhatPeopleSaidOfAPartIsSaidOfTheRow) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  const std::vector<AnnotationChange> changes = {
      {id_of("00:1d:9c:00:00:02"), Annotated::name, "", "filler"}};
  ASSERT_TRUE(AnnotationStore::open(folder_ / "prahari.db")->apply(changes, "asha", test::at(1)));
  EXPECT_EQ(reader().assets_named("10.0.1.1")->front().site.name, "filler");
}

TEST_F(Rows, ARestartedSensorKeepsTheRows) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  Inventory later{oui_};
  ASSERT_TRUE(reader().for_each_recent_asset(
      100, [&](const AssetRecord& record) { EXPECT_TRUE(later.restore(record.asset)); }));
  later.settle();
  ASSERT_EQ(later.assets_in_order().size(), 2U);
  const Asset& whole = later.shown(later.find(mac("00:1d:9c:00:00:02")));
  EXPECT_EQ(whole.id, id_of("00:1d:9c:00:00:01"));
  EXPECT_EQ(whole.addresses.size(), 2U);
}

TEST_F(Rows, BetterEvidencePartsThemAgain) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  test::Script script{inventory_};
  script.now = 100;
  script.talk({"00:0c:29:00:00:09", "10.0.0.9", 51000}, {"00:1d:9c:00:00:02", "10.0.2.1", 502});
  script.identity(Identity::Field::serial, "00a1b2ff");  // a proxy, or a pair of devices
  inventory_.settle();
  EXPECT_EQ(inventory_.assets_in_order().size(), 3U);
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  EXPECT_EQ(stored(), test::exports_of(inventory_, aliases_));
}

// A virtual router is no device: its address is one of the router that has it.
TEST_F(Rows, AVirtualRoutersAddressBelongsToItsRouter) {
  test::Script script{inventory_};
  script.now = 100;
  script.arp("00:00:0c:11:11:11", "10.0.0.2");
  script.open({"00:00:0c:11:11:11", "10.0.0.2", 0}, {"", "224.0.0.18", 0});
  script.identity(Identity::Field::service, "virtual router 7: 10.0.0.254", Identity::kNoUnit, true,
                  90);
  script.arp("00:00:5e:00:01:07", "10.0.0.254");
  inventory_.settle();
  EXPECT_EQ(inventory_.shown(at("10.0.0.254")).key, "ip 10.0.0.254")
      << "only VRRP and HSRP tell of groups";
  Event event;
  event.kind = EventKind::identity;
  event.packet.time = test::at(200);
  event.client = {ip("10.0.0.2"), mac("00:00:0c:11:11:11"), 0};
  event.identity = {.field = Identity::Field::service,
                    .confidence = 90,
                    .of_client = true,
                    .unit = Identity::kNoUnit,
                    .source = "VRRP"};
  event.text = "virtual router 7: 10.0.0.254";
  inventory_.on_event(event);
  inventory_.settle();
  EXPECT_EQ(inventory_.shown(at("10.0.0.254")).key, "mac 00:00:0c:11:11:11");
  EXPECT_EQ(inventory_.shown(at("10.0.0.254")).addresses.size(), 2U);
}

// One MAC that had many addresses over time is a client of DHCP, and no router.
TEST_F(Rows, AddressesThatMoveAreAHistory) {
  test::Script script{inventory_};
  for (int i = 1; i <= 20; ++i) {
    script.now = 100'000 * i;
    const std::string address = "10.7.0." + std::to_string(i);
    script.arp("00:1d:9c:00:00:07", address);
  }
  const Asset& client = inventory_.asset(inventory_.find(mac("00:1d:9c:00:00:07")));
  EXPECT_FALSE(client.has_role(Role::router));
  EXPECT_EQ(client.addresses.size(), 16U) << "the latest";
  EXPECT_EQ(client.ip(), ip("10.7.0.20"));
  EXPECT_EQ(client.addresses.back().ip, ip("10.7.0.5"));
}

TEST_F(Rows, AddressesWithoutArpThatMoveAreAHistoryToo) {
  test::Script script{inventory_};
  for (int i = 1; i <= 8; ++i) {
    script.now = 100'000 * i;
    script.talk({"00:1d:9c:00:00:07", "10.7.0." + std::to_string(i), 50000},
                {"00:1d:9c:00:00:01", "10.0.1.1", 502});
  }
  EXPECT_FALSE(inventory_.asset(inventory_.find(mac("00:1d:9c:00:00:07"))).has_role(Role::router));
}

}  // namespace
}  // namespace prahari
