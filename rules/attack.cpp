#include "rules/attack.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

namespace prahari {
namespace {

constexpr std::string_view kHeader = "id,name,tactics,deprecated";

// "inhibit-response-function" to "Inhibit Response Function"; "and" stays small.
std::string in_words(std::string_view tactic) {
  std::string words;
  while (!tactic.empty()) {
    const std::string_view word = tactic.substr(0, tactic.find('-'));
    tactic.remove_prefix(std::min(word.size() + 1, tactic.size()));
    words += words.empty() ? "" : " ";
    const std::size_t at = words.size();
    words += word;
    if (word != "and" && at < words.size() && words[at] >= 'a' && words[at] <= 'z') {
      words[at] = static_cast<char>(words[at] - 'a' + 'A');
    }
  }
  return words;
}

std::optional<Technique> parse_line(std::string_view line) {
  std::array<std::string_view, 4> columns;
  for (std::string_view& column : columns) {
    const std::size_t comma = &column == &columns.back() ? line.size() : line.find(',');
    if (comma > line.size()) {
      return std::nullopt;
    }
    column = line.substr(0, comma);
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  const bool known_flag = columns[3] == "0" || columns[3] == "1";
  if (!columns[0].starts_with('T') || columns[1].empty() || !known_flag) {
    return std::nullopt;
  }
  Technique technique{.id = std::string{columns[0]},
                      .name = std::string{columns[1]},
                      .tactics = {},
                      .deprecated = columns[3] == "1"};
  std::string_view tactics = columns[2];
  while (!tactics.empty()) {
    const std::string_view tactic = tactics.substr(0, tactics.find(';'));
    technique.tactics.push_back(in_words(tactic));
    tactics.remove_prefix(std::min(tactic.size() + 1, tactics.size()));
  }
  return technique;
}

}  // namespace

Result<AttackTable> AttackTable::load(const std::filesystem::path& csv) {
  std::ifstream file{csv};
  if (!file) {
    return Error{csv.string() + ": cannot open; install prahari again or name the right folder",
                 Error::Kind::environment};
  }
  AttackTable table;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (line.empty() || line.starts_with('#') || line == kHeader) {
      continue;
    }
    auto technique = parse_line(line);
    if (!technique) {
      return Error{csv.string() + ":" + std::to_string(number) + ": expected \"" +
                       std::string{kHeader} + "\" with 0 or 1 at the end",
                   Error::Kind::input};
    }
    table.techniques_.push_back(*std::move(technique));
  }
  std::ranges::sort(table.techniques_, {}, &Technique::id);
  return table;
}

const Technique* AttackTable::find(std::string_view id) const noexcept {
  const auto at = std::ranges::lower_bound(
      techniques_, id, {}, [](const Technique& item) -> std::string_view { return item.id; });
  return at == techniques_.end() || at->id != id ? nullptr : &*at;
}

}  // namespace prahari
