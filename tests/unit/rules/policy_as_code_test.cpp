// Schedules, exceptions and tags as the conduit rule judges by them; counting; the draft; exports.

#include <sstream>

#include <gtest/gtest.h>

#include "rules/conduit_finding.hpp"
#include "rules/draft_targets.hpp"
#include "rules/draft_text.hpp"
#include "rules/exception_state.hpp"
#include "rules/firewall.hpp"
#include "rules/policy_use.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kSite = R"(
[site]
timezone = "UTC"
[[zone]]
name = "scada"
members = ["10.2.0.0/16"]
[[zone]]
name = "panels"
members = ["tag:hmi"]
[[zone]]
name = "cell"
members = ["10.1.0.0/16"]
[[conduit]]
from = "scada"
to = "cell"
allow = ["modbus:read"]
schedule = ["mon-fri 06:00-22:00"]
[[conduit]]
from = "panels"
to = "cell"
allow = ["modbus:*"]
[[exception]]
from = "10.2.0.9"
to = "PLC-7"
allow = ["modbus:write@unit=1,coil=4"]
owner = "A. Rao"
until = 2023-12-31
reason = "until the new panel is there"
[[asset]]
match = "10.2.0.50"
name = "HMI-1"
tags = ["hmi"]
[[asset]]
match = "10.1.0.7"
name = "PLC-7"
)";
constexpr std::string_view kKind = "conduit-violation";

// 2023-11-15 is a Wednesday.
constexpr std::chrono::sys_days kWednesday{std::chrono::year{2023} / 11 / 15};

TEST(PolicyAsCode, AConduitHoldsInItsHoursOnly) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.2.0.1", "10.1.0.7");
  scene.now = kWednesday + std::chrono::hours{21};
  scene.connect(talk);
  scene.exchange(talk);
  EXPECT_TRUE(scene.of(kKind).empty());
  scene.now = kWednesday + std::chrono::hours{22};
  scene.exchange(talk);
  scene.exchange(talk);
  scene.now = kWednesday + std::chrono::hours{31};  // Thursday morning: the same flow
  scene.exchange(talk);
  const auto alerts = scene.of(kKind);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].count, 2);
  EXPECT_EQ(alerts[0].finding.why,
            "10.2.0.1 in zone scada sent modbus Read Holding Registers (unit 1 holding 0) to "
            "10.1.0.7 (PLC-7) in zone cell, but the conduit scada -> cell allows modbus:read only "
            "mon-fri 06:00-22:00, and it was Wed 22:00. The target is a controller or marked as "
            "critical.");
  EXPECT_EQ(alerts[0].finding.policy.line, 13);
}

TEST(PolicyAsCode, ATagMakesAMember) {
  Scene scene{kSite};
  EXPECT_EQ(scene.policy.zone_name(scene.policy.zone_of({ip("10.2.0.50"), {}, {}})), "panels");
  EXPECT_EQ(scene.policy.zone_name(scene.policy.zone_of({ip("10.2.0.51"), {}, {}})), "scada");
  const Membership why = scene.policy.membership({ip("10.2.0.50"), {}, {}});
  ASSERT_NE(why.member, nullptr);
  EXPECT_EQ(why.line, 9);
  scene.exchange(scene.talk("10.2.0.50", "10.1.0.7"), kWriteCoil);
  EXPECT_TRUE(scene.of(kKind).empty());
}

