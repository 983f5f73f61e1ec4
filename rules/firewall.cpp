#include "rules/firewall.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "inventory/csv_writer.hpp"
#include "rules/firewall_ports.hpp"
#include "rules/member.hpp"
#include "rules/site_names.hpp"

namespace prahari {
namespace {

std::size_t octets_of(const IpAddress& ip) noexcept { return ip.v4() ? 4 : 16; }

// The address after this one; false behind the last.
bool advance(IpAddress& ip) noexcept {
  for (std::size_t i = octets_of(ip); i-- > 0;) {
    if (++ip.octets[i] != 0) {
      return true;
    }
  }
  return false;
}

void retreat(IpAddress& ip) noexcept {
  for (std::size_t i = octets_of(ip); i-- > 0;) {
    if (ip.octets[i]-- != 0) {
      return;
    }
  }
}

IpRange range_of(const IpPrefix& prefix) noexcept {
  IpRange range{prefix.network, prefix.network};
  for (std::size_t i = 0; i < octets_of(prefix.network); ++i) {
    const unsigned first_bit = static_cast<unsigned>(i) * 8;
    const unsigned keep =
        prefix.length <= first_bit ? 0 : std::min<unsigned>(prefix.length - first_bit, 8);
    range.last.octets[i] |= static_cast<std::uint8_t>(0xffU >> keep);
  }
  return range;
}

void add_edges(const Member& member, std::set<IpAddress>& edges) {
  if (const auto* prefix = std::get_if<IpPrefix>(&member)) {
    const IpRange range = range_of(*prefix);
    edges.insert(range.first);
    IpAddress after = range.last;
    if (advance(after)) {
      edges.insert(after);
    }
  }
}

// Places where the zone may change: the addresses between two of them are judged alike.
std::set<IpAddress> edges_of(const Site& site) {
  std::set<IpAddress> edges;
  for (const IpAddress::Family family : {IpAddress::Family::v4, IpAddress::Family::v6}) {
    IpAddress zero;
    zero.family = family;
    edges.insert(zero);
  }
  for (const Zone& zone : site.zones) {
    for (const Member& member : zone.members) {
      add_edges(member, edges);
    }
  }
  for (const SiteAsset& asset : site.assets) {
    add_edges(asset.match, edges);
  }
  return edges;
}

IpAddress last_of_family(IpAddress::Family family) noexcept {
  IpAddress last;
  last.family = family;
  for (std::size_t i = 0; i < octets_of(last); ++i) {
    last.octets[i] = 0xff;
  }
  return last;
}

std::string ports_text(const std::set<std::uint16_t>& ports) {
  std::string text;
  for (const std::uint16_t port : ports) {
    text += (text.empty() ? "" : " ") + std::to_string(port);
  }
  return text;
}

// What one allowed thing is, as a line or two of the matrix.
struct MatrixRow {
  const std::string& from;
  const std::string& to;
  const Allow& allow;
  std::string schedule;
  std::string until;
  std::string owner;
  std::string file;
  int line;
};

class Matrix {
 public:
  Matrix(const Policy& policy, std::ostream& out)
      : site_(policy.site()), ranges_(zone_ranges(policy)), csv_(out) {
    for (const std::string_view head :
         {"from", "to", "from_addresses", "to_addresses", "transport", "ports", "allow", "schedule",
          "until", "owner", "note", "file", "line"}) {
      csv_.cell(head);
    }
    csv_.end_row();
  }

  void write(const MatrixRow& row) {
    const FirewallPorts ports = ports_of(row.allow);
    if (ports.everything || ports.icmp || ports.none()) {
      write(row, ports.everything ? "any" : ports.icmp ? "icmp" : "none", "");
    }
    if (!ports.tcp.empty()) {
      write(row, "tcp", ports_text(ports.tcp));
    }
    if (!ports.udp.empty()) {
      write(row, "udp", ports_text(ports.udp));
    }
  }

 private:
  void write(const MatrixRow& row, std::string_view transport, const std::string& ports) {
    csv_.cell(row.from).cell(row.to).cell(addresses_of(row.from)).cell(addresses_of(row.to));
    csv_.cell(transport).cell(ports).cell(row.allow.text).cell(row.schedule).cell(row.until);
    csv_.cell(row.owner).cell(beyond_ports(row.allow)).cell(row.file);
    csv_.number(static_cast<std::uint64_t>(row.line));
    csv_.end_row();
  }

  // Of a zone, or of an asset that is an end of a conduit.
  [[nodiscard]] std::string addresses_of(const std::string& name) const {
    if (name == kUnassigned) {
      return "what no zone names";
    }
    const auto zone = std::ranges::find(site_.zones, name, &Zone::name);
    if (zone == site_.zones.end()) {
      const auto asset = std::ranges::find(site_.assets, name, &SiteAsset::name);
      return asset == site_.assets.end() ? name : to_string(asset->match);
    }
    std::string text;
    for (const IpRange& range : ranges_[static_cast<std::size_t>(zone - site_.zones.begin()) + 1]) {
      text += (text.empty() ? "" : " ") + to_string(range);
    }
    return text;
  }

  const Site& site_;
  std::vector<std::vector<IpRange>> ranges_;  // by zone
  CsvWriter csv_;
};

}  // namespace

std::string to_string(const IpRange& range) {
  return range.first == range.last ? to_string(range.first)
                                   : to_string(range.first) + '-' + to_string(range.last);
}

std::vector<std::vector<IpRange>> zone_ranges(const Policy& policy) {
  std::vector<std::vector<IpRange>> ranges(policy.site().zones.size() + 1);
  const std::set<IpAddress> edges = edges_of(policy.site());
  for (auto at = edges.begin(); at != edges.end(); ++at) {
    const ZoneIndex zone = policy.zone_of({*at, {}, {}});
    const auto next = std::next(at);
    IpAddress last = last_of_family(at->family);
    if (next != edges.end() && next->family == at->family) {
      last = *next;
      retreat(last);
    }
    if (zone == 0) {
      continue;
    }
    std::vector<IpRange>& of_zone = ranges[zone];
    IpAddress joint = of_zone.empty() ? IpAddress{} : of_zone.back().last;
    if (!of_zone.empty() && joint.family == at->family && advance(joint) && joint == *at) {
      of_zone.back().last = last;
    } else {
      of_zone.push_back({*at, last});
    }
  }
  return ranges;
}

void write_matrix(const Policy& policy, std::ostream& out) {
  const Site& site = policy.site();
  Matrix matrix{policy, out};
  for (const Conduit& conduit : site.conduits) {
    for (const Allow& allow : conduit.allow) {
      matrix.write({conduit.from, conduit.to, allow, conduit.schedule.words(), "", "",
                    site.file_of(conduit.file), allow.line});
    }
  }
  for (const Exception& one : site.exceptions) {
    for (const Allow& allow : one.allow) {
      matrix.write({one.from, one.to, allow, "", one.until_text, one.owner, site.file_of(one.file),
                    allow.line});
    }
  }
}

}  // namespace prahari
