#include <algorithm>

#include <gtest/gtest.h>

#include "alerts/actors.hpp"
#include "alerts/topology_layout.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

NetworkView network_of(std::size_t zones, std::size_t hosts_each) {
  NetworkView out;
  out.has_zones = true;
  for (std::size_t zone = 0; zone < zones; ++zone) {
    const std::string name = "zone-" + std::to_string(zone);
    const std::size_t level = 4 - zone * 4 / zones;
    out.zones.push_back({name, {}, static_cast<double>(level), {}});
    for (std::size_t i = 0; i < hosts_each; ++i) {
      const std::string id = "ast-" + std::to_string(zone) + "-" + std::to_string(i);
      out.hosts.made().push_back(
          test::host(id.c_str(), "", "10.0.0.1", name.c_str(), 1, {"controller"}));
    }
  }
  fill_groups(out);
  return out;
}

std::vector<ZoneLink> all_links(std::size_t zones) {
  std::vector<ZoneLink> out;
  for (std::size_t from = 0; from < zones; ++from) {
    for (std::size_t to = 0; to < zones; ++to) {
      if (from != to) {
        out.push_back({from, to, (from + to) % 5 == 0, {{"modbus", 6}}, "words"});
      }
    }
  }
  return out;
}

int no_weight(std::size_t) { return 0; }

bool overlap(const svg::Rect& a, const svg::Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

void expect_sound(const TopologyLayout& layout) {
  for (std::size_t i = 0; i < layout.zones.size(); ++i) {
    const svg::Rect& box = layout.zones[i].box;
    EXPECT_GE(box.x, 0);
    EXPECT_LE(box.right(), layout.width);
    EXPECT_LE(box.bottom(), layout.height);
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(overlap(box, layout.zones[j].box)) << i << " and " << j;
    }
    for (const PlacedHost& host : layout.zones[i].hosts) {
      EXPECT_GE(host.box.x, box.x);
      EXPECT_LE(host.box.right(), box.right());
      EXPECT_GE(host.box.y, box.y);
      EXPECT_LE(host.box.bottom(), box.bottom());
    }
  }
  for (const PlacedLine& line : layout.lines) {
    EXPECT_GE(line.label_x, 0);
    EXPECT_LE(line.label_y, layout.height);
    for (const PlacedZone& zone : layout.zones) {  // words stand between the boxes
      EXPECT_FALSE(overlap({line.label_x, line.label_y - 8, 10, 8}, zone.box)) << line.label;
    }
  }
}

TEST(Topology, NothingOverlapsAtAnyWidth) {
  for (const std::size_t zones : {1U, 2U, 5U, 9U}) {
    for (const std::size_t hosts : {1U, 2U, 7U, 40U}) {
      for (const int width : {358, 940}) {
        const NetworkView network = network_of(zones, hosts);
        LayoutOptions options;
        options.width = width;
        options.label_width = width < 500 ? 0 : 86;
        const TopologyLayout layout = lay_out(network, all_links(zones), no_weight, options);
        EXPECT_EQ(layout.zones.size(), zones);
        expect_sound(layout);
      }
    }
  }
}

TEST(Topology, IsTheSameEachTime) {
  const NetworkView network = network_of(6, 5);
  const TopologyLayout one = lay_out(network, all_links(6), no_weight, {});
  const TopologyLayout two = lay_out(network, all_links(6), no_weight, {});
  ASSERT_EQ(one.lines.size(), two.lines.size());
  for (std::size_t i = 0; i < one.lines.size(); ++i) {
    EXPECT_EQ(one.lines[i].path, two.lines[i].path);
    EXPECT_EQ(one.lines[i].label, "modbus r w");
  }
}

