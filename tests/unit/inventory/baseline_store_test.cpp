#include "inventory/baseline_store.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "inventory/store.hpp"
#include "inventory/store_reader.hpp"

namespace prahari::test {
namespace {

using namespace std::chrono_literals;

class BaselineStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_TRUE(Store::open(file()));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "prahari.db"; }

  static BaselineRevision proposal(std::string name, std::string who) {
    BaselineRevision row;
    row.name = std::move(name);
    row.proposed_by = std::move(who);
    row.proposed_at = Timestamp{1s};
    row.proposed_why = "two weeks";
    row.origin = "baseline.json";
    row.body = "{}";
    return row;
  }
  static Decision by(std::string who) {
    return {std::move(who), Timestamp{2s}, "read it", "CHG-1"};
  }

 private:
  // Tests run beside each other: a folder for each.
  std::filesystem::path folder_ = std::filesystem::path{testing::TempDir()} /
                                  (std::string{"prahari-baseline-store-"} +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(BaselineStoreTest, ApprovingReplacesWhatWasInForceUnderTheName) {
  auto store = BaselineStore::open(file());
  ASSERT_TRUE(store);
  ASSERT_EQ(*store->propose(proposal("running", "asha")), 1);
  ASSERT_EQ(*store->propose(proposal("running", "asha")), 2);
  ASSERT_EQ(*store->propose(proposal("cleaning", "asha")), 3);
  for (const std::int64_t revision : {1, 3, 2}) {
    EXPECT_TRUE(store->approve(revision, by("ravi"), true)) << revision;
  }
  const auto rows = store->list();
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].status, RevisionStatus::approved);
  EXPECT_EQ((*rows)[1].status, RevisionStatus::approved);
  EXPECT_EQ((*rows)[2].status, RevisionStatus::replaced);
  EXPECT_EQ((*store->approved("running"))->revision, 2);
  EXPECT_FALSE(*store->approved("shutdown"));
}

TEST_F(BaselineStoreTest, FourEyesAreTwoPersons) {
  auto store = BaselineStore::open(file());
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->propose(proposal("running", "asha")));
  EXPECT_FALSE(store->approve(1, by("asha"), true));
  EXPECT_FALSE(*store->approved("running"));
  EXPECT_TRUE(store->approve(1, by("asha"), false));
  EXPECT_TRUE(*store->approved("running"));
}

TEST_F(BaselineStoreTest, WhatWasDecidedStays) {
  auto store = BaselineStore::open(file());
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->propose(proposal("running", "asha")));
  ASSERT_TRUE(store->reject(1, by("ravi")));
  EXPECT_FALSE(store->approve(1, by("ravi"), true));
  EXPECT_FALSE(store->reject(1, by("ravi")));
  EXPECT_FALSE(store->approve(9, by("ravi"), true));
}

TEST_F(BaselineStoreTest, EachChangeIsInTheRecordAndARefusalIsNot) {
  auto store = BaselineStore::open(file());
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->propose(proposal("running", "asha")));
  EXPECT_FALSE(store->approve(1, by("asha"), true));
  EXPECT_TRUE(store->approve(1, by("ravi"), true));
  auto reader = StoreReader::open(file());
  ASSERT_TRUE(reader);
  const auto rows = reader->audit();
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].action, "baseline propose");
  EXPECT_EQ((*rows)[1].who, "ravi");
  EXPECT_EQ((*rows)[1].subject, "baseline running revision 1");
  EXPECT_EQ((*rows)[1].value, "read it (CHG-1)");
}

}  // namespace
}  // namespace prahari::test
