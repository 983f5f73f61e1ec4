// What was learned as a proposal.

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "inventory/asset_key.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/learner_impl.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::uint64_t kLeastPolls = 8;
constexpr std::uint64_t kLeastIntervals = 3;
// A poll goes on most of the time, at nearly the same pace.
constexpr double kLeastCover = 0.5;
constexpr double kMostSpread = 0.5;
constexpr std::uint64_t kLeastMinutes = 3;
// A device with more addresses than this is a router that was not recognised.
constexpr std::size_t kMostAddresses = 8;
constexpr std::uint8_t kSure = 90;  // confidence of what a device says about itself

constexpr auto kKeptFields = std::to_array<Identity::Field>(
    {Identity::Field::vendor, Identity::Field::product, Identity::Field::model,
     Identity::Field::order_number, Identity::Field::hardware, Identity::Field::firmware,
     Identity::Field::serial});

double seconds(Timestamp::duration span) { return std::chrono::duration<double>(span).count(); }

BaselineZone& zone_in(BaselineData& data, std::string_view name) {
  const auto at = std::ranges::find(data.zones, name, &BaselineZone::name);
  if (at != data.zones.end()) {
    return *at;
  }
  data.zones.emplace_back().name = name;
  return data.zones.back();
}

std::optional<RobustRange> range_of(const MinuteCount& count) {
  return count.sample().seen() < kLeastMinutes ? std::nullopt
                                               : std::optional{count.sample().range()};
}

void add_facts(const Asset& asset, const HostPlace& place, BaselineZone& zone) {
  for (const Fact& fact : asset.facts) {
    if (fact.confidence < kSure ||
        std::ranges::find(kKeptFields, fact.field) == kKeptFields.end()) {
      continue;
    }
    const auto same = [&](const Fact& other) {
      return other.field == fact.field && other.unit == fact.unit && other.source == fact.source;
    };
    const bool later = std::ranges::any_of(asset.facts, [&](const Fact& other) {
      return same(other) && other.confidence >= kSure &&
             (other.last > fact.last || (other.last == fact.last && other.value > fact.value));
    });
    if (!later) {
      zone.facts.push_back({place, fact.unit, fact.field, fact.source, fact.value});
    }
  }
}

void add_certificates(const Asset& asset, const HostPlace& place, BaselineZone& zone) {
  for (const PostureFact& fact : asset.postures) {
    if (fact.aspect != Posture::Aspect::certificate || fact.as_client || fact.thumbprint.empty()) {
      continue;
    }
    const bool known = std::ranges::any_of(zone.certificates, [&](const BaselineCertificate& one) {
      return one.host == place && one.protocol == fact.protocol && one.use == fact.what &&
             one.thumbprint == fact.thumbprint;
    });
    if (!known) {
      zone.certificates.push_back({place, fact.protocol, fact.what, fact.thumbprint});
    }
  }
}

// Ranges of numbers that touch are one entry; the file of a plant that reads thousands of
// registers one by one stays readable.
void join_reads(std::vector<BaselineTarget>& reads) {
  std::vector<BaselineTarget> out;
  for (BaselineTarget& one : reads) {
    const bool joins = !out.empty() && out.back().link == one.link && out.back().unit == one.unit &&
                       out.back().table == one.table && out.back().text.empty() &&
                       one.text.empty() && out.back().first <= out.back().last &&
                       one.first <= one.last && one.first <= std::uint64_t{out.back().last} + 1;
    if (joins) {
      out.back().last = std::max(out.back().last, one.last);
    } else {
      out.push_back(std::move(one));
    }
  }
  reads = std::move(out);
}

}  // namespace

void Learner::Impl::note_new(BaselineZone& zone, Timestamp since) const {
  const auto span = to_ - from_;
  ++zone.progress.entries;
  zone.progress.last_new = std::max(zone.progress.last_new, since);
  if (seconds(to_ - since) < seconds(span) * LearningProgress::kShare) {
    ++zone.progress.new_of_late;
  }
}

BaselineLink Learner::Impl::link_of(std::uint32_t slot) const {
  const LinkKey& key = links_.key(slot);
  return {key.client, key.server, key.service};
}

// A device is heard when any of its parts is.
std::optional<double> Learner::Impl::quiet_of(AssetIndex row) const {
  std::optional<double> out;
  std::vector<AssetIndex> parts = inventory_.parts_of(row);
  parts.push_back(row);
  for (const AssetIndex part : parts) {
    if (part < present_.size() && present_[part].heard) {
      const Presence& one = present_[part];
      const double longest = std::round(seconds(std::max(one.quiet, to_ - one.last)));
      out = out ? std::min(*out, longest) : longest;
    }
  }
  return out;
}

