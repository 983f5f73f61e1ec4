#include "rules/draft_zones.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace prahari {
namespace {

constexpr std::size_t kManyNameplates = 3;  // devices asked who they are

constexpr std::array<std::string_view, 7> kGroupNames = {
    "cell", "engineering", "supervision", "servers", "applications", "infrastructure", "stations"};
constexpr std::array<std::string_view, 7> kGroupWork = {
    "controllers and what belongs to them",
    "programs devices, or asks many of them who they are",
    "polls controllers",
    "answers other hosts",
    "asks servers",
    "forwards packets of others",
    "neither asks controllers nor answers"};

bool has(std::uint8_t operations, Operation one) noexcept {
  return (static_cast<unsigned>(operations) >> static_cast<unsigned>(one) & 1U) != 0;
}

// What the conversations of one asset say about it.
struct Work {
  bool serves_control = false;  // answers a protocol of controllers
  bool serves_other = false;
  bool asks_control = false;
  bool asks_other = false;
  bool programs = false;
  bool established = false;
  std::set<std::string> asked_names;  // assets that it asked who they are
  std::uint64_t polls = 0;            // messages with controllers
};

// OPC UA and what a decoder cannot read are spoken by servers too.
bool of_controllers(const Conversation& row) noexcept {
  constexpr std::array kOthers = {Protocol::opcua, Protocol::unknown, Protocol::tls,
                                  Protocol::ntp,   Protocol::dns,     Protocol::http,
                                  Protocol::snmp,  Protocol::smb,     Protocol::mqtt};
  return std::ranges::find(kOthers, row.protocol) == kOthers.end() && row.operations != 0;
}

std::map<std::string, Work> work_of(std::span<const FlowRecord> flows) {
  std::map<std::string, Work> all;
  for (const FlowRecord& flow : flows) {
    const Conversation& row = flow.row;
    if (!row.established || row.transport == Transport::icmp) {
      continue;
    }
    Work& client = all[flow.client_asset];
    Work& server = all[flow.server_asset];
    client.established = true;
    server.established = true;
    const bool control = of_controllers(row);
    (control ? client.asks_control : client.asks_other) = true;
    (control ? server.serves_control : server.serves_other) = true;
    if (control) {
      client.polls += row.messages;
      client.programs = client.programs || has(row.operations, Operation::program);
      if (has(row.operations, Operation::discover)) {
        client.asked_names.insert(flow.server_asset);
      }
    }
  }
  return all;
}

DraftGroup group_of(const Asset& asset, const Work& work) {
  const bool device = asset.has_role(Role::adapter) || asset.has_role(Role::io_scanner) ||
                      asset.has_role(Role::gateway) || work.serves_control;
  if (asset.has_role(Role::router)) {
    return DraftGroup::infrastructure;
  }
  if (device) {
    return DraftGroup::cell;
  }
  if (asset.has_role(Role::engineering) || work.programs ||
      work.asked_names.size() >= kManyNameplates) {
    return DraftGroup::engineering;
  }
  if (work.serves_other) {
    return DraftGroup::servers;
  }
  if (work.asks_control || asset.has_role(Role::hmi)) {
    return DraftGroup::supervision;
  }
  return asset.has_role(Role::client) ? DraftGroup::applications : DraftGroup::stations;
}

std::optional<float> usual_level(DraftGroup group) noexcept {
  switch (group) {
    case DraftGroup::cell:
      return 1.0F;
    case DraftGroup::engineering:
    case DraftGroup::supervision:
      return 2.0F;
    case DraftGroup::servers:
    case DraftGroup::applications:
      return 3.0F;
    default:
      return std::nullopt;
  }
}

bool link_local(const IpAddress& ip) noexcept {
  IpAddress v4;
  v4.family = IpAddress::Family::v4;
  v4.octets = {169, 254};
  IpAddress v6;
  v6.family = IpAddress::Family::v6;
  v6.octets = {0xfe, 0x80};
  return ip.within(v4, 16) || ip.within(v6, 10);
}

bool nameable(const IpAddress& ip) noexcept {
  return !ip.empty() && !ip.unspecified() && !ip.multicast() && !ip.broadcast() && !ip.loopback() &&
         !link_local(ip);
}

// "vlan110", or "10-20-110" where no tag tells.
std::string place_of(const AddressUse& use) {
  if (use.vlan.count > 0) {
    return "vlan" + std::to_string(use.vlan.ids[0] & 0xfffU);
  }
  IpAddress network = use.ip;
  const std::size_t keep = use.ip.v4() ? 3 : 8;
  std::fill(network.octets.begin() + static_cast<std::ptrdiff_t>(keep), network.octets.end(),
            std::uint8_t{0});
  std::string text = to_string(network);
  text = text.substr(0, use.ip.v4() ? text.rfind('.') : text.find("::"));
  std::ranges::replace(text, '.', '-');
  std::ranges::replace(text, ':', '-');
  return text;
}

std::string place_words(const AddressUse& use) {
  return use.vlan.count > 0 ? "VLAN " + std::to_string(use.vlan.ids[0] & 0xfffU)
                            : "untagged, one network of addresses";
}

std::string words_of(const AssetRecord& record) {
  std::string out = shown_name(record);
  for (const Identity::Field field : {Identity::Field::vendor, Identity::Field::product}) {
    const Fact* fact = record.asset.best(field);
    if (fact != nullptr && !fact->value.empty()) {
      out += (out.empty() ? "" : ", ") + fact->value;
    }
  }
  if (out.empty() && !record.asset.nic_vendor.empty()) {
    out = "interface by " + record.asset.nic_vendor;
  }
  std::string roles;
  for (const RoleReason& role : record.asset.roles) {
    roles += (roles.empty() ? "" : " and ") + std::string{to_string(role.role)};
  }
  return comment_text(out + (out.empty() || roles.empty() ? "" : "; ") + roles);
}

// Where the asset itself was heard, else wherever its address was seen.
std::vector<AddressUse> homes_of(const Asset& asset) {
  std::vector<AddressUse> homes;
  for (const bool heard : {true, false}) {
    for (const AddressUse& use : asset.addresses) {
      const bool known =
          std::ranges::any_of(homes, [&](const AddressUse& other) { return other.ip == use.ip; });
      if (use.heard == heard && !known && nameable(use.ip)) {
        homes.push_back(use);
      }
    }
  }
  std::ranges::sort(homes, {}, &AddressUse::ip);
  return homes;
}

// Zones by group and place.
class Draft {
 public:
  explicit Draft(std::span<const FlowRecord> flows) : work_(work_of(flows)) {}

