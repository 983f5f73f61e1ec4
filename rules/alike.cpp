#include "rules/alike.hpp"

#include <algorithm>

#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::chrono::minutes kWindow{1};

bool values_alike(const Baseline& baseline, BaselineLinkIndex link, const TargetQuery& target,
                  const MessageFacts& message) {
  const std::optional<ValueRange> usual = baseline.values_alike(link, target);
  if (!usual) {
    return true;
  }
  return std::all_of(message.values.begin(), message.values.begin() + message.value_count,
                     [&](double value) {
                       return value >= usual->least && value <= usual->most;  // nor is NaN alike
                     });
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
      !values_alike(baseline, link, seen.query, event.message)) {
    return false;
  }
  const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
  const double most = context.policy.threshold(kind_, kAlikeThreshold, zone);
  return few_of_late({&baseline, link}, seen.query, event.packet.time, most);
}

bool Alike::few_of_late(const Link& link, const TargetQuery& target, Timestamp now, double most) {
  std::uint32_t slot = recent_.find(link);
  if (slot == recent_.kNone) {
    slot = recent_.insert(link);
    recent_[slot].since = now;
  }
  Recent& recent = recent_[slot];
  if (const auto age = now - recent.since; age > kWindow || age < -kWindow) {
    recent = {};
    recent.since = now;
  }
  const std::uint64_t print = Hasher{seed_}
                                  .add(target.table)
                                  .add(target.text)
                                  .add(std::uint64_t{target.first} << 32U | target.count)
                                  .add(target.unit)
                                  .value();
  const auto end = recent.targets.begin() + std::min<std::size_t>(recent.count, kMostRecent);
  if (std::find(recent.targets.begin(), end, print) == end) {
    if (recent.count < kMostRecent) {
      recent.targets[recent.count] = print;
    }
    ++recent.count;
  }
  return recent.count <= most;
}

}  // namespace prahari
