#include "alerts/alert_recovery.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "alerts/alert_row.hpp"
#include "inventory/store_reader.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

class AlertRecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("prahari-recovery-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    auto store = Store::open(folder_ / "prahari.db");
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
    ASSERT_TRUE(store_->save(
        RunInfo{.version = "1", .site = "plant", .started = test::kNoticed, .inputs = {}}));
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }

  AlertRow row(const std::string& id, std::chrono::seconds after = {}) const {
    Alert alert = test::alert_of(test::write_finding(), id);
    alert.first_seen += after;
    alert.last_seen += after;
    return alert_row(alert, plant_.context());
  }
  void write(const std::string& text) const {
    std::ofstream(folder_ / "alerts.jsonl", std::ios::binary) << text;
  }
  std::string file() const {
    std::ostringstream out;
    out << std::ifstream(folder_ / "alerts.jsonl", std::ios::binary).rdbuf();
    return out.str();
  }
  std::vector<std::string> stored() const {
    auto reader = StoreReader::open(folder_ / "prahari.db");
    const auto rows = reader->alerts({});
    std::vector<std::string> ids;
    for (const AlertRow& row : *rows) {
      ids.push_back(row.id);
    }
    std::ranges::sort(ids);
    return ids;
  }
  void save(const AlertRow& row) { ASSERT_TRUE(store_->save(std::span{&row, 1})); }
  AlertRecovery recover() {
    const auto done = recover_alerts(folder_, *store_);
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : AlertRecovery{};
  }

  test::FakePlant plant_ = test::fake_plant();
  fs::path folder_;
  std::optional<Store> store_;
};

TEST_F(AlertRecoveryTest, ALineIsReadBackAsTheRowItWasWrittenFrom) {
  const AlertRow before = row("cv-1");
  const auto after = alert_row(before.body);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->kind, before.kind);
  EXPECT_EQ(after->severity, before.severity);
  EXPECT_EQ(after->status, before.status);
  EXPECT_EQ(after->first_seen, before.first_seen);
  EXPECT_EQ(after->last_seen, before.last_seen);
  EXPECT_EQ(after->count, before.count);
  EXPECT_EQ(after->source_asset, before.source_asset);
  EXPECT_EQ(after->source_ip, before.source_ip);
  EXPECT_EQ(after->destination_asset, before.destination_asset);
  EXPECT_EQ(after->destination_ip, before.destination_ip);
  EXPECT_EQ(after->body, before.body);
}

TEST_F(AlertRecoveryTest, WhatIsNoAlertIsNoRow) {
  for (const std::string_view line :
       {"", "{", "[]", "7", "{}", R"({"id": 7})", R"({"id": "a", "kind": "scan"})",
        R"({"id": "a", "kind": "scan", "severity": "low", "first_seen": "yesterday",
            "last_seen": "2026-11-27T00:00:00Z", "count": 1})",
        R"({"id": "a", "kind": "scan", "severity": "low", "first_seen": "2026-11-27T00:00:00Z",
            "last_seen": "2026-11-27T00:00:00Z", "count": -1})"}) {
    EXPECT_FALSE(alert_row(line)) << line;
  }
}

TEST_F(AlertRecoveryTest, WhatOnlyTheFileTellsGoesIntoTheDatabase) {
  save(row("cv-1"));
  AlertRow last = row("cv-2");
  last.body.replace(last.body.find("\"count\":1"), 9, "\"count\":5");
  const std::string text =
      row("cv-1").body + "\n" + row("cv-2").body + "\nno alert\n" + last.body + "\n";
  write(text);
  const AlertRecovery done = recover();
  EXPECT_EQ(done.into_database, 1U);
  EXPECT_EQ(done.into_file, 0U);
  EXPECT_FALSE(done.cut_line);
  EXPECT_EQ(stored(), (std::vector<std::string>{"cv-1", "cv-2"}));
  EXPECT_EQ(file(), text);
  auto reader = StoreReader::open(folder_ / "prahari.db");
  EXPECT_EQ(reader->alerts({.id = "cv-2"})->front().count, 5U) << "the last word on it";
  EXPECT_FALSE(recover().anything()) << "once is enough";
}

TEST_F(AlertRecoveryTest, ALineThatWasCutComesBackWhole) {
  for (const char* id : {"cv-1", "cv-2"}) {
    save(row(id));
  }
  const std::string whole = row("cv-1").body + "\n";
  write(whole + row("cv-2").body.substr(0, 100));
  const AlertRecovery done = recover();
  EXPECT_TRUE(done.cut_line);
  EXPECT_EQ(done.into_file, 1U);
  EXPECT_EQ(file(), whole + row("cv-2").body + "\n");
}

TEST_F(AlertRecoveryTest, WhatWasToldInAFileThatWasPutAwayIsNotToldAgain) {
  save(row("cv-1"));
  EXPECT_FALSE(recover().anything()) << "no file";
  write("");
  EXPECT_FALSE(recover().anything());
  save(row("cv-2", std::chrono::hours{1}));
  write(row("cv-2", std::chrono::hours{1}).body + "\n");
  EXPECT_FALSE(recover().anything()) << "cv-1 is older than all that the file tells";
}

TEST_F(AlertRecoveryTest, StatusesThatPeopleSetStay) {
  save(row("cv-1"));
  ASSERT_TRUE(*store_->set_alert_status("cv-1", "closed"));
  write(row("cv-1").body + "\n");
  EXPECT_FALSE(recover().anything());
  auto reader = StoreReader::open(folder_ / "prahari.db");
  EXPECT_EQ(reader->alerts({.id = "cv-1"})->front().status, "closed");
}

TEST_F(AlertRecoveryTest, OnlyTheEndOfALongFileIsRead) {
  std::ofstream out(folder_ / "alerts.jsonl", std::ios::binary);
  out << row("cv-0").body << "\n";
  const std::string filler = std::string(1 << 20U, 'x') + "\n";
  for (int i = 0; i < 25; ++i) {
    out << filler;
  }
  out << row("cv-1").body << "\n";
  out.close();
  EXPECT_EQ(recover().into_database, 1U);
  EXPECT_EQ(stored(), std::vector<std::string>{"cv-1"});
}

TEST_F(AlertRecoveryTest, WhatIsNoLineOfOursStaysAsItIs) {
  const std::string text(25U << 20U, 'x');
  write(text);
  EXPECT_FALSE(recover().anything());
  EXPECT_EQ(file(), text);
}

}  // namespace
}  // namespace prahari
