// Which assets are one device, as far as the traffic shows it. A false merge hides a device, and
// two rows for one hide nothing: so each rule asks for more than one sign, and says what stood
// against a merge that it did not make.

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "inventory/merge.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

constexpr std::uint8_t kByDevice = 90;
constexpr std::size_t kMostInterfaces = 4;  // that tell one serial number
constexpr std::uint64_t kPortMacs = 16;     // of one device, one after the other
constexpr std::chrono::hours kAtOnce{24};

// Two assets, by their place among the candidates, and what was found of them.
struct Found {
  std::size_t a = 0;
  std::size_t b = 0;
  bool apart = false;
  std::string reason;
  Timestamp time;
  PacketRef packet;
};

std::string core(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
        static_cast<unsigned char>(c) >= 0x80) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return out;
}

std::uint64_t number_of(const MacAddress& mac) noexcept {
  std::uint64_t out = 0;
  for (const std::uint8_t octet : mac.octets) {
    out = out << 8U | octet;
  }
  return out;
}

bool locally_administered(const MacAddress& mac) noexcept { return (mac.octets[0] & 2U) != 0; }

bool same_prefix(const MacAddress& a, const MacAddress& b) noexcept {
  return number_of(a) >> 24U == number_of(b) >> 24U;
}

// Whether interfaces of one device may look like that.
bool same_maker(const MergeCandidate& a, const MergeCandidate& b) noexcept {
  if (!a.by_mac || !b.by_mac) {
    return true;
  }
  if (locally_administered(a.asset->mac) != locally_administered(b.asset->mac)) {
    return false;
  }
  return a.asset->nic_vendor == b.asset->nic_vendor || same_prefix(a.asset->mac, b.asset->mac);
}

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

bool of_device(const Fact& fact) noexcept {
  return fact.unit == Identity::kNoUnit || fact.unit == 0 || fact.unit == 255;
}

