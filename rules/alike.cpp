#include "rules/alike.hpp"

#include <algorithm>

#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/write_limits.hpp"

namespace prahari {
namespace {

constexpr std::chrono::minutes kWindow{1};
constexpr std::chrono::hours kDay{24};

bool over(Timestamp since, Timestamp now, Timestamp::duration window) noexcept {
  const auto age = now - since;
  return age > window || age < -window;
}

bool values_alike(const Baseline& baseline, BaselineLinkIndex link, const TargetQuery& target,
                  const MessageFacts& message) {
  const std::optional<ValueRange> usual = baseline.values_alike(link, target);
  if (!usual) {
    return true;
  }
  for (std::size_t i = 0; i < message.values.size(); ++i) {
    const double value = message.values[i];
    const bool alike = value >= usual->least && value <= usual->most;  // NaN is not
    if (!alike) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool Alike::counts_as_known(BaselineLinkIndex link, const Event& event,
                            const RuleContext& context) {
  if (event.message.operation != Operation::write) {
    return false;
  }
  SeenTarget seen;
  see_target(event, seen);
  const Baseline& baseline = *context.baseline;
  if (seen.forgotten || (!baseline.writes(link, seen.query) && !baseline.alike(link, seen.query)) ||
      !values_alike(baseline, link, seen.query, event.message) ||
      breach_of_limits(baseline, link, seen.query, event.message.values)) {
    return false;
  }
  const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
  const Most most{context.policy.threshold(kind_, kAlikeThreshold, zone),
                  context.policy.threshold(kind_, kAlikeDayThreshold, zone)};
  return few_of_late({&baseline, link}, seen.query, event.packet.time, most);
}

bool Alike::few_of_late(const Link& link, const TargetQuery& target, Timestamp now,
                        const Most& most) {
  std::uint32_t slot = recent_.find(link);
  if (slot == recent_.kNone) {
    slot = recent_.insert(link);
    recent_[slot].since = recent_[slot].day_since = now;
  }
  const std::uint64_t print = Hasher{seed_}
                                  .add(target.table)
                                  .add(target.text)
                                  .add(std::uint64_t{target.first} << 32U | target.count)
                                  .add(target.unit)
                                  .value();
  Recent& recent = recent_[slot];
  return few_in_minute(recent, print, now, most.in_minute) &&
         few_in_day(recent, print, now, most.in_day);
}

bool Alike::few_in_minute(Recent& recent, std::uint64_t print, Timestamp now, double most) {
  if (over(recent.since, now, kWindow)) {
    recent.since = now;
    recent.count = 0;
  }
  const auto end = recent.targets.begin() + std::min<std::size_t>(recent.count, kMostRecent);
  if (std::find(recent.targets.begin(), end, print) == end) {
    if (recent.count < kMostRecent) {
      recent.targets[recent.count] = print;
    }
    ++recent.count;
  }
  return recent.count <= most;
}

// What counted as known goes on to do so for the day; what comes when the day is full does not.
bool Alike::few_in_day(Recent& recent, std::uint64_t print, Timestamp now, double most) {
  if (over(recent.day_since, now, kDay)) {
    recent.day_since = now;
    recent.day_count = 0;
  }
  const auto end = recent.of_day.begin() + recent.day_count;
  if (std::find(recent.of_day.begin(), end, print) != end) {
    return true;
  }
  if (recent.day_count >= kMostAlikeInDay || recent.day_count >= most) {
    return false;
  }
  recent.of_day[recent.day_count++] = print;
  return true;
}

}  // namespace prahari
