// The rules that need an approved baseline: learned by the learner from scripted traffic, then
// held against other traffic.

#include <limits>
#include <map>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "rules/baseline_json.hpp"
#include "rules/learner.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kHmi = "10.0.0.9";
constexpr std::string_view kBackup = "10.0.0.8";
constexpr std::string_view kPlc = "10.0.0.1";
constexpr std::string_view kOther = "10.0.0.2";
constexpr std::string_view kLaptop = "10.0.0.66";

Ask coil(std::uint32_t address) {
  return {Operation::write, 5, "Write Single Coil", 1, "coil", address, 1};
}
Ask coils(std::uint32_t first, std::uint32_t count) {
  return {Operation::read, 1, "Read Coils", 1, "coil", first, count};
}
Ask holding(std::uint32_t address) {
  return {Operation::write, 6, "Write Single Register", 1, "holding", address, 1};
}

class Plant : public Scene {
 public:
  explicit Plant(std::string_view site = "") : Scene(site), learner_(inventory, policy) {}

  void feed(const Event& event) {
    const Parties parties = inventory.on_event(event);
    if (judge_) {
      judge_->on_event(event, parties);
    } else {
      learner_.on_event(event, parties);
    }
  }

  Talk connected(std::string_view client, std::string_view server, std::uint16_t port = 502) {
    const Talk made = talk(client, server, port);
    for (const FlowStage stage : {FlowStage::opened, FlowStage::established}) {
      Event event = this->event(made, EventKind::flow, Protocol::unknown);
      event.flow_facts = {};
      event.flow_facts.stage = stage;
      event.flow_facts.handshake = true;
      event.flow_facts.client_known = true;
      event.flow_facts.first = now;
      event.flow_facts.packets[0] = 2;
      event.flow_facts.packets[1] = stage == FlowStage::established ? 1 : 0;
      feed(event);
    }
    return made;
  }

  PacketRef ask(const Talk& talk, const Ask& what, std::optional<double> value = {},
                std::uint16_t repeats = 0) {
    Event made = message(talk, Kind::request, what);
    made.repeats = repeats;
    if (value) {
      made.message.value_count = 1;
      made.message.values[0] = *value;
    }
    feed(made);
    return made.packet;
  }
  void reply(const Talk& talk, const PacketRef& request, const Ask& what) {
    Event made = message(talk, Kind::response, what);
    made.from_client = false;
    made.message.outcome = Outcome::success;
    made.message.matched = true;
    made.message.request = request;
    feed(made);
  }
  void poll(const Talk& talk, const Ask& what, int times, double interval) {
    for (int i = 0; i < times; ++i) {
      reply(talk, ask(talk, what), what);
      wait(interval);
    }
  }
  void unanswered(const Talk& talk, const PacketRef& request) {
    Event made = event(talk, EventKind::anomaly, Protocol::modbus);
    const auto problems = dissector(Protocol::modbus).problems;
    const auto at = std::ranges::find(problems, "request_timeout", &Problem::id);
    made.anomaly = {static_cast<std::uint8_t>(at - problems.begin()), Direction::to_client, 3, 1,
                    request};
    feed(made);
  }
  void announce(std::string_view host, std::string_view about = kPlc) {
    Event made;
    made.kind = EventKind::host;
    made.packet = packet();
    made.client = {ip(host), station(host), 0};
    made.server = {ip(about), MacAddress{}, 0};
    made.host = {0x0806, 1, false};
    feed(made);
  }
  void serial(const Talk& talk, std::string_view value) {
    Event made = event(talk, EventKind::identity, Protocol::modbus);
    made.text = value;
    made.identity = {Identity::Field::serial, 98, false, 1, "CIP Identity"};
    feed(made);
  }
  void wait(double seconds) {
    now += std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
  }

  // What was learned is approved, after a change by hand.
  template <class Change>
  void approve(Change&& change) {
    inventory.settle();
    BaselineData data = learner_.learned();
    change(data);
    for (BaselineZone& zone : data.zones) {
      zone.state = BaselineZone::State::locked;
    }
    // By way of its file, as everybody does.
    const auto read = parse_baseline(baseline_json(data), "b.json");
    ASSERT_TRUE(read) << read.error().message;
    BaselineData locked = *read;
    baselines_.push_back(std::make_unique<Baseline>(std::move(locked)));
    std::map<std::string, const Baseline*> latest;
    for (const auto& one : baselines_) {
      latest[one->data().name] = one.get();
    }
    std::vector<const Baseline*> approved;
    for (const auto& [name, baseline] : latest) {
      approved.push_back(baseline);
    }
    if (!judge_) {
      judge_ = std::make_unique<Engine>(inventory, policy, sink);
    }
    judge_->approve(approved);
  }
  void approve() {
    approve([](BaselineData&) {});
  }

