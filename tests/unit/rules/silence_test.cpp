// What is missing or late: device-silent and timing-change.

#include "learned_plant.hpp"

namespace prahari::test {
namespace {

TEST(DeviceSilent, AMissingPollIsSilentAndComesBack) {
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
  ASSERT_EQ(plant.raised(), "device-silent:high");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("every median 5.00 s"), std::string::npos)
      << plant.sink.alerts[0].finding.why;
  plant.ask(two, coils(0, 16));
  EXPECT_EQ(plant.sink.alerts[0].finding.outcome, Outcome::success);
}

TEST(DeviceSilent, WhenNothingIsHeardTheSensorIsBlind) {
  Plant plant;
  plant.usual();
  plant.approve();
  plant.usual(4);
  plant.wait(3600);
  plant.usual(4);
  EXPECT_EQ(plant.raised(), "");
}

// Nothing polls the second controller while the vessels are cleaned: 1970-01-03, a Saturday.
TEST(DeviceSilent, APollOfAnotherBaselineIsNotMissing) {
  Plant plant{
      "[site]\ntimezone = \"UTC\"\n[[baseline]]\nname = \"cleaning\"\nschedule = [\"sat\"]\n"};
  plant.usual();
  plant.approve();
  plant.approve([](BaselineData& data) {
    data.name = "cleaning";
    std::erase_if(data.zones[0].polls,
                  [](const BaselinePoll& poll) { return poll.link.server.ip == ip(kOther); });
  });
  plant.now = at(2 * 86'400 - 60);  // Friday, 23:59
  const auto rounds = [&](int count, bool both) {
    for (int i = 0; i < count; ++i) {
      const Talk one = plant.connected(kHmi, kPlc);
      const Talk two = plant.connected(kHmi, kOther);
      plant.ask(one, coils(0, 16));
      plant.ask(one, kRead);
      if (both) {
        plant.ask(two, coils(0, 16));
      }
      plant.wait(5);
    }
  };
  rounds(12, true);
  rounds(17'280, false);  // all of Saturday, 5 s each
  EXPECT_EQ(plant.raised(), "");
  rounds(11, false);
  EXPECT_EQ(plant.raised(), "") << "it is expected again from Sunday, 00:00 on";
  rounds(4, false);
  EXPECT_EQ(plant.raised(), "device-silent:high");
}

// Approved, and no [[baseline]] names it: its polls are nobody's, and so is their silence.
TEST(DeviceSilent, ABaselineThatIsNeverInForceExpectsNothing) {
  Plant plant;
  plant.usual();
  plant.approve([](BaselineData& data) { data.name = "cleaning"; });
  plant.approve([](BaselineData& data) {
    std::erase_if(data.zones[0].polls,
                  [](const BaselinePoll& poll) { return poll.link.server.ip == ip(kOther); });
  });
  const Talk one = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 60; ++i) {
    plant.ask(one, coils(0, 16));
    plant.ask(one, kRead);
    plant.wait(5);
  }
  EXPECT_EQ(plant.raised(), "");
}

TEST(DeviceSilent, UnansweredRequestsNeedNoBaseline) {
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

TEST(DeviceSilent, AMirrorThatLosesTheAnswersOfSeveralIsNoSilence) {
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

TEST(DeviceSilent, AMirrorThatLosesTheRequestsIsNoMissingPoll) {
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

TEST(DeviceSilent, AnswersInBetweenEndTheRow) {
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

// The baseline of a day in which a device that nobody polls was never quiet for longer than so many
// seconds.
void approve_unpolled(Plant& plant, double quiet, std::chrono::hours learned_for,
                      std::string_view role = "controller") {
  plant.usual();
  plant.approve([&](BaselineData& data) {
    BaselineZone& zone = data.zones[0];
    zone.progress.to = zone.progress.from + learned_for;
    for (BaselineHost& host : zone.hosts) {
      if (host.place.ip == ip(kBackup)) {
        host.role = role;
        host.quiet = quiet;
      }
    }
  });
  plant.announce(kBackup);
}

void others_talk(Plant& plant, int minutes) {
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  for (int i = 0; i < minutes * 12; ++i) {
    plant.poll(one, kRead, 1, 0);
    plant.poll(one, coils(0, 16), 1, 0);
    plant.poll(two, coils(0, 16), 1, 5);
  }
}

TEST(DeviceSilent, ADeviceThatNobodyPollsIsUnseen) {
  Plant plant;
  approve_unpolled(plant, 30, std::chrono::hours{24});
  others_talk(plant, 14);
  EXPECT_EQ(plant.raised(), "");
  others_talk(plant, 2);
  ASSERT_EQ(plant.raised(), "device-silent:high");
  const Finding& told = plant.sink.alerts[0].finding;
  EXPECT_EQ(told.source.ip, ip(kBackup));
  EXPECT_NE(told.why.find("never quiet for longer than 30.0 s"), std::string::npos) << told.why;
  EXPECT_NE(told.why.find("heard of it for 15"), std::string::npos) << told.why;
  EXPECT_NE(told.outcome, Outcome::success);
  plant.announce(kBackup);
  others_talk(plant, 1);
  EXPECT_EQ(plant.sink.alerts[0].finding.outcome, Outcome::success);
  others_talk(plant, 13);
  EXPECT_EQ(plant.raised(), "device-silent:high");
}

TEST(DeviceSilent, UnseenForAsLongAsItEverWasIsNoSilence) {
  Plant plant;
  approve_unpolled(plant, 600, std::chrono::hours{24});
  others_talk(plant, 29);
  EXPECT_EQ(plant.raised(), "");
  others_talk(plant, 2);
  EXPECT_EQ(plant.raised(), "device-silent:high");
}

TEST(DeviceSilent, NobodyIsUnseenAfterADayThatWasNotLearned) {
  for (const std::string_view role : {"controller", "hmi"}) {
    Plant plant;
    approve_unpolled(plant, 30, std::chrono::hours{role == "hmi" ? 24 : 8}, role);
    others_talk(plant, 120);
    EXPECT_EQ(plant.raised(), "") << role;
  }
}

TEST(DeviceSilent, WhereNobodyOfItsVlanIsHeardTheMirrorDoesNotShowIt) {
  Plant plant;
  approve_unpolled(plant, 30, std::chrono::hours{24});
  plant.approve([](BaselineData& data) {
    BaselineZone& zone = data.zones[0];
    zone.progress.to = zone.progress.from + std::chrono::hours{24};
    const HostPlace& usual = zone.hosts.front().place;
    BaselineHost far{.place = usual, .mac = {}, .name = {}, .role = "controller", .quiet = 30};
    EXPECT_TRUE(parse("10.9.9.9 vlan 900", far.place));
    zone.hosts.push_back(far);
  });
  others_talk(plant, 30);
  EXPECT_EQ(plant.of("device-silent").size(), 0U) << plant.raised();
}

TEST(DeviceSilent, TheLearnerKnowsHowLongADeviceWasQuiet) {
  Plant plant;
  plant.usual(4);
  plant.announce(kBackup);
  plant.wait(700);
  plant.announce(kBackup);
  others_talk(plant, 1);
  std::optional<double> backup;
  std::optional<double> controller;
  plant.approve([&](BaselineData& data) {
    for (const BaselineHost& host : data.zones[0].hosts) {
      (host.place.ip == ip(kBackup) ? backup : controller) = host.quiet;
    }
  });
  ASSERT_TRUE(backup && controller);
  EXPECT_NEAR(*backup, 700, 1);
  EXPECT_GE(*controller, 700) << "nobody was heard";
}

// The HMI polls both controllers, and a backup station the second.
void poll_by_two(Plant& plant, int rounds) {
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  const Talk backup = plant.connected(kBackup, kOther);
  for (int i = 0; i < rounds; ++i) {
    plant.poll(one, kRead, 1, 0);
    plant.poll(two, kRead, 1, 0);
    plant.poll(two, coils(0, 16), 1, 0);
    plant.poll(backup, kRead, 1, 5);
  }
}

TEST(DeviceSilent, ADeviceThatSeveralClientsAskIsOneAlert) {
  Plant plant;
  poll_by_two(plant, 40);
  plant.approve();
  poll_by_two(plant, 4);
  const Talk one = plant.connected(kHmi, kPlc);
  plant.poll(one, kRead, 15, 5);
  ASSERT_EQ(plant.raised(), "device-silent:high");
  const Finding& told = plant.sink.alerts[0].finding;
  EXPECT_EQ(told.source.ip, ip(kOther));
  EXPECT_NE(told.why.find("Nor is it asked by"), std::string::npos) << told.why;
  plant.reply(plant.connected(kHmi, kOther), plant.ask(plant.connected(kHmi, kOther), kRead),
              kRead);
  EXPECT_NE(plant.sink.alerts[0].finding.outcome, Outcome::success) << "the others are missing";
  poll_by_two(plant, 1);
  EXPECT_EQ(plant.sink.alerts[0].finding.outcome, Outcome::success);
}

TEST(DeviceSilent, AClientThatAsksNobodyIsOneAlert) {
  Plant plant;
  poll_by_two(plant, 40);
  plant.approve();
  poll_by_two(plant, 4);
  const Talk backup = plant.connected(kBackup, kOther);
  plant.poll(backup, kRead, 15, 5);
  ASSERT_EQ(plant.raised(), "device-silent:medium");
  const Finding& told = plant.sink.alerts[0].finding;
  EXPECT_EQ(told.source.ip, ip(kHmi));
  EXPECT_NE(told.why.find("Nor does it ask 10.0.0."), std::string::npos) << told.why;
}

TEST(DeviceSilent, IsToldWithinSecondsOfItsLimit) {
  Plant plant;
  poll_by_two(plant, 40);
  plant.approve();
  poll_by_two(plant, 4);
  plant.wait(-5);
  const Timestamp last = plant.now;
  const Talk one = plant.connected(kHmi, kPlc);
  while (plant.raised().empty()) {
    plant.poll(one, kRead, 1, 1);
    ASSERT_LT(plant.now - last, std::chrono::seconds{70});
  }
  EXPECT_GE(plant.now - last, std::chrono::seconds{60});
}

Ask tag(std::string_view name) {
  return {.function = 76, .name = "Read Tag", .unit = 0, .table = "tag", .count = 0, .text = name};
}

TEST(DeviceSilent, ATagThatIsReadNoLongerIsMissed) {
  Plant plant;
  const auto read = [&](int rounds, bool both) {
    const Talk talk = plant.connected(kHmi, kPlc);
    for (int i = 0; i < rounds; ++i) {
      plant.poll(talk, tag("Line1.Speed"), 1, 0);
      if (both) {
        plant.poll(talk, tag("Line1.Level"), 1, 0);
      }
      plant.wait(5);
    }
  };
  read(40, true);
  plant.approve();
  read(4, true);
  read(10, false);
  EXPECT_EQ(plant.raised(), "");
  read(4, false);
  ASSERT_EQ(plant.raised(), "device-silent:high");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("Read Tag Line1.Level"), std::string::npos)
      << plant.sink.alerts[0].finding.why;
}

TEST(DeviceSilent, AFileFromBeforePollsHadNamesHasOneForAllOfThem) {
  Plant plant;
  const auto read = [&](int rounds) {
    const Talk talk = plant.connected(kHmi, kPlc);
    for (int i = 0; i < rounds; ++i) {
      plant.poll(talk, tag("Line1.Speed"), 1, 5);
    }
  };
  read(40);
  plant.approve([](BaselineData& data) {
    for (BaselineZone& zone : data.zones) {
      for (BaselinePoll& poll : zone.polls) {
        poll.text.clear();
      }
    }
  });
  read(40);
  EXPECT_EQ(plant.raised(), "");
}

TEST(DeviceSilent, UnansweredRequestsOfSeveralClientsAreOneAlert) {
  Plant plant;
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kBackup, kPlc);
  plant.poll(one, kRead, 3, 1);
  plant.poll(two, kRead, 3, 1);
  for (int i = 0; i < 8; ++i) {
    plant.unanswered(one, plant.ask(one, kRead));
    plant.unanswered(two, plant.ask(two, kRead));
    plant.wait(10);
  }
  ASSERT_EQ(plant.raised(), "device-silent:medium");
  EXPECT_EQ(plant.sink.alerts[0].finding.source.ip, ip(kPlc));
  plant.poll(one, kRead, 1, 1);
  EXPECT_NE(plant.sink.alerts[0].finding.outcome, Outcome::success) << "the other still waits";
  plant.poll(two, kRead, 1, 1);
  EXPECT_EQ(plant.sink.alerts[0].finding.outcome, Outcome::success);
}

TEST(DeviceSilent, UnansweredRequestsCountInEveryProtocolThatPairs) {
  for (const Protocol protocol : {Protocol::enip, Protocol::opcua}) {
    Plant plant;
    plant.approve();
    const Talk talk = plant.connected(kHmi, kPlc, 4840);
    for (int i = 0; i < 3; ++i) {
      plant.reply(talk, plant.ask(talk, kRead), kRead, true, protocol);
      plant.wait(1);
    }
    for (int i = 0; i < 5; ++i) {
      plant.unanswered(talk, plant.ask(talk, kRead), protocol);
      plant.wait(10);
    }
    EXPECT_EQ(plant.raised(), "device-silent:medium");
  }
}

TEST(DeviceSilent, AnAnswerToSomebodyElseHidesNothing) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  plant.poll(talk, kRead, 3, 1);
  const Talk forged = plant.connected(kLaptop, kPlc);
  const Talk stray = plant.talk(kHmi, kPlc, 502);
  for (int i = 0; i < 5; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead));
    plant.poll(forged, kRead, 1, 0);
    plant.reply(stray, {}, kRead, false);
    plant.wait(10);
  }
  EXPECT_EQ(plant.raised(), "device-silent:medium");
}

TEST(DeviceSilent, MadeUpClientsHideNothing) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  plant.poll(talk, kRead, 3, 1);
  for (int i = 0; i < 5; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead));
    for (int k = 0; k < 20; ++k) {
      const std::string host = "10.0.1." + std::to_string(20 * i + k);
      const Talk made_up = plant.connected(host, kPlc);
      plant.unanswered(made_up, plant.ask(made_up, kRead));
    }
    plant.wait(10);
  }
  EXPECT_NE(plant.raised().find("device-silent:medium"), std::string::npos) << plant.raised();
}

