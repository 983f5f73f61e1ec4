#include <csignal>
#include <filesystem>
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inventory/schema.hpp"
#include "inventory/store_reader.hpp"
#include "inventory/store_thread.hpp"
#include "tests/unit/inventory/plant.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

class Storing : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("prahari_store_" + std::string{test->name()} + "_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    file_ = folder_ / "prahari.db";
    test::play_plant(inventory_);
    inputs_ = test::inputs();
    run_ = {.version = "0.1.0",
            .site = "Line 2",
            .started = test::at(0),
            .inputs = inputs_,
            .protocols = {{"modbus", 10}}};
  }
  void TearDown() override { fs::remove_all(folder_); }

  static AlertRow alert(const std::string& id) {
    return {.id = id,
            .kind = "new-asset",
            .severity = "low",
            .status = "new",
            .first_seen = test::at(1),
            .last_seen = test::at(2),
            .count = 1,
            .source_asset = "ast-1",
            .source_ip = "10.0.0.5",
            .destination_asset = {},
            .destination_ip = "10.0.0.1",
            .body = R"({"id":"x"})",
            .evidence = {std::byte{0}, std::byte{255}}};
  }
  // Fails the test and gives nothing when there is no database.
  Store store() {
    auto opened = Store::open(file_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  StoreReader reader() {
    auto opened = StoreReader::open(file_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  std::size_t count_alerts() { return reader().alerts({})->size(); }

  fs::path folder_;
  fs::path file_;
  OuiTable oui_;
  VendorAliases aliases_;
  Inventory inventory_{oui_};
  std::vector<Input> inputs_;
  RunInfo run_;
};

// A sensor that is started anew goes on with what the runs before knew.
TEST_F(Storing, AnotherRunGoesOnWithTheAssets) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  Inventory later{oui_};
  std::uint32_t restored = 0;
  ASSERT_TRUE(reader().for_each_recent_asset(100, [&](const AssetRecord& record) {
    EXPECT_TRUE(later.restore(record.asset)) << record.asset.key;
    EXPECT_FALSE(later.restore(record.asset)) << "once";
    ++restored;
  }));
  EXPECT_EQ(restored, inventory_.assets_in_order().size());
  later.settle();
  for (const AssetIndex at : inventory_.assets_in_order()) {
    const Asset& before = inventory_.asset(at);
    SCOPED_TRACE(before.key);
    const auto all = later.assets_in_order();
    const auto found = std::ranges::find_if(
        all, [&](AssetIndex other) { return later.asset(other).id == before.id; });
    ASSERT_NE(found, all.end());
    const Asset& after = later.asset(*found);
    EXPECT_EQ(after.first_seen, before.first_seen);
    EXPECT_EQ(after.last_seen, before.last_seen);
    EXPECT_EQ(after.packets_sent, before.packets_sent);
    EXPECT_EQ(after.facts.size(), before.facts.size());
    EXPECT_EQ(after.postures.size(), before.postures.size());
    EXPECT_EQ(after.units.size(), before.units.size());
    EXPECT_EQ(after.addresses.size(), before.addresses.size());
    EXPECT_EQ(after.level, before.level);
    ASSERT_EQ(after.roles.size(), before.roles.size());
    for (std::size_t i = 0; i < after.roles.size(); ++i) {
      EXPECT_EQ(after.roles[i].reason, before.roles[i].reason);
    }
    for (const Fact& fact : after.facts) {
      EXPECT_EQ(fact.packet.offset, kNotKept) << "its packet is gone with that run";
    }
  }
  // The controller speaks again: it is the same asset, with all that was known of it.
  test::Script script{later};
  script.now = 10'000;
  script.vlan_id = 110;
  script.arp("00:1d:9c:00:00:01", "10.0.0.1");
  const Asset& plc = later.asset(later.find(test::mac("00:1d:9c:00:00:01")));
  const Asset& before = inventory_.asset(inventory_.find(test::mac("00:1d:9c:00:00:01")));
  EXPECT_EQ(plc.first_seen, before.first_seen);
  EXPECT_GT(plc.last_seen, before.last_seen);
  EXPECT_EQ(plc.packets_sent, before.packets_sent + 1);
  EXPECT_EQ(later.assets_in_order().size(), restored);
}

TEST_F(Storing, OnlyTheAssetsSeenLastAreTakenUp) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  std::vector<Timestamp> seen;
  ASSERT_TRUE(reader().for_each_recent_asset(
      2, [&](const AssetRecord& record) { seen.push_back(record.asset.last_seen); }));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_LE(seen[0], seen[1]);
  for (const AssetIndex at : inventory_.assets_in_order()) {
    EXPECT_LE(inventory_.asset(at).last_seen, seen[1]);
  }
}

TEST_F(Storing, ExportsFromTheDatabaseEqualThoseFromMemory) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  StoreReader from = reader();
  EXPECT_EQ(*from.captures(), test::captures());
  EXPECT_EQ(*from.meta("site"), "Line 2");
  EXPECT_EQ(from.protocols()->front().messages, 10U);
  const auto read = test::exports_of(
      aliases_, [&](const auto& visit) { ASSERT_TRUE(from.for_each_asset(visit)); },
      [&](const auto& visit) { ASSERT_TRUE(from.for_each_flow(visit)); });
  const auto live = test::exports_of(inventory_, aliases_);
  EXPECT_EQ(read.assets_csv, live.assets_csv);
  EXPECT_EQ(read.assets_json, live.assets_json);
  EXPECT_EQ(read.flows_csv, live.flows_csv);
}

