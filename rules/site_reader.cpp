#include "rules/site_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "rules/allow_parser.hpp"
#include "rules/member.hpp"
#include "rules/section.hpp"
#include "rules/site_names.hpp"
#include "rules/threshold_reader.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Need = Section::Need;

constexpr double kLastLevel = 5;
// A plant has far less of each; what comes beyond slows every look-up down.
constexpr std::size_t kMostZones = 4096;
constexpr std::size_t kMostTables = 32'768;
constexpr std::size_t kMostMembers = 32'768;  // of all zones
constexpr std::array<std::string_view, 4> kCriticalities = {"low", "medium", "high", "safety"};

// Calls `use` with each text of a list.
template <class Use>
void each_text(Section& section, std::string_view key, Need need, std::string_view example,
               Use use) {
  const Node* list = section.array(key, need, example);
  if (list == nullptr) {
    return;
  }
  if (list->items.empty() && need == Need::required) {
    section.mistake(list->place, key,
                    "expected at least one entry, such as " + std::string{example});
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const std::string path = item_key(key, i);
    if (const auto text = section.text_of(list->items[i], path)) {
      use(*text, list->items[i].place, path);
    }
  }
}

std::optional<double> read_level(Section& section) {
  const Node* level = section.node("level");
  if (level == nullptr) {
    return std::nullopt;
  }
  const bool number = level->kind == Node::Kind::integer || level->kind == Node::Kind::number;
  if (!number || !(level->number >= 0 && level->number <= kLastLevel)) {
    section.mistake(
        level->place, "level",
        "expected a Purdue level from 0 to 5 (3.5 is the DMZ), found " + level->describe());
    return std::nullopt;
  }
  return level->number;
}

// Which zone named a member first, so that a second one is a mistake.
using Owners = std::map<std::string, std::pair<std::string, Place>>;

void read_members(Section& section, Zone& zone, Owners& owners, const Mistakes& mistakes) {
  each_text(section, "members", Need::required, R"(["10.10.1.0/24", "vlan:110"])",
            [&](const std::string& text, const Place& place, const std::string& key) {
              const auto member = parse_member(text);
              if (const auto* problem = std::get_if<std::string>(&member)) {
                section.mistake(place, key, *problem);
                return;
              }
              if (owners.size() >= kMostMembers) {
                return section.mistake(place, key,
                                       "expected at most " + std::to_string(kMostMembers) +
                                           " members of all zones, found more; name networks");
              }
              zone.members.push_back(std::get<Member>(member));
              zone.member_lines.push_back(place.line);
              const auto [owner, fresh] =
                  owners.try_emplace(to_string(zone.members.back()), zone.name, place);
              if (!fresh) {
                section.mistake(place, key,
                                in_quotes(text) + " is already a member of zone " +
                                    in_quotes(owner->second.first) + " (" +
                                    mistakes.line_words(owner->second.second, place.file) +
                                    "); name it once");
              }
            });
}

// Where each name stands that must differ from all others.
using NamesUsed = std::unordered_map<std::string, Place>;

void check_unique(Section& section, std::string_view key, const std::string& name, NamesUsed& used,
                  const Mistakes& mistakes) {
  if (name.empty()) {
    return;
  }
  const auto [other, fresh] =
      used.try_emplace(name, Place{section.line(), 0, section.place().file});
  if (!fresh) {
    section.mistake(key, "the name " + in_quotes(name) + " is already used in " +
                             mistakes.line_words(other->second, section.place().file) +
                             "; names are unique");
  }
}

void read_allow(Section& section, std::vector<Allow>& entries) {
  each_text(section, "allow", Need::required, R"(["modbus:read"])",
            [&](const std::string& text, const Place& place, const std::string& key) {
              auto allow = parse_allow(text);
              if (const auto* problem = std::get_if<std::string>(&allow)) {
                section.mistake(place, key, *problem);
                return;
              }
              entries.push_back(std::get<Allow>(std::move(allow)));
              entries.back().line = place.line;
            });
}

void read_schedule(Section& section, Need need, Schedule& schedule) {
  each_text(section, "schedule", need, R"(["mon-fri 06:00-22:00"])",
            [&](const std::string& text, const Place& place, const std::string& key) {
              auto spans = parse_schedule(text);
              if (const auto* problem = std::get_if<std::string>(&spans)) {
                section.mistake(place, key, *problem);
                return;
              }
              for (const Schedule::Span& span : std::get<std::vector<Schedule::Span>>(spans)) {
                schedule.spans.push_back(span);
              }
              schedule.texts.push_back(text);
            });
  const Node* list = section.node("schedule");
  if (need == Need::optional && list != nullptr && list->kind == Node::Kind::array &&
      list->items.empty()) {
    section.mistake(list->place, "schedule",
                    "expected at least one entry, found none; leave the key out for a conduit that "
                    "always holds");
  }
}

