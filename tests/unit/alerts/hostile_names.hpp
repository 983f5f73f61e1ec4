// Names as an enemy would choose them, and what no page of ours may hold because of them.

#pragma once

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari::test {

inline const std::string& hostile_name() {
  static const std::string kName =
      "<script>alert(1)</script>\"><img src=x onerror=\"a\"></svg></title><use href=\"#\"/>' "
      "\u202E\x1b[2J\x07 } * {} </style>&lt;\xff\xc0</table></section>";
  return kName;
}

inline void expect_harmless(const std::string& page) {
  for (const char* needle :
       {"<script", "javascript:", "http://", "https://", "src=\"", "@import", "url(", "\x1b",
        "\u202E", "onerror=\"", "<img", "\x07", "<use href=\"#\"", "\xff"}) {
    EXPECT_EQ(page.find(needle), std::string::npos) << needle;
  }
}

// Every element that opens closes, in the right order.
inline void expect_balanced(const std::string& page) {
  std::vector<std::string> open = {"html"};
  std::size_t at = page.find("<body");
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const bool closes = page[at + 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = page.substr(begin, page.find_first_of(" />", begin) - begin);
    if (closes) {
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name) << page.substr(at > 200 ? at - 200 : 0, 260);
      open.pop_back();
    } else if (page[end - 1] != '/' && name != "br") {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty()) << open.back();
}

// Puts the name wherever the wire, a file name or the site file can put one.
inline void poison(FakePlant& plant) {
  const std::string& evil = hostile_name();
  NetworkView& network = plant.network;
  network.site.name = evil;
  network.site.organisation = evil;
  network.site.reporter_address = evil;
  network.site_file = evil;
  for (ZoneView& zone : network.zones) {
    zone.name += evil;
    zone.label = evil;
  }
  for (HostView& host : network.hosts.made()) {
    for (std::string* field :
         {&host.name, &host.vendor, &host.product, &host.model, &host.firmware, &host.serial,
          &host.hardware, &host.application, &host.mode, &host.location, &host.owner,
          &host.criticality, &host.nic_vendor, &host.level_reason}) {
      *field = evil;
    }
    host.zone += evil;
    host.tags.push_back(evil);
    host.role_reasons.assign(host.roles.size(), evil);
    ServicePosture posture;
    posture.service = evil;
    posture.offered = {evil};
    posture.used = {evil};
    posture.certificates = {evil};
    host.postures = {posture};
  }
  network.hosts.made().front().zone = "unassigned";
  for (TalkView& talk : network.talks.made()) {
    talk.service = evil;
    talk.client_ip = evil;
  }
  network.conduits = {{network.zones[0].name, network.zones[1].name, {evil}, 7}};
  network.io.push_back({0, 1, evil, evil, evil, evil, evil});
  network.detail_of = [](std::size_t) {
    HostDetail detail;
    detail.evidence = {
        {hostile_name(), hostile_name(), hostile_name(), hostile_name(), 90, 3, 0, 7}};
    detail.units = {{"unit 1", hostile_name(), hostile_name(), 3},
                    {"unit 2", hostile_name(), hostile_name(), 4}};
    return detail;
  };
  for (Alert& alert : plant.alerts) {
    alert.finding.why = evil;
    alert.finding.target = evil;
    alert.finding.accept = evil;
    alert.finding.protocol = evil;
    alert.finding.operation_name = evil;
    alert.finding.source.zone += evil;
    alert.finding.destination.zone += evil;
  }
  plant.summary.inputs[0].name = evil;
  plant.summary.silenced[0].reason = evil;
  plant.summary.not_understood[0].name = evil;
  plant.summary.protocols[0].protocol = evil;
}

}  // namespace prahari::test