  // An HMI polls two controllers and presses buttons on the first.
  void usual(int rounds = 40) {
    for (const std::string_view host : {kHmi, kBackup, kPlc, kOther}) {
      announce(host);
    }
    const Talk one = connected(kHmi, kPlc);
    const Talk two = connected(kHmi, kOther);
    connected(kBackup, kHmi, 8080);
    for (int i = 0; i < rounds; ++i) {
      reply(one, ask(one, coils(0, 16)), coils(0, 16));
      reply(two, ask(two, coils(0, 16)), coils(0, 16));
      reply(one, ask(one, kRead), kRead);
      if (i % 2 == 0) {
        reply(one, ask(one, coil(static_cast<std::uint32_t>(1 + i % 4)), i % 3 == 0 ? 1 : 0),
              coil(1));
        reply(one, ask(one, holding(100), 50 + i % 5), holding(100));
      }
      wait(5);
    }
  }

  [[nodiscard]] std::string raised() const {
    std::string out;
    for (const auto& one : sink.alerts) {
      out += std::string(out.empty() ? "" : " ") + std::string(one.finding.kind) + ':' +
             std::string(to_string(one.finding.severity));
    }
    return out;
  }

 private:
  Learner learner_;
  std::vector<std::unique_ptr<Baseline>> baselines_;
  std::unique_ptr<Engine> judge_;
};

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

TEST(BaselineRules, AMissingPollIsSilentAndComesBack) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  for (int i = 0; i < 12; ++i) {
    plant.ask(one, coils(0, 16));
    plant.ask(one, kRead);
    plant.ask(two, coils(0, 16));
    plant.wait(5);
  }
  for (int i = 0; i < 11; ++i) {
    plant.ask(one, coils(0, 16));
    plant.ask(one, kRead);
    plant.wait(5);
  }
  EXPECT_EQ(plant.raised(), "");
  plant.wait(8);
  plant.ask(one, kRead);
  ASSERT_EQ(plant.raised(), "device-silent:medium");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("every median 5.00 s"), std::string::npos)
      << plant.sink.alerts[0].finding.why;
  plant.ask(two, coils(0, 16));
  EXPECT_EQ(plant.sink.alerts[0].finding.outcome, Outcome::success);
}

TEST(BaselineRules, WhenNothingIsHeardTheSensorIsBlind) {
  Plant plant;
  plant.usual();
  plant.approve();
  plant.usual(4);
  plant.wait(3600);
  plant.usual(4);
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, UnansweredRequestsNeedNoBaseline) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  plant.poll(talk, kRead, 3, 1);
  for (int i = 0; i < 5; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead));
    plant.wait(10);
  }
  EXPECT_EQ(plant.raised(), "device-silent:medium");
  // A unit that never answered is not there.
  Plant other;
  other.approve();
  const Talk dead = other.connected(kHmi, kPlc);
  for (int i = 0; i < 20; ++i) {
    other.unanswered(dead, other.ask(dead, kRead));
    other.wait(10);
  }
  EXPECT_EQ(other.raised(), "");
}

TEST(BaselineRules, AMirrorThatLosesTheAnswersOfSeveralIsNoSilence) {
  Plant plant;
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  for (int i = 0; i < 3; ++i) {
    plant.poll(one, kRead, 1, 1);
    plant.poll(two, kRead, 1, 1);
  }
  for (int i = 0; i < 12; ++i) {
    plant.unanswered(one, plant.ask(one, kRead));
    plant.unanswered(two, plant.ask(two, kRead));
    plant.wait(5);
  }
  // The mirror is mended, and one timeout is told late.
  const PacketRef late = plant.ask(one, kRead);
  plant.wait(1);
  plant.poll(two, kRead, 1, 1);
  plant.unanswered(one, late);
  plant.unanswered(one, plant.ask(one, kRead));
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, AMirrorThatLosesTheRequestsIsNoMissingPoll) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  plant.poll(one, kRead, 2, 5);
  plant.poll(one, coils(0, 16), 2, 0);
  plant.poll(two, coils(0, 16), 2, 5);
  for (int i = 0; i < 60; ++i) {
    plant.reply(one, {}, kRead);
    plant.reply(one, {}, coils(0, 16));
    plant.reply(two, {}, coils(0, 16));
    plant.wait(5);
  }
  plant.poll(two, coils(0, 16), 2, 5);
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, AnswersInBetweenEndTheRow) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 20; ++i) {
    plant.poll(talk, kRead, 1, 1);
    for (int k = 0; k < 4; ++k) {
      plant.unanswered(talk, plant.ask(talk, kRead));
      plant.wait(10);
    }
  }
  EXPECT_EQ(plant.raised(), "");
}

TEST(BaselineRules, FiveHundredUnansweredAreATimingChange) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 501; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead));
    plant.wait(0.1);
  }
  EXPECT_EQ(plant.raised(), "timing-change:medium");
}

TEST(BaselineRules, APollThatSlowsDownIsATimingChange) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  for (int i = 0; i < 40; ++i) {
    plant.ask(one, coils(0, 16));
    plant.ask(one, kRead);
    plant.ask(two, coils(0, 16));
    plant.wait(9);
  }
  ASSERT_EQ(plant.raised(), "timing-change:medium timing-change:medium");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("every median 5.00 s ± 0.0000 s as learned"),
            std::string::npos)
      << plant.sink.alerts[0].finding.why;
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
