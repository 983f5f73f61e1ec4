// The ruleset for nftables (nft(8)). Names of the site file become identifiers of letters, digits
// and '_'; as they are they stand in comments only, as one line of ASCII.

#include <algorithm>
#include <array>
#include <set>

#include "capture/time_text.hpp"
#include "rules/draft_zones.hpp"
#include "rules/firewall.hpp"
#include "rules/firewall_ports.hpp"
#include "rules/member.hpp"
#include "rules/site_names.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

struct FamilyWords {
  bool v4;
  std::string_view suffix;
  std::string_view match;  // "ip", "ip6"
  std::string_view type;
  std::string_view icmp;
};
constexpr std::array<FamilyWords, 2> kFamilies = {
    FamilyWords{true, "_v4", "ip", "ipv4_addr", "icmp"},
    FamilyWords{false, "_v6", "ip6", "ipv6_addr", "ipv6-icmp"}};

std::string identifier(std::size_t index, std::string_view name) {
  std::string out = "z" + std::to_string(index) + '_';
  for (const char c : name.substr(0, kLongestName)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : '_';
  }
  return out;
}

std::string clock_text(std::uint16_t minute) {
  if (minute >= 24 * 60) {
    return "23:59:59";
  }
  const auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return two(minute / 60U) + ':' + two(minute % 60U);
}

std::string span_match(const Schedule::Span& span) {
  std::string days;
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    if ((static_cast<unsigned>(span.days) >> day & 1U) != 0) {
      days += (days.empty() ? "\"" : ", \"") + std::string{kDays[day]} + '"';
    }
  }
  std::string out;
  if (span.days != 0x7f) {
    out += "meta day { " + days + " } ";
  }
  if (span.from != 0 || span.to != 24 * 60) {
    out += "meta hour \"" + clock_text(span.from) + "\"-\"" + clock_text(span.to) + "\" ";
  }
  return out;
}

std::string port_set(const std::set<std::uint16_t>& ports) {
  std::string out;
  for (const std::uint16_t port : ports) {
    out += (out.empty() ? "" : ", ") + std::to_string(port);
  }
  return "{ " + out + " }";
}

class Ruleset {
 public:
  explicit Ruleset(const Policy& policy) : site_(policy.site()), ranges_(zone_ranges(policy)) {}

  std::string write() {
    head();
    sets();
    chain();
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + '\n'; }
  void comment(const std::string& text, std::string_view indent = "    ") {
    out_ += std::string{indent} + "# " + comment_text(text, 300) + '\n';
  }

  // Entries that differ in class or targets only come to the same rule, which stands once.
  void rule(const std::string& text) {
    if (rules_.insert(text).second) {
      line(text);
    }
  }

  void head() {
    line("#!/usr/sbin/nft -f");
    comment("Made by `prahari policy export --format nftables` from " + site_.file + '.', "");
    comment("For a firewall that routes between the zones. It sees addresses and ports: operation",
            "");
    comment("classes and targets are what prahari watches. Hours and days count in this", "");
    comment("machine's own time zone (the site's is " + site_.info.timezone + ").", "");
    line("");
    line("table inet prahari");
    line("delete table inet prahari");
    line("");
    line("table inet prahari {");
  }

  static bool of_family(const IpRange& range, const FamilyWords& family) noexcept {
    return range.first.v4() == family.v4;
  }

  [[nodiscard]] bool has(std::size_t zone, const FamilyWords& family) const {
    return std::ranges::any_of(ranges_[zone],
                               [&](const IpRange& range) { return of_family(range, family); });
  }

  void set(const std::string& name, const FamilyWords& family,
           const std::vector<const IpRange*>& elements) {
    line("  set " + name + std::string{family.suffix} + " {");
    line("    type " + std::string{family.type});
    line("    flags interval");
    line("    auto-merge");
    line("    elements = {");
    for (const IpRange* range : elements) {
      line("      " + to_string(*range) + ',');
    }
    line("    }");
    line("  }");
  }

  void not_exported(const Zone& zone) {
    for (const Member& member : zone.members) {
      if (std::holds_alternative<MacPattern>(member)) {
        comment("not exported: " + to_string(member) +
                    "; behind a router a firewall sees the MAC address of that router",
                "  ");
      } else if (std::holds_alternative<VlanMember>(member)) {
        comment("not exported: " + to_string(member) +
                    "; match the interface of that VLAN (iifname, oifname) where you know its name",
                "  ");
      }
    }
  }

  void sets() {
    std::array<std::vector<const IpRange*>, 2> all;
    for (std::size_t i = 1; i < ranges_.size(); ++i) {
      const Zone& zone = site_.zones[i - 1];
      comment(
          "zone " + zone.name + ", " + site_.file_of(zone.file) + ':' + std::to_string(zone.line),
          "  ");
      not_exported(zone);
      for (std::size_t f = 0; f < kFamilies.size(); ++f) {
        std::vector<const IpRange*> elements;
        for (const IpRange& range : ranges_[i]) {
          if (of_family(range, kFamilies[f])) {
            elements.push_back(&range);
            all[f].push_back(&range);
          }
        }
        if (!elements.empty()) {
          set(identifier(i, zone.name), kFamilies[f], elements);
        }
      }
    }
    comment("all that some zone names", "  ");
    for (std::size_t f = 0; f < kFamilies.size(); ++f) {
      if (!all[f].empty()) {
        set("zoned", kFamilies[f], all[f]);
        any_zone_[f] = true;
      }
    }
  }

