#include "dissectors/routine.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dissectors/hash.hpp"
#include "dissectors/secret_print.hpp"
#include "tests/support.hpp"

namespace prahari {
namespace {

using namespace std::chrono_literals;

// Polls of one flow, a second apart unless told otherwise.
class Polls {
 public:
  // Tells how many untold ones the message brings along; -1 when it is not told itself.
  int say(const Message& message, std::chrono::nanoseconds after = 1s,
          Completeness state = Completeness::complete) {
    packet_.time += after;
    ++packet_.frame;
    const Routine::Verdict verdict =
        routine.on_message(message, state, packet_,
                           [this](const Routine::Series& series) { left_out += series.untold; });
    told += verdict.tell ? 1 + verdict.untold : 0;
    return verdict.tell ? verdict.untold : -1;
  }

  // All that was said, whether told at once, with others, or at the end.
  int all() {
    int rest = 0;
    routine.settle([&](const Routine::Series& series) { rest += series.untold; });
    return told + left_out + rest;
  }

  RoutineBudget budget;
  Routine routine{budget};
  int told = 0;
  int left_out = 0;

 private:
  PacketRef packet_{.time = Timestamp{100h}};
};

Message poll(std::uint32_t address = 0, std::uint32_t unit = 1) {
  Message message;
  message.protocol = Protocol::modbus;
  message.direction = Direction::to_server;
  message.function = 3;
  message.target = {.table = "holding", .text = {}, .unit = unit, .address = address, .count = 10};
  return message;
}

TEST(Routine, TellsTheFirstFewOneByOneThenOneInEightSeconds) {
  Polls polls;
  std::vector<int> said;
  said.reserve(20);
  for (int i = 0; i < 20; ++i) {
    said.push_back(polls.say(poll()));
  }
  for (std::size_t i = 0; i < said.size(); ++i) {
    // Four by themselves; then the next one would come after kTogether.
    const int expected = i < 4 ? 0 : i == 10 || i == 17 ? 6 : -1;
    EXPECT_EQ(said[i], expected) << "at " << i;
  }
  EXPECT_EQ(polls.all(), 20);
}

TEST(Routine, TellsEachOfWhatIsSaidSlowly) {
  Polls polls;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(polls.say(poll(), Routine::kTogether / 2), 0);
  }
}

TEST(Routine, TellsWhatCameBeforeAPauseByItself) {
  Polls polls;
  for (int i = 0; i < 7; ++i) {
    polls.say(poll());
  }
  EXPECT_EQ(polls.left_out, 0);
  EXPECT_EQ(polls.say(poll(), 15s), 0) << "alone, so that the pause is seen";
  EXPECT_EQ(polls.left_out, 3);
  EXPECT_EQ(polls.say(poll(), 15s), 0);
  EXPECT_EQ(polls.all(), 9);
}

TEST(Routine, CountsAcrossAPauseWhatHasAName) {
  Message tag = poll();
  tag.target.text = "Line1.Speed";
  Polls polls;
  for (int i = 0; i < 7; ++i) {
    polls.say(tag);
  }
  EXPECT_EQ(polls.say(tag, 15s), 3) << "by itself it would be a number without its name";
  EXPECT_EQ(polls.left_out, 0);
}

TEST(Routine, CountsEachSeriesByItself) {
  Polls polls;
  for (int i = 0; i < 400; ++i) {
    polls.say(poll(static_cast<std::uint32_t>(i % 4)), 250ms);
  }
  EXPECT_LT(polls.told, 400);
  EXPECT_EQ(polls.all(), 400);
}

TEST(Routine, WhatDiffersInAnythingIsAnotherSeries) {
  Message response = poll();
  response.kind = Kind::response;
  response.matched = true;
  response.direction = Direction::to_client;
  Message function = poll();
  function.function = 4;
  Message tag = poll();
  tag.target.text = "Line1.Speed";
  Message other_tag = poll();
  other_tag.target.text = "Line2.Speed";
  Message table = poll();
  table.target.table = "input";
  Polls polls;
  for (int i = 0; i < 10; ++i) {
    polls.say(poll());
    polls.say(tag);
  }
  EXPECT_EQ(polls.say(poll()), -1);
  EXPECT_EQ(polls.say(tag), -1);
  for (const Message& other : {poll(1), poll(0, 2), response, function, other_tag, table}) {
    EXPECT_EQ(polls.say(other), 0) << "told at once";
  }
  EXPECT_EQ(polls.say(poll(), 1s, Completeness::gap), 0) << "what is known of the bytes changed";
}

// Two names for which Hasher finds the same value under every seed: somebody can compute such
// pairs, and would have one read counted as the other.
TEST(Routine, NoNameCanBeMadeThatPassesForAnother) {
  const std::string known = "Recipe.Secret.01";
  const std::vector<std::byte> made = test::hex("76685bfc5cc0b76929165f4afd29298f");
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{0x5bd1e995}, process_seed()}) {
    EXPECT_EQ(Hasher{seed}.add(known).value(), Hasher{seed}.add(as_text(made)).value());
  }
  EXPECT_NE(SecretPrint{}.add(known).value(), SecretPrint{}.add(as_text(made)).value());
  Message one = poll();
  one.target.text = known;
  Message two = poll();
  two.target.text = as_text(made);
  Polls polls;
  for (int i = 0; i < 6; ++i) {
    polls.say(one);
  }
  EXPECT_EQ(polls.say(one), -1);
  EXPECT_EQ(polls.say(two), 0) << "told, with its name";
}