void Learner::Impl::export_asset(AssetIndex index, BaselineData& out) {
  const Asset& asset = inventory_.asset(index);
  const bool routes = asset.has_role(Role::router) || asset.addresses.size() > kMostAddresses;
  BaselineHost host;
  host.mac = routes ? MacAddress{} : asset.mac;
  host.quiet = routes ? std::nullopt : quiet_of(index);
  host.role = asset.roles.empty() ? "" : std::string(to_string(asset.roles.front().role));
  const Fact* name = asset.best(Identity::Field::name);
  host.name = name == nullptr ? std::string{} : printable(name->value);
  bool first = true;
  const auto add = [&](const HostPlace& place) {
    host.place = place;
    const HostKey key{place.ip, asset.mac, place.vlan};
    const SiteAsset* given = policy_.asset_of(key);
    host.name = given == nullptr ? host.name : given->name;
    BaselineZone& zone = zone_in(out, section_of(key, policy_));
    zone.hosts.push_back(host);
    note_new(zone, asset.first_seen);
    if (first) {
      add_facts(asset, place, zone);
      add_certificates(asset, place, zone);
    }
    first = false;
  };
  if (!asset.mac.empty() && (asset.addresses.empty() || routes)) {
    host.mac = asset.mac;
    add({.ip = {}, .mac = asset.mac, .vlan = {}});
    host.mac = routes ? MacAddress{} : asset.mac;
  }
  for (const AddressUse& use : asset.addresses) {
    if (names_host(use.ip) && (use.heard || use.confirmed || asset.mac.empty())) {
      add({.ip = use.ip, .mac = {}, .vlan = use.vlan});
    }
  }
}

void Learner::Impl::export_hosts(BaselineData& out) {
  for (const AssetIndex index : inventory_.assets_in_order()) {
    if (inventory_.asset(index).present()) {
      export_asset(index, out);
    }
  }
}

void Learner::Impl::export_links(BaselineData& out) {
  links_.for_each([&](std::uint32_t slot) {
    const LearnedLink& link = links_[slot];
    BaselineZone& zone = zone_in(out, sections_[link.zone]);
    BaselineTalker talker{.link = link_of(slot),
                          .decoded = link.decoded,
                          .per_minute = range_of(link.messages),
                          .write_rate = range_of(link.writes),
                          .bytes_per_minute = std::nullopt};
    const double minutes = seconds(link.last - link.since) / 60;
    if (link.bytes > 0 && minutes >= 1) {
      talker.bytes_per_minute = RobustSample::rounded(static_cast<double>(link.bytes) / minutes);
    }
    zone.talkers.push_back(talker);
    note_new(zone, link.since);
  });
}

void Learner::Impl::export_operations(BaselineData& out) {
  operations_.for_each([&](std::uint32_t slot) {
    const OperationKey& key = operations_.key(slot);
    const LearnedOperation& learned = operations_[slot];
    BaselineZone& zone = zone_in(out, sections_[links_[key.link].zone]);
    zone.operations.push_back(
        {.link = link_of(key.link),
         .operation = key.operation,
         .function = key.function,
         .sub_function = key.sub_function,
         .object = printable(learned.object),
         .name = std::string(learned.name),
         .size = learned.size.most > 0 ? std::optional{learned.size} : std::nullopt});
    note_new(zone, learned.since);
  });
}

void Learner::Impl::export_targets(BaselineData& out) {
  targets_.for_each([&](std::uint32_t slot) {
    const TargetKey& key = targets_.key(slot);
    const LearnedTarget& learned = targets_[slot];
    BaselineZone& zone = zone_in(out, sections_[links_[key.link].zone]);
    BaselineTarget target;
    target.link = link_of(key.link);
    target.unit = key.unit;
    target.table = learned.table;
    target.first = key.count > 0 ? key.first : 1;
    target.last = key.count > 0 ? key.first + (key.count - 1) : 0;
    target.text = learned.text;
    if (learned.elements > 1) {
      target.first = 0;
      target.last = learned.elements - 1;
    }
    target.times = learned.times;
    target.values.assign(learned.values.begin(), learned.values.begin() + learned.value_count);
    if (learned.stepped) {
      target.step = learned.step;
    }
    (key.write ? zone.writes : zone.reads).push_back(std::move(target));
    if (key.write) {
      note_new(zone, learned.since);
    }
  });
}

bool Learner::Impl::periodic(const LearnedPoll& poll) const {
  const double period = seconds(to_ - from_);
  const double covered = seconds(poll.last - poll.since);
  const RobustRange range = poll.intervals.range();
  return poll.times >= kLeastPolls && poll.intervals.seen() >= kLeastIntervals &&
         range.median > 0 && range.mad <= kMostSpread * range.median &&
         covered >= kLeastCover * period &&
         static_cast<double>(poll.times) * range.median >= kLeastCover * covered;
}

void Learner::Impl::export_polls(BaselineData& out) {
  polls_.for_each([&](std::uint32_t slot) {
    const PollKey& key = polls_.key(slot);
    const LearnedPoll& learned = polls_[slot];
    if (!periodic(learned)) {
      return;
    }
    BaselineZone& zone = zone_in(out, sections_[links_[key.link].zone]);
    zone.polls.push_back({.link = link_of(key.link),
                          .unit = key.unit,
                          .function = key.function,
                          .sub_function = key.sub_function,
                          .address = key.address,
                          .by_client = key.by_client,
                          .text = learned.text,
                          .name = std::string(learned.name),
                          .interval = learned.intervals.range(),
                          .times = learned.times});
  });
}

BaselineData Learner::Impl::learned() {
  BaselineData out;
  out.site = policy_.site().info.name;
  out.from = from_;
  out.to = to_;
  export_hosts(out);
  export_links(out);
  export_operations(out);
  export_targets(out);
  export_polls(out);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    zone_in(out, sections_[i]).hours = hours_[i];
  }
  sort(out);
  for (BaselineZone& zone : out.zones) {
    zone.progress.from = from_;
    zone.progress.to = to_;
    zone.progress.last_new = std::max(zone.progress.last_new, from_);
    zone.progress.not_kept = stats.links + stats.operations + stats.targets + stats.polls;
    join_reads(zone.reads);
  }
  return out;
}

}  // namespace prahari