TEST(PolicyAsCode, AnExceptionEndsAndIsCounted) {
  Scene scene{kSite};
  const Talk talk = scene.talk("10.2.0.9", "10.1.0.7");
  scene.now = kWednesday;
  scene.exchange(talk, kWriteCoil);
  scene.exchange(talk, kWriteCoil);
  scene.exchange(scene.talk("10.2.0.8", "10.1.0.7"), kWriteCoil);  // of another host
  EXPECT_EQ(scene.of(kKind).size(), 1U);
  EXPECT_EQ(scene.engine.exceptions()[0].use.count, 2U);
  Ask other = kWriteCoil;
  other.address = 5;
  Scene later{kSite};
  const Talk again = later.talk("10.2.0.9", "10.1.0.7");
  later.now = std::chrono::sys_days{std::chrono::year{2023} / 12 / 31} + std::chrono::hours{23};
  later.exchange(again, kWriteCoil);
  EXPECT_TRUE(later.of(kKind).empty());
  later.now += std::chrono::hours{1};
  later.exchange(again, kWriteCoil);
  ASSERT_EQ(later.of(kKind).size(), 1U);
  EXPECT_NE(later.of(kKind)[0].finding.why.find(
                "An exception for this ended on 2023-12-31; ask its owner, A. Rao."),
            std::string::npos);
  Scene elsewhere{kSite};
  elsewhere.now = kWednesday;
  elsewhere.exchange(elsewhere.talk("10.2.0.9", "10.1.0.7"), other);
  EXPECT_EQ(elsewhere.of(kKind).size(), 1U);
}

TEST(PolicyAsCode, SaysWhenAnExceptionNeedsCare) {
  const Site site = site_of(kSite);
  const Exception& one = site.exceptions[0];
  ExceptionUse use;
  EXPECT_EQ(state_words(one, kWednesday), "until 2023-12-31");
  EXPECT_EQ(state_words(one, kWednesday + std::chrono::days{30}), "ends in 17 days");
  EXPECT_EQ(use_words(one, use, kWednesday + std::chrono::days{60}),
            "ended on 2023-12-31, and allowed nothing: remove it");
  use.count = 2;
  EXPECT_EQ(use_words(one, use, kWednesday), "until 2023-12-31, and allowed 2 messages");
}

TEST(PolicyAsCode, SaysWhatIsWrongWithTheNewSections) {
  const std::string found = mistakes_in(R"([[zone]]
name = "a"
members = ["tag:hmy", "tag:hmi"]
[[zone]]
name = "b"
members = ["tag:hmi"]
[[conduit]]
from = "a"
to = "b"
allow = ["modbus:read"]
schedule = ["mon 6-22"]
[[exception]]
from = "a"
to = "b"
allow = ["modbus:read"]
reason = "r"
)");
  for (const std::string_view expected :
       {"site.toml:3:12: zone[0].members[0]: unknown tag \"hmy\"",
        R"(zone[1].members[0]: "tag:hmi" is already a member of zone "a" (line 3))",
        "site.toml:11:13: conduit[0].schedule[0]: expected days and hours",
        "exception[0]: the key \"owner\" is missing",
        "exception[0]: the key \"until\" is missing"}) {
    EXPECT_NE(found.find(expected), std::string::npos) << expected << '\n' << found;
  }
}

TEST(PolicyUse, CountsMessagesAndFlowsOfEachEntry) {
  const Policy policy{site_of(kSite)};
  PolicyUse use{policy.site()};
  ViolationBook book;
  OuiTable oui;
  Inventory inventory{oui};
  Engine engine{inventory, policy, book, {.only = kConduitKind, .watch = &use}};
  Scene script;  // only makes events
  script.now = kWednesday + std::chrono::hours{12};
  const Talk talk = script.talk("10.2.0.1", "10.1.0.7");
  const auto send = [&](const Talk& on, const Ask& ask) {
    const Event event = script.message(on, Kind::request, ask);
    engine.on_event(event, inventory.on_event(event));
  };
  send(talk, kRead);
  script.now += std::chrono::minutes{1};
  send(talk, kRead);
  send(script.talk("10.2.0.1", "10.1.0.7"), kRead);
  send(talk, kWriteCoil);
  send(talk, kWriteCoil);
  const Conduit& conduit = policy.site().conduits[0];
  EXPECT_EQ(use.of(conduit).messages, 3U);
  EXPECT_EQ(use.of(conduit).flows, 2U);
  EXPECT_EQ(use.of(conduit, conduit.allow[0]).messages, 3U);
  EXPECT_EQ(use.of(conduit).last - use.of(conduit).first, std::chrono::minutes{1});
  EXPECT_FALSE(use.of(policy.site().conduits[1]).used());
  ASSERT_EQ(book.in_order().size(), 1U);
  EXPECT_EQ(book.in_order()[0]->count, 2U);
  ASSERT_EQ(use.refused().size(), 1U);
  EXPECT_EQ(use.refused().begin()->first.what, "modbus:write");
}

