// Which assets are one device: each rule, when it fires and when it must not.

#include "inventory/merge.hpp"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include "inventory/asset_key.hpp"
#include "tests/unit/inventory/traffic.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;
using test::at;
using test::ip;
using test::mac;

constexpr std::string_view kMaker = "Rockwell Automation";

class Merging : public testing::Test {
 protected:
  MergeCandidate& device(const std::string& mac_text, std::string_view maker = kMaker) {
    Asset& asset = assets_.emplace_back();
    asset.mac = mac(mac_text);
    asset.key = key_text(asset.mac);
    asset.id = asset_id(asset.key);
    asset.nic_vendor = maker;
    asset.first_seen = at(0);
    asset.last_seen = at(100);
    asset.sent = true;
    return candidates_.emplace_back(MergeCandidate{&asset, true, false, false});
  }
  MergeCandidate& host(const std::string& address, bool shared = false) {
    Asset& asset = assets_.emplace_back();
    asset.addresses.push_back(use(address));
    asset.key = key_text(ip(address), {}, 0);
    asset.id = asset_id(asset.key);
    asset.sent = true;
    return candidates_.emplace_back(MergeCandidate{&asset, false, false, shared});
  }
  static AddressUse use(const std::string& address, std::uint16_t vlan_id = 0) {
    AddressUse out;
    out.ip = ip(address);
    out.vlan = test::vlan(vlan_id);
    return out;
  }
  void tell(Field field, std::string value, std::string source = "CIP identity",
            int confidence = 98, std::int64_t when = 10) {
    assets_.back().facts.push_back({.field = field,
                                    .confidence = static_cast<std::uint8_t>(confidence),
                                    .count = 1,
                                    .unit = Identity::kNoUnit,
                                    .value = std::move(value),
                                    .source = std::move(source),
                                    .first = at(when),
                                    .last = at(when),
                                    .packet = {}});
  }
  void cip(const std::string& mac_text, const std::string& serial, std::string_view maker = kMaker,
           const std::string& product = "1756-EN2T") {
    device(mac_text, maker);
    tell(Field::vendor, "Rockwell Automation/Allen-Bradley");
    tell(Field::product, product);
    tell(Field::serial, serial);
  }

  // What is found must not depend on the order in which the assets come.
  std::vector<MergeNote> notes() {
    const std::vector<MergeCandidate> there{candidates_.begin(), candidates_.end()};
    std::vector<MergeCandidate> back{candidates_.rbegin(), candidates_.rend()};
    std::vector<MergeNote> found = find_merges(there);
    const std::vector<MergeNote> other = find_merges(back);
    EXPECT_EQ(found.size(), other.size());
    for (std::size_t i = 0; i < std::min(found.size(), other.size()); ++i) {
      EXPECT_EQ(found[i].row, other[i].row);
      EXPECT_EQ(found[i].part, other[i].part);
      EXPECT_EQ(found[i].reason, other[i].reason);
    }
    return found;
  }
  std::vector<MergeNote> merged() {
    std::vector<MergeNote> out = notes();
    std::erase_if(out, [](const MergeNote& note) { return note.apart; });
    return out;
  }
  std::vector<MergeNote> refused() {
    std::vector<MergeNote> out = notes();
    std::erase_if(out, [](const MergeNote& note) { return !note.apart; });
    return out;
  }

  std::deque<Asset> assets_;
  std::deque<MergeCandidate> candidates_;
};

TEST_F(Merging, OneSerialNumberOfOneVendorIsOneDevice) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:1d:9c:00:00:02", "00a1b2c3");
  const auto found = merged();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, assets_[0].id);
  EXPECT_EQ(found[0].part, assets_[1].id);
  EXPECT_EQ(found[0].reason,
            "same serial 00a1b2c3 of Rockwell Automation/Allen-Bradley told at both");
  EXPECT_EQ(found[0].key, "mac 00:1d:9c:00:00:02");
}

TEST_F(Merging, OtherSerialsOtherVendorsAndFillersAreNot) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:1d:9c:00:00:02", "00a1b2c4");
  device("00:1d:9c:00:00:03");
  tell(Field::vendor, "Siemens");
  tell(Field::serial, "00a1b2c3");
  for (const char* filler : {"00000000", "ffffffff", "12345678", "none", "0001"}) {
    cip("00:1d:9c:00:01:0" + std::to_string(assets_.size()), filler);
    cip("00:1d:9c:00:02:0" + std::to_string(assets_.size()), filler);
  }
  EXPECT_TRUE(notes().empty());
}

