// [thresholds.KIND] and [zone.thresholds.KIND]: what may be said, and that it is done.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "office.hpp"
#include "rules/kinds.hpp"
#include "rules/sensor_blind.hpp"

namespace prahari::test {
namespace {

TEST(Thresholds, AMistakeNamesItsPlaceAndWhatWasExpected) {
  EXPECT_EQ(mistakes_in("[thresholds.scann]\nhosts = 5\n"),
            "site.toml:1:13: thresholds.scann: unknown alert kind \"scann\"; did you mean "
            "\"scan\"?\n");
  EXPECT_EQ(mistakes_in("[thresholds.scan]\nhosst = 5\n"),
            "site.toml:2:1: thresholds.scan.hosst: unknown threshold of scan; did you mean "
            "\"hosts\"?\n");
  EXPECT_EQ(mistakes_in("[thresholds.scan]\nhosts = 1\n"),
            "site.toml:2:9: thresholds.scan.hosts: expected distinct hosts that did not answer "
            "within a minute, from 2 to 100, found an integer 1\n");
  EXPECT_NE(mistakes_in("[thresholds.scan]\nhosts = 101\n"), "");
  EXPECT_NE(mistakes_in("[thresholds.scan]\nhosts = \"many\"\n"), "");
  EXPECT_NE(mistakes_in("[thresholds.scan]\nhosts = nan\n"), "");
  EXPECT_NE(mistakes_in("[thresholds]\nscan = 5\n"), "");
  EXPECT_NE(mistakes_in("thresholds = 5\n"), "");
  EXPECT_NE(mistakes_in("[thresholds.identity-change]\nhosts = 5\n").find("it has none"),
            std::string::npos);
  EXPECT_EQ(mistakes_in("[thresholds.sensor-blind]\nsilence_seconds = 30\n"), "");
}

TEST(Thresholds, OfAZoneTheyAreReadLikewise) {
  const std::string zone = "[[zone]]\nname = \"cell\"\nmembers = [\"10.1.0.0/16\"]\n";
  EXPECT_EQ(mistakes_in(zone + "[zone.thresholds.scan]\nhosts = 5\n"), "");
  EXPECT_NE(mistakes_in(zone + "[zone.thresholds.scan]\nhosts = 1\n")
                .find("zone[0].thresholds.scan.hosts"),
            std::string::npos);
}

TEST(Thresholds, TheZoneBeforeTheFileBeforeTheDefault) {
  const Policy policy{site_of(R"(
[thresholds.scan]
hosts = 20
[[zone]]
name = "cell"
members = ["10.1.0.0/16"]
[zone.thresholds.scan]
hosts = 5
[[zone]]
name = "office"
members = ["10.4.0.0/16"]
)")};
  const DetectorInfo* scan = find_detector("scan");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(policy.threshold("scan", scan->thresholds[0], 1), 5);
  EXPECT_EQ(policy.threshold("scan", scan->thresholds[0], 2), 20);
  EXPECT_EQ(policy.threshold("scan", scan->thresholds[0], 0), 20);
  EXPECT_EQ(policy.threshold("scan", scan->thresholds[1], 1), 20);  // its own default
  EXPECT_EQ(policy.threshold("probing", scan->thresholds[0], 1), 10);
}

TEST(Thresholds, EachIsWithinItsBoundsAndNamedOnce) {
  for (const AlertKind& kind : kAlertKinds) {
    const auto* const thresholds = thresholds_of(kind.id);
    if (thresholds == nullptr) {
      continue;
    }
    std::vector<std::string_view> names;
    for (const Threshold& one : *thresholds) {
      EXPECT_LE(one.least, one.value) << kind.id << ' ' << one.name;
      EXPECT_LE(one.value, one.most) << kind.id << ' ' << one.name;
      EXPECT_FALSE(one.meaning.empty());
      EXPECT_EQ(std::ranges::find(names, one.name), names.end()) << one.name;
      names.push_back(one.name);
    }
  }
}

constexpr std::string_view kTwoCells = R"(
[[zone]]
name = "quiet"
members = ["10.1.0.0/16"]
[zone.thresholds.scan]
hosts = 4
[zone.thresholds.probing]
modbus_illegal_function = 2
[zone.thresholds.protocol-violation]
many_per_session = 2
[[zone]]
name = "loud"
members = ["10.2.0.0/16"]
[zone.thresholds.scan]
hosts = 30
hosts_slowly = 40
[zone.thresholds.probing]
modbus_illegal_function = 9
)";

TEST(Thresholds, AScannerIsJudgedByItsOwnZone) {
  for (const auto& [network, raised] : {std::pair{"10.1.0.", true}, {"10.2.0.", false}}) {
    Scene scene{kTwoCells};
    for (int i = 0; i < 12; ++i) {
      scene.refuse(scene.talk(network + std::string{"9"}, network + std::to_string(20 + i)));
    }
    scene.engine.on_end();
    EXPECT_EQ(scene.of("scan").size(), raised ? 1U : 0U) << network;
  }
  Scene few{kTwoCells};
  for (int i = 0; i < 3; ++i) {
    few.refuse(few.talk("10.1.0.9", "10.1.0." + std::to_string(20 + i)));
  }
  few.engine.on_end();
  EXPECT_TRUE(few.of("scan").empty());
}

TEST(Thresholds, RefusalsAreCountedByTheZoneOfTheServer) {
  for (const auto& [server, raised] : {std::pair{"10.1.0.7", true}, {"10.2.0.7", false}}) {
    Scene scene{kTwoCells};
    const Talk talk = scene.talk("10.9.0.9", server);
    for (int i = 0; i < 5; ++i) {
      scene.exchange(talk, kRead, 1);
    }
    EXPECT_EQ(scene.of("probing").size(), raised ? 1U : 0U) << server;
  }
}

// docs/detections.md shows all thresholds; this keeps the table equal to the code.
TEST(Thresholds, TheirTableInTheDocumentationIsThatOfTheCode) {
  const auto number = [](double value) {
    std::ostringstream out;
    out.precision(10);
    out << value;
    return out.str();
  };
  std::ostringstream table;
  table << "| kind | threshold | default | from | to | meaning |\n"
        << "| --- | --- | --- | --- | --- | --- |\n";
  for (const AlertKind& kind : kAlertKinds) {
    const auto* const thresholds = thresholds_of(kind.id);
    for (const Threshold& one :
         thresholds == nullptr ? std::span<const Threshold>{} : *thresholds) {
      table << "| `" << kind.id << "` | `" << one.name << "` | " << number(one.value) << " | "
            << number(one.least) << " | " << number(one.most) << " | " << one.meaning << " |\n";
    }
  }
  std::ifstream file{std::filesystem::path{PRAHARI_SOURCE_DIR} / "docs" / "detections.md"};
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_NE(page.str().find(table.str()), std::string::npos)
      << "docs/detections.md should hold this table:\n"
      << table.str();
}

}  // namespace
}  // namespace prahari::test
