// The address that a group of routers shares.

#include <algorithm>
#include <functional>
#include <utility>

#include "inventory/merge_rules.hpp"

namespace prahari::merging {
namespace {

using Field = Identity::Field;

struct Group {
  std::size_t router = 0;
  const Fact* fact = nullptr;
};

bool on_one_link(const Asset& a, const Asset& b) {
  return std::ranges::any_of(a.addresses, [&](const AddressUse& use) {
    return std::ranges::any_of(b.addresses, [&](const AddressUse& other) {
      return use.vlan == other.vlan && use.tunnel == other.tunnel;
    });
  });
}

using Groups = std::map<std::string, Group>;  // by the words for the group
using Entry = Groups::value_type;
using ByAddress = std::map<std::string, std::vector<const Entry*>, std::less<>>;

// The text is "virtual router 1: 10.0.0.1 10.0.0.2".
ByAddress groups_by_address(const Groups& groups) {
  constexpr std::size_t kMostGroups = 16;  // that announce one address
  ByAddress out;
  for (const Entry& entry : groups) {
    std::string_view text = entry.second.fact->value;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      IpAddress address;
      if (parse(text.substr(0, end), address)) {
        auto& announced = out[to_string(address)];
        if (announced.size() < kMostGroups) {
          announced.push_back(&entry);
        }
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  return out;
}

const Entry* group_of(const Candidates& candidates, std::size_t host, const ByAddress& groups) {
  for (const AddressUse& use : candidates.asset(host).addresses) {
    const auto found = groups.find(to_string(use.ip));
    if (found == groups.end()) {
      continue;
    }
    for (const Entry* entry : found->second) {
      const std::size_t router = entry->second.router;
      if (router != host && on_one_link(candidates.asset(router), candidates.asset(host))) {
        return entry;
      }
    }
  }
  return nullptr;
}

}  // namespace

void find_shared_addresses(const Candidates& candidates, Findings& out) {
  Groups latest;
  candidates.each_fact(Field::service, kByDevice, [&](std::size_t at, const Fact& fact) {
    if (fact.source != "VRRP" && fact.source != "HSRP") {
      return;
    }
    Group& group = latest[fact.source + ' ' + fact.value];
    const auto rank = [](const Group& one, const Asset& router) {
      return std::pair{one.fact->last, router.key};
    };
    const Group mine{at, &fact};
    if (group.fact == nullptr ||
        rank(group, candidates.asset(group.router)) < rank(mine, candidates.asset(at))) {
      group = mine;
    }
  });
  const auto by_address = groups_by_address(latest);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates.at(i).shared || candidates.at(i).by_mac) {
      continue;
    }
    if (const Entry* entry = group_of(candidates, i, by_address)) {
      out.add(entry->second.router, i,
              "shared address of " + entry->first + ", announced by this router last",
              *entry->second.fact);
    }
  }
}

}  // namespace prahari::merging
