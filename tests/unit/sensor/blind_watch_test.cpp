#include "sensor/blind_watch.hpp"

#include <gtest/gtest.h>

#include "../rules/scene.hpp"
#include "sensor/blind_monitor.hpp"

namespace prahari::test {
namespace {

class Watched {
 public:
  explicit Watched(std::string_view site = "")
      : policy_(site.empty() ? Site{} : site_of(site)), watch_(policy_) {
    now.clock_offset = 0.0;
    now.disk_free = 0.5;
  }

  // "no-packets", "-no-packets" at its end; one second later.
  std::string look() {
    now.now += std::chrono::seconds{1};
    std::string said;
    for (const BlindNote& note : watch_.look(now)) {
      said +=
          (said.empty() ? "" : " ") + std::string{note.ended ? "-" : ""} + std::string{note.cause};
      why = note.why;
    }
    return said;
  }
  std::string seconds(int count, std::uint64_t packets = 100) {
    std::string said;
    for (int i = 0; i < count; ++i) {
      now.packets += packets;
      const std::string one = look();
      said += said.empty() || one.empty() ? one : ' ' + one;
    }
    return said;
  }

  SelfReading now;
  std::string why;

 private:
  Policy policy_;
  BlindWatch watch_;
};

TEST(BlindWatch, NoPacketsOnAnInterfaceThatWasActive) {
  Watched sensor;
  EXPECT_EQ(sensor.seconds(60, 0), "") << "it never was active";
  EXPECT_EQ(sensor.seconds(5), "");
  EXPECT_EQ(sensor.seconds(14, 0), "");
  EXPECT_EQ(sensor.look(), "no-packets");
  EXPECT_EQ(sensor.why,
            "No packet for 15 s on an interface that was active: look at the cable, the mirror "
            "session and the switch.");
  EXPECT_EQ(sensor.seconds(600, 0), "") << "once";
  EXPECT_EQ(sensor.seconds(1), "-no-packets");
}

TEST(BlindWatch, PacketsThatTheKernelDropped) {
  Watched sensor;
  EXPECT_EQ(sensor.seconds(30), "");
  sensor.now.drops += 2;  // of about 3,000
  EXPECT_EQ(sensor.seconds(1), "");
  sensor.now.drops += 10;
  EXPECT_EQ(sensor.seconds(1), "packets-dropped");
  EXPECT_EQ(sensor.seconds(59), "") << "the minute is not over";
  EXPECT_EQ(sensor.seconds(10), "-packets-dropped");
}

TEST(BlindWatch, AShareOfFewPacketsSaysNothing) {
  Watched sensor;
  EXPECT_EQ(sensor.seconds(30, 1), "");
  sensor.now.drops += 10;
  EXPECT_EQ(sensor.seconds(1, 1), "");
}

TEST(BlindWatch, OneDirectionAndTwins) {
  Watched sensor;
  sensor.now.tcp = 1000;
  EXPECT_EQ(sensor.seconds(20), "");
  sensor.now.tcp += 100;
  sensor.now.tcp_one_way += 5;
  EXPECT_EQ(sensor.seconds(1), "") << "5 % is the limit, not beyond it";
  sensor.now.tcp_one_way += 3;
  EXPECT_EQ(sensor.seconds(1), "one-way");
  sensor.now.duplicates += 40;
  EXPECT_EQ(sensor.seconds(1), "duplicates");
}

TEST(BlindWatch, ClockAndDisk) {
  Watched sensor;
  sensor.now.clock_offset = -1.5;
  sensor.now.disk_free = 0.09;
  EXPECT_EQ(sensor.seconds(1), "clock disk");
  EXPECT_EQ(sensor.seconds(5), "");
  sensor.now.clock_offset = std::nullopt;  // nobody can tell: what was found holds
  sensor.now.disk_free = 0.2;
  EXPECT_EQ(sensor.seconds(1), "-disk");
  sensor.now.clock_offset = 0.01;
  EXPECT_EQ(sensor.seconds(1), "-clock");
}

TEST(BlindWatch, TheSiteSetsItsLimits) {
  Watched sensor{"[thresholds.sensor-blind]\nsilence_seconds = 60\n"};
  sensor.seconds(5);
  EXPECT_EQ(sensor.seconds(59, 0), "");
  EXPECT_EQ(sensor.look(), "no-packets");
}

TEST(BlindMonitor, ALineOfItsOwnChannel) {
  const std::string line = blind_line({"disk", false, "9 % of the disk is free: make \"room\"."},
                                      "tap-1", at(1'700'000'000));
  EXPECT_TRUE(line.starts_with(
      R"({"schema":"prahari.sensor/1","kind":"sensor-blind","title":"The sensor is blind",)"
      R"("cause":"disk","state":"begun","severity":"critical",)"
      R"("ts":"2023-11-14T22:13:20.000000000Z",)"
      R"("why":"9 % of the disk is free: make \"room\".","sensor":{"name":"tap-1","version":")"))
      << line;
}

}  // namespace
}  // namespace prahari::test
