#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "scan";
const Ask kWhoAreYou{Operation::discover, 99, "List Identity", 0, "", 0, 0};
const Ask kOpenSession{Operation::read, 101, "Register Session", 0, "", 0, 0};

Ask slot(std::uint32_t number) { return {Operation::discover, 1, "Get Attributes All", number}; }

std::string host(int last) { return "10.0.0." + std::to_string(last); }

void pass(Scene& scene, std::chrono::seconds time) {
  scene.now += time;
  scene.exchange(scene.talk("10.9.9.8", "10.9.9.9"));  // something that moves the clock
}

TEST(DiscoverySweep, ThreeDevicesAndNothingElse) {
  for (const int devices : {2, 3}) {
    Scene scene;
    for (int i = 0; i < devices; ++i) {
      const Talk talk = scene.talk("10.0.0.1", host(10 + i), 44818);
      scene.exchange(talk, kOpenSession);
      scene.exchange(talk, kWhoAreYou);
      scene.now += std::chrono::seconds{20};
    }
    EXPECT_TRUE(scene.of(kKind).empty()) << "it may go on to read";
    pass(scene, std::chrono::seconds{61});
    ASSERT_EQ(scene.of(kKind).size(), devices == 3 ? 1U : 0U);
    if (devices == 3) {
      EXPECT_EQ(scene.of(kKind)[0].finding.why,
                "10.0.0.1 asked 3 devices within a minute who they are, and nothing else: "
                "10.0.0.10, 10.0.0.11, 10.0.0.12.");
      EXPECT_EQ(scene.of(kKind)[0].finding.evidence.size(), 3U);
    }
  }
}

TEST(DiscoverySweep, AtTheEndNothingWillFollow) {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.exchange(scene.talk("10.0.0.1", host(10 + i)), kWhoAreYou);
  }
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.engine.on_end();
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(DiscoverySweep, WhoReadsHadAReasonToAsk) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    scene.exchange(scene.talk("10.0.0.1", host(10 + i)), kWhoAreYou);
    scene.exchange(scene.talk("10.0.0.1", host(10 + i)), kRead);  // another session to the same
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(DiscoverySweep, SlowlyIsNoSweep) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    scene.exchange(scene.talk("10.0.0.1", host(10 + i)), kWhoAreYou);
    scene.now += std::chrono::seconds{31};
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(DiscoverySweep, EverybodyAtOnce) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "255.255.255.255", 44818, Transport::udp);
  scene.request(talk, kWhoAreYou);
  scene.request(talk, kWhoAreYou);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 2);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.1 asked everybody on the network who is there (modbus List Identity), and is "
            "not tagged engineering, hmi or jump-host.");
}

TEST(DiscoverySweep, TaggedHostsMayAsk) {
  Scene scene{"[[asset]]\nmatch = \"10.0.0.1\"\nname = \"ews\"\ntags = [\"engineering\"]\n"};
  scene.request(scene.talk("10.0.0.1", "10.0.0.255", 44818, Transport::udp), kWhoAreYou);
  Talk broadcast = scene.talk("10.0.0.1", "10.0.0.255", 44818, Transport::udp);
  broadcast.server.mac = mac("ff:ff:ff:ff:ff:ff");
  scene.request(broadcast, kWhoAreYou);
  for (int i = 0; i < 10; ++i) {
    scene.exchange(scene.talk("10.0.0.1", host(10 + i)), kWhoAreYou);
  }
  scene.engine.on_end();
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(DiscoverySweep, SlotsOfWhichSomeAreEmpty) {
  const struct {
    std::uint32_t slots;
    std::uint32_t empty;
    bool fires;
  } cases[] = {{5, 3, true}, {5, 2, false}, {4, 4, false}, {17, 0, false}};
  for (const auto& row : cases) {
    Scene scene;
    const Talk talk = scene.talk("10.0.0.1", "10.0.0.2", 44818);
    for (std::uint32_t i = 0; i < row.slots; ++i) {
      scene.exchange(talk, slot(0x01000000 + i), i < row.empty ? 1 : 0);
    }
    scene.exchange(talk, kRead);  // that it goes on to read does not excuse it
    pass(scene, std::chrono::seconds{61});
    EXPECT_EQ(scene.of(kKind).size(), row.fires ? 1U : 0U) << row.slots << ' ' << row.empty;
  }
}

TEST(DiscoverySweep, ManyClientsAndDevicesStayBounded) {
  Scene scene;
  for (int i = 0; i < 5000; ++i) {
    const std::string client = "10.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
    scene.exchange(scene.talk(client, "10.0.0.2"), kWhoAreYou);
  }
  for (int i = 0; i < 500; ++i) {
    const std::string device = "10.2." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
    scene.exchange(scene.talk("10.0.0.1", device), kWhoAreYou);
  }
  scene.engine.on_end();
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_NE(scene.of(kKind)[0].finding.why.find("asked 64 devices"), std::string::npos)
      << scene.of(kKind)[0].finding.why;
}

}  // namespace
}  // namespace prahari::test
