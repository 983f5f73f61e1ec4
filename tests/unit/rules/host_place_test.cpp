#include "rules/host_place.hpp"

#include <set>

#include <gtest/gtest.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

TEST(HostPlace, EveryPartCountsInTheHash) {
  const KeyHash hash;
  std::set<std::uint64_t> values;
  HostPlace place{ip("10.0.0.1"), {}, {}};
  values.insert(hash(place));
  for (std::uint16_t vlan = 1; vlan < 4095; ++vlan) {
    place.vlan = {};
    place.vlan.push(vlan);
    values.insert(hash(place));
    place.vlan.push(vlan);
    values.insert(hash(place));
  }
  EXPECT_EQ(values.size(), 1U + 2 * 4094) << "hosts of many VLANs share no bucket";
  place.mac = mac("00:1d:9c:00:00:01");
  values.insert(hash(place));
  place.ip = ip("10.0.0.2");
  values.insert(hash(place));
  EXPECT_EQ(values.size(), 3U + 2 * 4094);
}

TEST(HostPlace, TheMacAddressCountsWhereThereIsNoOther) {
  const Endpoint with{ip("10.0.0.1"), mac("00:1d:9c:00:00:01"), 1};
  const Endpoint moved{ip("10.0.0.1"), mac("00:1d:9c:00:00:02"), 2};
  EXPECT_EQ(host_place(with, {}), host_place(moved, {}));
  const Endpoint bare{{}, mac("00:1d:9c:00:00:01"), 0};
  EXPECT_EQ(host_place(bare, {}).mac, bare.mac);
}

}  // namespace
}  // namespace prahari::test
