// Units, facts, roles, levels and conversations.

#include <gtest/gtest.h>

#include "tests/unit/inventory/traffic.hpp"

namespace prahari {
namespace {

using test::Script;

const std::string kPlc = "00:1d:9c:00:00:01";
const std::string kHmi = "00:0c:29:00:00:02";

class Behaviours : public testing::Test {
 protected:
  OuiTable oui_;
  Inventory inventory_{oui_};
  Script script_{inventory_};

  Parties open(std::uint16_t port = 50000) {
    return script_.open({kHmi, "10.0.0.5", port}, {kPlc, "10.0.0.1", 502});
  }
  const Asset& plc() { return inventory_.asset(inventory_.find(test::mac(kPlc))); }
  const Asset& hmi() { return inventory_.asset(inventory_.find(test::mac(kHmi))); }
  std::string reason(const Asset& asset, Role role) {
    const RoleReason* held = asset.role_reason(role);
    return held == nullptr ? "" : held->reason;
  }
};

TEST_F(Behaviours, WhatAUnitToldStaysOnTheUnit) {
  open();
  script_.poll(1);
  script_.poll(7);
  script_.identity(Identity::Field::vendor, "Siemens", 1);
  script_.identity(Identity::Field::vendor, "ABB", 7);
  EXPECT_EQ(plc().best(Identity::Field::vendor), nullptr);
  EXPECT_EQ(plc().best(Identity::Field::vendor, 1)->value, "Siemens");
  EXPECT_EQ(plc().best(Identity::Field::vendor, 7)->value, "ABB");
}

TEST_F(Behaviours, TheOnlyUnitIsTheDevice) {
  open();
  script_.poll(1);
  script_.message(Kind::request, 9);  // somebody asks; nobody is there
  script_.identity(Identity::Field::vendor, "Siemens", 1);
  ASSERT_NE(plc().best(Identity::Field::vendor), nullptr);
  EXPECT_EQ(plc().best(Identity::Field::vendor)->value, "Siemens");
}

TEST_F(Behaviours, Unit255IsTheDevice) {
  open();
  script_.poll(1);
  script_.poll(7);
  script_.identity(Identity::Field::vendor, "Moxa", 255);
  ASSERT_NE(plc().best(Identity::Field::vendor), nullptr);
  EXPECT_EQ(plc().best(Identity::Field::vendor)->value, "Moxa");
}

TEST_F(Behaviours, AFactIsCountedAndNotOverwritten) {
  open();
  script_.identity(Identity::Field::firmware, "1.0");
  script_.identity(Identity::Field::firmware, "1.0");
  script_.identity(Identity::Field::firmware, "1.1");
  ASSERT_EQ(plc().facts.size(), 2U);
  EXPECT_EQ(plc().facts[0].count, 2U);
  EXPECT_EQ(plc().facts[0].packet.frame, 2U) << "the first that told";
  EXPECT_EQ(plc().best(Identity::Field::firmware)->value, "1.1") << "the latest";
}

TEST_F(Behaviours, ConfidenceCountsBeforeTimeUntilItIsOld) {
  open();
  script_.identity(Identity::Field::model, "sure", Identity::kNoUnit, false, 95);
  script_.identity(Identity::Field::model, "maybe", Identity::kNoUnit, false, 70);
  EXPECT_EQ(plc().best(Identity::Field::model)->value, "sure");
  script_.now += std::int64_t{40} * 24 * 3600;
  script_.identity(Identity::Field::model, "maybe", Identity::kNoUnit, false, 70);
  EXPECT_EQ(plc().best(Identity::Field::model)->value, "maybe");
}

TEST_F(Behaviours, AStormOfNamesIsBoundedAndLeavesOthersAlone) {
  open();
  script_.identity(Identity::Field::vendor, "Siemens");
  for (int i = 0; i < 1000; ++i) {
    script_.identity(Identity::Field::name, "n" + std::to_string(i));
  }
  EXPECT_EQ(plc().facts.size(), 17U);
  EXPECT_EQ(inventory_.stats().facts_dropped, 984U);
  EXPECT_EQ(plc().best(Identity::Field::vendor)->value, "Siemens");
  EXPECT_EQ(plc().best(Identity::Field::name)->value, "n999");
}

TEST_F(Behaviours, UnitsAreBounded) {
  open();
  for (std::uint32_t unit = 0; unit < 300; ++unit) {
    script_.message(Kind::request, unit);
  }
  EXPECT_EQ(plc().units.size(), 256U);
  EXPECT_EQ(inventory_.stats().units_dropped, 44U);
}

TEST_F(Behaviours, RolesHaveReasons) {
  open();
  script_.poll(1, 1204);
  inventory_.settle();
  EXPECT_EQ(reason(plc(), Role::controller), "answered 1,204 modbus requests, started none");
  EXPECT_EQ(reason(hmi(), Role::client), "sent 1,204 modbus requests to 1 device");
  EXPECT_FALSE(hmi().has_role(Role::controller));
  EXPECT_FALSE(plc().has_role(Role::gateway));
  EXPECT_EQ(level_of(plc().level), 1.0F);
  EXPECT_EQ(level_of(hmi().level), 2.0F);
  EXPECT_EQ(plc().role_reason(Role::controller)->since, test::at(2));
}

TEST_F(Behaviours, ProgrammingMakesAnEngineeringStation) {
  open();
  script_.message(Kind::request, 1, Operation::program, Effect::program_to);
  inventory_.settle();
  EXPECT_EQ(reason(hmi(), Role::engineering),
            "sent 1 programming or engineering request, the first: Read Coils");
}

TEST_F(Behaviours, TwoUnitsMakeAGateway) {
  open();
  script_.poll(255);
  script_.poll(1);
  inventory_.settle();
  EXPECT_FALSE(plc().has_role(Role::gateway));
  script_.poll(7);
  inventory_.settle();
  EXPECT_EQ(reason(plc(), Role::gateway), "2 units answer behind it");
}

TEST_F(Behaviours, AGatewayExceptionMakesAGateway) {
  open();
  script_.message(Kind::request, 9);
  script_.message(Kind::exception, 9, Operation::read, Effect::none, 11);
  inventory_.settle();
  EXPECT_EQ(reason(plc(), Role::gateway), "answered 1 request with a gateway exception");
  EXPECT_EQ(plc().units.front().exceptions, 1U);
}

TEST_F(Behaviours, WhoAsksManyIsAboveTheCell) {
  for (int i = 1; i <= 5; ++i) {
    script_.open({kHmi, "10.0.0.5", 50000}, {"", "10.0.2." + std::to_string(i), 502});
    script_.poll(1);
  }
  inventory_.settle();
  EXPECT_EQ(hmi().level, LevelBasis::many_controllers);
}

TEST_F(Behaviours, ARoleGivenByARuleStays) {
  open();
  script_.poll(1);
  inventory_.give_role(inventory_.find(test::mac(kHmi)),
                       {Role::scanner, "asked 40 hosts in a minute", test::at(1)});
  inventory_.settle();
  EXPECT_TRUE(hmi().has_role(Role::scanner));
  EXPECT_TRUE(hmi().has_role(Role::client));
}

TEST_F(Behaviours, AFlowIsCountedOnceUnderItsProtocol) {
  open();
  script_.poll(1, 3);
  script_.flow(FlowStage::established, 2, 1);
  script_.flow(FlowStage::closed, 10, 8);
  open(50001);
  script_.poll(1, 1);
  script_.flow(FlowStage::closed, 5, 4);
  const auto rows = inventory_.conversations_in_order();
  ASSERT_EQ(rows.size(), 1U);
  const Conversation& row = inventory_.conversation(rows[0]);
  EXPECT_EQ(row.protocol, Protocol::modbus);
  EXPECT_EQ(row.flows, 2U);
  EXPECT_EQ(row.messages, 8U);
  EXPECT_EQ(row.packets[0], 15U);
  EXPECT_EQ(row.packets[1], 12U);
  EXPECT_EQ(row.bytes[0], 900U);
  EXPECT_TRUE(row.established);
  EXPECT_EQ(hmi().packets_sent, 15U);
  EXPECT_EQ(plc().packets_sent, 12U);
}

TEST_F(Behaviours, WhenTheClientIsKnownTheFlowTurnsRound) {
  script_.open({kPlc, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});  // an answer came first
  script_.swap_ends();
  script_.poll(1);
  script_.flow(FlowStage::closed, 3, 4);
  const auto rows = inventory_.conversations_in_order();
  ASSERT_EQ(rows.size(), 1U);
  const Conversation& row = inventory_.conversation(rows[0]);
  EXPECT_EQ(row.server_port, 502U);
  EXPECT_EQ(row.client_ip, test::ip("10.0.0.5"));
  EXPECT_EQ(row.packets[0], 3U);
  EXPECT_EQ(row.flows, 1U);
}

}  // namespace
}  // namespace prahari
