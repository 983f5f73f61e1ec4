// Which facts contradict each other, which do not, and why a value is shown.

#include "inventory/conflict.hpp"

#include <gtest/gtest.h>

#include "tests/unit/inventory/traffic.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;
using test::at;

Fact fact(Field field, std::string value, std::string source, int confidence,
          std::int64_t first = 0, std::int64_t last = -1) {
  return {.field = field,
          .confidence = static_cast<std::uint8_t>(confidence),
          .count = 1,
          .unit = Identity::kNoUnit,
          .value = std::move(value),
          .source = std::move(source),
          .first = at(first),
          .last = at(last < 0 ? first : last),
          .packet = {}};
}

class Conflicts : public testing::Test {
 protected:
  Judged judged(Field field) { return judge(asset_, field, aliases_); }
  void tell(Fact one) {
    asset_.last_seen = std::max(asset_.last_seen, one.last);
    asset_.facts.push_back(std::move(one));
  }

  Asset asset_;
  VendorAliases aliases_;
};

TEST_F(Conflicts, TwoSourcesThatDifferAreOneAndBothAreKept) {
  tell(fact(Field::firmware, "20.11", "CIP identity", 98));
  tell(fact(Field::firmware, "20.12", "SNMP sysDescr", 90));
  const Judged found = judged(Field::firmware);
  EXPECT_EQ(found.chosen.value, "20.11");
  EXPECT_EQ(found.reason, "confidence 98, above 90 of SNMP sysDescr");
  ASSERT_EQ(found.rivals.size(), 1U);
  EXPECT_EQ(found.rivals[0]->value, "20.12");
  const auto marks = mark_facts(asset_, aliases_);
  EXPECT_TRUE(marks[0].chosen && marks[0].conflict);
  EXPECT_TRUE(!marks[1].chosen && marks[1].conflict);
  EXPECT_EQ(marks[1].against, "20.11");
  EXPECT_EQ(conflict_words(asset_, aliases_),
            std::vector<std::string>{"firmware: 20.11 (CIP identity) or 20.12 (SNMP sysDescr)"});
}

TEST_F(Conflicts, SameThingInOtherWordsIsNone) {
  struct Pair {
    Field field;
    const char* a;
    const char* b;
  };
  for (const Pair& pair :
       {Pair{Field::firmware, "V4.2", "FW 4.02.00"}, Pair{Field::vendor, "SIEMENS AG", "Siemens"},
        Pair{Field::serial, "00a1b2c3", "10597059"}, Pair{Field::serial, "0x00A1B2C3", "a1b2c3"},
        Pair{Field::name, "PLC-7.plant.local", "plc-7"}, Pair{Field::hardware, "2", "Version 2"},
        Pair{Field::product, "1756-L71/B LOGIX5571", "1756-L71"},
        Pair{Field::os, "Windows", "Windows 10 build 19041"}}) {
    EXPECT_TRUE(same_meaning(pair.field, pair.a, pair.b, aliases_)) << pair.a << " " << pair.b;
    EXPECT_TRUE(same_meaning(pair.field, pair.b, pair.a, aliases_)) << pair.b << " " << pair.a;
  }
  for (const Pair& pair :
       {Pair{Field::firmware, "4.2", "4.20"}, Pair{Field::serial, "12", "13"},
        Pair{Field::vendor, "Siemens", "Rockwell Automation"},
        Pair{Field::model, "1756-EN2T", "1756-L71"}, Pair{Field::name, "plc-7", "plc-8"}}) {
    EXPECT_FALSE(same_meaning(pair.field, pair.a, pair.b, aliases_)) << pair.a << " " << pair.b;
  }
}

TEST_F(Conflicts, WhatIsPoorlyFoundedContradictsNothing) {
  tell(fact(Field::vendor, "Siemens", "S7 SZL", 98));
  tell(fact(Field::vendor, "Rockwell Automation", "TLS certificate", 69));
  EXPECT_TRUE(judged(Field::vendor).rivals.empty());
}

TEST_F(Conflicts, NewFirmwareOfTheSameSourceIsAChange) {
  tell(fact(Field::firmware, "20.11", "CIP identity", 98, 0, 100));
  tell(fact(Field::firmware, "20.12", "CIP identity", 98, 200, 300));
  EXPECT_EQ(judged(Field::firmware).chosen.value, "20.12");
  EXPECT_TRUE(judged(Field::firmware).rivals.empty());
}

TEST_F(Conflicts, OneSourceThatGoesBackAndForthIsAConflict) {
  tell(fact(Field::serial, "1000", "CIP identity", 98, 0, 300));
  tell(fact(Field::serial, "2000", "CIP identity", 98, 100, 200));
  EXPECT_EQ(judged(Field::serial).rivals.size(), 1U);
}

TEST_F(Conflicts, ADayApartIsNone) {
  tell(fact(Field::firmware, "1.0", "CIP identity", 98, 0, 10));
  tell(fact(Field::firmware, "2.0", "LLDP", 95, 10 + 86'400));
  EXPECT_TRUE(judged(Field::firmware).rivals.empty());
}

TEST_F(Conflicts, NamesOfDifferentKindsAreNone) {
  tell(fact(Field::name, "filler", "PROFINET DCP", 85));
  tell(fact(Field::name, "WIN-7", "NTLM", 80));
  EXPECT_TRUE(judged(Field::name).rivals.empty());
}

TEST_F(Conflicts, WhatIsExpectedOfADeviceIsNone) {
  tell(fact(Field::vendor, "Siemens", "S7 SZL", 98));
  tell(fact(Field::vendor, "ABB", "CIP electronic key", 80));
  EXPECT_TRUE(judged(Field::vendor).rivals.empty());
}

TEST_F(Conflicts, FieldsThatMayHaveManyValuesHaveNone) {
  tell(fact(Field::service, "_http._tcp", "mDNS", 70));
  tell(fact(Field::service, "_ssh._tcp", "mDNS", 70));
  EXPECT_TRUE(judged(Field::service).rivals.empty());
}

TEST_F(Conflicts, OtherSourcesThatAgreeCarryWeight) {
  tell(fact(Field::model, "EN2T", "CIP identity", 95));
  for (const char* source : {"LLDP", "CDP", "SNMP", "HTTP"}) {
    tell(fact(Field::model, "L71", source, 90));
  }
  EXPECT_EQ(judged(Field::model).chosen.value, "L71");
  EXPECT_EQ(
      judged(Field::model).reason,
      "confidence 90, newer or more often told than 95 of CIP identity; 3 other sources agree");
}

TEST_F(Conflicts, TheUnitsOfAGatewayDoNotContradictEachOther) {
  for (const std::uint32_t unit : {1U, 2U}) {
    Fact one = fact(Field::serial, std::to_string(1000 + unit), "Modbus device identification", 95);
    one.unit = unit;
    tell(std::move(one));
  }
  EXPECT_TRUE(conflict_words(asset_, aliases_).empty());
}

}  // namespace
}  // namespace prahari
