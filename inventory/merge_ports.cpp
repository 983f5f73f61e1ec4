// A port, or a far view, that tells whose it is: the MAC address of the device, or its name.

#include <algorithm>
#include <iterator>

#include "inventory/merge_rules.hpp"

namespace prahari::merging {
namespace {

using Field = Identity::Field;

// Seen from afar and on its own link: with an address that both show.
bool shows_same_address(const Asset& far, const Asset& near) {
  return std::ranges::any_of(near.addresses, [&](const AddressUse& use) {
    return std::ranges::find(far.addresses, use.ip, &AddressUse::ip) != far.addresses.end();
  });
}

}  // namespace

void find_told_macs(const Candidates& candidates, Findings& out) {
  candidates.each_fact(Field::mac, 50, [&](std::size_t at, const Fact& fact) {
    MacAddress mac;
    if (!parse(fact.value, mac)) {
      return;
    }
    const auto device = candidates.of_mac(mac);
    if (!device || *device == at) {
      return;
    }
    const MergeCandidate& port = candidates.at(at);
    const MergeCandidate& owner = candidates.at(*device);
    const std::string reason = (port.by_mac ? "its " : "from afar, its ") + fact.source +
                               " names MAC " + fact.value + " as that of the device";
    std::string against = against_one_device(port, owner);
    if (!port.by_mac && (owner.router || !shows_same_address(*port.asset, *owner.asset))) {
      against = "that device does not show its address";
    }
    if (against.empty()) {
      out.chassis.insert(*device);
    }
    out.judge(*device, at, reason, against, fact);
  });
}

// PROFINET: the chassis id of LLDP is the name of station of DCP.
void find_ports_by_name(const Candidates& candidates, Findings& out) {
  std::multimap<std::string, std::size_t> stations;
  candidates.each_fact(Field::name, 0, [&](std::size_t at, const Fact& fact) {
    if (fact.source == "PROFINET DCP" && candidates.at(at).by_mac) {
      stations.emplace(core(fact.value), at);
    }
  });
  candidates.each_fact(Field::station, 0, [&](std::size_t at, const Fact& fact) {
    if (fact.source != "LLDP chassis id" || !candidates.at(at).by_mac) {
      return;
    }
    const auto [begin, end] = stations.equal_range(core(fact.value));
    if (static_cast<std::size_t>(std::distance(begin, end)) > kMostInterfaces) {
      return;  // a name that many have names nobody
    }
    for (auto one = begin; one != end; ++one) {
      if (one->second == at) {
        continue;
      }
      const std::string against = against_one_device(candidates.at(one->second), candidates.at(at));
      if (against.empty()) {
        out.chassis.insert(one->second);
      }
      out.judge(one->second, at, "a port of station " + fact.value + " (LLDP chassis id)", against,
                fact);
    }
  });
}

}  // namespace prahari::merging
