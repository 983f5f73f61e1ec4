// The rules that need an approved baseline: learned by the learner from scripted traffic, then
// held against other traffic.

#include <limits>

#include <gtest/gtest.h>

#include "learned_plant.hpp"

namespace prahari::test {
namespace {

TEST(BaselineRules, WhatWasLearnedRaisesNothing) {
  Plant plant;
  plant.usual();
  plant.approve();
  plant.usual();
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, ANewDeviceThatTalksAndWritesIsOneAlert) {
  Plant plant;
  plant.usual();
  plant.approve();
  plant.announce(kLaptop);
  ASSERT_EQ(plant.raised(), "new-asset:high");
  const Talk talk = plant.connected(kLaptop, kPlc);
  plant.ask(talk, kRead);
  plant.ask(talk, coil(9), 1);
  plant.ask(talk, coil(9), 0);
  EXPECT_EQ(plant.raised(), "new-asset:critical");
  const Finding& finding = plant.sink.alerts[0].finding;
  EXPECT_EQ(plant.sink.alerts[0].count, 4);
  EXPECT_NE(finding.accept.find(R"({"host":"10.0.0.66","mac":"00:1d:9c:00:00:42"})"),
            std::string::npos)
      << finding.accept;
}

TEST(BaselineRules, ProbingByAPairThatTheBaselineDoesNotKnowIsHigh) {
  const auto probing_of = [](std::string_view client) {
    Plant plant;
    plant.usual();
    plant.approve();
    const Talk talk = plant.connected(client, kPlc);
    for (int i = 0; i < 3; ++i) {
      plant.refuse(talk, plant.ask(talk, kRead), kRead, 1);
    }
    return plant.of("probing");
  };
  const auto known = probing_of(kHmi);
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].finding.severity, Severity::medium);
  const auto stranger = probing_of(kBackup);
  ASSERT_EQ(stranger.size(), 1U);
  EXPECT_EQ(stranger[0].finding.severity, Severity::high);
}

// A fortnight of learning in which buttons were pressed on Fridays, hour 5 of which is 101 of the
// week.
TEST(BaselineRules, AWriteAtAnHourOfTheWeekWithoutAnyIsToldOnce) {
  constexpr std::size_t kFridayFive = 4 * 24 + 5;
  Plant plant{"[site]\ntimezone = \"UTC\"\n"};
  plant.usual();
  const auto learned_for = [&](std::chrono::days period) {
    plant.approve([&](BaselineData& data) {
      BaselineZone& zone = data.zones[0];
      zone.hours.reset();
      zone.hours.set(kFridayFive);
      zone.progress.to = zone.progress.from + period;
    });
  };
  learned_for(std::chrono::days{13});
  const auto press = [&](int day, int hour) {
    plant.now = at(day * 86'400.0 + hour * 3'600.0 + 60);
    plant.ask(plant.connected(kHmi, kPlc), coil(1), 1);
  };
  press(8, 12);
  EXPECT_EQ(plant.raised(), "") << "not every hour was seen twice";
  learned_for(std::chrono::days{14});
  press(8, 5);  // 1970-01-09, a Friday
  press(8, 6);
  press(8, 4);
  EXPECT_EQ(plant.raised(), "");
  press(8, 7);
  press(9, 5);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:medium");
  EXPECT_EQ(plant.sink.alerts[0].count, 2);
  EXPECT_EQ(plant.sink.alerts[0].finding.baseline.expected, "Fri 05-06");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("on Fri 07:01, an hour of the week"),
            std::string::npos)
      << plant.sink.alerts[0].finding.why;
}

