#include "alerts/network_view.hpp"

#include <gtest/gtest.h>

#include "inventory/number_text.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

Event message_event(const char* client, const char* server) {
  Event event;
  event.kind = EventKind::message;
  event.protocol = Protocol::modbus;
  event.transport = Transport::tcp;
  event.flow = {1, 1, 1};
  event.packet = test::packet(1);
  event.client = {test::ip(client), test::mac("00:50:56:aa:bb:cc"), 50'000};
  event.server = {test::ip(server), test::mac("00:1d:9c:00:00:11"), 502};
  event.message = {};
  event.message.kind = Kind::request;
  event.message.operation = Operation::write;
  event.message.direction = Direction::to_server;
  event.message.name = "Write Single Coil";
  return event;
}

TEST(NetworkView, JoinsInventoryAndSiteFile) {
  const SiteOrMistakes parsed = parse_site(R"(
[site]
name = "Line 2"
[[zone]]
name = "office"
level = 4
members = ["10.10.5.0/24"]
[[zone]]
name = "cell-1"
level = 1
members = ["10.10.1.0/24"]
[[asset]]
match = "10.10.1.20"
name = "PLC-7 filler"
criticality = "high"
tags = ["safety"]
)",
                                           "site.toml");
  ASSERT_TRUE(std::holds_alternative<Site>(parsed));
  const Policy policy(std::get<Site>(parsed));
  const OuiTable oui;
  Inventory inventory(oui);
  inventory.on_event(message_event("10.10.5.77", "10.10.1.20"));
  inventory.settle();
  const NetworkView view = make_network_view(inventory, policy);
  EXPECT_TRUE(view.has_zones);
  ASSERT_EQ(view.hosts.size(), 2U);
  ASSERT_EQ(view.zones.size(), 2U);
  EXPECT_EQ(view.zones[0].name, "office");
  ASSERT_EQ(view.zones[1].hosts.size(), 1U);
  const HostView& plc = view.hosts[view.zones[1].hosts[0]];
  EXPECT_EQ(plc.name, "PLC-7 filler");
  EXPECT_EQ(plc.level, 1.0);
  EXPECT_TRUE(plc.has_tag("safety"));
  EXPECT_EQ(view.host(plc.id), &plc);
  EXPECT_EQ(view.host("ast-nobody"), nullptr);
  ASSERT_EQ(view.talks.size(), 1U);
  EXPECT_EQ(view.talks[0].service, "modbus");
  EXPECT_EQ(operations_text(view.talks[0].operations), "write");
}

TEST(NetworkView, WithoutASiteFileGroupsByProposedLevel) {
  const Policy policy(Site{});
  const OuiTable oui;
  Inventory inventory(oui);
  inventory.on_event(message_event("10.10.5.77", "8.8.8.8"));
  inventory.settle();
  const NetworkView view = make_network_view(inventory, policy);
  EXPECT_FALSE(view.has_zones);
  std::size_t hosts = 0;
  for (const ZoneView& zone : view.zones) {
    hosts += zone.hosts.size();
  }
  EXPECT_EQ(hosts, view.hosts.size());
}

TEST(NetworkView, LevelsAsPeopleWriteThem) {
  EXPECT_EQ(level_text(std::nullopt), "");
  EXPECT_EQ(level_text(1.0), "1");
  EXPECT_EQ(level_text(3.5), "3.5");
}

}  // namespace
}  // namespace prahari
