#include "rules/scan_units.hpp"

#include <algorithm>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kCertainly = 20;  // no need to wait whether they are asked again
constexpr std::uint32_t kRound = 2;     // so many other units lie between two turns
constexpr std::chrono::seconds kMinute{60};

// Bit mask of the protocol's problems that say "no answer came".
std::uint32_t timeouts_of(Protocol protocol) noexcept {
  const std::span<const Problem> problems = dissector(protocol).problems;
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < problems.size() && i < 32; ++i) {
    mask |= problems[i].id == "request_timeout" ? 1U << i : 0U;
  }
  return mask;
}

}  // namespace

UnitSweep::UnitSweep() {
  for (std::size_t i = 0; i < timeouts_.size(); ++i) {
    timeouts_[i] = timeouts_of(static_cast<Protocol>(i));
  }
}

UnitSweep::Pair& UnitSweep::pair_of(const Event& event, const RuleContext& context) {
  const HostPair key{event.client.ip, event.server.ip};
  std::uint32_t slot = pairs_.find(key);
  if (slot == pairs_.kNone) {
    slot = pairs_.insert(key);
    pairs_[slot].client = keep(client_party(event, context), context.inventory);
    pairs_[slot].limits = {pairs_[slot].client.party, context.policy};
    pairs_[slot].server = keep(server_party(event, context), context.inventory);
    pairs_[slot].protocol = protocol_words(event);
    pairs_[slot].transport = to_string(event.transport);
  }
  return pairs_[slot];
}

void UnitSweep::on_event(const Event& event, const RuleContext& context) {
  if (event.protocol == Protocol::unknown || !event.flow.valid()) {
    return;
  }
  if (event.kind == EventKind::message && event.message.unit < kUnits) {
    on_message(event, context);
  } else if (event.kind == EventKind::anomaly && event.anomaly.unit < kUnits &&
             event.anomaly.problem < 32 &&
             (timeouts_[static_cast<std::size_t>(event.protocol)] >> event.anomaly.problem & 1U) !=
                 0) {
    on_failure(pair_of(event, context), static_cast<std::uint8_t>(event.anomaly.unit), event,
               event.anomaly.request);
  }
}

void UnitSweep::on_message(const Event& event, const RuleContext& context) {
  const MessageFacts& message = event.message;
  const auto unit = static_cast<std::uint8_t>(message.unit);
  FlowNote& note = notes_.at(event.flow).note;
  switch (message.kind) {
    case Kind::request:
      if (note.asked != message.unit) {
        note.asked = message.unit;
        on_asked(pair_of(event, context), unit);
      }
      break;
    case Kind::response:
      if (note.answered != message.unit && message.status == 0) {
        note.answered = message.unit;
        pair_of(event, context).answered.set(unit);
      }
      break;
    case Kind::exception:
      on_failure(pair_of(event, context), unit, event,
                 message.matched ? message.request : PacketRef{});
      break;
    default:
      break;
  }
}

void UnitSweep::on_asked(Pair& pair, std::uint8_t unit) {
  ++pair.turns;
  if (pair.turn[unit] != 0 && pair.turns - pair.turn[unit] > kRound) {
    pair.polled.set(unit);
  }
  pair.turn[unit] = pair.turns;
}

void UnitSweep::on_failure(Pair& pair, std::uint8_t unit, const Event& event,
                           const PacketRef& request) {
  const auto known = std::ranges::find(pair.failures, unit, &Failure::unit);
  if (known == pair.failures.end() && !pair.answered[unit] && !pair.told[unit]) {
    pair.failures.push_back({unit, event.packet.time, event.packet, request});
    ripe_ = ripe_ || is_ripe(pair);
  }
}

bool UnitSweep::is_ripe(const Pair& pair) noexcept {
  return pair.failures.size() >= pair.limits[ScanLimit::units] ||
         (pair.told.any() && !pair.failures.empty());
}

void UnitSweep::judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
                      FindingSink& out) {
  if (!ripe_) {
    return;
  }
  ripe_ = false;
  pairs_.for_each([&](std::uint32_t slot) {
    Pair& pair = pairs_[slot];
    if (is_ripe(pair)) {
      judge(pair, now, over, book, context, out);
      ripe_ = ripe_ || is_ripe(pair);
    }
  });
}

// Once a pair is told, what fails after it belongs to the same sweep.
void UnitSweep::judge(Pair& pair, Timestamp now, bool over, ScanBook& book,
                      const RuleContext& context, FindingSink& out) {
  std::erase_if(pair.failures, [&](const Failure& failure) {
    return pair.answered[failure.unit] || pair.polled[failure.unit];
  });
  if (pair.failures.empty()) {
    return;
  }
  const Timestamp first = pair.failures.front().time;
  const auto end = std::ranges::find_if(
      pair.failures, [&](const Failure& failure) { return failure.time - first > kMinute; });
  const std::vector<Failure> swept{pair.failures.begin(), end};
  if (!over && swept.size() < kCertainly && now - first < kMinute) {
    return;
  }
  if (swept.size() < pair.limits[ScanLimit::units] && pair.told.none()) {
    pair.failures.erase(pair.failures.begin());  // the window moves on
    return;
  }
  tell(pair, swept, book, context, out);
  pair.failures.erase(pair.failures.begin(),
                      pair.failures.begin() + static_cast<std::ptrdiff_t>(swept.size()));
}

void UnitSweep::tell(Pair& pair, const std::vector<Failure>& swept, ScanBook& book,
                     const RuleContext& context, FindingSink& out) {
  if (pair.told.none()) {
    pair.first = swept.front().time;
  }
  std::vector<PacketRef> packets;
  for (const Failure& failure : swept) {
    pair.told.set(failure.unit);
    if (failure.request.frame != 0) {
      packets.push_back(failure.request);
    }
    packets.push_back(failure.packet);
  }
  std::vector<std::string> names;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    if (pair.told[unit]) {
      names.push_back(std::to_string(unit));
    }
  }
  Finding finding = scan_finding(pair.client, std::move(packets), context);
  finding.destination = recall(pair.server, context.inventory);
  finding.protocol = pair.protocol;
  finding.transport = pair.transport;
  finding.outcome = Outcome::failure;
  finding.target = "units " + first_ten(names);
  book.raise(ScanSort::units,
             "asked " + std::to_string(names.size()) + " units behind " +
                 host_words(host_key(pair.server.party), context.policy) + " within " +
                 seconds_words(pair.first, swept.back().time) +
                 " that refused or did not answer: unit " + first_ten(names),
             std::move(finding), context, out);
}

}  // namespace prahari
