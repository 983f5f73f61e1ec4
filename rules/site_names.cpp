#include "rules/site_names.hpp"

#include <algorithm>

#include "rules/allow_parser.hpp"
#include "rules/member.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Need = Section::Need;

// Of a plant with many zones a line shows a few.
std::string some_of(std::span<const std::string_view> names) {
  constexpr std::size_t kMostShown = 12;
  return names.size() <= kMostShown ? one_of(names)
                                    : one_of(names.first(kMostShown)) + " and " +
                                          std::to_string(names.size() - kMostShown) + " more";
}

std::optional<CivilTime> civil_of(const Node& node) {
  if (node.kind == Node::Kind::time) {
    return node.time;
  }
  return node.kind == Node::Kind::text ? parse_civil(node.text) : std::nullopt;
}

Timestamp with_offset(const CivilTime& time) {
  const Timezone utc;
  return utc.to_instant(time.day, time.time_of_day.value_or(std::chrono::nanoseconds{})) -
         time.offset.value_or(std::chrono::minutes{});
}

std::optional<Timestamp> read_instant(Section& section, const Node& node, std::string_view key) {
  const auto time = civil_of(node);
  if (time && time->time_of_day && time->offset) {
    return with_offset(*time);
  }
  const bool no_offset = time && time->time_of_day;
  section.mistake(
      node.place, key,
      std::string{"expected a date, a time and an offset from UTC such as "
                  "\"2026-11-22T09:00+05:30\", found "} +
          node.describe() +
          (no_offset ? "; add the offset, such as " + in_quotes(node.text + "+05:30") : ""));
  return std::nullopt;
}

}  // namespace

SiteNames::SiteNames(const Site& site) : site_(site), zones_{kUnassigned} {
  for (const Zone& zone : site.zones) {
    zones_.insert(zone.name);
  }
  for (const SiteAsset& asset : site.assets) {
    assets_.insert(asset.name);
  }
}

std::vector<std::string_view> SiteNames::zones() const {
  std::vector<std::string_view> names;
  names.reserve(site_.zones.size() + 1);
  for (const Zone& zone : site_.zones) {
    names.push_back(zone.name);
  }
  names.push_back(kUnassigned);
  return names;
}

std::vector<std::string_view> SiteNames::all() const {
  std::vector<std::string_view> names = zones();
  for (const SiteAsset& asset : site_.assets) {
    names.push_back(asset.name);
  }
  return names;
}

std::string unknown_zone(const std::string& name, const SiteNames& names) {
  if (names.has_zone(name)) {
    return {};
  }
  const std::vector<std::string_view> known = names.zones();
  return "unknown zone " + in_quotes(name) +
         (nearest(name, known).empty() ? ", expected " + some_of(known)
                                       : did_you_mean(name, known));
}

void check_zone(Section& section, std::string_view key, const std::string& name,
                const SiteNames& names) {
  if (name.empty()) {
    return;
  }
  if (const std::string mistake = unknown_zone(name, names); !mistake.empty()) {
    section.mistake(key, mistake);
  }
}

void check_end(Section& section, std::string_view key, const std::string& name,
               const SiteNames& names) {
  if (name.empty() || names.has(name) || std::holds_alternative<Member>(parse_member(name))) {
    return;
  }
  section.mistake(key, "nothing is called " + in_quotes(name) +
                           "; expected a zone, an asset or an address" +
                           did_you_mean(name, names.all()));
}

std::optional<Timestamp> read_until(Section& section, Section::Need need, const Timezone& timezone,
                                    std::string& text) {
  const Node* node = section.node("until", need);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto time = civil_of(*node);
  if (!time) {
    section.mistake(node->place, "until",
                    "expected a date such as 2027-03-31 or a date with a time such as "
                    "2027-03-31T18:00:00, found " +
                        node->describe());
    return std::nullopt;
  }
  text = node->text;
  if (!time->time_of_day) {
    return timezone.to_instant(time->day + std::chrono::days{1}, {});
  }
  return time->offset ? with_offset(*time) : timezone.to_instant(time->day, *time->time_of_day);
}

void read_valid(Section& section, Permit& permit) {
  constexpr std::string_view kExample = R"(["2026-11-22T09:00+05:30", "2026-11-22T13:00+05:30"])";
  const Node* valid = section.array("valid", Need::required, kExample);
  if (valid == nullptr) {
    return;
  }
  if (valid->items.size() != 2) {
    section.mistake(valid->place, "valid",
                    "expected two times, from and to, such as " + std::string{kExample} +
                        ", found " + std::to_string(valid->items.size()));
    return;
  }
  const auto from = read_instant(section, valid->items[0], "valid[0]");
  const auto to = read_instant(section, valid->items[1], "valid[1]");
  if (!from || !to) {
    return;
  }
  permit.valid_from = *from;
  permit.valid_to = *to;
  if (*from >= *to) {
    section.mistake(valid->items[1].place, "valid[1]",
                    "the permit ends before it begins: expected a time after " +
                        valid->items[0].text + ", found " + valid->items[1].text);
  }
}

void add_operation(Section& section, const std::string& text, const Place& place,
                   const std::string& key, Permit& permit) {
  if (text == "*") {
    for (std::size_t i = 0; i < kOperations; ++i) {
      permit.allow.push_back(static_cast<Operation>(i));
    }
    return;
  }
  if (const auto operation = parse_operation(text)) {
    permit.allow.push_back(*operation);
    return;
  }
  const std::size_t colon = text.find(':');
  const bool conduit_entry = colon != std::string::npos;
  section.mistake(
      place, key,
      no_operation(text) +
          (conduit_entry ? "; a permit names the class alone, without a protocol" : ""));
}

}  // namespace prahari
