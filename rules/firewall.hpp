// The conduits of a policy for a firewall: who may open which ports to whom.
//
// A firewall sees addresses and ports. What it cannot know (MAC addresses behind routers, VLANs,
// operation classes and targets) is said in comments, so that nobody takes the rules for more.

#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "rules/policy.hpp"

namespace prahari {

struct IpRange {
  IpAddress first;
  IpAddress last;
};

// The addresses of each zone (by ZoneIndex; 0 is empty: what no zone names), without overlaps:
// where several members hold an address the policy says whose it is.
[[nodiscard]] std::vector<std::vector<IpRange>> zone_ranges(const Policy& policy);

// "10.0.0.1", "10.0.0.0-10.0.0.9".
[[nodiscard]] std::string to_string(const IpRange& range);

// A ruleset for `nft -f`.
[[nodiscard]] std::string nftables_of(const Policy& policy);

// One row for each entry of each conduit and exception.
void write_matrix(const Policy& policy, std::ostream& out);

}  // namespace prahari