TEST_F(Merging, ASerialThatIsNotWellFoundedIsNoReason) {
  for (const char* address : {"00:1d:9c:00:00:01", "00:1d:9c:00:00:02"}) {
    device(address);
    tell(Field::vendor, "Rockwell Automation");
    tell(Field::serial, "00a1b2c3", "CIP identity", 78);  // crossed a router
  }
  EXPECT_TRUE(notes().empty());
}

TEST_F(Merging, AnotherMakersInterfaceMayBeAnImpostor) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:0c:29:00:00:02", "00a1b2c3", "VMware");
  EXPECT_TRUE(merged().empty());
  ASSERT_EQ(refused().size(), 1U);
  EXPECT_EQ(refused()[0].reason,
            "same serial 00a1b2c3 of Rockwell Automation/Allen-Bradley told at both, but the "
            "interfaces have different makers");
}

TEST_F(Merging, AMadeUpMacMayBeAnImpostorToo) {
  cip("00:1d:9c:00:00:01", "00a1b2c3", "");
  cip("02:1d:9c:00:00:02", "00a1b2c3", "");
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 1U);
}

// The same maker, even the next MAC, and all that the victim says of itself: but later.
TEST_F(Merging, WhoComesLaterWithAKnownSerialIsNotThatDevice) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:1d:9c:00:00:02", "00a1b2c3");
  assets_.back().first_seen = at(3600);
  EXPECT_TRUE(merged().empty());
  ASSERT_EQ(refused().size(), 1U);
  EXPECT_EQ(refused()[0].row, assets_[0].id);
  EXPECT_EQ(refused()[0].reason,
            "same serial 00a1b2c3 of Rockwell Automation/Allen-Bradley told at both, but one came "
            "long after the other");
}

TEST_F(Merging, PortsOfOneDeviceHaveNeighbouringMacs) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:1d:9c:5a:00:01", "00a1b2c3");
  EXPECT_TRUE(merged().empty());
  ASSERT_EQ(refused().size(), 1U);
  EXPECT_TRUE(refused()[0].reason.ends_with("but their MAC addresses are no neighbours"));
}

// The first of them, not the one with the lowest MAC, is whom the others are held against.
TEST_F(Merging, AnImpostorDoesNotBecomeTheRowOfItsVictim) {
  cip("00:1d:9c:00:00:05", "00a1b2c3");
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  assets_.back().first_seen = at(3600);
  cip("00:1d:9c:00:00:06", "00a1b2c3");
  const auto found = merged();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, assets_[0].id);
  EXPECT_EQ(found[0].part, assets_[2].id);
  ASSERT_EQ(refused().size(), 1U);
  EXPECT_EQ(refused()[0].row, assets_[0].id);
  EXPECT_EQ(refused()[0].part, assets_[1].id);
}

TEST_F(Merging, AStrangerIsNoPortOfTheDeviceThatItsLldpNames) {
  device("28:63:36:00:00:10", "Siemens");
  tell(Field::name, "filler-io", "PROFINET DCP", 85);
  device("28:63:36:00:00:11", "Siemens");
  assets_.back().first_seen = at(3600);
  tell(Field::mac, "28:63:36:00:00:10", "LLDP", 95);
  device("28:63:36:00:00:12", "Siemens");
  assets_.back().first_seen = at(7200);
  tell(Field::station, "filler-io", "LLDP chassis id", 95);
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 2U);
}

TEST_F(Merging, OneSerialInManyDevicesIsACopy) {
  for (int i = 1; i <= 6; ++i) {
    cip("00:1d:9c:00:00:0" + std::to_string(i), "006c061a");
  }
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 5U);
}

TEST_F(Merging, OtherProductsAreOtherDevices) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  cip("00:1d:9c:00:00:02", "00a1b2c3", kMaker, "1756-L71");
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 1U);
}

// A hot standby pair, or a proxy: nobody knows which of the two speaks.
TEST_F(Merging, AnAddressThatShowsTwoSerialsIsOfNeither) {
  cip("00:1d:9c:00:00:01", "00a1b2c3");
  tell(Field::serial, "00a1b2ff");
  cip("00:1d:9c:00:00:02", "00a1b2ff");
  EXPECT_TRUE(notes().empty());
}

TEST_F(Merging, APortIsPartOfTheDeviceThatItsLldpNames) {
  device("28:63:36:00:00:11", "Siemens");
  tell(Field::mac, "28:63:36:00:00:10", "LLDP", 95);
  device("28:63:36:00:00:12", "Siemens");
  tell(Field::mac, "28:63:36:00:00:10", "LLDP", 95);
  device("28:63:36:00:00:10", "Siemens");
  const auto found = merged();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].row, assets_[2].id) << "the device, though its ports have been there longer";
  EXPECT_EQ(found[1].row, assets_[2].id);
  EXPECT_EQ(found[0].reason, "its LLDP names MAC 28:63:36:00:00:10 as that of the device");
}

