// Whose address is it: devices, routers, and what they front.

#include <gtest/gtest.h>

#include "tests/unit/inventory/traffic.hpp"

namespace prahari {
namespace {

using test::ip;
using test::mac;
using test::Script;

const std::string kPlc = "00:1d:9c:00:00:01";
const std::string kHmi = "00:0c:29:00:00:02";
const std::string kGate = "00:90:e8:00:00:03";

class Assets : public testing::Test {
 protected:
  OuiTable oui_;
  Inventory inventory_{oui_};
  Script script_{inventory_};

  const Asset& asset(AssetIndex index) { return inventory_.asset(index); }
  const Asset& owner(std::string_view address, std::uint16_t vlan_id = 0) {
    return inventory_.asset(inventory_.find(ip(address), test::vlan(vlan_id)));
  }
  std::size_t count() { return inventory_.assets_in_order().size(); }
};

TEST_F(Assets, OneMacWithTwoAddressesIsOneAsset) {
  script_.talk({kHmi, "10.0.0.5", 50000}, {kPlc, "10.0.0.1", 502});
  script_.talk({kHmi, "10.0.0.5", 50001}, {kPlc, "10.0.0.2", 502});
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(owner("10.0.0.1").key, "mac 00:1d:9c:00:00:01");
  EXPECT_EQ(&owner("10.0.0.1"), &owner("10.0.0.2"));
  EXPECT_EQ(owner("10.0.0.1").ip(), ip("10.0.0.2"));
}

TEST_F(Assets, IdsAreMadeFromTheKeyAlone) {
  script_.arp(kPlc, "10.0.0.1");
  // echo -n 'mac 00:1d:9c:00:00:01' | sha256sum
  EXPECT_EQ(owner("10.0.0.1").id, "ast-7d07c530f370");
}

TEST_F(Assets, OneMacInTwoVlansIsOneAsset) {
  script_.vlan_id = 10;
  script_.arp(kPlc, "10.0.0.1");
  script_.vlan_id = 20;
  script_.arp(kPlc, "10.0.1.1");
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(owner("10.0.0.1", 10).addresses.size(), 4U)
      << "each with its tag, and as routers show it";
}

TEST_F(Assets, AMacThatFrontsManyBecomesARouter) {
  const std::string far[] = {"10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5",
                             "10.9.0.6", "10.9.0.7", "10.9.0.8", "10.9.0.9", "10.9.0.10"};
  script_.arp(kGate, "10.0.0.254");
  script_.now = 100;
  for (const std::string& address : far) {
    script_.talk({kGate, address, 50000}, {kPlc, "10.0.0.1", 502});
  }
  EXPECT_EQ(count(), 12U) << "router, PLC, and ten behind the router";
  const Asset& router = owner("10.0.0.254");
  ASSERT_TRUE(router.has_role(Role::router));
  EXPECT_EQ(router.addresses.size(), 1U) << "only what ARP confirmed";
  EXPECT_EQ(owner("10.9.0.1").key, "ip 10.9.0.1");
  EXPECT_EQ(owner("10.9.0.1").first_seen, test::at(100))
      << "as first seen, not as first understood";
  EXPECT_EQ(router.role_reason(Role::router)->since, test::at(108));
}

TEST_F(Assets, ConversationsOfARouterGoToThoseItFronts) {
  const std::string far[] = {"10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5"};
  for (const std::string& address : far) {
    script_.open({kGate, address, 50000}, {kPlc, "10.0.0.1", 502});
  }
  for (const ConversationIndex at : inventory_.conversations_in_order()) {
    const Conversation& row = inventory_.conversation(at);
    EXPECT_EQ(asset(row.client).ip(), row.client_ip);
  }
}

TEST_F(Assets, ATtlThatBetraysAHopMakesARouter) {
  script_.arp(kGate, "10.0.0.254");
  script_.ttl = 63;
  const Parties parties = script_.open({kGate, "10.9.0.1", 50000}, {kPlc, "10.0.0.1", 502});
  EXPECT_EQ(asset(parties.client).key, "ip 10.9.0.1");
  EXPECT_EQ(owner("10.0.0.254").role_reason(Role::router)->reason,
            "fronts 10.9.0.1, whose packets crossed a router: TTL 63");
}

TEST_F(Assets, WhoCarriesThePacketsOfAnotherIsARouter) {
  script_.arp(kPlc, "10.0.0.1");
  script_.ttl = 63;
  const Parties parties = script_.open({kGate, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});
  EXPECT_EQ(asset(parties.client).mac, mac(kPlc));
  EXPECT_TRUE(inventory_.asset(inventory_.find(mac(kGate))).has_role(Role::router));
}

TEST_F(Assets, ForgedArpTakesNoIdentity) {
  script_.arp(kPlc, "10.0.0.1");
  script_.open({kPlc, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});
  EXPECT_EQ(asset(script_.arp(kGate, "10.0.0.1").client).mac, mac(kGate));
  EXPECT_EQ(owner("10.0.0.1").mac, mac(kPlc));
  const Parties forged = script_.open({kGate, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});
  EXPECT_EQ(asset(forged.client).mac, mac(kPlc));
  script_.now += 100;
  script_.arp(kGate, "10.0.0.1");
  EXPECT_EQ(owner("10.0.0.1").mac, mac(kGate)) << "the PLC was silent";
  script_.open({kPlc, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});
  EXPECT_EQ(owner("10.0.0.1").mac, mac(kPlc)) << "but was there first, and is back";
  EXPECT_FALSE(owner("10.0.0.1").has_role(Role::router));
}

TEST_F(Assets, WhoIsOnlySpokenToYieldsToWhoAnswers) {
  script_.server_ttl = 43;
  script_.open({kPlc, "10.0.0.1", 50000}, {kHmi, "10.0.0.5", 80});
  script_.open({kHmi, "10.0.0.5", 50000}, {kGate, "10.9.0.1", 502});
  EXPECT_EQ(owner("10.9.0.1").mac, mac(kGate));
  script_.answers_come_from(kPlc);
  script_.flow(FlowStage::established, 1, 1);
  EXPECT_EQ(owner("10.9.0.1").key, "ip 10.9.0.1");
  EXPECT_TRUE(owner("10.0.0.1").has_role(Role::router)) << "and keeps what it used itself";
  EXPECT_TRUE(inventory_.asset(inventory_.find(mac(kGate))).has_role(Role::router));
}

TEST_F(Assets, OneAddressInManyVlansIsNotMany) {
  for (std::uint16_t id = 1; id <= 8; ++id) {
    script_.vlan_id = id;
    script_.talk({kPlc, "10.0.0.1", 502}, {kHmi, "10.0.0.5", 50000});
  }
  EXPECT_EQ(count(), 2U);
  EXPECT_FALSE(owner("10.0.0.1", 3).has_role(Role::router));
}

TEST_F(Assets, NobodyIsAnEmptyAsset) {
  EXPECT_TRUE(inventory_.asset(kNone).id.empty());
  EXPECT_TRUE(inventory_.asset(12345).addresses.empty());
}

TEST_F(Assets, APublicAddressIsBehindTheGateway) {
  script_.arp(kGate, "10.0.0.254");
  const Parties parties = script_.open({kHmi, "10.0.0.5", 50000}, {kGate, "192.0.2.1", 443});
  EXPECT_EQ(asset(parties.server).key, "ip 192.0.2.1");
}

TEST_F(Assets, ARedundantRoutersMacIsNoAsset) {
  for (const std::string shared : {"00:00:5e:00:01:0a", "00:00:0c:07:ac:01"}) {
    const Parties parties = script_.open({shared, "10.9.0.1", 50000}, {kPlc, "10.0.0.1", 502});
    EXPECT_EQ(asset(parties.client).key, "ip 10.9.0.1");
    EXPECT_EQ(inventory_.find(mac(shared)), kNone);
  }
}

TEST_F(Assets, WithoutMacTheAddressIsTheKey) {
  const Parties parties = script_.open({"", "127.0.0.1", 50000}, {"", "127.0.0.1", 502});
  EXPECT_EQ(parties.client, parties.server);
  EXPECT_EQ(asset(parties.client).key, "ip 127.0.0.1");
}

TEST_F(Assets, EqualAddressesInTwoVlansAreTwoAssets) {
  script_.vlan_id = 110;
  script_.talk({"", "10.0.0.5", 50000}, {"", "10.0.0.1", 502});
  script_.vlan_id = 120;
  script_.talk({"", "10.0.0.5", 50000}, {"", "10.0.0.1", 502});
  EXPECT_EQ(count(), 4U);
  EXPECT_EQ(owner("10.0.0.1", 120).key, "ip 10.0.0.1 vlan 120");
}

TEST_F(Assets, GroupAddressesNameNobody) {
  const Parties parties =
      script_.open({kPlc, "10.0.0.1", 2222}, {"01:00:5e:00:00:01", "239.1.1.1", 2222});
  EXPECT_EQ(parties.server, kNone);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(inventory_.conversation(parties.conversation).server, kNone);
}

TEST_F(Assets, ARoutedHostIsOneInWhicheverVlanItIsSeen) {
  script_.vlan_id = 10;
  script_.arp(kHmi, "10.0.0.5");
  script_.arp(kGate, "10.0.0.254");
  for (const std::uint16_t cell : std::initializer_list<std::uint16_t>{110, 120}) {
    script_.vlan_id = cell;
    script_.arp(kGate, "10.0.1.254");
    script_.ttl = 63;  // one hop from VLAN 10
    const Parties parties = script_.talk({kGate, "10.0.0.5", 50000}, {kPlc, "10.0.1.1", 502});
    script_.ttl = 64;
    EXPECT_EQ(asset(parties.client).key, "mac " + kHmi) << "VLAN " << cell;
  }
  EXPECT_EQ(count(), 3U);
}

TEST_F(Assets, WhoNeverAnsweredIsNoRow) {
  script_.arp(kHmi, "10.0.0.5");
  const Parties parties = script_.open({kHmi, "10.0.0.5", 50000}, {"", "10.0.0.99", 502});
  EXPECT_NE(parties.server, kNone) << "remembered, for alerts about who tried";
  EXPECT_EQ(count(), 1U);
}

TEST_F(Assets, AHostKnownByAddressIsOneWithItsMac) {
  script_.open({"", "10.0.0.5", 50000}, {"", "10.0.0.1", 502});
  script_.identity(Identity::Field::vendor, "Siemens");
  script_.arp(kPlc, "10.0.0.1");
  const Asset& merged = owner("10.0.0.1");
  EXPECT_EQ(merged.mac, mac(kPlc));
  ASSERT_NE(merged.best(Identity::Field::vendor), nullptr);
  EXPECT_EQ(merged.first_seen, test::at(0));
  EXPECT_EQ(count(), 2U);
  const auto row = inventory_.conversations_in_order().front();
  EXPECT_EQ(asset(inventory_.conversation(row).server).mac, mac(kPlc));
}

TEST_F(Assets, ArpForTheDeadNamesNobody) {
  const Parties parties = script_.arp(kPlc, "10.0.0.1", "10.0.0.77");
  EXPECT_EQ(parties.server, kNone);
  EXPECT_EQ(count(), 1U);
}

TEST_F(Assets, WhoIsOnlyAskedIsNone) {
  script_.transport = Transport::udp;
  script_.open({kHmi, "10.0.0.5", 50000}, {"", "10.7.0.9", 44818});
  script_.message(Kind::request);
  script_.flow(FlowStage::closed, 12, 0);  // asked again and again
  script_.transport = Transport::tcp;
  script_.open({kHmi, "10.0.0.5", 50001}, {"", "10.7.0.10", 502});
  Event attempt = script_.message_event(Kind::request);
  attempt.kind = EventKind::flow;
  attempt.flow_facts = FlowFacts{};
  attempt.flow_facts.stage = FlowStage::closed;
  attempt.flow_facts.packets[0] = 3;  // SYN, SYN, SYN
  inventory_.on_event(attempt);
  ASSERT_EQ(count(), 1U) << "the HMI alone";
  EXPECT_EQ(inventory_.asked_only(), 2U);
  EXPECT_EQ(inventory_.conversations_in_order().size(), 2U);
  script_.transport = Transport::udp;
  script_.talk({kHmi, "10.0.0.5", 50002}, {"", "10.7.0.9", 44818});
  EXPECT_EQ(count(), 2U) << "it answered after all";
  EXPECT_EQ(inventory_.asked_only(), 1U);
}

TEST_F(Assets, WhoIsSpokenToOverTcpIsOneThoughNeverHeard) {
  script_.open({kHmi, "10.0.0.5", 50000}, {kPlc, "10.0.0.1", 502});
  script_.message(Kind::request);  // data: the server has answered, on the other half of a mirror
  EXPECT_EQ(count(), 2U);
  EXPECT_FALSE(owner("10.0.0.1").sent);
  script_.open({kHmi, "10.0.0.5", 50001}, {kPlc, "10.0.0.2", 443});
  EXPECT_EQ(count(), 2U);
  script_.flow(FlowStage::closed, 5, 0);  // one way: more than attempts
  EXPECT_NE(inventory_.find(ip("10.0.0.2"), {}), kNone);
  EXPECT_EQ(inventory_.asked_only(), 0U);
}

TEST_F(Assets, OneSegmentOutOfTheBlueMakesNoAsset) {
  script_.open({kHmi, "10.0.0.5", 50000}, {"", "10.7.0.9", 502});
  Event event = script_.message_event(Kind::request);
  event.state = Completeness::midstream;
  inventory_.on_event(event);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(inventory_.asked_only(), 1U);
  event.state = Completeness::one_way;  // and more of them, and never an answer in sight
  inventory_.on_event(event);
  EXPECT_EQ(count(), 2U);
}

TEST_F(Assets, AClientThatOnlyTheAnswersTellOfIsOne) {
  script_.open({kHmi, "10.0.0.5", 50000}, {kPlc, "10.0.0.1", 502});
  Inventory other{oui_};
  Event event = script_.message_event(Kind::response);
  other.on_event(event);
  EXPECT_EQ(other.assets_in_order().size(), 2U);
}

TEST_F(Assets, TheLeastRecentlySeenGoes) {
  Inventory small{oui_, {.assets = 32, .conversations = 8}};
  Script script{small};
  const Parties first = script.open({"", "10.0.0.1", 1}, {"", "10.0.0.2", 502});
  const std::uint32_t generation = small.generation(first.client);
  const std::string id = small.asset(first.client).id;
  for (int i = 3; i < 100; ++i) {
    const std::string client = "10.0.1." + std::to_string(i);
    script.open({"", client, 1}, {"", "10.0.0.2", 502});
    script.flow(FlowStage::closed, 1, 1);
  }
  EXPECT_EQ(small.assets_in_order().size(), 32U);
  EXPECT_EQ(small.stats().assets_evicted, 99U - 32U);
  EXPECT_EQ(small.conversations_in_order().size(), 8U);
  EXPECT_EQ(small.stats().conversations_evicted, 98U - 8U);
  EXPECT_FALSE(small.alive(first.client, generation));
  EXPECT_EQ(small.find(ip("10.0.0.1"), {}), kNone);
  EXPECT_NE(small.find(ip("10.0.0.2"), {}), kNone) << "is seen all the time";
  const Parties again = script.open({"", "10.0.0.1", 2}, {"", "10.0.0.2", 502});
  EXPECT_EQ(small.asset(again.client).id, id);
}

TEST_F(Assets, AFlowOutlivesItsEvictedAsset) {
  Inventory small{oui_, {.assets = 32, .conversations = 4096}};
  Script quiet{small};
  quiet.open({"", "10.0.0.1", 1}, {"", "10.0.0.2", 502});
  Script busy{small};
  busy.now = 100;
  for (int i = 0; i < 40; ++i) {
    busy.open({"", "10.0.1." + std::to_string(i), 1}, {"", "10.0.2." + std::to_string(i), 502});
  }
  EXPECT_EQ(small.find(ip("10.0.0.1"), {}), kNone);
  quiet.now = 200;
  const Parties parties = quiet.message(Kind::request);
  EXPECT_EQ(small.asset(parties.client).ip(), ip("10.0.0.1"));
  EXPECT_EQ(small.asset(parties.server).ip(), ip("10.0.0.2"));
}

TEST_F(Assets, OldConversationsNameNoStranger) {
  Inventory small{oui_, {.assets = 32, .conversations = 4096}};
  Script script{small};
  script.open({"", "10.0.0.1", 1}, {"", "10.0.0.2", 502});
  for (int i = 0; i < 40; ++i) {
    script.open({"", "10.0.1." + std::to_string(i), 1}, {"", "10.0.2." + std::to_string(i), 502});
  }
  const Conversation& row = small.conversation(small.conversations_in_order().front());
  EXPECT_EQ(row.client_ip, ip("10.0.0.1"));
  EXPECT_EQ(row.client, kNone);
}

}  // namespace
}  // namespace prahari
