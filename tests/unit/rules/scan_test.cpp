#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "scan";

std::string host(int number) {
  return "10.1." + std::to_string(number / 250) + '.' + std::to_string(number % 250 + 1);
}

// Another flow somewhere a while later, so that packet time goes on.
void pass(Scene& scene, std::chrono::seconds time) {
  scene.now += time;
  scene.connect(scene.talk("10.9.9.1", "10.9.9.2", 80));
}

TEST(Scan, TenHostsThatRefuse) {
  for (const int hosts : {9, 10}) {
    Scene scene;
    for (int i = 0; i < hosts; ++i) {
      scene.refuse(scene.talk("10.9.0.1", host(i)));
      scene.now += std::chrono::seconds{1};
    }
    pass(scene, std::chrono::seconds{2});
    const auto alerts = scene.of(kKind);
    ASSERT_EQ(alerts.size(), hosts == 10 ? 1U : 0U) << hosts;
    if (hosts == 10) {
      EXPECT_EQ(alerts[0].finding.severity, Severity::high);
      EXPECT_EQ(alerts[0].finding.why,
                "10.9.0.1 tried 10 hosts within 9 s that did not answer or refused, on port 502: "
                "10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4, 10.1.0.5, 10.1.0.6, 10.1.0.7, 10.1.0.8, "
                "10.1.0.9, 10.1.0.10.");
      EXPECT_EQ(alerts[0].finding.evidence.size(), 10U);
      EXPECT_TRUE(alerts[0].finding.accept.starts_with(
          "[[ignore]]\nkind = \"scan\"\nfrom = \"10.9.0.1\"\nuntil = 2024-02-12\n"))
          << alerts[0].finding.accept;
    }
  }
}