TEST_F(Merging, NobodyBecomesPartOfADeviceByNamingItsMac) {
  device("28:63:36:00:00:10", "Siemens");
  device("00:0c:29:00:00:02", "VMware");
  tell(Field::mac, "28:63:36:00:00:10", "LLDP", 95);
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 1U);
}

TEST_F(Merging, AHostBehindARouterIsTheDeviceWhoseMacItTellsAndWhoseAddressItHas) {
  device("b8:ae:ed:7e:1b:4c", "");
  host("10.9.0.7");
  tell(Field::mac, "b8:ae:ed:7e:1b:4c", "NetBIOS node status", 50);
  EXPECT_TRUE(merged().empty()) << "anybody may say so";
  assets_[0].addresses.push_back(use("10.0.0.1"));
  EXPECT_TRUE(merged().empty()) << "that device has another address";
  ASSERT_EQ(refused().size(), 1U);
  EXPECT_EQ(refused()[0].reason,
            "from afar, its NetBIOS node status names MAC b8:ae:ed:7e:1b:4c as that of the device, "
            "but that device does not show its address");
  assets_[0].addresses.push_back(use("10.9.0.7", 20));
  ASSERT_EQ(merged().size(), 1U) << "and this one as well";
  EXPECT_EQ(merged()[0].row, assets_[0].id);
}

TEST_F(Merging, APortOfAProfinetStationHasTheNextMac) {
  device("28:63:36:00:00:10", "Siemens");
  tell(Field::name, "filler-io", "PROFINET DCP", 85);
  device("28:63:36:00:00:11", "Siemens");
  tell(Field::station, "filler-io", "LLDP chassis id", 95);
  device("28:63:36:00:09:11", "Siemens");  // of the same name, and far away
  tell(Field::station, "filler-io", "LLDP chassis id", 95);
  const auto found = merged();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, assets_[0].id);
  EXPECT_EQ(found[0].part, assets_[1].id);
}

TEST_F(Merging, OneNameOfStationTwiceIsAMistakeAndNoDevice) {
  for (const char* address : {"28:63:36:00:00:10", "28:63:36:00:00:11"}) {
    device(address, "Siemens");
    tell(Field::name, "filler-io", "PROFINET DCP", 85);
  }
  EXPECT_TRUE(notes().empty());
}

TEST_F(Merging, TheSharedAddressOfRoutersIsOfWhoeverAnnouncedItLast) {
  for (const int i : {1, 2}) {
    device("00:00:0c:00:00:0" + std::to_string(i), "Cisco");
    assets_.back().addresses.push_back(use("10.0.0." + std::to_string(i)));
    tell(Field::service, "virtual router 7: 10.0.0.254", "VRRP", 90, i * 10);
  }
  host("10.0.0.254", true);
  host("10.0.0.253", true);  // of another group
  host("10.0.0.254");        // likewise named, and not behind the shared MAC
  const auto found = merged();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, assets_[1].id);
  EXPECT_EQ(found[0].reason,
            "shared address of VRRP virtual router 7: 10.0.0.254, announced by this router last");
}

TEST_F(Merging, RoutersOfOneGroupStayTwo) {
  for (const int i : {1, 2}) {
    device("00:00:0c:00:00:0" + std::to_string(i), "Cisco");
    tell(Field::service, "virtual router 7: 10.0.0.254", "VRRP", 90, i * 10);
  }
  EXPECT_TRUE(notes().empty());
}

class ChangingMac : public Merging {
 protected:
  void client(const std::string& mac_text, const std::string& name, std::int64_t from,
              std::int64_t to, const std::string& id = {}) {
    device(mac_text, "");
    assets_.back().first_seen = at(from);
    assets_.back().last_seen = at(to);
    tell(Field::name, name, "DHCP request", 80, from);
    tell(Field::fingerprint, "dhcp 1,3,6,15", "DHCP parameter list", 60, from);
    if (!id.empty()) {
      tell(Field::station, id, "DHCP client id", 80, from);
    }
  }
};

TEST_F(ChangingMac, AMadeUpMacIsNoLastingKey) {
  client("da:a1:19:00:00:02", "tablet-line-2", 500, 900);
  client("ea:a1:19:00:00:01", "tablet-line-2", 0, 400);
  client("ca:a1:19:00:00:03", "tablet-line-2", 1000, 1900);
  const auto found = merged();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].row, assets_[1].id) << "the first";
  EXPECT_EQ(found[1].row, assets_[1].id);
}