void read_tags(Section& section, SiteAsset& asset) {
  each_text(section, "tags", Need::optional, R"(["controller"])",
            [&](const std::string& tag, const Place& place, const std::string& key) {
              if (const std::string problem = no_tag(tag); !problem.empty()) {
                section.mistake(place, key, problem);
                return;
              }
              asset.tags.push_back(tag);
            });
}

void read_match(Section& section, SiteAsset& asset, Owners& owners, const Mistakes& mistakes) {
  const std::string text = section.text("match", Need::required);
  if (text.empty()) {
    return;
  }
  const auto member = parse_member(text);
  if (const auto* problem = std::get_if<std::string>(&member)) {
    section.mistake("match", *problem);
    return;
  }
  asset.match = std::get<Member>(member);
  if (std::holds_alternative<VlanMember>(asset.match)) {
    section.mistake("match", "expected an address or \"mac:...\", found " + in_quotes(text) +
                                 "; a VLAN is no asset");
    return;
  }
  if (std::holds_alternative<TagMember>(asset.match)) {
    section.mistake("match", "expected an address or \"mac:...\", found " + in_quotes(text) +
                                 "; a tag is what an asset carries");
    return;
  }
  const auto [owner, fresh] =
      owners.try_emplace(to_string(asset.match), asset.name, section.place());
  if (!fresh) {
    section.mistake(
        "match", in_quotes(text) + " already names the asset " + in_quotes(owner->second.first) +
                     " (" + mistakes.line_words(owner->second.second, section.place().file) + ")");
  }
}

// The tables of a section, each with its number within its own file.
template <class Use>
void each_section(const Node& root, std::string_view name, Mistakes& mistakes, Use use) {
  std::map<std::uint16_t, std::size_t> next;
  const std::size_t most = name == "zone" ? kMostZones : kMostTables;
  std::size_t count = 0;
  for (const Node* table : tables_of(root, name, mistakes)) {
    if (++count > most) {
      mistakes.add(table->place, name,
                   "expected at most " + std::to_string(most) + " of [[" + std::string{name} +
                       "]], found more; sum them up, or watch the plant with several sensors");
    }
    if (count > most || mistakes.full()) {
      return;
    }
    std::string path = item_key(name, next[table->place.file]++);
    Section section{*table, path, mistakes};
    use(section, *table, path);
    section.finish();
  }
}

}  // namespace

std::vector<const Node*> tables_of(const Node& root, std::string_view name, Mistakes& mistakes) {
  std::vector<const Node*> tables;
  const Node* list = root.find(name);
  if (list == nullptr) {
    return tables;
  }
  const std::string header = "[[" + std::string{name} + "]]";
  if (list->kind != Node::Kind::array) {
    mistakes.add(list->place, name,
                 "expected " + header + " (with two brackets), found " + list->describe());
    return tables;
  }
  for (const Node& item : list->items) {
    if (item.kind == Node::Kind::table) {
      tables.push_back(&item);
    } else {
      mistakes.add(item.place, name, "expected " + header + ", found " + item.describe());
    }
  }
  return tables;
}

void read_zones(const Node& root, Site& site, Mistakes& mistakes) {
  Owners owners;
  NamesUsed names;
  each_section(
      root, "zone", mistakes, [&](Section& section, const Node& table, const std::string& path) {
        Zone zone;
        zone.line = section.line();
        zone.file = section.place().file;
        zone.name = section.text("name", Need::required);
        check_unique(section, "name", zone.name, names, mistakes);
        if (zone.name == kUnassigned) {
          section.mistake("name", "\"unassigned\" is the name of what no zone names; take another");
        }
        zone.level = read_level(section);
        read_members(section, zone, owners, mistakes);
        each_text(section, "off", Need::optional, R"(["scan"])",
                  [&](const std::string& kind, const Place& place, const std::string& key) {
                    check_kind(kind,
                               [&](std::string_view text) { section.mistake(place, key, text); });
                    zone.off.push_back(kind);
                  });
        section.node("thresholds");
        read_thresholds(table, path, zone.thresholds, mistakes);
        site.zones.push_back(std::move(zone));
      });
}