class Finder {
 public:
  explicit Finder(std::span<const MergeCandidate> candidates)
      : candidates_(candidates.begin(), candidates.end()) {
    // What is found must not depend on the order in which they came.
    std::ranges::sort(candidates_, {}, [](const MergeCandidate& one) -> const std::string& {
      return one.asset->key;
    });
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].by_mac) {
        by_mac_.emplace(number_of(asset(i).mac), i);
      }
    }
  }

  std::vector<MergeNote> run() {
    same_serial();
    told_mac();
    ports_by_name();
    shared_addresses();
    changing_macs();
    return notes();
  }

 private:
  [[nodiscard]] const Asset& asset(std::size_t at) const noexcept { return *candidates_[at].asset; }

  void add(std::size_t a, std::size_t b, std::string reason, const Fact& fact, bool apart = false) {
    found_.push_back({a, b, apart, std::move(reason), fact.first, fact.packet});
  }

  // Calls visit(place, fact) for each fact of this field and confidence of a device itself.
  template <class Visit>
  void each_fact(Field field, int least, const Visit& visit) const {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      for (const Fact& fact : asset(i).facts) {
        if (fact.field == field && fact.confidence >= least && of_device(fact)) {
          visit(i, fact);
        }
      }
    }
  }

  // --- the same serial number of the same vendor ----------------------------------------------

  [[nodiscard]] static const Fact* vendor_of(const Asset& asset, const Fact& serial) noexcept {
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
  [[nodiscard]] static bool shows_another(const Asset& asset, const Fact& serial) {
    return std::ranges::any_of(asset.facts, [&](const Fact& fact) {
      return fact.field == Field::serial && fact.source == serial.source &&
             fact.unit == serial.unit && core(fact.value) != core(serial.value) &&
             fact.first - serial.last < kAtOnce && serial.first - fact.last < kAtOnce;
    });
  }

  // What one source says of both in different words.
  [[nodiscard]] static std::string difference(const Asset& a, const Asset& b) {
    constexpr auto kTypes =
        std::to_array<Field>({Field::product, Field::model, Field::order_number});
    for (const Fact& one : a.facts) {
      if (std::ranges::find(kTypes, one.field) == kTypes.end() || !of_device(one)) {
        continue;
      }
      const auto same_kind = [&](const Fact& other) {
        return other.field == one.field && other.unit == one.unit && other.source == one.source;
      };
      const bool told = std::ranges::any_of(b.facts, same_kind);
      const bool agree = std::ranges::any_of(b.facts, [&](const Fact& other) {
        return same_kind(other) && core(other.value) == core(one.value);
      });
      if (told && !agree) {
        return std::string{to_string(one.field)} + " differs";
      }
    }
    return {};
  }

  void same_serial() {
    std::map<std::pair<std::string, std::string>, std::vector<std::pair<std::size_t, const Fact*>>>
        groups;
    each_fact(Field::serial, kByDevice, [&](std::size_t at, const Fact& fact) {
      const Fact* vendor = vendor_of(asset(at), fact);
      if (vendor == nullptr || !names_one_device(fact.value) || shows_another(asset(at), fact)) {
        return;
      }
      auto& group = groups[{core(vendor->value), core(fact.value)}];
      if (group.empty() || group.back().first != at) {
        group.emplace_back(at, &fact);
      }
    });
    for (const auto& [key, group] : groups) {
      for (std::size_t i = 1; i < group.size(); ++i) {
        judge_serial(group.front().first, group[i].first, *group.front().second, *group[i].second,
                     group.size());
      }
    }
  }

  void judge_serial(std::size_t a, std::size_t b, const Fact& first, const Fact& second,
                    std::size_t devices) {
    const Fact& later = first.first < second.first ? second : first;
    const std::string what = "serial " + second.value + " of " + vendor_of(asset(b), second)->value;
    std::string against;
    if (devices > kMostInterfaces) {
      against = std::to_string(devices) + " devices tell it";
    } else if (!same_maker(candidates_[a], candidates_[b])) {
      against = "the interfaces have different makers";
    } else {
      against = difference(asset(a), asset(b));
    }
    if (against.empty()) {
      add(a, b, "same " + what + " told at both", later);
    } else {
      add(a, b, "same " + what + " told at both, but " + against, later, true);
    }
  }

  // --- a port, or a far view, that tells the MAC address of its device -------------------------

  void told_mac() {
    each_fact(Field::mac, 50, [&](std::size_t at, const Fact& fact) {
      MacAddress mac;
      if (!parse(fact.value, mac)) {
        return;
      }
      const auto device = by_mac_.find(number_of(mac));
      if (device == by_mac_.end() || device->second == at) {
        return;
      }
      const MergeCandidate& port = candidates_[at];
      const MergeCandidate& owner = candidates_[device->second];
      const bool fits = port.by_mac ? same_maker(port, owner)
                                    : !owner.router && may_be_one(*port.asset, *owner.asset);
      std::string reason = (port.by_mac ? "its " : "from afar, its ") + fact.source +
                           " names MAC " + fact.value + " as that of the device";
      if (fits) {
        chassis_.insert(device->second);
        add(device->second, at, std::move(reason), fact);
      } else {
        add(device->second, at, std::move(reason) + ", but the interfaces have different makers",
            fact, true);
      }
    });
  }

  // No address of its own, or the same.
  [[nodiscard]] static bool may_be_one(const Asset& far, const Asset& near) {
    bool has_own = false;
    for (const AddressUse& use : near.addresses) {
      has_own |= use.ip.v4();
      if (std::ranges::find(far.addresses, use.ip, &AddressUse::ip) != far.addresses.end()) {
        return true;
      }
    }
    return !has_own;
  }

  // --- PROFINET: the chassis id of LLDP is the name of station of DCP --------------------------

  void ports_by_name() {
    std::multimap<std::string, std::size_t> stations;
    each_fact(Field::name, 0, [&](std::size_t at, const Fact& fact) {
      if (fact.source == "PROFINET DCP" && candidates_[at].by_mac) {
        stations.emplace(core(fact.value), at);
      }
    });
    each_fact(Field::station, 0, [&](std::size_t at, const Fact& fact) {
      if (fact.source != "LLDP chassis id" || !candidates_[at].by_mac) {
        return;
      }
      const auto [begin, end] = stations.equal_range(core(fact.value));
      for (auto one = begin; one != end; ++one) {
        if (one->second != at && neighbours(asset(one->second).mac, asset(at).mac)) {
          chassis_.insert(one->second);
          add(one->second, at,
              "a port of station " + fact.value + ", whose MAC is next to it (LLDP chassis id)",
              fact);
        }
      }
    });
  }

  static bool neighbours(const MacAddress& a, const MacAddress& b) noexcept {
    const std::uint64_t left = number_of(a);
    const std::uint64_t right = number_of(b);
    return (left > right ? left - right : right - left) <= kPortMacs;
  }

  // --- the address that a group of routers shares -----------------------------------------------

  void shared_addresses() {
    struct Group {
      std::size_t router = 0;
      const Fact* fact = nullptr;
    };
    std::map<std::string, Group> latest;  // by the words for the group
    each_fact(Field::service, kByDevice, [&](std::size_t at, const Fact& fact) {
      if (fact.source != "VRRP" && fact.source != "HSRP") {
        return;
      }
      Group& group = latest[fact.source + ' ' + fact.value];
      const auto rank = [](const Group& one, const Asset& router) {
        return std::pair{one.fact->last, router.key};
      };
      const Group mine{at, &fact};
      if (group.fact == nullptr || rank(group, asset(group.router)) < rank(mine, asset(at))) {
        group = mine;
      }
    });
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (!candidates_[i].shared || candidates_[i].by_mac) {
        continue;
      }
      for (const auto& [words, group] : latest) {
        if (group.router != i && announces(*group.fact, asset(i)) &&
            on_one_link(asset(group.router), asset(i))) {
          add(group.router, i, "shared address of " + words + ", announced by this router last",
              *group.fact);
          break;
        }
      }
    }
  }

  // The text is "virtual router 1: 10.0.0.1 10.0.0.2".
  static bool announces(const Fact& fact, const Asset& host) {
    const std::string text = fact.value + ' ';
    return std::ranges::any_of(host.addresses, [&](const AddressUse& use) {
      return text.find(' ' + to_string(use.ip) + ' ') != std::string::npos;
    });
  }

  static bool on_one_link(const Asset& a, const Asset& b) {
    return std::ranges::any_of(a.addresses, [&](const AddressUse& use) {
      return std::ranges::any_of(b.addresses, [&](const AddressUse& other) {
        return use.vlan == other.vlan && use.tunnel == other.tunnel;
      });
    });
  }

  // --- a device that changes its MAC address -----------------------------------------------------

  [[nodiscard]] static const Fact* told_by(const Asset& asset, Field field,
                                           std::string_view source) noexcept {
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
  [[nodiscard]] static std::string dhcp_self(const Asset& asset) {
    constexpr auto kAnybody = std::to_array<std::string_view>(
        {"localhost", "android", "iphone", "ipad", "raspberrypi", "unknown", "none", "ubuntu",
         "debian", "linux", "windows", "desktop", "laptop", "host", "client", "espressif"});
    if (const Fact* id = told_by(asset, Field::station, "DHCP client id")) {
      return "id " + id->value;
    }
    const Fact* name = told_by(asset, Field::name, "DHCP request");
    const Fact* shape = told_by(asset, Field::fingerprint, "DHCP parameter list");
    if (name == nullptr || shape == nullptr || !locally_administered(asset.mac)) {
      return {};
    }
    const std::string word = core(name->value);
    return word.size() < 4 || std::ranges::find(kAnybody, word) != kAnybody.end()
               ? std::string{}
               : "name " + word + ' ' + shape->value;
  }

  void changing_macs() {
    std::map<std::string, std::vector<std::size_t>> clients;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (!candidates_[i].by_mac || candidates_[i].router) {
        continue;
      }
      if (const std::string self = dhcp_self(asset(i)); !self.empty()) {
        clients[self].push_back(i);
      }
    }
    for (auto& [self, places] : clients) {
      std::ranges::sort(places, {}, [&](std::size_t at) {
        return std::tuple{asset(at).first_seen, asset(at).key};
      });
      for (std::size_t i = 1; i < places.size(); ++i) {
        follow_up(places[i - 1], places[i], self.starts_with("id "));
      }
    }
  }

  void follow_up(std::size_t before, std::size_t after, bool by_id) {
    const Asset& old = asset(before);
    const Asset& now = asset(after);
    const bool random = locally_administered(old.mac) || locally_administered(now.mac);
    const Fact* fact = by_id ? told_by(now, Field::station, "DHCP client id")
                             : told_by(now, Field::name, "DHCP request");
    if (!random || fact == nullptr) {
      return;
    }
    const std::string what = by_id ? "same DHCP client id" : "same DHCP name " + fact->value;
    if (now.first_seen >= old.last_seen) {
      add(before, after, what + " under a MAC that is not the maker's, the other gone", *fact);
    } else {
      add(before, after, what + ", but both were seen at the same time", *fact, true);
    }
  }

  // --- rows
  // ---------------------------------------------------------------------------------------

  // Who stands for a device: its own MAC rather than that of a port, the maker's MAC rather than
  // one made up; of made-up ones the first.
  [[nodiscard]] auto rank(std::size_t at) const {
    const MergeCandidate& one = candidates_[at];
    const bool local = one.by_mac && locally_administered(one.asset->mac);
    return std::tuple{one.shared && !one.by_mac,
                      !chassis_.contains(at),
                      !one.by_mac,
                      local,
                      local ? one.asset->first_seen : Timestamp{},
                      std::string_view{one.asset->key}};
  }

  std::size_t top(std::size_t at) {
    while (parent_[at] != at) {
      at = parent_[at];
    }
    return at;
  }

  std::vector<MergeNote> notes() {
    if (found_.empty()) {
      return {};
    }
    std::ranges::sort(found_, {}, [this](const Found& one) {
      return std::tuple{one.apart, std::string_view{asset(one.a).key},
                        std::string_view{asset(one.b).key}, std::string_view{one.reason}};
    });
    parent_.resize(candidates_.size());
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::map<std::size_t, const Found*> why;  // of each that is in a group: what brought it there
    for (const Found& one : found_) {
      if (one.apart || top(one.a) == top(one.b)) {
        continue;
      }
      const std::size_t a = top(one.a);
      const std::size_t b = top(one.b);
      parent_[rank(b) < rank(a) ? a : b] = rank(b) < rank(a) ? b : a;
      why.emplace(one.b, &one);
      why.emplace(one.a, &one);
    }
    std::vector<MergeNote> out;
    for (const auto& [part, one] : why) {
      if (top(part) != part) {
        out.push_back(note(top(part), part, *one));
      }
    }
    for (const Found& one : found_) {
      if (one.apart && top(one.a) != top(one.b)) {
        out.push_back(note(top(one.a), one.b, one));
      }
    }
    std::ranges::sort(out, {}, [](const MergeNote& one) {
      return std::tuple{one.apart, std::string_view{one.row}, std::string_view{one.part},
                        std::string_view{one.reason}};
    });
    const auto twice = std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return a.apart == b.apart && a.row == b.row && a.part == b.part;
    });
    out.erase(twice, out.end());
    return out;
  }

  [[nodiscard]] MergeNote note(std::size_t row, std::size_t part, const Found& one) const {
    const Asset& of = asset(part);
    return {.row = asset(row).id,
            .part = of.id,
            .apart = one.apart,
            .reason = one.reason,
            .who = {},
            .time = one.time,
            .packet = one.packet,
            .key = of.key,
            .mac = of.mac,
            .nic_vendor = of.nic_vendor};
  }

  std::vector<MergeCandidate> candidates_;  // by key
  std::map<std::uint64_t, std::size_t> by_mac_;
  std::set<std::size_t> chassis_;  // whose MAC is that of a device, as its ports say
  std::vector<Found> found_;
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<MergeNote> find_merges(std::span<const MergeCandidate> candidates) {
  return Finder{candidates}.run();
}

}  // namespace prahari