TEST_F(Storing, SavingTwiceChangesNothing) {
  Store to = store();
  ASSERT_TRUE(to.save(inventory_, test::decoration, run_));
  ASSERT_TRUE(to.save(inventory_, test::decoration, run_));
  StoreReader from = reader();
  EXPECT_EQ(from.inputs()->size(), 2U);
  std::size_t assets = 0;
  ASSERT_TRUE(from.for_each_asset([&](const AssetRecord&) { ++assets; }));
  EXPECT_EQ(assets, inventory_.assets_in_order().size());
}

TEST_F(Storing, AnAssetIsFoundByAnyOfItsNames) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  StoreReader from = reader();
  for (const char* name : {"10.0.0.1", "00:1D:9C:00:00:01", "line 2, \"filler\""}) {
    const auto found = from.assets_named(name);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 1U) << name;
    EXPECT_EQ(found->front().asset.key, "mac 00:1d:9c:00:00:01");
  }
  EXPECT_TRUE(from.assets_named("10.0.0.99")->empty());
}

TEST_F(Storing, AlertsKeepTheStatusThatPeopleGave) {
  Store to = store();
  const std::vector<AlertRow> first = {alert("a-1"), alert("a-2")};
  ASSERT_TRUE(to.save(std::span{first}));
  EXPECT_TRUE(*to.set_alert_status("a-1", "acknowledged"));
  EXPECT_FALSE(*to.set_alert_status("a-9", "acknowledged"));
  AlertRow again = alert("a-1");
  again.count = 5;
  again.last_seen = test::at(50);
  ASSERT_TRUE(to.save(std::span{&again, 1}));
  const auto rows = reader().alerts({.id = "a-1"});
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().status, "acknowledged");
  EXPECT_EQ(rows->front().count, 5U);
  EXPECT_EQ(rows->front().evidence, first[0].evidence);
  EXPECT_EQ(reader().alerts({.status = "new"})->size(), 1U);
  EXPECT_EQ(reader().alerts({.asset = "10.0.0.1"})->size(), 2U);
  EXPECT_EQ(reader().alerts({.since = test::at(10)})->size(), 1U);
  EXPECT_EQ(*to.prune(test::at(10)), 1U);
  EXPECT_EQ(count_alerts(), 1U);
}

TEST_F(Storing, AKillInTheMiddleLeavesTheFormerState) {
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  const pid_t child = fork();
  if (child == 0) {
    auto database = Database::open(file_, Database::Access::write);
    [[maybe_unused]] const Status never = database->in_transaction([](SQLite::Database& handle) {
      handle.exec("DELETE FROM assets");
      kill(getpid(), SIGKILL);
    });
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  std::size_t assets = 0;
  ASSERT_TRUE(reader().for_each_asset([&](const AssetRecord&) { ++assets; }));
  EXPECT_EQ(assets, inventory_.assets_in_order().size());
}

// Runs in a child process, whose limits and signals may be changed.
template <class Work>
int in_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST_F(Storing, AFullDiskIsAnErrorInOneLineAndTheFormerStateStays) {
  Store to = store();
  ASSERT_TRUE(to.save(inventory_, test::decoration, run_));
  const int outcome = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    constexpr rlim_t kMost = rlim_t{256} * 1024;
    const rlimit limit{kMost, kMost};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto opened = Store::open(file_);
    std::vector<AlertRow> many;
    for (int i = 0; i < 500; ++i) {
      many.push_back(alert("big-" + std::to_string(i)));
      many.back().body.assign(10'000, 'x');
    }
    const Status saved = opened->save(std::span<const AlertRow>{many});
    return !saved && saved.error().kind == Error::Kind::environment &&
           saved.error().message.find("prahari.db: ") != std::string::npos &&
           saved.error().message.find("space") != std::string::npos;
  });
  EXPECT_EQ(outcome, 0);
  EXPECT_EQ(count_alerts(), 0U);
}

