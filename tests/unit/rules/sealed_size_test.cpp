// What the length of encrypted requests tells, and names of targets in findings.

#include "rules/sealed_size.hpp"

#include <gtest/gtest.h>

#include "learned_plant.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kUa = "10.0.0.3";

class Sealed : public testing::Test {
 protected:
  explicit Sealed(std::string_view site = "") : plant_(site) {}

  Talk session() { return plant_.connected(kHmi, kUa, 4840); }
  void ask(const Talk& talk, std::uint16_t size, bool sealed = true) {
    Event made = plant_.message(talk, Kind::request,
                                {Operation::control, 0, "Encrypted Message", 0, "", 0, 0});
    made.protocol = Protocol::opcua;
    made.message.sealed = sealed;
    made.message.size = size;
    plant_.feed(made);
    plant_.wait(1);
  }
  void set_up(const Talk& talk) {
    for (int i = 0; i < MeasuredRequests::kSetUp; ++i) {
      ask(talk, 3000);
    }
  }
  // Sessions with requests of 120 to 200 bytes.
  void learn() {
    plant_.usual();
    const Talk talk = session();
    set_up(talk);
    for (int i = 0; i < 20; ++i) {
      ask(talk, i % 2 == 0 ? 120 : 200);
    }
    plant_.approve();
  }
  std::size_t judged(std::uint16_t size) {
    learn();
    const Talk talk = session();
    set_up(talk);
    for (int i = 0; i < 5; ++i) {
      ask(talk, 150);
      ask(talk, size);
    }
    return plant_.of("new-operation").size();
  }

  Plant plant_;
};

TEST_F(Sealed, LongerThanAllThatWasLearnedIsToldOnce) {
  EXPECT_EQ(judged(365), 1U);
  const Finding finding = plant_.of("new-operation")[0].finding;
  EXPECT_EQ(plant_.of("new-operation")[0].count, 5);
  EXPECT_EQ(finding.severity, Severity::medium);
  EXPECT_NE(finding.why.find("request of 365 bytes"), std::string::npos) << finding.why;
  EXPECT_NE(finding.why.find("longer than 200 bytes"), std::string::npos) << finding.why;
  EXPECT_EQ(finding.baseline.expected, "120 to 200 bytes");
  EXPECT_NE(finding.accept.find(R"("bytes":[120,365])"), std::string::npos) << finding.accept;
}

TEST_F(Sealed, ALittleLongerIsNot) { EXPECT_EQ(judged(364), 0U); }

TEST_F(Sealed, WhatCanBeReadIsJudgedByWhatItIs) {
  learn();
  const Talk talk = session();
  for (int i = 0; i < 10; ++i) {
    ask(talk, 60'000, false);
  }
  EXPECT_TRUE(plant_.of("new-operation").empty());
}

TEST_F(Sealed, SizesStandInTheFile) {
  learn();
  plant_.approve([](BaselineData& data) {
    const std::string text = baseline_json(data);
    EXPECT_NE(text.find(R"("name":"Encrypted Message","bytes":[120,200])"), std::string::npos);
  });
}

class SealedLoose : public Sealed {
 protected:
  SealedLoose() : Sealed("[thresholds]\nnew-operation.larger = 400\n") {}
};
TEST_F(SealedLoose, AsMuchLongerAsTheSiteAllows) { EXPECT_EQ(judged(864), 0U); }

TEST(NamesInFindings, WhatABrowseCalledTheTarget) {
  Plant plant;
  plant.usual();
  plant.approve();
  const Talk talk = plant.connected(kHmi, kPlc);
  Event naming = plant.event(talk, EventKind::target_name, Protocol::modbus);
  naming.from_client = false;
  naming.text = "Reset7Line1/\x1b[2JReset";
  naming.naming = {.table = "tag", .target_size = 6, .below_size = 0};
  plant.feed(naming);
  Ask write{Operation::write, 77, "Write Tag", 1, "tag", 0, 1};
  write.text = "Reset7";
  plant.ask(talk, write, 1);
  const auto alerts = plant.of("new-operation");
  ASSERT_EQ(alerts.size(), 1U);
  const std::string& target = alerts[0].finding.target;
  EXPECT_NE(target.find("tag Reset7 (Line1/"), std::string::npos) << target;
  EXPECT_EQ(target.find('\x1b'), std::string::npos) << target;
}

}  // namespace
}  // namespace prahari::test
