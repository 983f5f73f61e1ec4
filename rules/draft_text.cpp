#include "rules/draft_text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "capture/time_text.hpp"
#include "dissectors/printable.hpp"
#include "inventory/number_text.hpp"
#include "rules/member.hpp"
#include "rules/site_names.hpp"

namespace prahari {
namespace {

constexpr std::size_t kHostsShown = 4;

// As "\U0001F600".
void add_escape(std::string& out, std::uint32_t point) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out += "\\U";
  for (int shift = 28; shift >= 0; shift -= 4) {
    out += kHex[point >> static_cast<unsigned>(shift) & 0xfU];
  }
}

// A TOML basic string of ASCII, whatever is in it. What is no UTF-8 never comes here: such a target
// is left out.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (next.size != 1) {
      add_escape(out, next.value);
    } else {
      out += text.front() == '"' || text.front() == '\\' ? "\\" : "";
      out += text.front();
    }
    text.remove_prefix(std::max<std::size_t>(next.size, 1));
  }
  return out + '"';
}

std::string seconds_of(Timestamp time) { return format_time(time).substr(0, 19) + 'Z'; }

std::string hosts_of(const std::set<IpAddress>& hosts) {
  std::string out;
  std::size_t shown = 0;
  for (const IpAddress& host : hosts) {
    if (shown++ == kHostsShown) {
      return out + " and " + std::to_string(hosts.size() - kHostsShown) + " more";
    }
    out += (out.empty() ? "" : ", ") + to_string(host);
  }
  return out;
}

// What a person has to ask before he takes the line over; empty: nothing special.
std::string question(const DraftKey& key) {
  switch (key.operation) {
    case static_cast<int>(Operation::control):
      return "DECIDE: may it start, stop, reset or call at any time? Else give it a schedule.";
    case static_cast<int>(Operation::program):
      return "DECIDE: programs go through here. Better a [[permit]] for each piece of work.";
    case static_cast<int>(Operation::admin):
      return "DECIDE: addresses, users or clocks are set. Better a [[permit]] for each.";
    default:
      return {};
  }
}

class Writer {
 public:
  explicit Writer(const DraftInput& input) : in_(input) {}

  std::string write() {
    header();
    zones();
    conduits();
    strangers();
    return std::move(out_);
  }

 private:
  void line(std::string_view text = {}) {
    out_ += text;
    out_ += '\n';
  }

  void header() {
    line("# Draft of a site file, made by `prahari policy suggest` from " +
         comment_text(in_.source, 300) + ',');
    line("# " + seconds_of(in_.first) + " to " + seconds_of(in_.last) +
         ". It allows what was seen there between these zones, and");
    line("# nothing else. Look for DECIDE: those lines need a person who knows the plant.");
    line("#");
    line("#   prahari policy check FILE                        is it well written");
    line("#   prahari policy test FILE --captures CAPTURE      what would it have raised");
    if (in_.captures.empty()) {
      line("#");
      line("# A state remembers which classes of operation were used and not on what: draft from");
      line("# captures to get registers, tags and nodes as well.");
    }
    if (in_.book.left_out() > 0) {
      line("#");
      line("# INCOMPLETE: " + with_commas(in_.book.left_out()) +
           " requests found no place in the draft. Draft from less traffic.");
    }
    line();
    line("[site]");
    line(
        "# DECIDE: name, organisation and location for reports; the time zone counts for "
        "schedules.");
    line("timezone = \"Asia/Kolkata\"");
  }

  void zones() {
    for (const DraftZone& zone : in_.zones.zones) {
      line();
      line("# " + zone.why + '.');
      line("[[zone]]");
      line("name = " + toml_string(zone.name));
      if (zone.level) {
        line("level = " + level_text(zone.level));
      }
      line("members = [");
      for (const DraftMember& member : zone.members) {
        line("  " + toml_string(member.text) + ',' +
             (member.comment.empty() ? "" : "  # " + member.comment));
      }
      line("]");
    }
  }

  [[nodiscard]] std::string zone_name(ZoneIndex zone) const {
    return zone == 0 ? std::string{kUnassigned} : in_.zones.zones[zone - 1U].name;
  }

  [[nodiscard]] std::string packet_text(const PacketRef& packet) const {
    if (packet.file >= in_.captures.size()) {
      return {};
    }
    const bool several = in_.captures.size() > 1;
    return "packet " + std::to_string(packet.frame) +
           (several ? " of " + comment_text(in_.captures[packet.file]) : "") + ", ";
  }

  [[nodiscard]] std::string evidence(const DraftEvidence& seen) const {
    std::string often = seen.messages > 0 ? plural(seen.messages, "message") : "";
    if (seen.flows > 0) {
      often += (often.empty() ? "" : " and ") + plural(seen.flows, "flow");
    }
    return hosts_of(seen.clients) + " -> " + hosts_of(seen.servers) + ": " + often;
  }