TEST(Routine, KeepsWhereTheLastOneLies) {
  Polls polls;
  for (int i = 0; i < 22; ++i) {
    polls.say(poll(static_cast<std::uint32_t>(i % 2)));
  }
  std::vector<std::uint32_t> frames;
  polls.routine.settle([&](const Routine::Series& series) { frames.push_back(series.last.frame); });
  EXPECT_EQ(frames, (std::vector<std::uint32_t>{21, 22}));
  int again = 0;
  polls.routine.settle([&](const Routine::Series&) { ++again; });
  EXPECT_EQ(again, 0) << "told once";
}

TEST(Routine, LosesNothingToMoreSeriesThanItHolds) {
  Polls polls;
  int said = 0;
  for (int round = 0; round < 8; ++round) {
    polls.say(poll(1000));
    ++said;
  }
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t address = 0; address < Routine::kMost + 3; ++address) {
      polls.say(poll(address), 1ms);
      ++said;
    }
  }
  EXPECT_GT(polls.left_out, 0) << "the one that made room had some that were not told";
  EXPECT_EQ(polls.all(), said);
}

TEST(Routine, SharesOneBoundWithTheOtherFlowsOfItsShard) {
  Polls polls;
  polls.budget.most = 6;
  int said = 0;
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t address = 0; address < 8; ++address) {
      polls.say(poll(address), 1ms);
      ++said;
    }
  }
  EXPECT_EQ(polls.budget.used, 4U) << "eight would not fit";
  EXPECT_GT(polls.budget.refused, 0U);
  EXPECT_EQ(polls.all(), said);

  RoutineBudget none{.most = 0};
  Routine routine{none};
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(routine.on_message(poll(), Completeness::complete, {}, [](const auto&) {}).tell);
  }

  RoutineBudget shared;
  {
    Routine brief{shared};
    brief.on_message(poll(), Completeness::complete, {}, [](const auto&) {});
    EXPECT_EQ(shared.used, 2U);
  }
  EXPECT_EQ(shared.used, 0U);
}

TEST(Routine, AClockThatGoesBackTellsAtOnce) {
  Polls polls;
  for (int i = 0; i < 10; ++i) {
    polls.say(poll());
  }
  EXPECT_EQ(polls.say(poll(), -1h), 6);
  EXPECT_EQ(polls.all(), 11);
}