TEST(DeviceSilent, NobodyMakesARowForWhatNeverAnswered) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 20; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead), Protocol::opcua);
    plant.wait(10);
  }
  EXPECT_EQ(plant.raised(), "");
}

TEST(TimingChange, FiveHundredUnansweredAreATimingChange) {
  Plant plant;
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  for (int i = 0; i < 501; ++i) {
    plant.unanswered(talk, plant.ask(talk, kRead));
    plant.wait(0.1);
  }
  EXPECT_EQ(plant.raised(), "timing-change:medium");
}

TEST(TimingChange, APollThatSlowsDownIsATimingChange) {
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

TEST(TimingChange, IsToldWhenItsMinutesAreOver) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  const Timestamp since = plant.now;
  for (int i = 0; i < 400 && plant.raised().empty(); ++i) {
    if (i % 25 == 0) {
      plant.ask(two, coils(0, 16));
    }
    if (i % 5 == 0) {
      plant.ask(one, coils(0, 16));
      plant.ask(one, kRead);
    }
    plant.wait(1);
  }
  ASSERT_EQ(plant.raised(), "timing-change:medium");
  EXPECT_EQ(plant.sink.alerts[0].finding.destination.ip, ip(kOther));
  EXPECT_GE(plant.now - since, std::chrono::seconds{300});
  EXPECT_LE(plant.now - since, std::chrono::seconds{310});
}