// 1970-01-01 was a Thursday.
TEST(BaselineRules, AnotherBaselineIsInForceAtItsHours) {
  constexpr std::string_view kCleaning =
      "[site]\ntimezone = \"UTC\"\n[[baseline]]\nname = \"cleaning\"\nschedule = [\"sat\"]\n";
  constexpr Ask kIdentify{Operation::read, 43, "Read Device Identification", 1, "", 0, 0};
  Plant plant{kCleaning};
  plant.usual();
  const Talk learned = plant.connected(kHmi, kPlc);
  plant.reply(learned, plant.ask(learned, kIdentify), kIdentify);
  // All that was seen is normal on Saturdays; on other days nobody asks for the nameplate.
  plant.approve([](BaselineData& data) { data.name = "cleaning"; });
  plant.approve([](BaselineData& data) {
    std::erase_if(data.zones[0].operations,
                  [](const BaselineOperation& one) { return one.function == 43; });
  });
  const Timestamp friday = at(86'400 + 3'600);
  const Timestamp saturday = at(2 * 86'400 + 3'600);
  plant.now = friday;
  const Talk talk = plant.connected(kHmi, kPlc);
  plant.ask(talk, kIdentify);
  EXPECT_EQ(plant.raised(), "new-operation:medium");
  plant.now = saturday;
  plant.sink.alerts.clear();
  plant.ask(talk, kIdentify);
  EXPECT_EQ(plant.raised(), "") << "the same connection, two days later";
  plant.ask(talk, {Operation::read, 17, "Report Server ID", 1, "", 0, 0});
  EXPECT_EQ(plant.raised(), "new-operation:medium") << "cleaning is no free ride";
  plant.now = saturday + std::chrono::hours{24};
  plant.sink.alerts.clear();
  plant.ask(talk, kIdentify);
  EXPECT_EQ(plant.raised(), "new-operation:medium");
}

TEST(BaselineRules, ANewServiceToAControllerIsANewTalker) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk talk = plant.connected(kBackup, kPlc);
  EXPECT_EQ(plant.raised(), "new-talker:high");
  plant.ask(talk, kRead);
  plant.ask(talk, kRead);
  EXPECT_EQ(plant.raised(), "new-talker:high") << "what it says belongs to it";
  // To somebody who drives nothing it is none.
  plant.connected(kPlc, kBackup, 8081);
  EXPECT_EQ(plant.raised(), "new-talker:high");
}

TEST(BaselineRules, ReadsAreMediumAndWritesHighWhenNew) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk two = plant.connected(kHmi, kOther);
  plant.ask(two, {Operation::read, 43, "Read Device Identification", 1, "", 0, 0});
  EXPECT_EQ(plant.raised(), "new-operation:medium");
  plant.ask(two, {Operation::control, 8, "Restart Communications", 1, "", 0, 0});
  EXPECT_EQ(plant.raised(), "new-operation:medium new-operation:high");
}

TEST(BaselineRules, AlikeCountsAsKnownUntilSomebodyWalksThroughAll) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  plant.ask(one, coil(9), 1);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:info");
  plant.wait(100);
  const Talk two = plant.connected(kHmi, kOther);
  plant.ask(two, coil(3), 1);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:info new-operation:info");
  plant.ask(one, coil(16), 1);  // it does not read that one
  EXPECT_EQ(plant.of("write-outside-baseline").back().finding.severity, Severity::critical);
}

TEST(BaselineRules, ManyFirstTargetsWithinAMinuteAreNoOperator) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  for (std::uint32_t address = 5; address < 15; ++address) {
    plant.ask(one, coil(address), 1);
    plant.wait(0.1);
  }
  const auto alerts = plant.of("write-outside-baseline");
  ASSERT_EQ(alerts.size(), 10U);
  EXPECT_EQ(std::ranges::count(alerts, Severity::info,
                               [](const auto& alert) { return alert.finding.severity; }),
            6);
}

TEST(BaselineRules, ValuesAndStepsOutsideWhatIsAllowed) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  plant.ask(one, holding(100), 56);
  EXPECT_EQ(plant.raised(), "") << "near what was written";
  plant.ask(one, holding(100), 900);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:medium");
}