TEST(Routine, NeverCountsBeyondWhatAnEventHolds) {
  Polls polls;
  for (int i = 0; i < 70'000; ++i) {
    polls.say(poll(), 1us);
  }
  EXPECT_EQ(polls.all(), 70'000);
}

TEST(Routine, IsOnlyWhatChangesNothingAndWentWell) {
  EXPECT_TRUE(Routine::qualifies(poll()));
  Message io = poll();
  io.kind = Kind::oneway;
  io.operation = Operation::write;
  EXPECT_FALSE(Routine::qualifies(io));
  io.cyclic = true;
  EXPECT_TRUE(Routine::qualifies(io)) << "implicit I/O";

  const auto with = [](auto&& change) {
    Message message = poll();
    change(message);
    return Routine::qualifies(message);
  };
  EXPECT_FALSE(with([](Message& m) { m.operation = Operation::write; }));
  EXPECT_FALSE(with([](Message& m) { m.operation = Operation::discover; }));
  EXPECT_FALSE(with([](Message& m) { m.effect = Effect::program_from; }));
  EXPECT_FALSE(with([](Message& m) { m.problems = 1; }));
  EXPECT_FALSE(with([](Message& m) { m.status = 2; }));
  EXPECT_FALSE(with([](Message& m) { m.kind = Kind::exception; }));
  EXPECT_FALSE(with([](Message& m) { m.outcome = Outcome::failure; }));
  EXPECT_FALSE(with([](Message& m) { m.direction = Direction::unknown; }));
  EXPECT_FALSE(with([](Message& m) { m.value_count = 1; }));
}

// Lists of polls, as groups or message by message: what is told, when, and with how many.
class Lists {
 public:
  explicit Lists(bool grouped) : grouped_(grouped) {}

  void say(const std::vector<Message>& list, std::uint64_t key, std::chrono::nanoseconds after) {
    packet_.time += after;
    ++packet_.frame;
    if (grouped_ && routine.again(key, packet_)) {
      ++counted;
      return;
    }
    if (grouped_) {
      routine.begin_group(key);
    }
    for (const Message& message : list) {
      const Routine::Verdict verdict = routine.on_message(
          message, Completeness::complete, packet_, [&](const Routine::Series& series) {
            said.push_back({packet_.frame, series.address, series.untold, series.last.frame});
          });
      if (verdict.tell) {
        said.push_back({packet_.frame, message.target.address, verdict.untold, packet_.frame});
      }
    }
    if (grouped_) {
      routine.end_group();
    }
  }

  struct Said {
    std::uint64_t frame;
    std::uint32_t address;
    int untold;
    std::uint64_t last;
    friend bool operator==(const Said&, const Said&) = default;
  };
  RoutineBudget budget;
  Routine routine{budget};
  std::vector<Said> said;
  int counted = 0;

 private:
  bool grouped_;
  PacketRef packet_{.time = Timestamp{100h}};
};

std::vector<Message> list_of(std::uint32_t first, std::uint32_t size) {
  std::vector<Message> list;
  for (std::uint32_t i = 0; i < size; ++i) {
    list.push_back(poll(first + i));
  }
  return list;
}

TEST(Routine, AGroupIsToldAsItsMessagesAre) {
  // More targets than a flow has series, so that some make room; pauses, haste, a clock going back.
  std::mt19937 random{7};
  Lists one_by_one{false};
  Lists grouped{true};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t stage = static_cast<std::uint32_t>(i) / 5'000;
    const auto which = static_cast<std::uint32_t>(random() % (2 + stage * 4));
    std::vector<Message> list = list_of(which * 4, 1 + which % 5);
    if (which == 1) {
      list.push_back(list.front());  // the same target twice
    }
    std::chrono::nanoseconds after = 1ms * static_cast<int>(random() % 800);
    after = random() % 500 == 0 ? 20s : random() % 700 == 0 ? -3s : after;
    one_by_one.say(list, which + 1, after);
    grouped.say(list, which + 1, after);
  }
  EXPECT_GT(grouped.counted, 5'000);
  EXPECT_EQ(one_by_one.counted, 0);
  ASSERT_EQ(grouped.said.size(), one_by_one.said.size());
  EXPECT_EQ(grouped.said, one_by_one.said);
}

TEST(Routine, GroupsAreCountedInTheBudgetAndCanBeDoneWithout) {
  RoutineBudget budget;
  budget.most = 4;  // the series of one list, and nothing besides
  {
    Routine routine{budget};
    PacketRef packet{.time = Timestamp{100h}};
    int told = 0;
    for (int i = 0; i < 20; ++i) {
      packet.time += 100ms;
      EXPECT_FALSE(routine.again(5, packet));
      routine.begin_group(5);
      for (const Message& message : list_of(0, 4)) {
        told += routine.on_message(message, Completeness::complete, packet, [](auto&&) {}).tell;
      }
      routine.end_group();
    }
    EXPECT_EQ(told, 16) << "four of each, as without groups";
    EXPECT_LE(budget.used, budget.most);
  }
  EXPECT_EQ(budget.used, 0U);
}

TEST(Routine, WhatIsToldMakesNoGroup) {
  Lists lists{true};
  for (int i = 0; i < 3; ++i) {
    lists.say(list_of(0, 3), 9, 100ms);
  }
  EXPECT_EQ(lists.counted, 0) << "each is told so far";
  EXPECT_EQ(lists.said.size(), 9U);
  Message wrong = poll(77);
  for (int i = 0; i < 20; ++i) {
    std::vector<Message> list = list_of(0, 3);
    wrong.target.address += 1;
    list.push_back(wrong);  // told each time
    lists.say(list, 9, 100ms);
  }
  EXPECT_EQ(lists.counted, 0);
}

}  // namespace
}  // namespace prahari
