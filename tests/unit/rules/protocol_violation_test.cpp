#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kKind = "protocol-violation";

std::uint8_t problem(std::string_view id) {
  const auto problems = dissector(Protocol::modbus).problems;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (problems[i].id == id) {
      return static_cast<std::uint8_t>(i);
    }
  }
  throw std::invalid_argument{std::string{id}};
}

void broken(Scene& scene, const Talk& talk, std::string_view id) {
  Event event = scene.message(talk, Kind::request, kRead);
  event.message.problems = 1U << problem(id);
  scene.send(event);
}

void anomaly(Scene& scene, const Talk& talk, std::string_view id) {
  Event event = scene.event(talk, EventKind::anomaly, Protocol::modbus);
  event.anomaly = {};
  event.anomaly.problem = problem(id);
  event.anomaly.direction = Direction::to_client;
  scene.send(event);
}

TEST(ProtocolViolation, MediumThenHighAtFiveOfASession) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 4; ++i) {
    broken(scene, talk, "byte_count_mismatch");
  }
  ASSERT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::medium);
  EXPECT_EQ(scene.of(kKind)[0].count, 4);
  EXPECT_EQ(scene.of(kKind)[0].finding.why,
            "10.0.0.1 sent 10.0.0.2 a modbus message (Read Holding Registers) that breaks the "
            "protocol: the byte count does not fit the quantity or the data "
            "(byte_count_mismatch).");
  broken(scene, talk, "byte_count_mismatch");
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::high);
  EXPECT_EQ(scene.of(kKind)[0].count, 5);
}

TEST(ProtocolViolation, OneAlertForEachRule) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 3; ++i) {
    broken(scene, talk, "byte_count_mismatch");
    broken(scene, talk, "trailing_bytes");
    anomaly(scene, talk, "non_modbus_on_port");
  }
  ASSERT_EQ(scene.of(kKind).size(), 3U);
  EXPECT_EQ(scene.of(kKind)[2].count, 3);
  EXPECT_EQ(to_string(scene.of(kKind)[2].finding.source.ip), "10.0.0.2");  // the answering side
}

TEST(ProtocolViolation, NotEveryProblemIsABreach) {
  Scene scene;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  broken(scene, talk, "quantity_out_of_range");
  anomaly(scene, talk, "request_timeout");
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(ProtocolViolation, SilentWhereTheCaptureLostBytes) {
  for (const Completeness state : {Completeness::gap, Completeness::one_way}) {
    Scene scene;
    scene.state = state;
    broken(scene, scene.talk("10.0.0.1", "10.0.0.2"), "byte_count_mismatch");
    EXPECT_TRUE(scene.of(kKind).empty());
  }
}

TEST(ProtocolViolation, AMidstreamFlowMustBeInSyncFirst) {
  Scene scene;
  scene.state = Completeness::midstream;
  const Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  broken(scene, talk, "byte_count_mismatch");
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.exchange(talk);
  broken(scene, talk, "byte_count_mismatch");
  EXPECT_EQ(scene.of(kKind).size(), 1U);
}

TEST(ProtocolViolation, CountsBeginAnewWithASlotsNextFlow) {
  Scene scene;
  Talk talk = scene.talk("10.0.0.1", "10.0.0.2");
  for (int i = 0; i < 4; ++i) {
    broken(scene, talk, "byte_count_mismatch");
  }
  ++talk.flow.generation;
  broken(scene, talk, "byte_count_mismatch");
  EXPECT_EQ(scene.of(kKind)[0].finding.severity, Severity::medium);
}

}  // namespace
}  // namespace prahari::test
