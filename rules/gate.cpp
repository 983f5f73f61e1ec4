#include "rules/gate.hpp"

#include <algorithm>

#include "rules/describe.hpp"

namespace prahari {
namespace {

// Handles of silenced findings name an [[ignore]], or none (switched off), and the epoch instead
// of an alert: they lie at the top of the slots, where no table of alerts reaches.
constexpr std::uint32_t kSilencedFirst = 0xffff0000;
constexpr std::uint32_t kSwitchedOff = 0xfffffffe;
constexpr std::uint32_t kMostRaised = 1U << 20U;

Timestamp time_of(const Finding& finding) noexcept {
  return finding.evidence.empty() ? Timestamp{} : finding.evidence.back().time;
}

bool names_host(const Party& party) noexcept { return !party.ip.empty() || !party.mac.empty(); }

}  // namespace

Gate::Gate(const Policy& policy, FindingSink& out)
    : policy_(policy),
      out_(out),
      ignored_(policy.site().ignores.size()),
      permitted_(policy.site().permits.size()) {
  for (const Ignore& ignore : policy.site().ignores) {
    if (ignore.until) {
      boundaries_.push_back(*ignore.until);
    }
  }
  for (const Permit& permit : policy.site().permits) {
    boundaries_.insert(boundaries_.end(), {permit.valid_from, permit.valid_to});
  }
  std::ranges::sort(boundaries_);
}

std::uint32_t Gate::epoch_at(Timestamp now) const noexcept {
  return static_cast<std::uint32_t>(std::ranges::upper_bound(boundaries_, now) -
                                    boundaries_.begin());
}

void Gate::fill_zones(Finding& finding) const {
  for (Party* party : {&finding.source, &finding.destination}) {
    if (party->zone.empty() && names_host(*party) && policy_.has_zones()) {
      party->zone = policy_.zone_name(policy_.zone_of(host_key(*party)));
    }
  }
  if (finding.policy.file.empty() && !finding.policy.rule.empty()) {
    finding.policy.file = policy_.site().file;
  }
}

bool Gate::is_off(const Finding& finding) const noexcept {
  const auto off_at = [&](const Party& party) {
    return names_host(party) && policy_.is_off(finding.kind, policy_.zone_of(host_key(party)));
  };
  return policy_.has_zones() && (off_at(finding.source) || off_at(finding.destination));
}

AlertHandle Gate::silence(const Ignore& ignore, Timestamp now, std::uint32_t times) {
  const auto index = static_cast<std::uint32_t>(&ignore - policy_.site().ignores.data());
  ignored_[index] += times;
  // With more entries than fit, the handle is none, and each finding is looked at anew.
  return kSilencedFirst + index < kSwitchedOff ? AlertHandle{kSilencedFirst + index, epoch_at(now)}
                                               : AlertHandle{};
}

std::uint32_t Gate::permit(Finding& finding, Timestamp now) {
  if (!finding.has_operation) {
    return kNone;
  }
  const Permit* permit = policy_.permitted(host_key(finding.source), host_key(finding.destination),
                                           finding.operation, now);
  if (permit == nullptr) {
    return kNone;
  }
  const auto index = static_cast<std::uint32_t>(permit - policy_.site().permits.data());
  permitted_[index] += finding.times;
  finding.severity = Severity::info;
  finding.certin = CertInClass::none;
  finding.why += " This is covered by permit " + permit->ticket + '.';
  finding.accept.clear();
  finding.policy = {.rule = "permit " + permit->ticket,
                    .file = policy_.site().file_of(permit->file),
                    .line = permit->line};
  // Not one alert with what happens outside the permit.
  finding.dedup_key += "|permit " + permit->ticket;
  return index;
}

AlertHandle Gate::raise(Finding finding) {
  const Timestamp now = time_of(finding);
  if (is_off(finding)) {
    switched_off_ += finding.times;
    return {kSwitchedOff, 0};
  }
  if (const Ignore* ignore = policy_.ignored(finding, now)) {
    return silence(*ignore, now, finding.times);
  }
  const std::uint32_t covered_by = permit(finding, now);
  fill_zones(finding);
  const AlertHandle handle = out_.raise(std::move(finding));
  if (!boundaries_.empty() && handle.slot < kMostRaised) {
    raised_.resize(std::max<std::size_t>(raised_.size(), handle.slot + std::size_t{1}));
    raised_[handle.slot] = {handle.generation, epoch_at(now), covered_by};
  }
  return handle;
}

bool Gate::again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) {
  if (handle.slot == kNone) {
    return false;
  }
  if (handle.slot == kSwitchedOff) {
    switched_off_ += times;
    return true;
  }
  if (handle.slot >= kSilencedFirst) {
    if (handle.generation != epoch_at(packet.time)) {
      return false;
    }
    ignored_[handle.slot - kSilencedFirst] += times;
    return true;
  }
  if (!boundaries_.empty()) {
    const bool known =
        handle.slot < raised_.size() && raised_[handle.slot].generation == handle.generation;
    if (!known || raised_[handle.slot].epoch != epoch_at(packet.time)) {
      return false;
    }
  }
  if (!out_.again(handle, packet, times)) {
    return false;
  }
  if (!boundaries_.empty() && raised_[handle.slot].permit != kNone) {
    permitted_[raised_[handle.slot].permit] += times;
  }
  return true;
}

void Gate::refine(AlertHandle handle, Outcome outcome, const PacketRef& packet) {
  if (handle.slot < kSilencedFirst) {
    out_.refine(handle, outcome, packet);
  }
}

std::vector<SilencedCount> Gate::silenced() const {
  std::vector<SilencedCount> counts;
  counts.reserve(ignored_.size());
  for (std::size_t i = 0; i < ignored_.size(); ++i) {
    counts.push_back({&policy_.site().ignores[i], ignored_[i]});
  }
  return counts;
}

std::vector<PermittedCount> Gate::permitted() const {
  std::vector<PermittedCount> counts;
  counts.reserve(permitted_.size());
  for (std::size_t i = 0; i < permitted_.size(); ++i) {
    counts.push_back({&policy_.site().permits[i], permitted_[i]});
  }
  return counts;
}

}  // namespace prahari