  void add(const AssetRecord& record, const std::map<IpAddress, std::string>& suspects,
           const std::map<IpAddress, std::size_t>& owners) {
    const Asset& asset = record.asset;
    const std::vector<AddressUse> homes = homes_of(asset);
    const Work& work = work_[asset.id];
    const std::string doubt = doubt_of(asset, work, homes, suspects);
    for (const AddressUse& home : homes) {
      if (!doubt.empty() || !home.ip.is_private()) {
        out_.doubtful.push_back(
            {home.ip, words_of(record), doubt.empty() ? "an address of the Internet" : doubt});
        continue;
      }
      add_member(record, group_of(asset, work), home, owners.at(home.ip) > 1);
    }
  }

  DraftZones take() {
    for (auto& [key, zone] : zones_) {
      std::ranges::stable_sort(zone.members, {}, &DraftMember::text);
      out_.zones.push_back(std::move(zone));
    }
    std::ranges::sort(out_.doubtful, {}, &DoubtfulHost::ip);
    return std::move(out_);
  }

 private:
  static std::string doubt_of(const Asset& asset, const Work& work,
                              const std::vector<AddressUse>& homes,
                              const std::map<IpAddress, std::string>& suspects) {
    for (const AddressUse& home : homes) {
      if (const auto found = suspects.find(home.ip); found != suspects.end()) {
        return comment_text(found->second);
      }
    }
    if (const RoleReason* scanner = asset.role_reason(Role::scanner)) {
      return "a scanner: " + comment_text(scanner->reason);
    }
    const bool silent = !work.established && !asset.has_role(Role::router);
    return silent ? "no conversation of it was ever answered" : "";
  }

  void add_member(const AssetRecord& record, DraftGroup group, const AddressUse& home,
                  bool shared) {
    const bool by_mac = shared && !record.asset.mac.empty() && home.heard;
    const std::string text = by_mac ? "mac:" + to_string(record.asset.mac) : to_string(home.ip);
    if (!used_.insert(text).second) {
      return;  // a member stands once
    }
    // A router stands in many places, and is one host.
    const bool anywhere = group == DraftGroup::infrastructure;
    const std::string place = anywhere ? std::string{} : place_of(home);
    DraftZone& zone = zones_[{group, place}];
    const auto number = static_cast<std::size_t>(group);
    if (zone.members.empty()) {
      zone.name = std::string{kGroupNames[number]} + (anywhere ? std::string{} : "-" + place);
      zone.group = group;
      zone.level = usual_level(group);
      zone.why = std::string{kGroupWork[number]} + (anywhere ? "" : "; " + place_words(home));
    }
    zone.members.push_back(
        {text, words_of(record) +
                   (by_mac ? " (" + to_string(home.ip) + ", which others have too)" : "")});
  }

  std::map<std::string, Work> work_;
  std::set<std::string> used_;
  std::map<std::pair<DraftGroup, std::string>, DraftZone> zones_;
  DraftZones out_;
};

}  // namespace

std::string comment_text(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    out += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return text.size() > limit ? out + "..." : out;
}

DraftZones draft_zones(std::span<const AssetRecord> assets, std::span<const FlowRecord> flows,
                       const std::map<IpAddress, std::string>& suspects) {
  std::map<IpAddress, std::size_t> owners;
  for (const AssetRecord& record : assets) {
    for (const AddressUse& home : homes_of(record.asset)) {
      ++owners[home.ip];
    }
  }
  Draft draft{flows};
  for (const AssetRecord& record : assets) {
    if (record.asset.present()) {
      draft.add(record, suspects, owners);
    }
  }
  return draft.take();
}

}  // namespace prahari
