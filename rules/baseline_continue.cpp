#include "rules/baseline_continue.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <tuple>

#include "rules/baseline_keys.hpp"

namespace prahari {
namespace {

// Of one zone: which entries of `now` were not there before, and what found no room.
struct Count {
  bool before_was_longer;
  std::uint64_t fresh = 0;
  std::uint64_t not_kept = 0;
};

void join(BaselineHost& now, const BaselineHost& before, const Count& /*count*/) {
  if (before.quiet) {
    now.quiet = std::max(now.quiet.value_or(0), *before.quiet);
  }
}
void join(BaselineFact& /*now*/, const BaselineFact& /*before*/, const Count& /*count*/) {}
void join(BaselineCertificate& /*now*/, const BaselineCertificate& /*before*/,
          const Count& /*count*/) {}
void join(BaselineOperation& now, const BaselineOperation& before, const Count& /*count*/) {
  if (before.size) {
    now.size = now.size.value_or(*before.size);
    now.size->add(before.size->least);
    now.size->add(before.size->most);
  }
}

template <class Value>
void prefer(std::optional<Value>& now, const std::optional<Value>& before, const Count& count) {
  if (!now || (before && count.before_was_longer)) {
    now = before;
  }
}

void join(BaselineTalker& now, const BaselineTalker& before, const Count& count) {
  now.decoded = now.decoded || before.decoded;
  prefer(now.per_minute, before.per_minute, count);
  prefer(now.write_rate, before.write_rate, count);
  prefer(now.bytes_per_minute, before.bytes_per_minute, count);
}

void join(BaselineTarget& now, const BaselineTarget& before, const Count& /*count*/) {
  now.times += before.times;
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    if (i == now.values.size()) {
      now.values.push_back(before.values[i]);
    }
    now.values[i].least = std::min(now.values[i].least, before.values[i].least);
    now.values[i].most = std::max(now.values[i].most, before.values[i].most);
  }
  if (before.step) {
    now.step = std::max(now.step.value_or(0), *before.step);
  }
  now.limits = now.limits ? now.limits : before.limits;
  now.most_step = now.most_step ? now.most_step : before.most_step;
}

void join(BaselinePoll& now, const BaselinePoll& before, const Count& /*count*/) {
  if (before.times > now.times) {
    now = before;
  }
}

bool numbers(const BaselineTarget& target) {
  return target.text.empty() && target.first <= target.last;
}

// Reads are ranges that were joined, so one may lie inside another.
bool inside(const BaselineTarget& one, const BaselineTarget& other) {
  return numbers(one) && numbers(other) && one.link == other.link && one.unit == other.unit &&
         one.table == other.table && other.first <= one.first && one.last <= other.last;
}

template <class Entry>
void keep(std::vector<Entry>& entries, std::uint64_t& room, std::uint64_t& not_kept) {
  if (entries.size() > room) {
    not_kept += entries.size() - room;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(room), entries.end());
  }
  room -= entries.size();
}

// `room`: of entries of this sort, in this zone and in those that follow. What stood there before
// comes first.
template <class Entry>
void unite(std::vector<Entry>& now, std::vector<Entry>& before, std::uint64_t& room, Count& count) {
  const auto less = [](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); };
  std::ranges::sort(now, less);
  std::ranges::sort(before, less);
  std::vector<Entry> out;
  std::vector<Entry> fresh;
  auto at = before.begin();
  for (Entry& entry : now) {
    for (; at != before.end() && key_of(*at) < key_of(entry); ++at) {
      out.push_back(std::move(*at));
    }
    if (at != before.end() && key_of(*at) == key_of(entry)) {
      join(entry, *at, count);
      ++at;
      out.push_back(std::move(entry));
    } else {
      fresh.push_back(std::move(entry));
    }
  }
  std::move(at, before.end(), std::back_inserter(out));
  keep(out, room, count.not_kept);
  count.fresh += fresh.size();
  keep(fresh, room, count.not_kept);
  std::ranges::move(fresh, std::back_inserter(out));
  now = std::move(out);
}

// Drops what lies inside another range; sorted by link, unit, table and first.
void drop_inner(std::vector<BaselineTarget>& reads) {
  std::ranges::sort(reads, [](const BaselineTarget& a, const BaselineTarget& b) {
    return std::tuple_cat(key_of(a.link), std::tie(a.unit, a.table, a.text, a.first, b.last)) <
           std::tuple_cat(key_of(b.link), std::tie(b.unit, b.table, b.text, b.first, a.last));
  });
  std::vector<BaselineTarget> out;
  for (BaselineTarget& one : reads) {
    if (out.empty() || !inside(one, out.back())) {
      out.push_back(std::move(one));
    }
  }
  reads = std::move(out);
}

std::uint64_t entries_of(const BaselineZone& zone) {
  return zone.hosts.size() + zone.talkers.size() + zone.operations.size() + zone.writes.size();
}

LearningProgress joined(const LearningProgress& before, LearningProgress now, const Count& count) {
  now.from = before.from;
  now.not_kept += before.not_kept + count.not_kept;
  if (count.fresh == 0) {
    now.last_new = before.last_new;
    const auto span = now.to - now.from;
    const bool late = std::chrono::duration<double>(now.to - before.last_new) <
                      std::chrono::duration<double>(span) * LearningProgress::kShare;
    now.new_of_late = late ? before.new_of_late : 0;
  } else {
    now.new_of_late = count.fresh;
  }
  return now;
}

struct Room {
  std::uint64_t hosts;
  std::uint64_t links;
  std::uint64_t operations;
  std::uint64_t targets;
  std::uint64_t polls;
};

void continue_zone(BaselineZone& now, BaselineZone& before, Room& room) {
  const LearningProgress& longer = before.progress;
  Count count{.before_was_longer = longer.to - longer.from > now.progress.to - now.progress.from};
  unite(now.hosts, before.hosts, room.hosts, count);
  unite(now.talkers, before.talkers, room.links, count);
  unite(now.operations, before.operations, room.operations, count);
  unite(now.writes, before.writes, room.targets, count);
  const std::uint64_t fresh = count.fresh;  // the rest is no news
  unite(now.reads, before.reads, room.targets, count);
  drop_inner(now.reads);
  unite(now.polls, before.polls, room.polls, count);
  unite(now.facts, before.facts, room.hosts, count);
  unite(now.certificates, before.certificates, room.hosts, count);
  count.fresh = fresh;
  now.hours |= before.hours;
  now.progress = joined(before.progress, now.progress, count);
  now.progress.entries = entries_of(now);
}

}  // namespace

BaselineData continued(BaselineData before, BaselineData now, const LearnerLimits& limits,
                       const std::function<bool(std::string_view zone)>& keeps) {
  // A host has a few addresses, facts and certificates.
  constexpr std::uint64_t kOfHosts = 16;
  Room room{.hosts = kOfHosts * limits.links,
            .links = limits.links,
            .operations = limits.operations,
            .targets = limits.targets,
            .polls = limits.polls};
  for (BaselineZone& old : before.zones) {
    if (!keeps(old.name)) {
      continue;
    }
    auto zone = std::ranges::find(now.zones, old.name, &BaselineZone::name);
    if (zone == now.zones.end()) {
      BaselineZone silent;
      silent.name = old.name;
      silent.progress.from = silent.progress.last_new = now.from;
      silent.progress.to = now.to;
      zone = now.zones.insert(now.zones.end(), std::move(silent));
    }
    continue_zone(*zone, old, room);
  }
  now.from = before.from == Timestamp{} ? now.from : std::min(before.from, now.from);
  sort(now);
  return now;
}

}  // namespace prahari
