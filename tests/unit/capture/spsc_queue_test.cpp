#include "capture/spsc_queue.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace prahari {
namespace {

TEST(SpscQueue, HoldsAtLeastItsCapacityInOrder) {
  SpscQueue<int> queue{5};
  EXPECT_EQ(queue.capacity(), 8U);
  int out = -1;
  EXPECT_FALSE(queue.try_pop(out));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 8; ++i) {
      EXPECT_TRUE(queue.try_push(round * 8 + i));
    }
    EXPECT_FALSE(queue.try_push(99));
    for (int i = 0; i < 8; ++i) {
      ASSERT_TRUE(queue.try_pop(out));
      EXPECT_EQ(out, round * 8 + i);
    }
    EXPECT_FALSE(queue.try_pop(out));
  }
  EXPECT_EQ(queue.dropped(), 0U) << "a refused try is no drop";
}

TEST(SpscQueue, CountsWhatItDrops) {
  SpscQueue<int> queue{0};
  EXPECT_EQ(queue.capacity(), 1U);
  EXPECT_TRUE(queue.push_or_drop(1));
  EXPECT_FALSE(queue.push_or_drop(2));
  EXPECT_FALSE(queue.push_or_drop(3));
  EXPECT_EQ(queue.dropped(), 2U);
}

TEST(SpscQueue, CarriesEverythingBetweenTwoThreads) {
  struct Item {
    std::uint64_t number;
    std::uint64_t twice;
  };
  constexpr std::uint64_t kItems = 200'000;
  SpscQueue<Item> queue{64};
  std::jthread producer{[&queue] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      while (!queue.try_push({i, 2 * i})) {
        std::this_thread::yield();
      }
    }
  }};
  for (std::uint64_t i = 0; i < kItems; ++i) {
    Item item{};
    while (!queue.try_pop(item)) {
      std::this_thread::yield();
    }
    ASSERT_EQ(item.number, i);
    ASSERT_EQ(item.twice, 2 * i);
  }
}

}  // namespace
}  // namespace prahari
