#include "rules/ot_findings.hpp"

#include <algorithm>

namespace prahari {
namespace {

constexpr std::size_t kPacketsKept = 100;  // of one that waits

// What waits and what is found once more, as the alert of both.
void merge(Finding& known, Finding& more) {
  known.times += more.times;
  if (more.severity >= known.severity) {
    known.severity = more.severity;
    known.certin = more.certin;
    known.why = std::move(more.why);
    known.outcome = more.outcome;
  }
  for (const PacketRef& packet : more.evidence) {
    if (known.evidence.size() < kPacketsKept) {
      known.evidence.push_back(packet);
    } else {
      known.evidence.back() = packet;
    }
  }
}

}  // namespace

InOt OtFindings::side(const Finding& finding, OtEnd end, const RuleContext& context) {
  const auto of = [&](const Party& party) {
    return ot_side(host_key(party), party.asset, context);
  };
  if (end != OtEnd::either) {
    return of(end == OtEnd::source ? finding.source : finding.destination);
  }
  const InOt source = of(finding.source);
  const InOt destination = of(finding.destination);
  if (source == InOt::yes || destination == InOt::yes) {
    return InOt::yes;
  }
  return source == InOt::no && destination == InOt::no ? InOt::no : InOt::unknown;
}

AlertHandle OtFindings::pass(Finding finding, const RuleContext& context, FindingSink& out) const {
  if (complete_ != nullptr) {
    complete_(finding, context);
  }
  return out.raise(std::move(finding));
}

AlertHandle OtFindings::raise(OtEnd end, Finding finding, const RuleContext& context,
                              FindingSink& out) {
  switch (side(finding, end, context)) {
    case InOt::yes: {
      // What waits for the same key came first.
      const std::uint32_t slot = waiting_.find(finding.dedup_key);
      if (slot != waiting_.kNone) {
        Finding first = std::move(waiting_[slot].finding);
        waiting_.erase(slot);
        merge(first, finding);
        finding = std::move(first);
      }
      return pass(std::move(finding), context, out);
    }
    case InOt::unknown:
      wait(end, std::move(finding), context);
      break;
    case InOt::no:
      break;
  }
  return {};
}

void OtFindings::wait(OtEnd end, Finding finding, const RuleContext& context) {
  if (const std::uint32_t slot = waiting_.find(finding.dedup_key); slot != waiting_.kNone) {
    merge(waiting_[slot].finding, finding);
    return;
  }
  Waiting& made = waiting_[waiting_.insert(finding.dedup_key)];
  made.source = keep(finding.source, context.inventory);
  made.destination = keep(finding.destination, context.inventory);
  made.end = end;
  made.finding = std::move(finding);
}

void OtFindings::look(const RuleContext& context, FindingSink& out) {
  waiting_.for_each([&](std::uint32_t slot) {
    Waiting& it = waiting_[slot];
    it.finding.source = recall(it.source, context.inventory);
    it.finding.destination = recall(it.destination, context.inventory);
    const InOt in = side(it.finding, it.end, context);
    if (in == InOt::unknown) {
      return;
    }
    Finding finding = std::move(it.finding);
    waiting_.erase(slot);
    if (in == InOt::yes) {
      pass(std::move(finding), context, out);
    }
  });
}

}  // namespace prahari
