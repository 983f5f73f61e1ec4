// Which group of the drawing and of the matrix a host is in.

#include <algorithm>
#include <map>

#include "alerts/network_view.hpp"
#include "alerts/text.hpp"

namespace prahari {
namespace {

constexpr std::string_view kUnassigned = "unassigned";

// The network of an address as people write it; nothing tells the true prefix, so the usual one.
std::string network_of(const std::string& text) {
  IpAddress address;
  if (!parse(text, address)) {
    return text;
  }
  const std::size_t kept = address.v4() ? 3 : 8;
  std::fill(address.octets.begin() + static_cast<std::ptrdiff_t>(kept), address.octets.end(), 0);
  return to_string(address) + "/" + std::to_string(kept * 8);
}

std::string place_of(const HostView& host) {
  if (!host.internal && host.proposed_level.value_or(5) >= 5) {
    return "Internet";
  }
  if (!host.ips.empty()) {
    return network_of(host.ips.front());
  }
  return host.vlan.empty() ? "no address" : "VLAN " + std::to_string(host.vlan.back());
}

std::string proposed_prefix(const HostView& host) {
  return "L" + (host.proposed_level ? level_text(host.proposed_level) : std::string("?")) + " ";
}

// By number, so that 10.0.9.0/24 comes before 10.0.10.0/24.
void sort_hosts(std::vector<ZoneView>& zones, const std::vector<IpAddress>& addresses) {
  for (ZoneView& zone : zones) {
    std::stable_sort(zone.hosts.begin(), zone.hosts.end(),
                     [&](std::size_t a, std::size_t b) { return addresses[a] < addresses[b]; });
  }
}

void sort_groups(std::vector<ZoneView>& zones, const std::vector<IpAddress>& addresses) {
  std::stable_sort(zones.begin(), zones.end(), [&](const ZoneView& a, const ZoneView& b) {
    const double level_a = a.level.value_or(-1);
    const double level_b = b.level.value_or(-1);
    if (level_a != level_b) {
      return level_a > level_b;
    }
    const IpAddress& first_a = addresses[a.hosts.front()];
    const IpAddress& first_b = addresses[b.hosts.front()];
    return first_a == first_b ? a.name < b.name : first_a < first_b;
  });
}

// Without spaces and signs: "BME P58 2040" is "BMEP582040".
std::string letters_of(std::string_view words) {
  std::string out;
  for (const char letter : words) {
    if (letter != ' ' && letter != '-' && letter != '.') {
      out += letter;
    }
  }
  return out;
}

class Groups {
 public:
  explicit Groups(NetworkView& view) : view_(view) {
    if (!view_.has_zones) {
      view_.zones.clear();
    }
    for (ZoneView& zone : view_.zones) {
      zone.hosts.clear();
      places_.emplace(zone.name, places_.size());
    }
  }

  void put(const HostView& host, std::size_t number) {
    const std::string group = group_of(host, view_.has_zones);
    const bool known = !view_.has_zones || places_.find(group) != places_.end();
    const std::string name = known ? group : std::string(kUnassigned);
    const auto [at, fresh] = places_.emplace(name, view_.zones.size());
    if (fresh) {
      view_.zones.push_back({name,
                             view_.has_zones ? std::string{} : place_of(host),
                             view_.has_zones ? std::nullopt : host.proposed_level,
                             {}});
    }
    view_.zones[at->second].hosts.push_back(number);
  }

 private:
  NetworkView& view_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace

std::string group_of(const HostView& host, bool has_zones) {
  if (has_zones) {
    return host.zone.empty() ? std::string(kUnassigned) : host.zone;
  }
  return proposed_prefix(host) + place_of(host);
}

void fill_groups(NetworkView& view) {
  for (HostView& host : view.hosts.made()) {
    host.group = group_of(host, view.has_zones);
  }
  std::vector<IpAddress> addresses(view.hosts.size());
  view.role_counts = {};
  view.with_posture.clear();
  Groups groups(view);
  std::size_t number = 0;
  for (const HostView& host : view.hosts) {
    groups.put(host, number);
    if (!host.ips.empty()) {
      parse(host.ips.front(), addresses[number]);
    }
    for (std::size_t role = 0; role < kRoles; ++role) {
      view.role_counts[role] += host.has_role(to_string(static_cast<Role>(role))) ? 1U : 0U;
    }
    if (!host.postures.empty()) {
      view.with_posture.push_back(number);
    }
    ++number;
  }
  sort_hosts(view.zones, addresses);
  if (!view.has_zones) {
    sort_groups(view.zones, addresses);
  }
}

std::string device_text(const HostView& host) {
  std::string out = host.vendor;
  std::string said;  // after the vendor
  for (const std::string* part : {&host.product, &host.model, &host.order_number}) {
    const std::string letters = letters_of(*part);
    const bool more = said.find(letters) == std::string::npos &&
                      (said.empty() || letters.find(said) == std::string::npos);
    const bool variant = part == &host.order_number && !host.model.empty() &&
                         letters.find(letters_of(host.model)) != std::string::npos;
    if (!part->empty() && *part != host.vendor && more && !variant) {
      out += (out.empty() ? "" : " ") + *part;
      said += letters;
    }
  }
  return out;
}

}  // namespace prahari
