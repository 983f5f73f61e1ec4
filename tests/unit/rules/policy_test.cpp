#include "rules/policy.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "rules/allow_parser.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kSite = R"(
[[zone]]
name = "plant"
level = 3
members = ["10.0.0.0/8", "vlan:7"]
[[zone]]
name = "cell"
level = 1
members = ["10.1.0.0/16", "10.9.9.9", "mac:00:1d:9c:*"]
[[zone]]
name = "cabinet"
members = ["10.1.2.0/24", "mac:00:1d:9c:aa:*", "vlan:8", "fd00:1::/32"]
[[conduit]]
from = "plant"
to = "cell"
allow = ["modbus:read", "modbus:write@unit=1,holding=100-109,holding=110-119,coil=4", "enip:*"]
[[conduit]]
from = "plant"
to = "cabinet"
allow = ["tcp/443", "udp/123", "icmp", "any:read"]
[[conduit]]
from = "unassigned"
to = "plant"
allow = ["any"]
[[asset]]
match = "10.1.2.3"
name = "PLC"
tags = ["safety"]
[[asset]]
match = "mac:00:1d:9c:00:00:01"
name = "EWS"
tags = ["engineering"]
[[ignore]]
kind = "scan"
from = "EWS"
until = 2027-01-01T00:00:00Z
reason = "r"
[[ignore]]
kind = "probing"
from = "plant"
to = "10.1.2.0/24"
reason = "r"
[[permit]]
from = "plant"
to = "PLC"
allow = ["control"]
valid = ["2026-01-01T00:00Z", "2026-01-02T00:00Z"]
ticket = "T1"
)";

HostKey host(std::string_view address, std::string_view station = "", std::uint16_t vlan = 0) {
  HostKey key;
  if (!address.empty()) {
    key.ip = ip(address);
  }
  if (!station.empty()) {
    key.mac = mac(station);
  }
  if (vlan != 0) {
    key.vlan.push(vlan);
  }
  return key;
}

TEST(Policy, TheMostSpecificMemberCounts) {
  const Policy policy{site_of(kSite)};
  const struct {
    HostKey key;
    std::string_view zone;
  } cases[] = {
      {host("10.2.0.1"), "plant"},
      {host("10.1.0.1"), "cell"},
      {host("10.1.2.1"), "cabinet"},
      {host("10.9.9.9"), "cell"},
      {host("10.1.2.1", "00:1d:9c:00:00:01"), "cell"},     // MAC before address
      {host("10.1.0.1", "00:1d:9c:aa:00:01"), "cabinet"},  // longer pattern
      {host("192.168.0.1", "", 7), "plant"},
      {host("10.1.0.1", "", 8), "cell"},  // address before VLAN
      {host("fd00:1::7"), "cabinet"},
      {host("fd00:2::7"), "unassigned"},
      {host(""), "unassigned"},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(policy.zone_name(policy.zone_of(row.key)), row.zone) << to_string(row.key.ip);
  }
  EXPECT_EQ(policy.level(1), 3);
  EXPECT_TRUE(std::isnan(policy.level(3)));
  EXPECT_TRUE(std::isnan(policy.level(0)));
}

TEST(Policy, AnyOfSeveralTagsNamesTheZone) {
  const Policy policy{site_of(kSite)};
  HostKey key = host("192.168.0.1", "", 100);
  key.vlan.push(8);
  EXPECT_EQ(policy.zone_name(policy.zone_of(key)), "cabinet");
}

Request modbus(Operation operation, Target target = {}) {
  return {.protocol = Protocol::modbus,
          .transport = Transport::tcp,
          .server_port = 502,
          .has_operation = true,
          .operation = operation,
          .name = {},
          .target = target,
          .time = {}};
}

Target object(std::uint32_t unit, std::string_view table, std::uint32_t address,
              std::uint32_t count) {
  return {.table = table, .text = {}, .unit = unit, .address = address, .count = count};
}

TEST(Policy, JudgesByConduit) {
  const Policy policy{site_of(kSite)};
  constexpr ZoneIndex kPlant = 1;
  constexpr ZoneIndex kCell = 2;
  constexpr ZoneIndex kCabinet = 3;
  const struct {
    std::string_view what;
    ZoneIndex from;
    ZoneIndex to;
    Request request;
    bool allowed;
  } cases[] = {
      {"read", kPlant, kCell, modbus(Operation::read), true},
      {"the other way", kCell, kPlant, modbus(Operation::read), false},
      {"inside one zone", kCell, kCell, modbus(Operation::program), true},
      {"other class", kPlant, kCell, modbus(Operation::control), false},
      {"inside the range", kPlant, kCell, modbus(Operation::write, object(1, "holding", 100, 20)),
       true},
      {"across two ranges", kPlant, kCell, modbus(Operation::write, object(1, "holding", 105, 10)),
       true},
      {"one beyond", kPlant, kCell, modbus(Operation::write, object(1, "holding", 100, 21)), false},
      {"one before", kPlant, kCell, modbus(Operation::write, object(1, "holding", 99, 2)), false},
      {"wrapping", kPlant, kCell, modbus(Operation::write, object(1, "holding", 100, 0xffffffff)),
       false},
      {"other unit", kPlant, kCell, modbus(Operation::write, object(2, "holding", 100, 1)), false},
      {"other table", kPlant, kCell, modbus(Operation::write, object(1, "coil", 4, 1)), true},
      {"other coil", kPlant, kCell, modbus(Operation::write, object(1, "coil", 5, 1)), false},
      {"any:read", kPlant, kCabinet, modbus(Operation::read), true},
      {"any:read is no write", kPlant, kCabinet, modbus(Operation::write), false},
      {"no conduit", kCabinet, kCell, modbus(Operation::read), false},
      {"unassigned, any", 0, kPlant, modbus(Operation::program), true},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(policy.judge(row.from, row.to, row.request).allowed, row.allowed) << row.what;
  }
  EXPECT_TRUE(policy.judge(kPlant, kCell, modbus(Operation::write)).depends_on_target);
  EXPECT_FALSE(policy.judge(kPlant, kCell, modbus(Operation::read)).depends_on_target);
  EXPECT_EQ(policy.judge(kPlant, kCell, modbus(Operation::control)).conduit->line, 13);
}

