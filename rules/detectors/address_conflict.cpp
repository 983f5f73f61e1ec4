// Somebody takes the address of another (detections.md, 14), as ARP shows it: two stations answer
// for one address within a minute, or the address of a controller or a gateway goes over to another
// station that no DHCP server or DCP said had it. To ask in the name of another spoils neighbours
// as well as an answer does, so where one of the two speaks an OT protocol a question counts, too.
//
// Not counted: stations that share an address by design (VRRP, HSRP, GLBP, CARP, clusters), by
// their group address or because they speak the protocol; a station that asks whether an address is
// free (RFC 5227); PRP, HSR and DLR, whose devices keep one MAC address. Anybody can send what says
// so: a station that speaks an OT protocol shares with nobody, and what was given away is not in
// use at the former owner.

#include <algorithm>
#include <array>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/ot_place.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "address-conflict";
constexpr auto kAttack = std::to_array<std::string_view>({"T0830"});
enum Limit : std::size_t { kWithin, kAddresses };
constexpr auto kThresholds = std::to_array<Threshold>({
    {"within_seconds", 60, 1, 86'400, "seconds within which two stations answer for one address"},
    {"addresses", 3, 1, 64, "addresses taken by one station that are told one by one"},
});
constexpr std::uint32_t kMostAddresses = 16'384;
constexpr std::uint32_t kMostStations = 4096;
constexpr std::size_t kMostClaims = 4;  // of one address
constexpr std::size_t kMostTaken = 100;
constexpr std::chrono::hours kGivenFor{24};
constexpr std::chrono::seconds kSettled{60};  // known so long, an address has an owner
constexpr std::uint16_t kReply = 2;

struct Place {
  IpAddress ip;
  VlanTags vlan;

  void add_to(Hasher& hash) const noexcept { HostPlace{ip, {}, vlan}.add_to(hash); }
  friend bool operator==(const Place&, const Place&) = default;
};

struct Station {
  MacAddress mac;

  void add_to(Hasher& hash) const noexcept { hash.add(mac); }
  friend bool operator==(const Station&, const Station&) = default;
};

// One station that said that it has the address.
struct Claim {
  MacAddress mac;
  Timestamp first;
  Timestamp last;
  Timestamp answered = Timestamp::min();  // last, unlike only asking in its name
  PacketRef packet;                       // of the last answer, else of the last claim
};

struct Claims {
  std::vector<Claim> by;  // the one heard last comes last
  MacAddress given;       // DHCP or DCP said that this one has it
  Timestamp given_at = Timestamp::min();
};

struct StationNote {
  bool redundant = false;        // speaks VRRP or HSRP
  std::vector<IpAddress> taken;  // from others, at most kMostTaken
};

// By the ranges that the protocols reserve for addresses that several stations share.
bool is_shared_by_design(const MacAddress& mac) noexcept {
  struct Range {
    std::array<std::uint8_t, 6> octets;
    std::size_t size;
  };
  constexpr auto kRanges = std::to_array<Range>({
      {{0x00, 0x00, 0x5e, 0x00, 0x01}, 5},  // VRRP and CARP, RFC 9568
      {{0x00, 0x00, 0x5e, 0x00, 0x02}, 5},
      {{0x00, 0x00, 0x0c, 0x07, 0xac}, 5},  // HSRP
      {{0x00, 0x00, 0x0c, 0x9f}, 4},        // HSRP version 2
      {{0x00, 0x07, 0xb4}, 3},              // GLBP
      {{0x02, 0xbf}, 2},                    // network load balancing of Windows
      {{0x02, 0x01}, 2},                    // the same, of its hosts: 02:01 to 02:20
  });
  return mac.group() || std::ranges::any_of(kRanges, [&](const Range& range) {
           return std::equal(range.octets.begin(),
                             range.octets.begin() + static_cast<std::ptrdiff_t>(range.size),
                             mac.octets.begin());
         });
}

Timestamp::duration between(Timestamp a, Timestamp b) noexcept { return a < b ? b - a : a - b; }

class AddressConflict final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind == EventKind::message && event.message.kind == Kind::request &&
        is_ot(event.protocol) && asking_.find({event.client.ip, event.vlan}) == asking_.kNone) {
      asking_.insert({event.client.ip, event.vlan});
    }
    if (event.kind != EventKind::host) {
      return;
    }
    if (event.host.stated) {
      if (names_host(event.client.ip) && !event.client.mac.empty()) {
        Claims& claims = claims_of({event.client.ip, event.vlan});
        claims.given = event.client.mac;
        claims.given_at = event.packet.time;
      }
      return;
    }
    if (event.host.arp_operation != 0) {
      on_arp(event, context, out);
    }
  }

  void on_envelope(const Event& event, const RuleContext& /*context*/,
                   FindingSink& /*out*/) override {
    if ((event.protocol == Protocol::vrrp || event.protocol == Protocol::hsrp) &&
        !event.client.mac.empty()) {
      station_of(event.client.mac).redundant = true;
    }
  }

 private:
  Claims& claims_of(const Place& place) {
    std::uint32_t slot = addresses_.find(place);
    if (slot == addresses_.kNone) {
      slot = addresses_.insert(place);
    }
    return addresses_[slot];
  }

  StationNote& station_of(const MacAddress& mac) {
    std::uint32_t slot = stations_.find({mac});
    if (slot == stations_.kNone) {
      slot = stations_.insert({mac});
    }
    return stations_[slot];
  }

  [[nodiscard]] bool is_redundant(const MacAddress& mac) const noexcept {
    const std::uint32_t slot = stations_.peek({mac});
    return is_shared_by_design(mac) || (slot != stations_.kNone && stations_[slot].redundant);
  }

  void on_arp(const Event& event, const RuleContext& context, FindingSink& out) {
    const IpAddress& ip = event.client.ip;
    const MacAddress& mac = event.client.mac;
    if (!names_host(ip) || mac.empty()) {
      return;
    }
    const bool redundant = is_redundant(mac);
    const bool announces = event.server.ip == ip;
    const bool answers = event.host.arp_operation == kReply || announces;
    Claims& claims = claims_of({ip, event.vlan});
    if (const Claim* rival = rival_of(claims, mac)) {
      const bool asks = asking_.peek({ip, event.vlan}) != asking_.kNone;
      const bool ot = asks || is_controller(rival->mac, context.inventory);
      if ((answers || ot || is_controller(mac, context.inventory)) && (!redundant || ot) &&
          !is_given(claims, *rival, event, context.inventory)) {
        judge(claims, *rival, event, context, out);
      }
    }
    if (!redundant) {
      note(claims, mac, answers, event);
    }
  }

  // The other station that had it last.
  [[nodiscard]] const Claim* rival_of(const Claims& claims, const MacAddress& mac) const noexcept {
    const Claim* rival = nullptr;
    for (const Claim& claim : claims.by) {
      if (claim.mac != mac && !is_redundant(claim.mac)) {
        rival = &claim;
      }
    }
    return rival;
  }

  static bool is_controller(const MacAddress& mac, const Inventory& inventory) {
    const AssetIndex asset = inventory.find(mac);
    return asset != prahari::kNone && inventory.answered_in(asset) != 0;
  }

  // Whether the station was given the address, and the former owner has left it since.
  static bool is_given(const Claims& claims, const Claim& rival, const Event& event,
                       const Inventory& inventory) {
    if (claims.given != event.client.mac || claims.given_at == Timestamp::min() ||
        between(claims.given_at, event.packet.time) > kGivenFor ||
        rival.answered > claims.given_at) {
      return false;
    }
    const AssetIndex owner = inventory.find(rival.mac);
    return owner == prahari::kNone ||
           std::ranges::none_of(inventory.asset(owner).addresses, [&](const AddressUse& use) {
             return use.ip == event.client.ip && use.vlan == event.vlan &&
                    use.last > claims.given_at;
           });
  }

  static void note(Claims& claims, const MacAddress& mac, bool answers, const Event& event) {
    const Timestamp now = event.packet.time;
    const auto known = std::ranges::find(claims.by, mac, &Claim::mac);
    Claim claim{.mac = mac, .first = now, .last = now, .packet = event.packet};
    if (known != claims.by.end()) {
      claim.first = known->first;
      claim.answered = known->answered;
      claim.packet = answers || known->answered == Timestamp::min() ? event.packet : known->packet;
      claims.by.erase(known);
    } else if (claims.by.size() == kMostClaims) {
      claims.by.erase(claims.by.begin());
    }
    claim.answered = answers ? now : claim.answered;
    claims.by.push_back(claim);
  }

  void judge(const Claims& claims, const Claim& rival, const Event& event,
             const RuleContext& context, FindingSink& out) {
    const ZoneIndex zone = context.policy.zone_of(host_key(event.client, event.vlan));
    const auto limit = [&](Limit which) {
      return context.policy.threshold(kKind, kThresholds[which], zone);
    };
    const std::chrono::seconds within{static_cast<std::int64_t>(limit(kWithin))};
    const Timestamp now = event.packet.time;
    const bool both = rival.answered != Timestamp::min() && between(rival.answered, now) <= within;
    const bool fresh =
        std::ranges::find(claims.by, event.client.mac, &Claim::mac) == claims.by.end();
    const bool moved = fresh && between(rival.first, now) >= kSettled;
    if (!both && !(moved && matters(rival, event, context))) {
      return;
    }
    tell(rival, both, static_cast<std::size_t>(limit(kAddresses)), event, context, out);
  }

  // The address of a controller or a gateway.
  static bool matters(const Claim& rival, const Event& event, const RuleContext& context) {
    const HostKey host = host_key(event.client, event.vlan);
    const AssetIndex owner = context.inventory.find(rival.mac);
    return at_field_level({.ip = host.ip, .mac = rival.mac, .vlan = host.vlan}, owner, context) ||
           context.policy.has_tag(host, "gateway") ||
           (owner != prahari::kNone && context.inventory.asset(owner).has_role(Role::router));
  }

  void tell(const Claim& rival, bool both, std::size_t told, const Event& event,
            const RuleContext& context, FindingSink& out) {
    StationNote& thief = station_of(event.client.mac);
    const auto known = std::ranges::find(thief.taken, event.client.ip);
    const bool many = static_cast<std::size_t>(known - thief.taken.begin()) >= told;
    if (known == thief.taken.end() && thief.taken.size() < kMostTaken) {
      thief.taken.push_back(event.client.ip);
    }
    Finding finding;
    finding.kind = kKind;
    finding.severity = Severity::critical;
    finding.confidence = both ? 95 : 80;
    finding.certin = CertInClass::incident;
    finding.source = client_party(event, context);
    finding.source.asset = context.inventory.find(event.client.mac);
    finding.destination = {.asset = context.inventory.find(rival.mac),
                           .ip = event.client.ip,
                           .mac = rival.mac,
                           .vlan = event.vlan,
                           .zone = {}};
    finding.protocol = "arp";
    finding.transport = "eth";
    finding.outcome = Outcome::success;
    finding.target = "address " + to_string(event.client.ip);
    finding.dedup_key =
        many ? "many|" + to_string(event.client.mac) : place_words({event.client.ip, event.vlan});
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(
        between(both ? rival.answered : rival.last, event.packet.time));
    const std::string name =
        host_words({.ip = event.client.ip, .mac = rival.mac, .vlan = event.vlan}, context.policy);
    finding.why = both ? "Two stations answer for " + name + " within " +
                             std::to_string(std::max<std::int64_t>(seconds.count(), 1)) +
                             " s: " + to_string(rival.mac) + " and then " +
                             to_string(event.client.mac)
                       : name + ", known at " + to_string(rival.mac) + ", is now claimed by " +
                             to_string(event.client.mac) + ", and no DHCP server gave it away";
    finding.why +=
        thief.taken.size() > 1
            ? "; the latter claims " + std::to_string(thief.taken.size()) + " addresses of others."
            : ".";
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0]};
    finding.evidence = {rival.packet, event.packet};
    out.raise(std::move(finding));
  }

  static std::string place_words(const Place& place) {
    std::string words = to_string(place.ip);
    for (std::size_t i = 0; i < place.vlan.count; ++i) {
      words += (i == 0 ? " vlan " : ".") + std::to_string(place.vlan.ids[i]);
    }
    return words;
  }

  LruTable<Place, Claims, KeyHash> addresses_{kMostAddresses};
  LruTable<Station, StationNote, KeyHash> stations_{kMostStations};
  LruTable<Place, char, KeyHash> asking_{kMostStations};  // addresses that talk to controllers
};

}  // namespace

extern const DetectorInfo address_conflict_detector;
constinit const DetectorInfo address_conflict_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<AddressConflict>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
    .envelopes = true,
};

}  // namespace prahari
