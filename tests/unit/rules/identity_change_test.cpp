#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "identity-change";
using Field = Identity::Field;

TEST(IdentityChange, EachFieldOnItsOwn) {
  const struct {
    Field field;
    std::size_t alerts;
    Severity severity;
    CertInClass certin;
    std::string_view attack;
  } cases[] = {
      {Field::serial, 1, Severity::critical, CertInClass::incident, "T0849"},
      {Field::vendor, 1, Severity::high, CertInClass::incident, "T0849"},
      {Field::product, 1, Severity::high, CertInClass::incident, "T0849"},
      {Field::model, 1, Severity::high, CertInClass::incident, "T0849"},
      {Field::order_number, 1, Severity::high, CertInClass::incident, "T0849"},
      {Field::hardware, 1, Severity::high, CertInClass::incident, "T0849"},
      {Field::firmware, 1, Severity::high, CertInClass::posture, "T0857"},
      {Field::name, 0, {}, {}, {}},
      {Field::application, 0, {}, {}, {}},
      {Field::url, 0, {}, {}, {}},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(to_string(row.field));
    Scene scene;
    const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
    scene.identity(talk, row.field, "A");
    scene.identity(talk, row.field, "A");
    EXPECT_TRUE(scene.of(kKind).empty());
    scene.identity(talk, row.field, "B");
    scene.identity(talk, row.field, "B");
    ASSERT_EQ(scene.of(kKind).size(), row.alerts);
    if (row.alerts > 0) {
      const auto alert = scene.of(kKind)[0];
      EXPECT_EQ(alert.count, 1);
      EXPECT_EQ(alert.finding.severity, row.severity);
      EXPECT_EQ(alert.finding.certin, row.certin);
      EXPECT_EQ(alert.finding.attack[0], row.attack);
      EXPECT_EQ(alert.finding.evidence.size(), 2U);
    }
  }
}

TEST(IdentityChange, SaysBothValues) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.identity(talk, Field::firmware, "16.20", "CIP Identity", 98, 3);
  scene.identity(talk, Field::firmware, "16.21", "CIP Identity", 98, 3);
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.why,
            "The firmware of 10.0.0.2, unit 3, is now \"16.21\", and was \"16.20\", by its CIP "
            "Identity: its firmware was replaced.");
  EXPECT_EQ(finding.target, "unit 3 firmware");
  EXPECT_TRUE(finding.source.ip.empty());
}

TEST(IdentityChange, OtherSourcesUnitsAndAddressesAreNoChange) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.identity(talk, Field::vendor, "Rockwell Automation");
  scene.identity(talk, Field::vendor, "Allen-Bradley", "Modbus device identification");
  scene.identity(talk, Field::vendor, "Other", "CIP Identity", 98, 1);
  scene.identity(scene.talk("10.0.0.1", "10.0.0.3"), Field::vendor, "Third");
  scene.identity(talk, Field::vendor, "The client's", "CIP Identity", 98, Identity::kNoUnit, true);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(IdentityChange, AGuessIsNoProof) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.identity(talk, Field::serial, "A", "Forward Open key", 89);
  scene.identity(talk, Field::serial, "B", "Forward Open key", 89);
  scene.state = Completeness::gap;
  scene.identity(talk, Field::serial, "A");
  scene.identity(talk, Field::serial, "B");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(IdentityChange, ThereAndBackIsOneAlertThatGrows) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 5; ++i) {
    scene.identity(talk, Field::serial, i % 2 == 0 ? "A" : "B");
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].count, 4);
}

TEST(IdentityChange, APermitForTheDeviceCoversIt) {
  Scene scene{R"(
[[permit]]
from = "10.0.0.7"
to = "10.0.0.2"
allow = ["program"]
valid = ["2023-11-14T22:00Z", "2023-11-15T04:00Z"]
ticket = "CHG-7"
)"};
  for (const std::string_view device : {"10.0.0.2", "10.0.0.3"}) {
    const Talk talk = scene.talk("10.0.0.1", device);
    scene.identity(talk, Field::firmware, "1");
    scene.identity(talk, Field::firmware, "2");
  }
  ASSERT_EQ(scene.of(kKind).size(), 2U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::info);
  EXPECT_EQ(scene.of(kKind)[1].finding.severity, Severity::high);
}

TEST(IdentityChange, HoldsAcrossARestartOfTheSensor) {
  Asset former;
  {
    Scene before;
    const Talk talk = before.talk("10.0.0.1", "10.0.0.2");
    before.identity(talk, Field::serial, "A-1");
    before.identity(talk, Field::firmware, "2.1");
    former = before.inventory.asset(before.inventory.find(ip("10.0.0.2"), {}));
  }
  Scene scene;
  scene.now = at(1'700'100'000);
  ASSERT_TRUE(scene.inventory.restore(former));
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  scene.identity(talk, Field::firmware, "2.1");
  scene.identity(talk, Field::model, "M");  // nobody said one before
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.identity(talk, Field::serial, "B-7");
  scene.identity(talk, Field::serial, "B-7");
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  const Finding finding = scene.of(kKind)[0].finding;
  EXPECT_EQ(finding.why,
            "The serial number of 10.0.0.2 is now \"B-7\", and was \"A-1\", by its CIP Identity: "
            "another device answers at this address.");
  EXPECT_EQ(finding.evidence.size(), 1U) << "the packet of the former run is gone";
}

}  // namespace
}  // namespace prahari::test
