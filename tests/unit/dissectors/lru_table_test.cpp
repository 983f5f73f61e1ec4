#include "dissectors/lru_table.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

struct SeededHash {
  std::uint64_t seed = 0;
  std::uint64_t operator()(std::uint32_t key) const noexcept {
    return Hasher{seed}.add(key).value();
  }
};

struct OneBucket {
  std::uint64_t operator()(std::uint32_t /*key*/) const noexcept { return 7; }
};

// What the table ought to do, in the plainest way: a list, oldest first.
struct Model {
  struct Item {
    std::uint32_t key;
    int value;
  };
  std::list<Item> items;
  std::uint64_t evictions = 0;

  auto at(std::uint32_t key) {
    return std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.key == key; });
  }
};

template <class Table>
std::vector<std::pair<std::uint32_t, int>> content(Table& table) {
  std::vector<std::pair<std::uint32_t, int>> out;
  table.for_each([&](auto slot) { out.emplace_back(table.key(slot), table[slot]); });
  return out;
}

template <class Hash>
void compare_with_model(std::uint32_t capacity, Hash hash, std::uint32_t seed) {
  LruTable<std::uint32_t, int, Hash> table{capacity, hash};
  Model model;
  std::mt19937 random{seed};
  for (int step = 0; step < 4000; ++step) {
    const auto key = static_cast<std::uint32_t>(random() % (capacity * 2 + 1));
    const auto found = model.at(key);
    const bool known = found != model.items.end();
    ASSERT_EQ(table.peek(key) != table.kNone, known);
    switch (random() % 3) {
      case 0:
        if (const auto slot = table.find(key); known) {
          ASSERT_EQ(table[slot], found->value);
          model.items.splice(model.items.end(), model.items, found);
        }
        break;
      case 1:
        if (!known) {
          if (model.items.size() == capacity) {
            ASSERT_EQ(table.key(table.oldest()), model.items.front().key);
            model.items.pop_front();
            ++model.evictions;
          }
          model.items.push_back({key, step});
          const auto slot = table.insert(key);
          ASSERT_LT(slot, capacity);
          ASSERT_EQ(table[slot], 0) << "values start fresh";
          table[slot] = step;
        }
        break;
      default:
        if (known) {
          table.erase(table.peek(key));
          model.items.erase(found);
        }
    }
    ASSERT_EQ(table.size(), model.items.size());
    ASSERT_EQ(table.evictions(), model.evictions);
    const auto all = content(table);
    ASSERT_TRUE(std::equal(all.begin(), all.end(), model.items.begin(), model.items.end(),
                           [](const auto& a, const Model::Item& b) {
                             return a.first == b.key && a.second == b.value;
                           }));
  }
}

TEST(LruTable, BehavesLikeAListOverARandomHistory) {
  for (const std::uint32_t capacity : {1U, 2U, 3U, 17U}) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(testing::Message() << "capacity " << capacity << " seed " << seed);
      compare_with_model(capacity, SeededHash{seed}, seed);
      compare_with_model(capacity, OneBucket{}, seed);
    }
  }
}

TEST(LruTable, SlotsStayWhileEntriesLive) {
  LruTable<std::uint32_t, int, SeededHash> table{8};
  const auto slot = table.insert(5);
  for (std::uint32_t key = 100; key < 200; ++key) {
    ASSERT_EQ(table.find(5), slot);
    table.insert(key);
  }
  EXPECT_EQ(table.key(slot), 5U);
  EXPECT_EQ(table.evictions(), 93U);
}

TEST(LruTable, ErasingLetsGoOfWhatTheValueHeld) {
  LruTable<std::uint32_t, std::shared_ptr<int>, SeededHash> table{2};
  const auto held = std::make_shared<int>(1);
  table[table.insert(1)] = held;
  table.erase(table.peek(1));
  EXPECT_EQ(held.use_count(), 1);
  table[table.insert(2)] = held;
  table.insert(3);
  table.insert(4);  // evicts 2
  EXPECT_EQ(held.use_count(), 1);
}

TEST(LruTable, VisitMayEraseWhatItVisits) {
  LruTable<std::uint32_t, int, SeededHash> table{16};
  for (std::uint32_t key = 0; key < 16; ++key) {
    table.insert(key);
  }
  table.for_each([&](auto slot) {
    if (table.key(slot) % 2 == 0) {
      table.erase(slot);
    }
  });
  EXPECT_EQ(table.size(), 8U);
  EXPECT_EQ(table.key(table.oldest()), 1U);
}

TEST(Hasher, ScattersNeighboursOverTheLowBits) {
  std::vector<int> buckets(256);
  for (std::uint32_t i = 0; i < 256 * 16; ++i) {
    ++buckets[Hasher{1}.add(std::uint64_t{i} << 16).value() & 255U];
  }
  EXPECT_LT(*std::max_element(buckets.begin(), buckets.end()), 48);
  EXPECT_NE(Hasher{1}.add(1).value(), Hasher{2}.add(1).value());
  EXPECT_NE(Hasher{1}.add(1).add(2).value(), Hasher{1}.add(2).add(1).value());
}

}  // namespace
}  // namespace prahari