TEST(Scan, UnansweredHostsAreSeenWhileItHappens) {
  Scene scene;
  pass(scene, std::chrono::seconds{0});
  for (int i = 0; i < 30; ++i) {
    scene.flow(scene.talk("10.9.0.1", host(i)), FlowStage::opened);
  }
  EXPECT_TRUE(scene.of(kKind).empty());  // they may still answer
  pass(scene, std::chrono::seconds{4});
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(Scan, ASlowScanIsSeenWithinADay) {
  for (const int minutes : {60, 100}) {
    Scene scene;
    for (int i = 0; i < 20; ++i) {
      scene.refuse(scene.talk("10.9.0.1", host(i)));
      scene.now += std::chrono::minutes{minutes};
    }
    pass(scene, std::chrono::seconds{5});
    EXPECT_EQ(scene.of(kKind).size(), minutes == 60 ? 1U : 0U);
  }
}

TEST(Scan, HostsThatAnsweredBeforeDoNotCount) {
  Scene scene;
  for (int i = 0; i < 20; ++i) {
    scene.connect(scene.talk("10.9.0.1", host(i)));
  }
  scene.now += std::chrono::hours{1};  // the plant is switched off, its SCADA server is not
  for (int i = 0; i < 20; ++i) {
    scene.refuse(scene.talk("10.9.0.1", host(i)));
  }
  pass(scene, std::chrono::seconds{5});
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Scan, AMirrorOfOneDirectionShowsNoScan) {
  Scene scene;
  for (int i = 0; i < 30; ++i) {
    const Talk talk = scene.talk("10.9.0.1", host(i), 443);
    scene.flow(talk, FlowStage::opened);
    scene.now += std::chrono::seconds{1};
  }
  for (int i = 0; i < 30; ++i) {
    Talk talk = scene.talk("10.9.0.1", host(i), 443);
    talk.flow.slot = static_cast<std::uint16_t>(i);
    scene.flow(talk, FlowStage::closed, 200, 0);
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Scan, FifteenPortsOfOneHost) {
  for (const int ports : {14, 15}) {
    Scene scene;
    for (int i = 0; i < ports; ++i) {
      const Talk talk = scene.talk("10.9.0.1", "10.1.0.1", static_cast<std::uint16_t>(100 + i));
      if (i < 5) {
        scene.connect(talk);
      } else {
        scene.refuse(talk);
      }
    }
    pass(scene, std::chrono::seconds{5});
    EXPECT_EQ(scene.of(kKind).size(), ports == 15 ? 1U : 0U) << ports;
  }
}

TEST(Scan, ManySessionsWithOneHostAreNoScan) {
  Scene scene;
  for (int i = 0; i < 40; ++i) {
    scene.connect(scene.talk("10.9.0.1", "10.1.0.1", static_cast<std::uint16_t>(50'000 + i)));
  }
  pass(scene, std::chrono::seconds{5});
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Scan, ThreeControllersTriedWithoutAWord) {
  for (const int controllers : {2, 3}) {
    Scene scene;
    for (int i = 0; i < controllers; ++i) {
      const Talk poll = scene.talk("10.9.0.5", host(i));
      scene.connect(poll);
      scene.exchange(poll);
    }
    for (int i = 0; i < controllers; ++i) {
      const Talk probe = scene.talk("10.9.0.1", host(i));
      scene.connect(probe);
      scene.flow(probe, FlowStage::closed, 3, 2);
    }
    pass(scene, std::chrono::seconds{5});
    EXPECT_EQ(scene.of(kKind).size(), controllers == 3 ? 1U : 0U);
  }
}

TEST(Scan, ArpForManyThatNobodyHas) {
  for (const int targets : {29, 30}) {
    Scene scene;
    scene.arp("10.1.3.1", "10.9.0.1", 2);  // answers are seen
    for (int i = 0; i < targets; ++i) {
      scene.arp("10.9.0.1", host(i));
    }
    scene.arp("10.9.0.1", "10.1.3.1");  // that one is there
    EXPECT_TRUE(scene.of(kKind).empty());
    pass(scene, std::chrono::seconds{4});
    ASSERT_EQ(scene.of(kKind).size(), targets == 30 ? 1U : 0U) << targets;
    if (targets == 30) {
      EXPECT_EQ(scene.of(kKind)[0].finding.protocol, "arp");
      EXPECT_TRUE(scene.of(kKind)[0].finding.why.starts_with(
          "10.9.0.1 asked by ARP for 30 addresses within 1 s that nobody has: 10.1.0.1, "))
          << scene.of(kKind)[0].finding.why;
    }
  }
}

TEST(Scan, ArpForKnownHostsIsNone) {
  Scene scene;
  for (int i = 0; i < 100; ++i) {
    scene.arp(host(i), "10.9.0.1");
  }
  for (int i = 0; i < 100; ++i) {
    scene.arp("10.9.0.1", host(i));  // a mirror shows no answers to one station
  }
  pass(scene, std::chrono::seconds{4});
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Scan, ASlowQuestionerIsNone) {
  Scene scene;
  scene.arp("10.1.3.1", "10.9.0.1", 2);
  for (int i = 0; i < 100; ++i) {
    scene.arp("10.9.0.1", host(i));
    scene.now += std::chrono::seconds{3};
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

Ask of_unit(std::uint32_t unit) {
  Ask ask = kRead;
  ask.unit = unit;
  return ask;
}

TEST(Scan, ASweepOverUnitsThatFail) {
  for (const std::uint32_t units : {4U, 5U}) {
    Scene scene;
    const Talk talk = scene.talk("10.9.0.1", "10.1.0.1");
    for (std::uint32_t unit = 1; unit <= units; ++unit) {
      scene.exchange(talk, of_unit(unit), 0x0b);
    }
    scene.exchange(talk, of_unit(200));
    scene.engine.on_end();
    ASSERT_EQ(scene.of(kKind).size(), units == 5 ? 1U : 0U);
    if (units == 5) {
      EXPECT_EQ(scene.of(kKind)[0].finding.why,
                "10.9.0.1 asked 5 units behind 10.1.0.1 within 1 s that refused or did not answer: "
                "unit 1, 2, 3, 4, 5.");
      EXPECT_EQ(scene.of(kKind)[0].finding.evidence.size(), 10U);
    }
  }
}

TEST(Scan, APollerOfAGatewayIsNoSweep) {
  Scene scene;
  const Talk talk = scene.talk("10.9.0.1", "10.1.0.1");
  for (int round = 0; round < 100; ++round) {
    for (std::uint32_t unit = 1; unit <= 16; ++unit) {
      scene.exchange(talk, of_unit(unit), unit <= 8 ? 0 : 0x0b);  // half of them are dead
      scene.now += std::chrono::milliseconds{200};
    }
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(Scan, NameplatesAreForApprovedHostsWhereThereAreAny) {
  constexpr std::string_view kSite =
      "[[asset]]\nmatch = \"10.9.0.2\"\nname = \"EWS\"\ntags = [\"engineering\"]\n";
  const Ask nameplate{Operation::discover, 43, "Read Device Identification", 1, "", 0, 0};
  Ask echo = nameplate;
  echo.function = 8;
  for (const bool list : {false, true}) {
    Scene scene{list ? kSite : ""};
    scene.exchange(scene.talk("10.9.0.2", "10.1.0.1"), nameplate);
    scene.exchange(scene.talk("10.9.0.3", "10.1.0.1"), echo);
    EXPECT_TRUE(scene.of(kKind).empty());
    const Talk talk = scene.talk("10.9.0.3", "10.1.0.1");
    scene.exchange(talk, nameplate);
    scene.exchange(talk, nameplate);
    ASSERT_EQ(scene.of(kKind).size(), list ? 1U : 0U);
    if (list) {
      EXPECT_EQ(scene.of(kKind)[0].count, 2);
      EXPECT_EQ(scene.of(kKind)[0].finding.attack[0], "T0888");
    }
  }
}

TEST(Scan, AHundredThousandClientsStayBounded) {
  Scene scene;
  std::uint32_t random = 1;
  for (int i = 0; i < 100'000; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    const std::string client = "10." + std::to_string(random >> 8 & 0x7fU) + '.' +
                               std::to_string(random >> 16 & 0xffU) + '.' +
                               std::to_string(random >> 24);
    scene.flow(scene.talk(client, host(i % 500)), FlowStage::opened);
    scene.arp(client, host(i % 500));
  }
  scene.engine.on_end();
  EXPECT_LE(scene.of(kKind).size(), 1U);
}

}  // namespace
}  // namespace prahari::test