TEST(Policy, WhatNamesOneProtocolAllowsNoOther) {
  for (const Dissector* named : all_dissectors()) {
    if (named->opaque) {
      continue;
    }
    const std::string name{to_string(named->protocol)};
    const Policy policy{
        site_of("[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/8\"]\n[[conduit]]\n"
                "from = \"unassigned\"\nto = \"a\"\nallow = [\"" +
                name + ":read\"]\n")};
    for (const Dissector* asked : all_dissectors()) {
      Request request;
      request.protocol = asked->protocol;
      request.has_operation = true;
      request.operation = Operation::read;
      const bool same = asked == named || carrier_of(asked->protocol) == named->protocol;
      EXPECT_EQ(policy.judge(0, 1, request).allowed, same && !asked->opaque)
          << name << " and " << to_string(asked->protocol);
    }
  }
}

TEST(Policy, JudgesByPort) {
  const Policy policy{site_of(kSite)};
  const auto by_port = [&](Transport transport, std::uint16_t port) {
    Request request;
    request.transport = transport;
    request.server_port = port;
    return policy.judge(1, 3, request).allowed;
  };
  EXPECT_TRUE(by_port(Transport::tcp, 443));
  EXPECT_FALSE(by_port(Transport::udp, 443));
  EXPECT_TRUE(by_port(Transport::udp, 123));
  EXPECT_TRUE(by_port(Transport::icmp, 0));
  EXPECT_FALSE(by_port(Transport::tcp, 80));
  EXPECT_TRUE(policy.names_protocol(1, 2, Protocol::modbus));
  EXPECT_FALSE(policy.names_protocol(3, 2, Protocol::modbus));
}

TEST(Policy, AssetsAndTags) {
  const Policy policy{site_of(kSite)};
  EXPECT_EQ(policy.asset_of(host("10.1.2.3"))->name, "PLC");
  EXPECT_EQ(policy.asset_of(host("10.1.2.4")), nullptr);
  EXPECT_TRUE(policy.has_tag(host("10.7.7.7", "00:1d:9c:00:00:01"), "engineering"));
  EXPECT_FALSE(policy.has_tag(host("10.1.2.3"), "engineering"));
  EXPECT_TRUE(policy.tag_in_use("safety"));
  EXPECT_FALSE(policy.tag_in_use("hmi"));
}

TEST(Policy, IgnoresByKindEndsAndTime) {
  const Policy policy{site_of(kSite)};
  Finding finding;
  finding.kind = "scan";
  finding.source.mac = mac("00:1d:9c:00:00:01");
  const Timestamp end = at(1'798'761'600);  // 2027-01-01
  EXPECT_NE(policy.ignored(finding, end - std::chrono::nanoseconds{1}), nullptr);
  EXPECT_EQ(policy.ignored(finding, end), nullptr);
  finding.kind = "probing";
  EXPECT_EQ(policy.ignored(finding, at(0)), nullptr);
  finding.source = {};
  finding.source.ip = ip("10.2.0.1");
  finding.destination.ip = ip("10.1.2.9");
  EXPECT_NE(policy.ignored(finding, at(0)), nullptr);
  finding.destination.ip = ip("10.1.3.9");
  EXPECT_EQ(policy.ignored(finding, at(0)), nullptr);
}

TEST(Policy, PermitsByOperationEndsAndTime) {
  const Policy policy{site_of(kSite)};
  const HostKey from = host("10.2.0.1");
  const HostKey to = host("10.1.2.3");
  const Timestamp begin = at(1'767'225'600);
  const auto permitted = [&](const HostKey& a, const HostKey& b, Operation op, Timestamp when) {
    return policy.permitted(a, b, op, when) != nullptr;
  };
  EXPECT_TRUE(permitted(from, to, Operation::control, begin));
  EXPECT_FALSE(permitted(from, to, Operation::control, begin - std::chrono::nanoseconds{1}));
  EXPECT_FALSE(permitted(from, to, Operation::control, begin + std::chrono::hours{24}));
  EXPECT_FALSE(permitted(from, to, Operation::program, begin));
  EXPECT_FALSE(permitted(to, from, Operation::control, begin));
  EXPECT_FALSE(permitted(host("192.168.1.1"), to, Operation::control, begin));
}

TEST(Policy, WithoutASiteFileNothingIsKnown) {
  const Policy policy{Site{}};
  EXPECT_FALSE(policy.has_zones());
  EXPECT_EQ(policy.zone_of(host("10.0.0.1")), 0);
  EXPECT_EQ(policy.asset_of(host("10.0.0.1")), nullptr);
}

}  // namespace
}  // namespace prahari::test