TEST(Topology, ALargeSiteIsDrawnInPartAndSaysSo) {
  const NetworkView network = network_of(300, 60);
  const TopologyLayout layout = lay_out(network, all_links(30), no_weight, {});
  std::size_t drawn = 0;
  std::size_t hidden = 0;
  for (const PlacedZone& zone : layout.zones) {
    drawn += zone.hosts.size();
    hidden += zone.hidden_hosts;
  }
  EXPECT_EQ(drawn + hidden, 18'000U);
  EXPECT_LT(drawn, 400U);
  EXPECT_LE(layout.lines.size(), LayoutOptions{}.lines);
  EXPECT_GT(layout.hidden_links, 0U);
  EXPECT_LT(layout.height, 2000);
  expect_sound(layout);
}

TEST(Topology, TheWeightiestHostsAreDrawn) {
  const NetworkView network = network_of(1, 500);
  const auto weight = [](std::size_t host) { return host == 499 ? 100 : 0; };
  const TopologyLayout layout = lay_out(network, {}, weight, {});
  ASSERT_FALSE(layout.zones.front().hosts.empty());
  EXPECT_EQ(layout.zones.front().hosts.back().host, 499U);
}

TEST(Topology, AZoneWithASevereAlertIsDrawn) {
  const NetworkView network = network_of(100, 3);
  const auto weight = [](std::size_t host) { return host == 72 ? kSevereWeight : 0; };
  const TopologyLayout layout = lay_out(network, {}, weight, {});
  EXPECT_TRUE(std::any_of(layout.zones.begin(), layout.zones.end(),
                          [](const PlacedZone& zone) { return zone.zone == 24; }));
}

TEST(Topology, LinesWithACommonEndBecomeOne) {
  const NetworkView network = network_of(8, 1);  // two zones of each level
  const std::vector<ZoneLink> links = {{0, 2, false, {{"modbus", 2}}, "a"},
                                       {0, 3, false, {{"enip", 4}}, "b"},
                                       {4, 1, true, {{"cip", 16}}, "c"},
                                       {5, 1, true, {{"cip", 16}}, "d"}};
  const TopologyLayout layout = lay_out(network, links, no_weight, {});
  ASSERT_EQ(layout.lines.size(), 2U);
  EXPECT_EQ(layout.lines[0].label, "enip w · modbus r");
  EXPECT_EQ(layout.lines[0].arrows.size(), 2U);
  EXPECT_FALSE(layout.lines[0].alarmed);
  EXPECT_TRUE(layout.lines[1].alarmed);
  EXPECT_EQ(layout.lines[1].arrows.size(), 1U);
  EXPECT_EQ(layout.lines[1].titles, (std::vector<std::string>{"c", "d"}));
}

TEST(Topology, WordsAreCutToTheirBoxAndStayWhole) {
  EXPECT_EQ(svg::fit("PLC-1", 100, 11), "PLC-1");
  const std::string cut = svg::fit("नियंत्रक नियंत्रक नियंत्रक", 60, 11);
  EXPECT_LE(svg::width_of(cut) * 11 / 100, 62);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_EQ(svg::fit(std::string("\x1b\xff", 2), 100, 11).find('\x1b'), std::string::npos);
}

TEST(Topology, GroupsWithoutASiteFileAreNetworks) {
  HostView host = test::host("a", "", "10.1.2.3", "", 0, {"controller"});
  host.proposed_level = 1;
  EXPECT_EQ(group_of(host, false), "L1 10.1.2.0/24");
  host.ips = {"2001:db8:1:2:3::9"};
  EXPECT_EQ(group_of(host, false), "L1 2001:db8:1:2::/64");
  host.proposed_level.reset();
  host.ips.clear();
  host.vlan = {7, 110};
  EXPECT_EQ(group_of(host, false), "L? VLAN 110");
  host.internal = false;
  host.proposed_level = 5;
  EXPECT_EQ(group_of(host, false), "L5 Internet");
}

TEST(Actors, SumWhatOneHostDid) {
  const test::FakePlant plant = test::fake_plant();
  const AlertContext context = plant.context();
  const std::vector<Actor> actors = actors_behind(plant.alerts, context);
  ASSERT_EQ(actors.size(), 1U);
  EXPECT_EQ(actors[0].label, "10.10.5.77");
  EXPECT_EQ(actors[0].alerts, 3U);
  EXPECT_EQ(actors[0].severe, 2U);
  ASSERT_EQ(actors[0].deeds.size(), 3U);
  EXPECT_EQ(actors[0].deeds[0].worst, Severity::critical);
  EXPECT_EQ(actors[0].deeds[0].targets, std::vector<std::string>{"PLC-7 filler"});
  EXPECT_EQ(actors[0].deeds[1].times, 3U);
}

TEST(Actors, WhatFellSilentDidNothing) {
  test::FakePlant plant = test::fake_plant();
  for (Alert& alert : plant.alerts) {
    alert.finding.kind = "device-silent";
  }
  EXPECT_FALSE(actors_behind(plant.alerts, plant.context())[0].did);
  plant.alerts.back().finding.kind = "scan";
  EXPECT_TRUE(actors_behind(plant.alerts, plant.context())[0].did);
}

TEST(Network, DevicesAreNamedOnce) {
  HostView host;
  host.vendor = "Schneider Electric";
  host.product = "Modicon M580";
  host.model = "BMEP582040";
  host.order_number = "BME P58 2040";
  EXPECT_EQ(device_text(host), "Schneider Electric Modicon M580 BMEP582040");
}

}  // namespace
}  // namespace prahari
