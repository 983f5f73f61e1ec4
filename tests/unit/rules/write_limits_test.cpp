// What an intruder on the operator's station may try so that a write is not judged.

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "learned_plant.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "write-outside-baseline";

Ask registers(std::uint32_t first, std::uint32_t count, std::uint16_t function = 16) {
  return {Operation::write, function, "Write Multiple Registers", 1, "holding", first, count};
}

Ask tag(std::string_view text, std::uint32_t count = 1) {
  return {Operation::write, 0x4d, "Write Tag", 1, "tag", 0, count, Effect::none, text};
}

void bound(BaselineData& data, std::uint32_t first, std::uint32_t last) {
  for (BaselineTarget& write : data.zones[0].writes) {
    if (write.table == "holding" && write.first == first && write.last == last) {
      write.limits = ValueRange{0, 1000};
    }
  }
}

// An HMI that writes ten registers at once, over and over.
class Recipe : public Plant {
 public:
  void usual_recipe(int rounds = 30) {
    usual();
    const Talk one = connected(kHmi, kPlc);
    for (int i = 0; i < rounds; ++i) {
      write(one, registers(200, 10), recipe());
      wait(5);
    }
  }
  static std::vector<double> recipe() { return {1, 2, 3, 4, 50, 60, 70, 80, 90, 100}; }
};

TEST(WriteLimits, HoldForEveryValueOfAWrite) {
  Recipe plant;
  plant.usual_recipe();
  plant.approve([](BaselineData& data) { bound(data, 200, 209); });
  const Talk one = plant.connected(kHmi, kPlc);
  plant.write(one, registers(200, 10), Recipe::recipe());
  EXPECT_EQ(plant.raised(), "");
  std::vector<double> values = Recipe::recipe();
  values[7] = 5000;
  plant.write(one, registers(200, 10), values);
  ASSERT_EQ(plant.raised(), "write-outside-baseline:critical");
  const std::string why = plant.sink.alerts[0].finding.why;
  EXPECT_NE(why.find("= 5000 (value 8 of 10) of"), std::string::npos) << why;
}

TEST(WriteLimits, WhatIsUsualIsKnownOfEveryValue) {
  Recipe plant;
  plant.usual_recipe();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  std::vector<double> values = Recipe::recipe();
  values[9] = 5000;
  plant.write(one, registers(200, 10), values);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:medium");
}

// One register of those that people bounded, among others that are written as well.
TEST(WriteLimits, HoldWhateverElseIsWrittenWithIt) {
  Plant plant;
  plant.usual();
  const Talk learned = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 30; ++i) {
    plant.ask(learned, holding(101), 7);
    plant.wait(5);
  }
  plant.approve([](BaselineData& data) { bound(data, 100, 100); });
  const Talk one = plant.connected(kHmi, kPlc);
  plant.write(one, registers(100, 2, 6), std::vector<double>{52, 7});
  EXPECT_EQ(plant.raised(), "");
  plant.write(one, registers(100, 2, 6), std::vector<double>{2000, 7});
  EXPECT_EQ(plant.raised(), "write-outside-baseline:critical");
}

// Likewise where nobody bounded anything: what is usual holds for the register, not for the shape.
TEST(WriteLimits, WhatIsUsualHoldsForTheRegister) {
  Plant plant;
  plant.usual(80);
  const Talk learned = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 30; ++i) {
    plant.ask(learned, holding(101), 7);
    plant.wait(5);
  }
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  plant.write(one, registers(100, 2, 6), std::vector<double>{52, 7});
  EXPECT_EQ(plant.raised(), "");
  plant.write(one, registers(100, 2, 6), std::vector<double>{52, 9000});
  EXPECT_EQ(plant.raised(), "write-outside-baseline:medium");
}

TEST(WriteLimits, ATagIsTheSameInOtherLetters) {
  Plant plant;
  plant.usual();
  const Talk learned = plant.connected(kHmi, kPlc);
  const Ask reads{Operation::read, 0x4c, "Read Tag", 1, "tag", 0, 1, Effect::none, "Speed"};
  for (int i = 0; i < 30; ++i) {
    plant.ask(learned, reads);
    plant.ask(learned, tag("Speed"), 50);
    plant.wait(5);
  }
  plant.approve([](BaselineData& data) {
    for (BaselineTarget& write : data.zones[0].writes) {
      if (write.table == "tag") {
        write.limits = ValueRange{0, 49.5};
      }
    }
  });
  plant.ask(plant.connected(kHmi, kPlc), tag("SPEED"), 50);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:critical");
}

TEST(WriteLimits, MoreElementsThanWereEverWrittenAreAnotherTarget) {
  Plant plant;
  plant.usual();
  const Talk learned = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 30; ++i) {
    plant.write(learned, tag("Recipe[0]", 2), std::vector<double>{1, 2});
    plant.wait(5);
  }
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  plant.write(one, tag("Recipe[0]", 2), std::vector<double>{1, 2});
  plant.write(one, tag("Recipe[0]", 1), std::vector<double>{1});
  EXPECT_EQ(plant.raised(), "");
  plant.write(one, tag("Recipe[0]", 40), std::vector<double>(40, 1));
  EXPECT_EQ(plant.raised(), "write-outside-baseline:critical");
}

TEST(Alike, APatientProgramIsNoOperatorEither) {
  Plant plant{"[thresholds.write-outside-baseline]\nalike_day = 8\n"};
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  for (int round = 0; round < 2; ++round) {  // what counted as known goes on to do so
    for (std::uint32_t address = 5; address < 15; ++address) {
      plant.ask(one, coil(address), 1);
      plant.wait(30);
    }
  }
  const auto alerts = plant.of(kKind);
  ASSERT_EQ(alerts.size(), 10U);
  EXPECT_EQ(std::ranges::count(alerts, Severity::info,
                               [](const auto& alert) { return alert.finding.severity; }),
            8);
}

}  // namespace
}  // namespace prahari::test