TEST(TimingChange, ALostPacketDoesNotBeginItsMinutesAnew) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk one = plant.connected(kHmi, kPlc);
  const Talk two = plant.connected(kHmi, kOther);
  const Timestamp since = plant.now;
  for (int i = 0; i < 100 && plant.raised().empty(); ++i) {
    plant.state = i < 30 ? Completeness::complete : Completeness::gap;
    plant.ask(one, kRead);
    plant.ask(two, coils(0, 16));
    if (i % 3 == 0) {
      plant.ask(one, coils(0, 16));
    }
    plant.wait(5);
  }
  ASSERT_EQ(plant.raised(), "timing-change:medium");
  EXPECT_LE(plant.now - since, std::chrono::seconds{330});
}

TEST(TimingChange, APollIsTheNameItAsksFor) {
  Plant plant;
  const auto read = [&](int rounds, int slower) {
    const Talk talk = plant.connected(kHmi, kPlc);
    for (int i = 0; i < rounds; ++i) {
      plant.poll(talk, tag("Line1.Speed"), 1, 0);
      if (i % slower == 0) {
        plant.poll(talk, tag("Line1.Level"), 1, 0);
      }
      plant.wait(5);
    }
  };
  read(40, 1);
  plant.approve();
  read(40, 1);
  EXPECT_EQ(plant.raised(), "");
  read(80, 3);
  ASSERT_EQ(plant.raised(), "timing-change:medium");
  EXPECT_NE(plant.sink.alerts[0].finding.why.find("Read Tag Line1.Level"), std::string::npos)
      << plant.sink.alerts[0].finding.why;
}

}  // namespace
}  // namespace prahari::test
