#include "rules/silent_hosts.hpp"

#include <algorithm>
#include <array>

#include "inventory/asset_key.hpp"
#include "rules/baseline_choice.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/number_words.hpp"

namespace prahari {
namespace {

using std::chrono::hours;

constexpr std::chrono::seconds kCheck{10};
// So many times what it was quiet for while the baseline was learned.
constexpr double kTimesLearned = 3;

double seconds(Timestamp::duration span) { return std::chrono::duration<double>(span).count(); }

// How long what is of this sort may be unseen, and for how long it has to be learned before.
struct Sort {
  std::size_t threshold;
  hours learned;
};

Sort sort_of(std::string_view role) {
  constexpr auto kAlwaysOn = std::to_array<Role>(
      {Role::controller, Role::adapter, Role::gateway, Role::io_scanner, Role::field_device});
  constexpr auto kServers =
      std::to_array<Role>({Role::client, Role::hmi, Role::network_switch, Role::access_point,
                           Role::infrastructure, Role::historian});
  const auto is = [&](Role one) { return to_string(one) == role; };
  constexpr hours kMostOfADay{20};
  constexpr hours kMostOfAWeek{156};
  if (std::ranges::any_of(kAlwaysOn, is)) {
    return {silence_threshold::kDeviceMinutes, kMostOfADay};
  }
  return {std::ranges::any_of(kServers, is) ? silence_threshold::kServerMinutes
                                            : silence_threshold::kOtherMinutes,
          kMostOfAWeek};
}

HostKey host_of(const BaselineHost& host) noexcept {
  return {.ip = host.place.ip, .mac = host.place.mac, .vlan = host.place.vlan};
}

// Everybody's place there.
HostPlace all_of(const VlanTags& vlan) noexcept { return {.ip = {}, .mac = {}, .vlan = vlan}; }

}  // namespace

void SilentHosts::begin(Timestamp now, const RuleContext& context) {
  begun_ = true;
  heard_ = now;
  const Baseline& baseline = *context.baseline;
  std::vector<bool> polled(baseline.host_count());
  for (BaselinePollIndex i = 0; i < baseline.poll_count(); ++i) {
    const BaselineLink& link = baseline.poll(i).link;
    for (const HostPlace& place : {link.client, link.server}) {
      const BaselineHostIndex host =
          baseline.host({.ip = place.ip, .mac = place.mac, .vlan = place.vlan});
      if (host != kNone) {
        polled[host] = true;
      }
    }
  }
  positions_.assign(baseline.host_count(), kNone);
  for (BaselineHostIndex i = 0; i < baseline.host_count(); ++i) {
    const BaselineHost& known = baseline.host_entry(i);
    const HostKey key = host_of(known);
    const std::string_view section = section_of(key, context.policy);
    const BaselineZone* zone = baseline.zone(section);
    const Sort sort = sort_of(known.role);
    if (polled[i] || !known.quiet || zone == nullptr || !baseline.locked(section) ||
        zone->progress.to - zone->progress.from < sort.learned) {
      continue;
    }
    Host host;
    host.host = i;
    host.zone = context.policy.zone_of(key);
    host.last = now;
    const double minutes =
        context.policy.threshold(kDeviceSilent, kSilenceThresholds[sort.threshold], host.zone);
    host.limit = std::max(minutes * 60, kTimesLearned * *known.quiet);
    positions_[i] = static_cast<std::uint32_t>(hosts_.size());
    hosts_.push_back(host);
  }
}

void SilentHosts::on_event(const Event& event, const RuleContext& context, const SilentUnits& units,
                           FindingSink& out) {
  const Timestamp now = event.packet.time;
  if (!begun_) {
    begin(now, context);
  }
  if (hosts_.empty()) {
    return;
  }
  if (now - heard_ > kBlindAfter) {
    for (Host& host : hosts_) {
      host.last += now - heard_;
    }
  }
  heard_ = std::max(heard_, now);
  const Heard heard = heard_in(event, context.parties);
  note(heard.client, event.packet);
  note(heard.server, event.packet);
  if (now >= next_check_) {
    next_check_ = now + kCheck;
    gather(context, out);
    check(event.packet, context, units, out);
  }
}

void SilentHosts::note(AssetIndex asset, const PacketRef& packet) {
  if (asset == kNone) {
    return;
  }
  if (asset >= assets_.size()) {
    assets_.resize(asset + std::size_t{1});
  }
  Asset& one = assets_[asset];
  one.packet = packet;
  if (!one.fresh) {
    one.fresh = true;
    fresh_.push_back(asset);
  }
}

void SilentHosts::gather(const RuleContext& context, FindingSink& out) {
  for (const AssetIndex asset : fresh_) {
    assets_[asset].fresh = false;
    hear(asset, context, out);
  }
  fresh_.clear();
}

// By its MAC address, or by each of its addresses.
void SilentHosts::hear(AssetIndex index, const RuleContext& context, FindingSink& out) {
  const PacketRef& packet = assets_[index].packet;
  const prahari::Asset& asset = context.inventory.asset(index);
  const auto at = [&](const HostKey& key) {
    const HostPlace vlan = all_of(key.vlan);
    std::uint32_t slot = vlans_.find(vlan);
    slot = slot == vlans_.kNone ? vlans_.insert(vlan) : slot;
    vlans_[slot] = std::max(vlans_[slot], packet.time);
    const BaselineHostIndex known = context.baseline->host(key);
    const std::uint32_t position = known == kNone ? kNone : positions_[known];
    if (position == kNone) {
      return;
    }
    Host& host = hosts_[position];
    host.last = std::max(host.last, packet.time);
    host.packet = packet;
    host.seen = true;
    if (host.told) {
      host.told = false;
      out.refine(host.alert, Outcome::success, packet);
    }
  };
  if (asset.addresses.empty()) {
    at({.ip = {}, .mac = asset.mac, .vlan = {}});
  }
  for (const AddressUse& use : asset.addresses) {
    at({.ip = use.ip, .mac = asset.mac, .vlan = use.vlan});
  }
}

// Where nobody of its VLAN is heard, the mirror does not show it.
bool SilentHosts::hidden(const HostPlace& place, Timestamp now) const {
  const std::uint32_t slot = vlans_.peek(all_of(place.vlan));
  return slot == vlans_.kNone || now - vlans_[slot] > kBlindAfter;
}

void SilentHosts::check(const PacketRef& packet, const RuleContext& context,
                        const SilentUnits& units, FindingSink& out) {
  const Timestamp now = packet.time;
  for (Host& host : hosts_) {
    if (context.choice->at(host.zone) != context.baseline) {
      host.last = std::max(host.last, now);
    }
    if (host.told || seconds(now - host.last) <= host.limit) {
      continue;
    }
    const HostPlace& place = context.baseline->host_entry(host.host).place;
    if (hidden(place, now) || units.tells_of(place)) {
      host.last = now;
      continue;
    }
    host.told = true;
    host.alert = out.raise(finding_of(host, packet, context));
  }
}

Finding SilentHosts::finding_of(const Host& host, const PacketRef& packet,
                                const RuleContext& context) {
  const BaselineHost& known = context.baseline->host_entry(host.host);
  Finding finding;
  finding.source = party_of(known.place, context);
  finding.source.mac = known.mac;
  finding.times = 1;
  const std::string since = seconds_words(seconds(packet.time - host.last));
  const std::string learned = "never quiet for longer than " + seconds_words(*known.quiet);
  finding.why = host_words(host_of(known), context.policy) + " was " + learned +
                " while the baseline was learned; nothing was heard of it " +
                (host.seen ? "for " : "in the first ") + since + '.';
  finding.baseline = {"hosts: " + to_string(known.place), learned, "nothing for " + since};
  complete_silence(finding, " unseen", context);
  finding.accept = ignore_entry(finding, context.policy, packet.time);
  if (host.seen) {
    finding.evidence.push_back(host.packet);
  }
  finding.evidence.push_back(packet);
  return finding;
}

}  // namespace prahari
