#include "rules/threshold_reader.hpp"

#include <algorithm>

#include "rules/detector.hpp"
#include "rules/kinds.hpp"
#include "rules/number_words.hpp"
#include "rules/sensor_blind.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

template <class Items, class Text>
std::vector<std::string_view> names_of(const Items& items, Text text) {
  std::vector<std::string_view> names;
  names.reserve(items.size());
  for (const auto& item : items) {
    names.push_back(item.*text);
  }
  return names;
}

void read_one(const Node& value, const Place& place, const std::string& path, std::string_view name,
              std::string_view kind, std::span<const Threshold> thresholds,
              std::vector<ThresholdSetting>& settings, Mistakes& mistakes) {
  const auto known = std::ranges::find(thresholds, name, &Threshold::name);
  if (known == thresholds.end()) {
    const auto names = names_of(thresholds, &Threshold::name);
    const std::string hint = did_you_mean(std::string{name}, names);
    mistakes.add(place, path,
                 "unknown threshold of " + std::string{kind} +
                     (names.empty()  ? ", it has none"
                      : hint.empty() ? ", expected " + one_of(names)
                                     : hint));
    return;
  }
  const bool number = value.kind == Node::Kind::integer || value.kind == Node::Kind::number;
  if (!number || !(value.number >= known->least && value.number <= known->most)) {
    mistakes.add(value.place, path,
                 "expected " + std::string{known->meaning} + ", from " + value_words(known->least) +
                     " to " + value_words(known->most) + ", found " + value.describe());
    return;
  }
  settings.push_back({std::string{kind}, std::string{name}, value.number, value.place.line});
}

}  // namespace

void check_kind(std::string_view kind, const std::function<void(std::string_view)>& mistake) {
  const auto known = names_of(kAlertKinds, &AlertKind::id);
  if (std::ranges::find(known, kind) == known.end()) {
    const std::string hint = did_you_mean(std::string{kind}, known);
    mistake("unknown alert kind " + in_quotes(std::string{kind}) +
            (hint.empty() ? ", expected " + one_of(known) : hint));
  }
}

void read_thresholds(const Node& parent, std::string_view path,
                     std::vector<ThresholdSetting>& settings, Mistakes& mistakes) {
  const Node* table = parent.find("thresholds");
  if (table == nullptr) {
    return;
  }
  const std::string prefix = (path.empty() ? "" : std::string{path} + '.') + "thresholds";
  if (table->kind != Node::Kind::table) {
    mistakes.add(table->place, prefix,
                 "expected tables such as [" + prefix + ".scan], found " + table->describe());
    return;
  }
  for (std::size_t i = 0; i < table->names.size(); ++i) {
    const std::string& kind = table->names[i];
    const std::string at = prefix + '.' + kind;
    const Node& section = table->items[i];
    const std::size_t before = mistakes.size();
    check_kind(kind, [&](std::string_view text) { mistakes.add(table->keys[i], at, text); });
    if (mistakes.size() != before) {
      continue;
    }
    if (section.kind != Node::Kind::table) {
      mistakes.add(section.place, at, "expected a table, found " + section.describe());
      continue;
    }
    const std::span<const Threshold>* const thresholds = thresholds_of(kind);
    if (thresholds == nullptr) {
      mistakes.add(table->keys[i], at, "this version has no detector of that kind");
      continue;
    }
    for (std::size_t j = 0; j < section.names.size(); ++j) {
      read_one(section.items[j], section.keys[j], at + '.' + section.names[j], section.names[j],
               kind, *thresholds, settings, mistakes);
    }
  }
}

}  // namespace prahari