TEST_F(ChangingMac, TwoAtTheSameTimeAreTwo) {
  client("da:a1:19:00:00:02", "tablet-line-2", 0, 900);
  client("ea:a1:19:00:00:01", "tablet-line-2", 500, 1400);
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 1U);
}

TEST_F(ChangingMac, NamesThatManyHaveAndMakersMacsAreNoReason) {
  client("da:a1:19:00:00:02", "android", 0, 400);
  client("ea:a1:19:00:00:01", "android", 500, 900);
  client("00:1d:9c:00:00:01", "panel-7", 0, 400);
  client("00:1d:9c:00:00:02", "panel-7", 500, 900);
  EXPECT_TRUE(notes().empty());
}

TEST_F(ChangingMac, AClientIdThatStaysTellsTheDevice) {
  client("da:a1:19:00:00:01", "a-name", 0, 400, "0001000129ff00aa");
  client("ea:a1:19:00:00:01", "b-name", 500, 900, "0001000129ff00aa");
  const auto found = merged();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, assets_[0].id) << "the first";
}

TEST_F(ChangingMac, NobodyTakesOverADeviceThatIsSwitchedOffByItsClientId) {
  client("00:1d:9c:00:00:01", "panel-7", 0, 400, "0001000129ff00aa");
  client("ea:a1:19:00:00:01", "panel-7", 500, 900, "0001000129ff00aa");
  client("00:1d:9c:00:00:02", "panel-7", 1000, 1900, "0001000129ff00aa");
  EXPECT_TRUE(merged().empty());
  EXPECT_EQ(refused().size(), 2U);
}

// --- what people say
// ------------------------------------------------------------------------------

class Orders : public Merging {
 protected:
  MergedRows rows(const std::vector<MergeOrder>& orders) {
    return apply_orders(found_, orders, [](const std::string& id) { return id != "gone"; });
  }
  static MergeNote note(const std::string& row, const std::string& part) {
    MergeNote out;
    out.row = row;
    out.part = part;
    out.reason = "same serial";
    return out;
  }
  static MergeOrder order(const std::string& row, const std::string& part, bool same) {
    return {row, part, same, "seen in the cabinet", "asha", at(5)};
  }
  static std::vector<std::string> parts(const MergedRows& rows, const std::string& row) {
    std::vector<std::string> out;
    if (const auto found = rows.find(row); found != rows.end()) {
      for (const MergeNote& note : found->second) {
        if (!note.apart) {
          out.push_back(note.part);
        }
      }
    }
    return out;
  }

  std::vector<MergeNote> found_;
};

using Ids = std::vector<std::string>;

TEST_F(Orders, APersonPutsTwoRowsTogether) {
  found_ = {note("c", "d")};
  const MergedRows after = rows({order("a", "c", true)});
  EXPECT_EQ(after.size(), 1U);
  EXPECT_EQ(parts(after, "a"), (Ids{"c", "d"})) << "with what belonged to it";
  EXPECT_EQ(after.at("a")[0].who, "asha");
  EXPECT_EQ(after.at("a")[0].reason, "seen in the cabinet");
  EXPECT_EQ(after.at("a")[1].who, "") << "the traffic still says so itself";
}

TEST_F(Orders, APersonPartsWhatTheTrafficShows) {
  found_ = {note("a", "b"), note("a", "c")};
  const MergedRows after = rows({order("a", "b", false)});
  EXPECT_EQ(parts(after, "a"), Ids{"c"});
  const auto& notes = after.at("a");
  EXPECT_TRUE(std::ranges::any_of(notes, [](const MergeNote& one) {
    return one.apart && one.part == "b" && one.who == "asha";
  }));
}

TEST_F(Orders, TwoPartsOfOneRowCanBeParted) {
  found_ = {note("a", "b"), note("a", "c")};
  EXPECT_EQ(parts(rows({order("b", "c", false)}), "a"), Ids{"b"});
}

TEST_F(Orders, WhatIsNotThereIsPassedOver) {
  found_ = {note("a", "gone")};
  EXPECT_TRUE(rows({order("gone", "b", true), order("a", "gone", false)}).empty());
}

TEST_F(Orders, ACircleOfOrdersEnds) {
  const MergedRows after =
      rows({order("a", "b", true), order("b", "c", true), order("c", "a", true)});
  EXPECT_EQ(parts(after, "a"), (Ids{"b", "c"}));
}

}  // namespace
}  // namespace prahari