TEST(DraftTargets, AreNarrowAndBounded) {
  DraftTargets targets;
  for (std::uint32_t unit = 1; unit <= 4; ++unit) {
    targets.add({.table = "holding", .text = {}, .unit = unit, .address = 100, .count = 10}, true);
    targets.add({.table = "holding", .text = {}, .unit = unit, .address = 110, .count = 10}, true);
  }
  targets.add({.table = {}, .text = {}, .unit = 9, .address = 0, .count = 0}, true);
  EXPECT_EQ(targets.entries(),
            (std::vector<std::string>{"unit=1-4,holding=100-119", "unit=9,device"}));
  EXPECT_EQ(targets.widened(), "");
  DraftTargets many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    many.add({.table = "coil", .text = {}, .unit = 1, .address = i * 10, .count = 1}, true);
  }
  EXPECT_LE(many.entries()[0].size(), 400U);
  EXPECT_NE(many.widened(), "");
  DraftTargets tags;
  tags.add({.table = "tag", .text = "Recipe[3]", .count = 5}, false);
  tags.add({.table = "tag", .text = "a,b", .count = 1}, false);
  EXPECT_EQ(tags.entries(), (std::vector<std::string>{"tag=Recipe[3-7],tag='a,b'"}));
  DraftTargets flood;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "T" + std::to_string(i);
    flood.add({.table = "tag", .text = name, .count = 1}, false);
  }
  EXPECT_EQ(flood.entries(), std::vector<std::string>{""});
  EXPECT_NE(flood.widened(), "");
}

TEST(Firewall, GivesEachAddressToOneZone) {
  const Policy policy{site_of(R"([[zone]]
name = "plant"
members = ["10.0.0.0/8", "fd00::/8"]
[[zone]]
name = "cell \"; drop"
members = ["10.1.0.0/16", "mac:00:1d:9c:*", "vlan:7"]
[[zone]]
name = "panels"
members = ["tag:hmi"]
[[asset]]
match = "10.1.0.7"
name = "HMI"
tags = ["hmi"]
[[conduit]]
from = "plant"
to = "cell \"; drop"
allow = ["modbus:write@unit=1,coil=4", "tcp/443", "icmp"]
schedule = ["mon-fri 22:00-06:00"]
[[conduit]]
from = "unassigned"
to = "plant"
allow = ["enip:read"]
)")};
  const auto ranges = zone_ranges(policy);
  ASSERT_EQ(ranges[1].size(), 3U);
  EXPECT_EQ(to_string(ranges[1][0]), "10.0.0.0-10.0.255.255");
  EXPECT_EQ(to_string(ranges[1][1]), "10.2.0.0-10.255.255.255");
  EXPECT_EQ(to_string(ranges[2][0]), "10.1.0.0-10.1.0.6");
  EXPECT_EQ(to_string(ranges[2][1]), "10.1.0.8-10.1.255.255");
  EXPECT_EQ(to_string(ranges[3][0]), "10.1.0.7");
  const std::string nft = nftables_of(policy);
  for (
      const std::string_view expected :
      {"policy drop;", "ct state established,related accept",
       R"(ip saddr @z1_plant_v4 ip daddr @z2_cell____drop_v4 meta day { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday" } meta hour "22:00"-"23:59:59" tcp dport { 502 } accept)",
       "ip saddr != @zoned_v4 ip daddr @z1_plant_v4 tcp dport { 44818 } accept",
       "# not exported: mac:00:1d:9c:*", "# not exported: vlan:7"}) {
    EXPECT_NE(nft.find(expected), std::string::npos) << expected << '\n' << nft;
  }
  std::ostringstream csv;
  write_matrix(policy, csv);
  EXPECT_NE(csv.str().find(R"(plant,"cell ""; drop",10.0.0.0-10.0.255.255)"), std::string::npos)
      << csv.str();
}

}  // namespace
}  // namespace prahari::test
