#include "alerts/network_view.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "alerts/text.hpp"
#include "inventory/record.hpp"

namespace prahari {
namespace {

std::string proposed_group(double level) { return "level " + level_text(level) + ", proposed"; }

void take_facts(const Asset& asset, HostView& out) {
  using Field = Identity::Field;
  const auto take = [&](Field field, std::string& into) {
    if (const Fact* fact = asset.best(field)) {
      into = plain_text(fact->value, 200);
      out.identity_confidence = std::max<int>(out.identity_confidence, fact->confidence);
    }
  };
  take(Field::vendor, out.vendor);
  take(Field::product, out.product);
  take(Field::model, out.model);
  take(Field::order_number, out.order_number);
  take(Field::hardware, out.hardware);
  take(Field::firmware, out.firmware);
  take(Field::serial, out.serial);
  take(Field::name, out.name);
  take(Field::application, out.application);
  take(Field::mode, out.mode);
  take(Field::url, out.url);
}

void take_site(const HostKey& key, const Policy& policy, HostView& out) {
  const ZoneIndex zone = policy.zone_of(key);
  if (policy.has_zones()) {
    out.zone = policy.zone_name(zone);
    const double level = policy.level(zone);
    out.level = std::isnan(level) ? std::nullopt : std::optional(level);
  }
  if (const SiteAsset* asset = policy.asset_of(key)) {
    out.from_site_file = true;
    out.name = asset->name.empty() ? out.name : asset->name;
    out.criticality = asset->criticality;
    out.owner = asset->owner;
    out.location = asset->location;
    out.tags = asset->tags;
  }
}

HostView host_of(const Asset& asset, const Policy& policy) {
  HostView out;
  out.id = asset.id;
  out.nic_vendor = plain_text(asset.nic_vendor, 100);
  out.units = asset.units.size();
  out.heard = asset.sent;
  out.packets_sent = asset.packets_sent;
  out.packets_received = asset.packets_received;
  out.first_seen = asset.first_seen;
  out.last_seen = asset.last_seen;
  if (!asset.mac.empty()) {
    out.mac = to_string(asset.mac);
  }
  for (const AddressUse& use : asset.addresses) {
    std::string ip = to_string(use.ip);  // once, whichever VLANs it is seen in
    if (std::ranges::find(out.ips, ip) == out.ips.end()) {
      out.ips.push_back(std::move(ip));
    }
  }
  VlanTags vlan;
  if (!asset.addresses.empty()) {
    vlan = asset.addresses.front().vlan;
    out.internal = asset.addresses.front().ip.is_private();
  }
  out.vlan.assign(vlan.ids.begin(), vlan.ids.begin() + vlan.count);
  for (const RoleReason& role : asset.roles) {
    out.roles.emplace_back(to_string(role.role));
    out.role_reasons.push_back(plain_text(role.reason, 300));
  }
  if (const auto level = level_of(asset.level)) {
    out.proposed_level = static_cast<double>(*level);
  }
  take_facts(asset, out);
  Asset ordered;
  ordered.postures = asset.postures;
  sort_for_export(ordered);
  out.postures = service_postures(ordered.postures);
  take_site({asset.ip(), asset.mac, vlan}, policy, out);
  return out;
}

std::string service_of(const Conversation& talk) {
  if (talk.protocol != Protocol::unknown) {
    return std::string(to_string(talk.protocol));
  }
  std::string out(to_string(talk.transport));
  if (talk.server_port != 0) {
    out += "/" + std::to_string(talk.server_port);
  }
  return out;
}

TalkView talk_of(const Conversation& talk, const std::map<AssetIndex, std::size_t>& hosts) {
  const auto host = [&](AssetIndex index) {
    const auto found = hosts.find(index);
    return found == hosts.end() ? kNoHost : found->second;
  };
  TalkView out;
  out.client = host(talk.client);
  out.server = host(talk.server);
  out.client_ip = to_string(talk.client_ip);
  out.server_ip = to_string(talk.server_ip);
  out.service = service_of(talk);
  out.operations = talk.operations;
  out.established = talk.established;
  out.client_known = talk.client_known;
  out.flows = talk.flows;
  out.one_way_flows = talk.one_way_flows;
  out.gap_flows = talk.gap_flows;
  out.packets = talk.packets[0] + talk.packets[1];
  out.bytes = talk.bytes[0] + talk.bytes[1];
  out.messages = talk.messages;
  out.exceptions = talk.exceptions;
  return out;
}

// The zones of the site file, or one group for each proposed level.
std::vector<ZoneView> empty_groups(const NetworkView& view, const Site& site) {
  std::vector<ZoneView> groups;
  if (view.has_zones) {
    for (const Zone& zone : site.zones) {
      groups.push_back({zone.name, zone.level, {}});
    }
  } else {
    std::set<double> levels;
    for (const HostView& host : view.hosts) {
      if (host.proposed_level) {
        levels.insert(*host.proposed_level);
      }
    }
    for (const double level : levels) {
      groups.push_back({proposed_group(level), level, {}});
    }
  }
  std::stable_sort(groups.begin(), groups.end(), [](const ZoneView& a, const ZoneView& b) {
    return a.level.value_or(-1) > b.level.value_or(-1);
  });
  return groups;
}

}  // namespace

std::string_view HostView::label() const noexcept {
  if (!name.empty()) {
    return name;
  }
  if (!ips.empty()) {
    return ips.front();
  }
  return mac.empty() ? id : mac;
}

bool HostView::has_role(std::string_view role) const noexcept {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool HostView::has_tag(std::string_view tag) const noexcept {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

const HostView* NetworkView::host(std::string_view id) const noexcept {
  const auto found = std::lower_bound(
      hosts.begin(), hosts.end(), id,
      [](const HostView& host, std::string_view wanted) { return host.id < wanted; });
  return id.empty() || found == hosts.end() || found->id != id ? nullptr : &*found;
}

NetworkView make_network_view(const Inventory& inventory, const Policy& policy) {
  NetworkView view;
  view.site = policy.site().info;
  view.site_file = policy.site().file;
  view.has_zones = policy.has_zones();
  std::map<AssetIndex, std::size_t> hosts;
  const std::vector<AssetIndex> assets = inventory.assets_in_order();
  view.hosts.reserve(assets.size());
  for (const AssetIndex index : assets) {
    hosts[index] = view.hosts.size();
    view.hosts.push_back(host_of(inventory.asset(index), policy));
  }
  const std::vector<ConversationIndex> conversations = inventory.conversations_in_order();
  view.talks.reserve(conversations.size());
  for (const ConversationIndex index : conversations) {
    view.talks.push_back(talk_of(inventory.conversation(index), hosts));
  }
  view.zones = empty_groups(view, policy.site());
  fill_groups(view);
  return view;
}

void fill_groups(NetworkView& view) {
  const std::string rest = view.has_zones ? "unassigned" : "no level known";
  ZoneView others{rest, std::nullopt, {}};
  for (std::size_t i = 0; i < view.hosts.size(); ++i) {
    HostView& host = view.hosts[i];
    const std::string wanted = view.has_zones        ? host.zone
                               : host.proposed_level ? proposed_group(*host.proposed_level)
                                                     : rest;
    const auto zone =
        std::find_if(view.zones.begin(), view.zones.end(),
                     [&](const ZoneView& candidate) { return candidate.name == wanted; });
    ZoneView& group = zone == view.zones.end() ? others : *zone;
    host.group = group.name;
    group.hosts.push_back(i);
  }
  if (!others.hosts.empty()) {
    view.zones.push_back(std::move(others));
  }
  std::vector<IpAddress> addresses(view.hosts.size());
  for (std::size_t i = 0; i < view.hosts.size(); ++i) {
    if (!view.hosts[i].ips.empty()) {
      parse(view.hosts[i].ips.front(), addresses[i]);
    }
  }
  for (ZoneView& zone : view.zones) {
    std::stable_sort(zone.hosts.begin(), zone.hosts.end(),
                     [&](std::size_t a, std::size_t b) { return addresses[a] < addresses[b]; });
  }
}

std::string operations_text(std::uint8_t operations) {
  std::string out;
  for (std::size_t i = 0; i < kOperations; ++i) {
    if ((static_cast<unsigned>(operations) >> i & 1U) != 0) {
      out += out.empty() ? "" : ", ";
      out += to_string(static_cast<Operation>(i));
    }
  }
  return out;
}

}  // namespace prahari
