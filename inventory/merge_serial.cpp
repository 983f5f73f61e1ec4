// The same serial number of the same vendor.

#include <algorithm>
#include <array>
#include <utility>

#include "inventory/merge_rules.hpp"

namespace prahari::merging {
namespace {

using Field = Identity::Field;

// Not what a vendor writes where nobody wrote a number: "0", "00000000", "12345678", "n/a".
bool names_one_device(std::string_view serial) {
  constexpr auto kFillers = std::to_array<std::string_view>(
      {"none", "unknown", "default", "unspecified", "notspecified", "tobefilledbyoem", "12345678",
       "123456789", "1234567890", "0123456789", "systemserialnumber"});
  const std::string text = core(serial);
  const std::set<char> signs{text.begin(), text.end()};
  const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
  return text.size() - zeros >= 4 && signs.size() > 2 &&
         std::ranges::find(kFillers, text) == kFillers.end();
}

const Fact* vendor_of(const Asset& asset, const Fact& serial) noexcept {
  const Fact* best = nullptr;
  for (const Fact& fact : asset.facts) {
    if (fact.field == Field::vendor && fact.confidence >= kByDevice && of_device(fact) &&
        (best == nullptr || fact.source == serial.source)) {
      best = &fact;
    }
  }
  return best;
}

// An address that shows two serial numbers in turn fronts two devices: which it is, nobody knows.
bool shows_another(const Asset& asset, const Fact& serial) {
  return std::ranges::any_of(asset.facts, [&](const Fact& fact) {
    return fact.field == Field::serial && fact.source == serial.source &&
           fact.unit == serial.unit && core(fact.value) != core(serial.value) &&
           fact.first - serial.last < kAtOnce && serial.first - fact.last < kAtOnce;
  });
}

struct Teller {
  std::size_t place = 0;
  const Fact* serial = nullptr;
  const Fact* vendor = nullptr;
};

void judge(const Candidates& candidates, const Teller& a, const Teller& b, std::size_t devices,
           Findings& out) {
  std::string against;
  if (devices > kMostInterfaces) {
    against = std::to_string(devices) + " devices tell it";
  } else {
    against = against_one_device(candidates.at(a.place), candidates.at(b.place));
  }
  if (against.empty()) {
    against = difference(candidates.asset(a.place), candidates.asset(b.place));
  }
  const Fact& later = a.serial->first < b.serial->first ? *b.serial : *a.serial;
  out.judge(a.place, b.place,
            "same serial " + b.serial->value + " of " + b.vendor->value + " told at both", against,
            later);
}

}  // namespace

void find_same_serial(const Candidates& candidates, Findings& out) {
  std::map<std::pair<std::string, std::string>, std::vector<Teller>> groups;
  candidates.each_fact(Field::serial, kByDevice, [&](std::size_t at, const Fact& fact) {
    const Fact* vendor = vendor_of(candidates.asset(at), fact);
    if (vendor == nullptr || !names_one_device(fact.value) ||
        shows_another(candidates.asset(at), fact)) {
      return;
    }
    auto& group = groups[{core(vendor->value), core(fact.value)}];
    if (group.empty() || group.back().place != at) {
      group.push_back({at, &fact, vendor});
    }
  });
  for (auto& [key, group] : groups) {
    // Whoever was there first is what the others are held against.
    std::ranges::stable_sort(
        group, {}, [&](const Teller& one) { return candidates.asset(one.place).first_seen; });
    for (std::size_t i = 1; i < group.size(); ++i) {
      judge(candidates, group.front(), group[i], group.size(), out);
    }
  }
}

}  // namespace prahari::merging