  // "ip saddr @z1_cell_v4"; empty where the family has no such address.
  [[nodiscard]] std::string end_match(const std::string& name, std::size_t f,
                                      std::string_view side) const {
    const FamilyWords& family = kFamilies[f];
    const std::string start = std::string{family.match} + ' ' + std::string{side} + ' ';
    const auto zone = std::ranges::find(site_.zones, name, &Zone::name);
    if (name == kUnassigned) {
      return any_zone_[f] ? start + "!= @zoned" + std::string{family.suffix}
                          : "meta nfproto " + std::string{family.v4 ? "ipv4" : "ipv6"};
    }
    if (zone != site_.zones.end()) {
      const auto index = static_cast<std::size_t>(zone - site_.zones.begin()) + 1;
      return has(index, family) ? start + '@' + identifier(index, name) + std::string{family.suffix}
                                : std::string{};
    }
    const auto asset = std::ranges::find(site_.assets, name, &SiteAsset::name);
    const auto parsed = parse_member(name);
    const Member* member =
        asset != site_.assets.end() ? &asset->match : std::get_if<Member>(&parsed);
    const auto* prefix = member == nullptr ? nullptr : std::get_if<IpPrefix>(member);
    const bool fits = prefix != nullptr && prefix->network.v4() == family.v4;
    return fits ? start + to_string(*member) : std::string{};
  }

  struct Way {
    const std::string& from;
    const std::string& to;
    std::vector<std::string> times;  // matches, any of which has to hold
  };

  void accept_ports(const std::string& start, const FirewallPorts& ports, std::string_view icmp) {
    if (ports.everything) {
      rule(start + "accept");
    }
    if (ports.icmp) {
      rule(start + "meta l4proto " + std::string{icmp} + " accept");
    }
    if (!ports.tcp.empty()) {
      rule(start + "tcp dport " + port_set(ports.tcp) + " accept");
    }
    if (!ports.udp.empty()) {
      rule(start + "udp dport " + port_set(ports.udp) + " accept");
    }
  }

  void accept(const Way& way, const Allow& allow) {
    const FirewallPorts ports = ports_of(allow);
    const std::string beyond = beyond_ports(allow);
    comment(allow.text + (beyond.empty() ? "" : ": " + beyond));
    if (ports.none()) {
      comment("no rule: it has no ports of its own, or is not routed");
      return;
    }
    bool any = false;
    for (std::size_t f = 0; f < kFamilies.size(); ++f) {
      const std::string source = end_match(way.from, f, "saddr");
      const std::string target = end_match(way.to, f, "daddr");
      if (source.empty() || target.empty()) {
        continue;
      }
      any = true;
      for (const std::string& time : way.times) {
        accept_ports("    " + source + ' ' + target + ' ' + time, ports, kFamilies[f].icmp);
      }
    }
    if (!any) {
      comment("no rule: one of its ends has no addresses that a firewall could match");
    }
  }

  void conduit(const Conduit& one) {
    line("");
    comment(site_.file_of(one.file) + ':' + std::to_string(one.line) + ' ' + one.from + " -> " +
            one.to + (one.schedule.always() ? "" : ", " + one.schedule.words()));
    std::vector<std::string> times;
    times.reserve(one.schedule.spans.size());
    for (const Schedule::Span& span : one.schedule.spans) {
      times.push_back(span_match(span));
    }
    if (times.empty()) {
      times.emplace_back();
    }
    for (const Allow& allow : one.allow) {
      accept({one.from, one.to, times}, allow);
    }
  }

  void exception(const Exception& one) {
    line("");
    comment("exception " + site_.file_of(one.file) + ':' + std::to_string(one.line) + ' ' +
            one.from + " -> " + one.to + ", owner " + one.owner + ", until " + one.until_text);
    const Timestamp local = one.until + site_.timezone.offset_at(one.until);
    std::string day = format_time(local).substr(0, 19);
    std::ranges::replace(day, 'T', ' ');
    for (const Allow& allow : one.allow) {
      accept({one.from, one.to, {"meta time < \"" + day + "\" "}}, allow);
    }
  }

  void chain() {
    line("");
    line("  chain forward {");
    line("    type filter hook forward priority filter; policy drop;");
    line("");
    line("    ct state established,related accept");
    line("    ct state invalid drop");
    line("");
    comment("inside one zone nothing needs a conduit");
    for (std::size_t i = 1; i < ranges_.size(); ++i) {
      for (std::size_t f = 0; f < kFamilies.size(); ++f) {
        const std::string& name = site_.zones[i - 1].name;
        if (has(i, kFamilies[f])) {
          line("    " + end_match(name, f, "saddr") + ' ' + end_match(name, f, "daddr") +
               " accept");
        }
      }
    }
    for (const Conduit& one : site_.conduits) {
      conduit(one);
    }
    for (const Exception& one : site_.exceptions) {
      exception(one);
    }
    if (!site_.permits.empty()) {
      line("");
      comment("not exported: " + std::to_string(site_.permits.size()) +
              " permits; open and close the firewall with each piece of work");
    }
    line("  }");
  }

  const Site& site_;
  std::vector<std::vector<IpRange>> ranges_;
  std::array<bool, 2> any_zone_{};
  std::set<std::string> rules_;
  std::string out_;
};

}  // namespace

std::string nftables_of(const Policy& policy) { return Ruleset{policy}.write(); }

}  // namespace prahari
