#include "inventory/fact_book.hpp"

#include <algorithm>
#include <utility>

namespace prahari {
namespace {

constexpr std::size_t kLongestValue = 256;  // identification.md section 7

bool same_origin(const Fact& a, const Fact& b) noexcept {
  return a.field == b.field && a.unit == b.unit && a.source == b.source;
}

// A storm of values from one source pushes out its own older ones and nobody else's.
constexpr std::ptrdiff_t kValuesPerOrigin = 16;

}  // namespace

Learned learn(Asset& asset, const Event& identity, std::uint8_t penalty, bool full) {
  const IdentityFacts& said = identity.identity;
  const std::string_view value = identity.text.substr(0, kLongestValue);
  const Timestamp now = identity.packet.time;
  for (Fact& fact : asset.facts) {
    if (fact.field == said.field && fact.unit == said.unit && fact.value == value &&
        fact.source == said.source) {
      ++fact.count;
      fact.first = std::min(fact.first, now);
      fact.last = std::max(fact.last, now);
      return Learned::again;
    }
  }
  Learned outcome = Learned::added;
  const auto rival = [&](const Fact& fact) {
    return fact.field == said.field && fact.unit == said.unit && fact.source == said.source;
  };
  const auto rivals = std::ranges::count_if(asset.facts, rival);
  if (full || asset.facts.size() >= kFactsPerAsset || rivals >= kValuesPerOrigin) {
    auto oldest = asset.facts.end();
    for (auto fact = asset.facts.begin(); fact != asset.facts.end(); ++fact) {
      if (rival(*fact) && (oldest == asset.facts.end() || fact->last < oldest->last)) {
        oldest = fact;
      }
    }
    if (oldest == asset.facts.end()) {
      return Learned::dropped;
    }
    asset.facts.erase(oldest);
    outcome = Learned::replaced;
  }
  const int confidence = std::max(0, int{said.confidence} - int{penalty});
  asset.facts.reserve(asset.facts.size() + 1);  // few come, and doubling would waste
  asset.facts.push_back(Fact{.field = said.field,
                             .confidence = static_cast<std::uint8_t>(confidence),
                             .count = 1,
                             .unit = said.unit,
                             .value = std::string{value},
                             .source = std::string{said.source},
                             .first = now,
                             .last = now,
                             .packet = identity.packet});
  return outcome;
}

std::size_t unit_at(Asset& asset, std::uint32_t id, Timestamp now, bool full) {
  const auto found = std::ranges::lower_bound(asset.units, id, {}, &Unit::id);
  if (found != asset.units.end() && found->id == id) {
    return static_cast<std::size_t>(found - asset.units.begin());
  }
  if (full || asset.units.size() >= kUnitsPerAsset) {
    return asset.units.size();
  }
  const auto added = asset.units.insert(found, Unit{.id = id, .first = now, .last = now});
  return static_cast<std::size_t>(added - asset.units.begin());
}

std::size_t merge_facts(Asset& from, Asset& into) {
  const std::size_t before = into.facts.size();
  for (Fact& fact : from.facts) {
    const auto known = std::ranges::find_if(into.facts, [&](const Fact& other) {
      return same_origin(other, fact) && other.value == fact.value;
    });
    if (known != into.facts.end()) {
      known->count += fact.count;
      known->last = std::max(known->last, fact.last);
      if (fact.first < known->first) {
        known->first = fact.first;
        known->packet = fact.packet;
      }
    } else if (into.facts.size() < kFactsPerAsset) {
      into.facts.push_back(std::move(fact));
    }
  }
  return into.facts.size() - before;
}

void merge_sightings(const Asset& from, Asset& into) {
  if (from.first_seen < into.first_seen) {
    into.first_seen = from.first_seen;
    into.first_packet = from.first_packet;
  }
  into.last_seen = std::max(into.last_seen, from.last_seen);
  into.packets_sent += from.packets_sent;
  into.packets_received += from.packets_received;
  into.protocols |= from.protocols;
  into.sent |= from.sent;
  into.spoken_to |= from.spoken_to;
}

std::size_t merge_units(Asset& from, Asset& into) {
  const std::size_t before = into.units.size();
  for (const Unit& unit : from.units) {
    const std::size_t at = unit_at(into, unit.id, unit.first, false);
    if (at == into.units.size()) {
      continue;
    }
    Unit& known = into.units[at];
    known.requests += unit.requests;
    known.responses += unit.responses;
    known.exceptions += unit.exceptions;
    known.first = std::min(known.first, unit.first);
    known.last = std::max(known.last, unit.last);
  }
  return into.units.size() - before;
}

void merge_behaviour(AssetEntry& from, AssetEntry& into) {
  if (!from.behaviour) {
    return;
  }
  if (!into.behaviour) {
    into.behaviour = std::move(from.behaviour);
    return;
  }
  const Behaviour& old = *from.behaviour;
  Behaviour& sum = *into.behaviour;
  // Which is the first is decided by count: a time without a count means nothing.
  const auto first = [](Timestamp& time, std::uint64_t count, Timestamp other,
                        std::uint64_t other_count) {
    if (other_count > 0 && (count == 0 || other < time)) {
      time = other;
    }
  };
  first(sum.first_request, sum.requests, old.first_request, old.requests);
  first(sum.first_answer, sum.answers, old.first_answer, old.answers);
  first(sum.first_engineering, sum.engineering, old.first_engineering, old.engineering);
  first(sum.first_gateway_exception, sum.gateway_exceptions, old.first_gateway_exception,
        old.gateway_exceptions);
  first(sum.first_io_as_scanner, sum.io_as_scanner(), old.first_io_as_scanner, old.io_as_scanner());
  first(sum.first_io_as_adapter, sum.io_as_adapter(), old.first_io_as_adapter, old.io_as_adapter());
  if (sum.engineering_name.empty()) {
    sum.engineering_name = old.engineering_name;
  }
  sum.requests += old.requests;
  sum.answers += old.answers;
  sum.engineering += old.engineering;
  sum.gateway_exceptions += old.gateway_exceptions;
  sum.asked_in |= old.asked_in;
  sum.answered_in |= old.answered_in;
  sum.io_owned += old.io_owned;
  sum.io_heard += old.io_heard;
  sum.io_served += old.io_served;
  sum.io_outputs |= old.io_outputs;
  sum.io_inputs |= old.io_inputs;
}

}  // namespace prahari