TEST(BaselineRules, EngineeringLimitsOverruleWhatWasLearned) {
  Plant plant;
  plant.usual();
  plant.approve([](BaselineData& data) {
    for (BaselineTarget& write : data.zones[0].writes) {
      if (write.table == "holding") {
        write.limits = ValueRange{0, 1000};
        write.most_step = 500;
      }
    }
  });
  const Talk one = plant.connected(kHmi, kPlc);
  plant.ask(one, holding(100), 400);
  EXPECT_EQ(plant.raised(), "");
  plant.ask(one, holding(100), 950);
  EXPECT_EQ(plant.raised(), "write-outside-baseline:critical") << "a step of 550";
  plant.ask(one, holding(100), 1001);
  ASSERT_EQ(plant.sink.alerts.size(), 2U);
  EXPECT_NE(plant.sink.alerts[1].finding.why.find("the engineering limits allow 0 to 1000"),
            std::string::npos)
      << plant.sink.alerts[1].finding.why;
}

TEST(BaselineRules, NotANumberIsOutsideOfEverything) {
  constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
  Plant usual;
  usual.usual();
  usual.approve();
  usual.ask(usual.connected(kHmi, kPlc), holding(100), kNotANumber);
  EXPECT_EQ(usual.raised(), "write-outside-baseline:medium");
  Plant limited;
  limited.usual();
  limited.approve([](BaselineData& data) {
    for (BaselineTarget& write : data.zones[0].writes) {
      if (write.table == "holding") {
        write.limits = ValueRange{0, 1000};
      }
    }
  });
  limited.ask(limited.connected(kHmi, kPlc), holding(100), kNotANumber);
  EXPECT_EQ(limited.raised(), "write-outside-baseline:critical");
}

TEST(BaselineRules, ASecondWriterIsASecondMaster) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk talk = plant.talk(kBackup, kPlc);
  plant.ask(talk, coil(2), 1);
  plant.ask(talk, coil(2), 0);
  EXPECT_EQ(plant.raised(), "second-master:high");
}

TEST(BaselineRules, ADeviceThatIsAnotherOneThanLearned) {
  Plant plant;
  plant.usual();
  plant.serial(plant.connected(kHmi, kPlc), "1234");
  plant.approve();
  plant.serial(plant.connected(kHmi, kPlc), "1234");
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, AZoneThatIsNotLockedAndAKindThatIsOffRaiseNothing) {
  constexpr std::string_view kSite = R"(
[[zone]]
name = "cell-1"
level = 1
members = ["10.0.0.0/24"]
off = ["new-asset"]
)";
  Plant plant{kSite};
  plant.usual();
  plant.approve();
  plant.announce(kLaptop);
  EXPECT_EQ(plant.raised(), "");
  const Talk talk = plant.connected(kLaptop, kPlc);
  EXPECT_EQ(plant.raised(), "new-talker:high") << "new-asset does not tell of it";
  plant.ask(talk, kRead);
  EXPECT_EQ(plant.raised(), "new-talker:high");
}

TEST(Learner, KeepsWhatFitsAndCountsTheRest) {
  Scene scene;
  Learner learner{
      scene.inventory, scene.policy, {.links = 2, .operations = 1, .targets = 1, .polls = 1}};
  for (const std::string_view server : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}) {
    const Talk talk = scene.talk(kHmi, server);
    for (const Ask& ask : {kRead, kWriteCoil}) {
      const Event event = scene.message(talk, Kind::request, ask);
      learner.on_event(event, scene.inventory.on_event(event));
    }
  }
  const LearnerStats left = learner.stats();
  EXPECT_EQ(left.operations, 3U);
  EXPECT_EQ(left.targets, 3U);
  EXPECT_GT(left.links, 0U);
  const BaselineData data = learner.learned();
  ASSERT_EQ(data.zones.size(), 1U);
  EXPECT_EQ(data.zones[0].talkers.size(), 2U);
  EXPECT_GT(data.zones[0].progress.not_kept, 0U);
}

}  // namespace
}  // namespace prahari::test