  [[nodiscard]] std::string period(const DraftEvidence& seen) const {
    return "first " + packet_text(seen.first) + seconds_of(seen.first_time) + "; last " +
           packet_text(seen.last) + seconds_of(seen.last_time);
  }

  // Whether a protocol that only connected is allowed by another line anyway.
  [[nodiscard]] bool needless(const DraftKey& key, const DraftLine& one) const {
    return one.silent && std::ranges::any_of(in_.book.lines(), [&](const auto& other) {
             return !other.second.silent && other.first.from == key.from &&
                    other.first.to == key.to && other.first.stranger == key.stranger &&
                    other.first.protocol == key.protocol;
           });
  }

  static std::string head_of(const DraftKey& key) {
    return key.protocol +
           (key.operation < 0
                ? ""
                : ':' + std::string{to_string(static_cast<Operation>(key.operation))});
  }

  void entry(const DraftKey& key, const DraftLine& one, std::string_view before) {
    const std::string start{before};
    line(start + "  # " + evidence(one.seen) + ',');
    line(start + "  # " + period(one.seen));
    if (one.silent) {
      line(start + "  # It connected and said nothing.");
    }
    if (const std::string wide = one.targets.widened(); !wide.empty() && !in_.captures.empty()) {
      line(start + "  # DECIDE: " + wide + '.');
    }
    if (const std::string ask = question(key); !ask.empty()) {
      line(start + "  # " + ask);
    }
    for (const std::string& target : one.targets.entries()) {
      line(start + "  " + toml_string(head_of(key) + (target.empty() ? "" : '@' + target)) + ',');
    }
  }

  void conduits() {
    std::optional<std::pair<ZoneIndex, ZoneIndex>> open;
    for (const auto& [key, one] : in_.book.lines()) {
      if (!key.stranger.empty() || needless(key, one)) {
        continue;
      }
      if (!open || *open != std::pair{key.from, key.to}) {
        line(open ? "]" : "");
        if (open) {
          line();
        }
        line("[[conduit]]");
        line("from = " + toml_string(zone_name(key.from)));
        line("to = " + toml_string(zone_name(key.to)));
        line("allow = [");
        open = {key.from, key.to};
      }
      entry(key, one, "");
    }
    if (open) {
      line("]");
    }
  }

  // Those that are no row of the inventory, such as the broadcast address of a network.
  [[nodiscard]] std::set<IpAddress> unknown_strangers() const {
    std::set<IpAddress> unknown;
    for (const auto& [key, one] : in_.book.lines()) {
      const IpAddress& stranger = key.stranger;
      const bool listed = std::ranges::any_of(
          in_.zones.doubtful,
          [&stranger](const DoubtfulHost& host) { return host.ip == stranger; });
      if (!stranger.empty() && !listed) {
        unknown.insert(stranger);
      }
    }
    return unknown;
  }

  void strangers() {
    const std::set<IpAddress> unknown = unknown_strangers();
    if (in_.zones.doubtful.empty() && unknown.empty()) {
      return;
    }
    line();
    line(
        "# DECIDE: these hosts are in no zone, and nothing below is allowed. Find out who they "
        "are;");
    line("# put those that belong here into a zone, and take over of their lines what is needed.");
    line("#");
    for (const DoubtfulHost& host : in_.zones.doubtful) {
      line("#   " + to_string(host.ip) + (host.words.empty() ? "" : " (" + host.words + ')') +
           ": " + host.why);
    }
    for (const IpAddress& ip : unknown) {
      line("#   " + to_string(ip) + ": no host of the inventory, perhaps a broadcast address");
    }
    std::optional<DraftKey> open;
    for (const auto& [key, one] : in_.book.lines()) {
      if (key.stranger.empty() || needless(key, one)) {
        continue;
      }
      if (!open || open->from != key.from || open->to != key.to || open->stranger != key.stranger) {
        line(open ? "# ]" : "#");
        line("#");
        line("# [[conduit]]  # " + to_string(key.stranger));
        line("# from = " + toml_string(zone_name(key.from)));
        line("# to = " + toml_string(zone_name(key.to)));
        line("# allow = [");
        open = key;
      }
      entry(key, one, "# ");
    }
    if (open) {
      line("# ]");
    }
  }

  const DraftInput& in_;
  std::string out_;
};

}  // namespace

Site draft_site(const DraftZones& zones) {
  Site site;
  for (const DraftZone& from : zones.zones) {
    Zone zone;
    zone.name = from.name;
    for (const DraftMember& member : from.members) {
      const auto parsed = parse_member(member.text);
      if (const Member* good = std::get_if<Member>(&parsed)) {
        zone.members.push_back(*good);
      }
    }
    site.zones.push_back(std::move(zone));
  }
  return site;
}

std::string draft_text(const DraftInput& input) { return Writer{input}.write(); }

}  // namespace prahari
