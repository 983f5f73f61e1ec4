// A device that makes up its MAC address anew, as telephones and tablets do.

#include <algorithm>
#include <array>
#include <tuple>

#include "inventory/merge_rules.hpp"

namespace prahari::merging {
namespace {

using Field = Identity::Field;

const Fact* told_by(const Asset& asset, Field field, std::string_view source) noexcept {
  const Fact* last = nullptr;
  for (const Fact& fact : asset.facts) {
    if (fact.field == field && fact.source == source &&
        (last == nullptr || fact.last > last->last)) {
      last = &fact;
    }
  }
  return last;
}

// What tells a DHCP client from others of its kind; empty if nothing does.
std::string dhcp_self(const Asset& asset) {
  constexpr auto kAnybody = std::to_array<std::string_view>(
      {"localhost", "android", "iphone", "ipad", "raspberrypi", "unknown", "none", "ubuntu",
       "debian", "linux", "windows", "desktop", "laptop", "host", "client", "espressif"});
  if (const Fact* id = told_by(asset, Field::station, "DHCP client id")) {
    return "id " + id->value;
  }
  const Fact* name = told_by(asset, Field::name, "DHCP request");
  const Fact* shape = told_by(asset, Field::fingerprint, "DHCP parameter list");
  if (name == nullptr || shape == nullptr || !asset.mac.locally_administered()) {
    return {};
  }
  const std::string word = core(name->value);
  return word.size() < 4 || std::ranges::find(kAnybody, word) != kAnybody.end()
             ? std::string{}
             : "name " + word + ' ' + shape->value;
}

void follow_up(const Candidates& candidates, std::size_t before, std::size_t after, bool by_id,
               Findings& out) {
  const Asset& old = candidates.asset(before);
  const Asset& now = candidates.asset(after);
  const Fact* fact = by_id ? told_by(now, Field::station, "DHCP client id")
                           : told_by(now, Field::name, "DHCP request");
  if (fact == nullptr || (!by_id && !now.mac.locally_administered())) {
    return;
  }
  std::string against;
  if (!old.mac.locally_administered() || !now.mac.locally_administered()) {
    // Anybody may tell the id of a device that is switched off.
    against = "a device does not trade the MAC of its maker for another";
  } else if (now.first_seen < old.last_seen) {
    against = "both were seen at the same time";
  }
  out.judge(before, after,
            by_id ? "same DHCP client id under another made-up MAC"
                  : "same DHCP name " + fact->value + " under another made-up MAC",
            against, *fact);
}

}  // namespace

void find_changing_macs(const Candidates& candidates, Findings& out) {
  std::map<std::string, std::vector<std::size_t>> clients;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates.at(i).by_mac || candidates.at(i).router) {
      continue;
    }
    if (const std::string self = dhcp_self(candidates.asset(i)); !self.empty()) {
      clients[self].push_back(i);
    }
  }
  for (auto& [self, places] : clients) {
    std::ranges::sort(places, {}, [&](std::size_t at) {
      return std::tuple{candidates.asset(at).first_seen, candidates.asset(at).key};
    });
    for (std::size_t i = 1; i < places.size(); ++i) {
      follow_up(candidates, places[i - 1], places[i], self.starts_with("id "), out);
    }
  }
}

}  // namespace prahari::merging