void read_conduits(const Node& root, Site& site, Mistakes& mistakes) {
  const SiteNames names{site};
  each_section(root, "conduit", mistakes,
               [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
                 Conduit conduit;
                 conduit.line = section.line();
                 conduit.file = section.place().file;
                 conduit.from = section.text("from", Need::required);
                 conduit.to = section.text("to", Need::required);
                 check_zone(section, "from", conduit.from, names);
                 check_zone(section, "to", conduit.to, names);
                 read_allow(section, conduit.allow);
                 read_schedule(section, Need::optional, conduit.schedule);
                 site.conduits.push_back(std::move(conduit));
               });
}

void read_assets(const Node& root, Site& site, Mistakes& mistakes) {
  Owners owners;
  NamesUsed names;
  for (const Zone& zone : site.zones) {
    names.try_emplace(zone.name, Place{zone.line, 0, zone.file});
  }
  each_section(root, "asset", mistakes,
               [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
                 SiteAsset asset;
                 asset.line = section.line();
                 asset.file = section.place().file;
                 asset.name = section.text("name", Need::required);
                 check_unique(section, "name", asset.name, names, mistakes);
                 read_match(section, asset, owners, mistakes);
                 asset.criticality = section.choice("criticality", kCriticalities);
                 asset.owner = section.text("owner");
                 asset.location = section.text("location");
                 read_tags(section, asset);
                 site.assets.push_back(std::move(asset));
               });
}

void read_ignores(const Node& root, Site& site, Mistakes& mistakes) {
  const SiteNames names{site};
  each_section(
      root, "ignore", mistakes,
      [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
        Ignore ignore;
        ignore.line = section.line();
        ignore.file = section.place().file;
        ignore.kind = section.text("kind", Need::required);
        if (!ignore.kind.empty()) {
          check_kind(ignore.kind, [&](std::string_view text) { section.mistake("kind", text); });
        }
        ignore.from = section.text("from");
        ignore.to = section.text("to");
        check_end(section, "from", ignore.from, names);
        check_end(section, "to", ignore.to, names);
        ignore.until = read_until(section, Need::optional, site.timezone, ignore.until_text);
        ignore.reason = section.text("reason", Need::required);
        site.ignores.push_back(std::move(ignore));
      });
}

void read_exceptions(const Node& root, Site& site, Mistakes& mistakes) {
  const SiteNames names{site};
  each_section(root, "exception", mistakes,
               [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
                 Exception made;
                 made.line = section.line();
                 made.file = section.place().file;
                 made.from = section.text("from", Need::required);
                 made.to = section.text("to", Need::required);
                 check_end(section, "from", made.from, names);
                 check_end(section, "to", made.to, names);
                 read_allow(section, made.allow);
                 made.owner = section.text("owner", Need::required);
                 made.reason = section.text("reason", Need::required);
                 made.until = read_until(section, Need::required, site.timezone, made.until_text)
                                  .value_or(Timestamp{});
                 site.exceptions.push_back(std::move(made));
               });
}

void read_permits(const Node& root, Site& site, Mistakes& mistakes) {
  const SiteNames names{site};
  each_section(root, "permit", mistakes,
               [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
                 Permit permit;
                 permit.line = section.line();
                 permit.file = section.place().file;
                 permit.from = section.text("from", Need::required);
                 permit.to = section.text("to", Need::required);
                 check_end(section, "from", permit.from, names);
                 check_end(section, "to", permit.to, names);
                 each_text(
                     section, "allow", Need::required, R"(["program"])",
                     [&](const std::string& text, const Place& place, const std::string& key) {
                       add_operation(section, text, place, key, permit);
                     });
                 read_valid(section, permit);
                 permit.ticket = section.text("ticket", Need::required);
                 site.permits.push_back(std::move(permit));
               });
}

void read_shifts(const Node& root, Site& site, Mistakes& mistakes) {
  const SiteNames names{site};
  each_section(root, "baseline", mistakes,
               [&](Section& section, const Node& /*table*/, const std::string& /*path*/) {
                 BaselineShift shift;
                 shift.line = section.line();
                 shift.file = section.place().file;
                 shift.name = section.text("name", Need::required);
                 each_text(
                     section, "zones", Need::optional, R"(["filling"])",
                     [&](const std::string& text, const Place& place, const std::string& key) {
                       if (const std::string wrong = unknown_zone(text, names); !wrong.empty()) {
                         section.mistake(place, key, wrong);
                       }
                       shift.zones.push_back(text);
                     });
                 read_schedule(section, Need::required, shift.schedule);
                 site.shifts.push_back(std::move(shift));
               });
}

}  // namespace prahari
