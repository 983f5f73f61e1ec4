#include "alerts/network_view.hpp"

#include <algorithm>
#include <cmath>

#include "alerts/host_detail.hpp"
#include "alerts/text.hpp"
#include "inventory/io_view.hpp"

namespace prahari {
namespace {

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
    out.level_reason = reason_of(asset.level);
  }
  take_facts(asset, out);
  out.postures = service_postures(asset);
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

// The place of each asset in the list of hosts.
class Places {
 public:
  explicit Places(const std::vector<AssetIndex>& hosts) {
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (hosts[i] >= places_.size()) {
        places_.resize(hosts[i] + std::size_t{1}, kAbsent);
      }
      places_[hosts[i]] = static_cast<std::uint32_t>(i);
    }
  }
  [[nodiscard]] std::size_t of(AssetIndex asset) const noexcept {
    return asset < places_.size() && places_[asset] != kAbsent ? places_[asset] : kNoHost;
  }

 private:
  static constexpr std::uint32_t kAbsent = kNone;
  std::vector<std::uint32_t> places_;
};

TalkView talk_of(const Conversation& talk, const Places& hosts, const Inventory& inventory) {
  TalkView out;
  out.client = hosts.of(inventory.row_of(talk.client));
  out.server = hosts.of(inventory.row_of(talk.server));
  out.client_ip = to_string(talk.client_ip);
  out.server_ip = to_string(talk.server_ip);
  out.service = service_of(talk);
  for (std::size_t i = 0; i < talk.vlan.count; ++i) {
    out.vlan += (i == 0 ? "" : "/") + std::to_string(talk.vlan.ids[i]);
  }
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
  out.first = talk.first;
  out.last = talk.last;
  return out;
}

// The zones of the site file, the highest level first.
std::vector<ZoneView> zones_of(const Site& site) {
  std::vector<ZoneView> zones;
  zones.reserve(site.zones.size());
  for (const Zone& zone : site.zones) {
    zones.push_back({zone.name, {}, zone.level, {}});
  }
  std::stable_sort(zones.begin(), zones.end(), [](const ZoneView& a, const ZoneView& b) {
    return a.level.value_or(-1) > b.level.value_or(-1);
  });
  return zones;
}

std::vector<ConduitView> conduits_of(const Site& site) {
  std::vector<ConduitView> out;
  for (const Conduit& conduit : site.conduits) {
    ConduitView& view = out.emplace_back(ConduitView{conduit.from, conduit.to, {}, conduit.line});
    for (const Allow& allow : conduit.allow) {
      view.allow.push_back(allow.text);
    }
  }
  return out;
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

const HostView* NetworkView::host(std::string_view id) const {
  if (const auto row = row_of_part.find(id); row != row_of_part.end()) {
    id = row->second;
  }
  const auto id_at = [this](std::size_t at) {
    return id_of ? id_of(at) : std::string_view{hosts[at].id};
  };
  std::size_t first = 0;  // hosts before it come before the id, those from `end` on do not
  for (std::size_t end = hosts.size(); first < end;) {
    const std::size_t middle = first + (end - first) / 2;
    if (id_at(middle) < id) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return id.empty() || first == hosts.size() || id_at(first) != id ? nullptr : &hosts[first];
}

std::vector<std::size_t> NetworkView::zone_numbers() const {
  std::vector<std::size_t> out(hosts.size(), kNoHost);
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    for (const std::size_t host : zones[zone].hosts) {
      out[host] = zone;
    }
  }
  return out;
}

NetworkView make_network_view(const Inventory& inventory, const Policy& policy) {
  NetworkView view;
  view.site = policy.site().info;
  view.site_file = policy.site().file;
  view.has_zones = policy.has_zones();
  const std::vector<AssetIndex> assets = inventory.assets_in_order();
  const std::vector<ConversationIndex> conversations = inventory.conversations_in_order();
  view.zones = policy.has_zones() ? zones_of(policy.site()) : std::vector<ZoneView>{};
  view.conduits = conduits_of(policy.site());
  view.id_of = [&inventory, assets](std::size_t at) -> std::string_view {
    return inventory.asset(assets[at]).id;
  };
  view.hosts = {assets.size(), [&inventory, &policy, assets](std::size_t at) {
                  HostView host = host_of(inventory.shown(assets[at]), policy);
                  host.group = group_of(host, policy.has_zones());
                  return host;
                }};
  view.detail_of = [&inventory, assets](std::size_t at) {
    return host_detail(inventory.shown(assets[at]));
  };
  view.talks = {conversations.size(),
                [&inventory, conversations, places = Places{assets}](std::size_t at) {
                  return talk_of(inventory.conversation(conversations[at]), places, inventory);
                }};
  const auto place_of = [&](const std::string& id) {
    const auto found = std::ranges::lower_bound(
        assets, id, {}, [&](AssetIndex at) -> const auto& { return inventory.asset(at).id; });
    const bool there = !id.empty() && found != assets.end() && inventory.asset(*found).id == id;
    return there ? static_cast<std::size_t>(found - assets.begin()) : kNoHost;
  };
  for (const AssetIndex at : assets) {
    for (const AssetIndex part : inventory.parts_of(at)) {
      view.row_of_part.emplace(inventory.asset(part).id, inventory.asset(at).id);
    }
  }
  for (const IoConnection& io : inventory.io_connections()) {
    view.io.push_back({.originator = place_of(io.originator),
                       .target = place_of(io.target),
                       .originator_ip = io.originator_ip.empty() ? "" : to_string(io.originator_ip),
                       .target_ip = io.target_ip.empty() ? "" : to_string(io.target_ip),
                       .kind = io_kind_text(io),
                       .outputs = io_half_text(io.outputs),
                       .inputs = io_half_text(io.inputs)});
  }
  fill_groups(view);
  return view;
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