TEST_F(Storing, ErrorsSayWhatToDo) {
  const auto missing = StoreReader::open(folder_ / "none" / "prahari.db");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("is not there"), std::string::npos);

  const auto nowhere = Store::open(folder_ / "none" / "prahari.db");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("cannot be opened"), std::string::npos);

  std::ofstream{file_} << std::string(4096, 'x');
  const auto text = Store::open(file_);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("is no database"), std::string::npos) << text.error().message;
  EXPECT_EQ(text.error().kind, Error::Kind::input);

  const fs::path foreign = folder_ / "foreign.db";
  SQLite::Database{foreign.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE t (x)");
  const auto other = Store::open(foreign);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("another program"), std::string::npos);
}

TEST_F(Storing, ANewerDatabaseIsRefused) {
  ASSERT_TRUE(store().save(run_));
  SQLite::Database{file_.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  const auto newer = Store::open(file_);
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("was written by a newer prahari (schema 99"),
            std::string::npos);
  EXPECT_FALSE(StoreReader::open(file_));
}

TEST_F(Storing, StepsAreAppliedInOrderAndOnce) {
  const std::vector<const char*> steps = {"CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)",
                                          "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 7",
                                          "CREATE TABLE broken (; "};
  auto database = Database::open(file_, Database::Access::write);
  ASSERT_TRUE(migrate(*database, std::span{steps}.first(1)));
  ASSERT_TRUE(migrate(*database, std::span{steps}.first(2)));
  ASSERT_TRUE(migrate(*database, std::span{steps}.first(2)));
  EXPECT_FALSE(migrate(*database, steps));
  int sum = 0;
  int version = 0;
  ASSERT_TRUE(database->run([&](SQLite::Database& handle) {
    sum = handle.execAndGet("SELECT sum(x + y) FROM a").getInt();
    version = handle.execAndGet("PRAGMA user_version").getInt();
  }));
  EXPECT_EQ(sum, 8);
  EXPECT_EQ(version, 2) << "the broken step left nothing";
}

TEST_F(Storing, ADatabaseOfTheFirstSchemaCanBeRead) {
  auto database = Database::open(file_, Database::Access::write);
  ASSERT_TRUE(migrate(*database, schema_steps().first(1)));
  ASSERT_TRUE(database->run([](SQLite::Database& handle) {
    handle.exec(
        "INSERT INTO alerts VALUES ('old','new-asset','low','new',1,2,3,'','','','','{}',x'')");
  }));
  ASSERT_TRUE(Store::open(file_));
  EXPECT_EQ(count_alerts(), 1U);
}

TEST_F(Storing, AReadOnlyFolderCanBeRead) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may write everywhere";
  }
  ASSERT_TRUE(store().save(inventory_, test::decoration, run_));
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  const auto opened = StoreReader::open(file_);
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
}

TEST_F(Storing, TheThreadWritesWhatWaits) {
  {
    StoreThread thread{store(), [](const Error& error) { FAIL() << error.message; }};
    for (int i = 0; i < 3; ++i) {
      for_each_asset(inventory_, test::decoration,
                     [&](const AssetRecord& record) { thread.put(record); });
    }
    for_each_flow(inventory_, test::decoration,
                  [&](const FlowRecord& record) { thread.put(record); });
    thread.put(alert("a-1"));
    thread.flush();
    EXPECT_EQ(count_alerts(), 1U);
    thread.put(alert("a-2"));
  }
  EXPECT_EQ(count_alerts(), 2U) << "what waited was written at the end";
  std::size_t flows = 0;
  ASSERT_TRUE(reader().for_each_flow([&](const FlowRecord&) { ++flows; }));
  EXPECT_EQ(flows, inventory_.conversations_in_order().size());
}

TEST_F(Storing, TheThreadKeepsAlertsWhileTheDatabaseIsLocked) {
  std::string said;
  {
    StoreThread thread{store(), [&said](const Error& error) { said = error.message; }};
    SQLite::Database other{file_.string(), SQLite::OPEN_READWRITE};
    other.exec("ALTER TABLE alerts RENAME TO hidden");
    thread.put(alert("a-1"));
    thread.flush();
    EXPECT_EQ(thread.stats().failed, 1U);
    other.exec("ALTER TABLE hidden RENAME TO alerts");
  }
  EXPECT_NE(said.find("prahari.db: "), std::string::npos);
  EXPECT_EQ(count_alerts(), 1U);
}

}  // namespace
}  // namespace prahari
