#include "rules/baseline_rows.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <nlohmann/json.hpp>

#include "dissectors/join.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLists = std::to_array<std::string_view>(
    {"hosts", "facts", "certificates", "talkers", "operations", "writes", "reads", "polls"});

// The keys that say what an entry is about; all others are what was learned of it.
constexpr auto kIdentity = std::to_array<std::string_view>(
    {"client", "server",   "service", "host",       "mac",   "unit",     "field",
     "source", "protocol", "use",     "thumbprint", "class", "function", "sub",
     "object", "table",    "first",   "last",       "text",  "address",  "by"});
// Those whose value needs no word before it.
constexpr auto kPlain = std::to_array<std::string_view>(
    {"server", "service", "host", "field", "protocol", "use", "class", "table", "text"});

template <class Names>
bool is_in(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string entry_words(const Json& entry) {
  std::string words;
  for (const auto& [key, value] : entry.items()) {
    if (!is_in(kIdentity, key) || key == "last") {
      continue;
    }
    words += words.empty() ? "" : " ";
    if (key == "client") {
      words += text_of(value) + " ->";
      continue;
    }
    if (key == "first") {
      words += text_of(value);
      if (const auto last = entry.find("last"); last != entry.end() && *last != value) {
        words += '-' + text_of(*last);
      }
      continue;
    }
    words += is_in(kPlain, key) ? text_of(value) : key + ' ' + text_of(value);
  }
  return words;
}

std::string value_words(const Json& entry) {
  std::vector<std::string> words;
  for (const auto& [key, value] : entry.items()) {
    if (!is_in(kIdentity, key)) {
      words.push_back(key + ' ' + text_of(value));
    }
  }
  return joined(words);
}

using Key = std::tuple<std::string, std::string, std::string>;

Key key_of(const BaselineRow& row) { return {row.zone, row.list, row.entry}; }

}  // namespace

std::vector<BaselineRow> baseline_rows(const std::string& json) {
  std::vector<BaselineRow> rows;
  const Json root = Json::parse(json, nullptr, false);
  const auto zones = root.find("zones");
  if (!root.is_object() || zones == root.end()) {
    return rows;
  }
  for (const Json& zone : *zones) {
    for (const std::string_view list : kLists) {
      const auto entries = zone.find(list);
      if (entries == zone.end()) {
        continue;
      }
      for (const Json& entry : *entries) {
        rows.push_back(
            {text_of(zone.at("zone")), std::string{list}, entry_words(entry), value_words(entry)});
      }
    }
  }
  return rows;
}

std::vector<BaselineChange> baseline_diff(const std::vector<BaselineRow>& before,
                                          const std::vector<BaselineRow>& after, bool with_values) {
  std::map<Key, std::pair<const BaselineRow*, const BaselineRow*>> all;
  for (const BaselineRow& row : before) {
    all[key_of(row)].first = &row;
  }
  for (const BaselineRow& row : after) {
    all[key_of(row)].second = &row;
  }
  std::vector<BaselineChange> changes;
  for (const auto& [key, rows] : all) {
    const auto& [old, now] = rows;
    if (old == nullptr) {
      changes.push_back({BaselineChange::Sort::added, *now, {}});
    } else if (now == nullptr) {
      changes.push_back({BaselineChange::Sort::removed, *old, {}});
    } else if (with_values && old->value != now->value) {
      changes.push_back({BaselineChange::Sort::changed, *now, old->value});
    }
  }
  return changes;
}

}  // namespace prahari
