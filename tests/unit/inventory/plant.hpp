// A small plant with something of everything that is stored, and its exports.

#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "inventory/export_csv.hpp"
#include "inventory/export_json.hpp"
#include "inventory/store.hpp"
#include "tests/unit/inventory/traffic.hpp"

namespace prahari::test {

inline void play_plant(Inventory& inventory) {
  Script script{inventory};
  script.vlan_id = 110;
  script.arp("00:1d:9c:00:00:01", "10.0.0.1");
  script.arp("00:90:e8:00:00:03", "10.0.0.254");
  script.open({"00:0c:29:00:00:02", "10.0.0.5", 50000}, {"00:1d:9c:00:00:01", "10.0.0.1", 502});
  script.poll(1, 3);
  script.poll(7, 2);
  script.identity(Identity::Field::vendor, "Telemecanique");
  script.identity(Identity::Field::model, "=cmd|' /C calc'!A0");
  script.identity(Identity::Field::name, "Line 2, \"filler\"");
  script.identity(Identity::Field::firmware, "\xff\xfe", 7);
  using Aspect = Posture::Aspect;
  script.posture(Aspect::channel_used, "None", "None", Posture::bit(Posture::Flaw::no_security));
  script.posture(Aspect::channel_used, "None", "None", Posture::bit(Posture::Flaw::downgrade));
  script.posture(Aspect::certificate, "client application", "CN=\"a\"", 0, true, 0xab);
  script.flow(FlowStage::closed, 20, 19);
  script.file = 1;
  script.ttl = 63;
  script.protocol = Protocol::unknown;
  script.open({"00:90:e8:00:00:03", "192.168.7.9", 40000}, {"00:1d:9c:00:00:01", "10.0.0.1", 443});
  script.flow(FlowStage::closed, 3, 0);
  script.vlan_id = 0;
  script.tunnel = 77;
  script.transport = Transport::icmp;
  script.open({"", "fe80::1", 128}, {"", "fe80::2", 0});
  script.flow(FlowStage::closed, 1, 1);
  script.tunnel = 0;
  script.transport = Transport::tcp;
  script.open({"", "127.0.0.1", 50001}, {"", "127.0.0.1", 502});  // both client and controller
  script.poll(1);
  script.flow(FlowStage::closed, 2, 2);
  inventory.settle();
}

inline AssetDecoration decoration(const Asset& asset) {
  AssetDecoration out;
  if (asset.mac == mac("00:1d:9c:00:00:01")) {
    out = {.name = {},
           .zone = "cell-1",
           .criticality = "high",
           .owner = "Maintenance",
           .location = "Hall 3",
           .tags = {"safety", "controller"},
           .level = 3.5F};
  }
  return out;
}

inline std::vector<Input> inputs() {
  Input first;
  first.name = "a.pcap";
  first.sha256 = "aa";
  first.format = "pcap";
  Input second = first;
  second.name = "b.pcap";
  second.sha256 = "bb";
  return {first, second};
}

inline const std::vector<std::string>& captures() {
  static const std::vector<std::string> kNames = {"a.pcap", "b.pcap"};
  return kNames;
}

struct Exports {
  std::string assets_csv;
  std::string assets_json;
  std::string flows_csv;

  friend bool operator==(const Exports&, const Exports&) = default;
};

// `assets` and `flows` call a visitor for every record.
template <class Assets, class Flows>
Exports exports_of(const VendorAliases& aliases, Assets&& assets, Flows&& flows) {
  std::ostringstream csv;
  std::ostringstream json;
  std::ostringstream rows;
  const ExportContext context{captures(), aliases};
  AssetCsv asset_csv{csv, context};
  AssetJson asset_json{json, context};
  FlowCsv flow_csv{rows};
  assets([&](const AssetRecord& record) {
    asset_csv.write(record);
    asset_json.write(record);
  });
  flows([&](const FlowRecord& record) { flow_csv.write(record); });
  asset_json.finish();
  return {csv.str(), json.str(), rows.str()};
}

inline Exports exports_of(const Inventory& inventory, const VendorAliases& aliases) {
  return exports_of(
      aliases, [&](const auto& visit) { for_each_asset(inventory, decoration, visit); },
      [&](const auto& visit) { for_each_flow(inventory, decoration, visit); });
}

}  // namespace prahari::test
