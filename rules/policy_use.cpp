#include "rules/policy_use.hpp"

#include <algorithm>
#include <tuple>

#include "dissectors/hash.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostFlows = std::size_t{1} << 20;
constexpr std::size_t kMostRefused = std::size_t{1} << 16;
constexpr std::size_t kMostViolations = std::size_t{1} << 16;
constexpr std::size_t kWholeConduit = ~std::size_t{0};

Timestamp time_of(const Finding& finding, bool first) noexcept {
  if (finding.evidence.empty()) {
    return {};
  }
  return (first ? finding.evidence.front() : finding.evidence.back()).time;
}

}  // namespace

void UseCount::add(std::uint64_t more, Timestamp time) noexcept {
  first = used() ? std::min(first, time) : time;
  last = used() ? std::max(last, time) : time;
  messages += more;
}

PolicyUse::PolicyUse(const Site& site) : site_(site), counts_(site.conduits.size()) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i].entries.resize(site.conduits[i].allow.size());
  }
}

std::size_t PolicyUse::index_of(const Conduit& conduit) const noexcept {
  return static_cast<std::size_t>(&conduit - site_.conduits.data());
}

bool PolicyUse::fresh_flow(const Event& event, std::size_t conduit, std::size_t entry) {
  if (flows_.size() >= kMostFlows) {
    overflowed_ = true;
    return false;
  }
  const std::uint64_t flow = std::uint64_t{event.flow.index()} << 32U | event.flow.generation;
  return flows_
      .insert(Hasher{0}.add(flow).add(std::uint64_t{conduit}).add(std::uint64_t{entry}).value())
      .second;
}

void PolicyUse::allowed(const ZonePair& /*zones*/, const Event& event, const Verdict& verdict,
                        std::uint32_t times) {
  if (verdict.conduit == nullptr || verdict.allow == nullptr || verdict.exception != nullptr) {
    return;
  }
  const std::size_t conduit = index_of(*verdict.conduit);
  const auto entry = static_cast<std::size_t>(verdict.allow - verdict.conduit->allow.data());
  ConduitCounts& counts = counts_[conduit];
  const std::uint64_t messages = event.kind == EventKind::flow ? 0 : times;
  const struct {
    UseCount& count;
    std::size_t entry;
  } places[] = {{counts.all, kWholeConduit}, {counts.entries[entry], entry}};
  for (const auto& place : places) {
    place.count.add(messages, event.packet.time);
    place.count.flows += fresh_flow(event, conduit, place.entry) ? 1U : 0U;
  }
}

void PolicyUse::refused(const ZonePair& /*zones*/, const Event& event, const Request& request,
                        std::uint32_t times) {
  RefusedKey key{event.client.ip, event.server.ip, protocol_words(event)};
  if (request.has_operation) {
    key.what += ':' + std::string{to_string(request.operation)};
  }
  UseCount count;
  count.add(request.has_operation ? times : 0, event.packet.time);
  count.flows = request.has_operation ? 0 : times;
  add_refused(key, count);
}

void PolicyUse::add_refused(const RefusedKey& key, const UseCount& count) {
  const auto found = refused_.find(key);
  if (found == refused_.end() && refused_.size() >= kMostRefused) {
    overflowed_ = true;
    return;
  }
  UseCount& known = found == refused_.end() ? refused_[key] : found->second;
  known.add(count.messages, count.first);
  known.flows += count.flows;
  known.last = std::max(known.last, count.last);
}

void PolicyUse::add(const Conduit& conduit, const Allow* allow, const UseCount& count) {
  ConduitCounts& counts = counts_[index_of(conduit)];
  const auto add_to = [&](UseCount& to) {
    to.add(count.messages, count.first);
    to.flows += count.flows;
    to.last = std::max(to.last, count.last);
  };
  add_to(counts.all);
  if (allow != nullptr) {
    add_to(counts.entries[static_cast<std::size_t>(allow - conduit.allow.data())]);
  }
}

const UseCount& PolicyUse::of(const Conduit& conduit) const noexcept {
  return counts_[index_of(conduit)].all;
}

const UseCount& PolicyUse::of(const Conduit& conduit, const Allow& allow) const noexcept {
  return counts_[index_of(conduit)]
      .entries[static_cast<std::size_t>(&allow - conduit.allow.data())];
}

AlertHandle ViolationBook::raise(Finding finding) {
  const auto known = by_cause_.find(finding.dedup_key);
  if (known != by_cause_.end()) {
    Violation& violation = all_[known->second];
    violation.count += finding.times;
    violation.last = std::max(violation.last, time_of(finding, false));
    violation.finding.severity = std::max(violation.finding.severity, finding.severity);
    return {known->second, 1};
  }
  if (all_.size() >= kMostViolations) {
    left_out_ += finding.times;
    return {};
  }
  const auto index = static_cast<std::uint32_t>(all_.size());
  by_cause_.emplace(finding.dedup_key, index);
  Violation& violation = all_.emplace_back();
  violation.count = finding.times;
  violation.first = time_of(finding, true);
  violation.last = time_of(finding, false);
  violation.permitted = finding.policy.rule.starts_with("permit ");
  violation.finding = std::move(finding);
  return {index, 1};
}

bool ViolationBook::again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) {
  if (handle.slot >= all_.size()) {
    return false;
  }
  all_[handle.slot].count += times;
  all_[handle.slot].last = std::max(all_[handle.slot].last, packet.time);
  return true;
}

std::vector<const Violation*> ViolationBook::in_order() const {
  std::vector<const Violation*> sorted;
  sorted.reserve(all_.size());
  for (const Violation& violation : all_) {
    sorted.push_back(&violation);
  }
  std::ranges::sort(sorted, [](const Violation* a, const Violation* b) {
    return std::tie(a->first, a->finding.dedup_key) < std::tie(b->first, b->finding.dedup_key);
  });
  return sorted;
}

}  // namespace prahari
