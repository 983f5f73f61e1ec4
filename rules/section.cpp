#include "rules/section.hpp"

#include <algorithm>
#include <tuple>

#include "rules/wording.hpp"

namespace prahari {

std::vector<Mistake> Mistakes::take() {
  const bool more = full();
  std::ranges::stable_sort(found_, [](const Found& a, const Found& b) {
    return std::tuple{a.file, a.mistake.line, a.mistake.column} <
           std::tuple{b.file, b.mistake.line, b.mistake.column};
  });
  std::vector<Mistake> taken;
  taken.reserve(found_.size());
  for (Found& found : found_) {
    taken.push_back(std::move(found.mistake));
  }
  found_.clear();
  if (more) {
    taken.back().text += "; after " + std::to_string(kMost) + " mistakes no more are looked for";
  }
  return taken;
}

std::string Mistakes::line_words(const Place& place, std::uint16_t at_hand) const {
  const std::string words = "line " + std::to_string(place.line);
  return place.file == at_hand ? words : words + " of " + printable(files_[place.file]);
}

std::string item_key(std::string_view key, std::size_t index) {
  return std::string{key} + '[' + std::to_string(index) + ']';
}

Section::Section(const Node& table, std::string path, Mistakes& mistakes)
    : table_(table), path_(std::move(path)), mistakes_(mistakes) {}

void Section::mistake(const Place& place, std::string_view key, std::string_view text) {
  std::string full = path_;
  full += path_.empty() || key.empty() ? "" : ".";
  full += key;
  mistakes_.add(place, full, text);
}

void Section::mistake(std::string_view key, std::string_view text) {
  const Node* value = table_.find(key);
  mistake(value == nullptr ? table_.place : value->place, key, text);
}

const Node* Section::node(std::string_view key, Need need) {
  asked_.push_back(key);
  const Node* value = table_.find(key);
  if (value == nullptr && need == Need::required) {
    mistake(table_.place, "", "the key " + in_quotes(key) + " is missing; add it");
  }
  return value;
}

const Node* Section::array(std::string_view key, Need need, std::string_view expected) {
  const Node* value = node(key, need);
  if (value == nullptr || value->kind == Node::Kind::array) {
    return value;
  }
  mistake(value->place, key,
          "expected a list such as " + std::string{expected} + ", found " + value->describe());
  return nullptr;
}

std::optional<std::string> Section::text_of(const Node& node, std::string_view key) {
  if (node.kind != Node::Kind::text) {
    mistake(node.place, key, "expected text in quotes, found " + node.describe());
    return std::nullopt;
  }
  if (node.text.empty() || printable(node.text) != node.text) {
    mistake(node.place, key,
            node.text.empty()
                ? "expected some text, found \"\"; leave the key out instead"
                : "expected text without control characters, found " + in_quotes(node.text));
    return std::nullopt;
  }
  return node.text;
}

std::string Section::text(std::string_view key, Need need) {
  const Node* value = node(key, need);
  return value == nullptr ? std::string{} : text_of(*value, key).value_or("");
}

std::string Section::choice(std::string_view key, std::span<const std::string_view> choices,
                            Need need) {
  std::string value = text(key, need);
  if (value.empty() || std::ranges::find(choices, value) != choices.end()) {
    return value;
  }
  mistake(key, "expected " + one_of(choices) + ", found " + in_quotes(value) +
                   did_you_mean(value, choices));
  return {};
}

void Section::finish() {
  for (std::size_t i = 0; i < table_.names.size(); ++i) {
    const std::string& key = table_.names[i];
    if (std::ranges::find(asked_, key) == asked_.end()) {
      mistake(table_.keys[i], "",
              "unknown key " + in_quotes(key) +
                  (nearest(key, asked_).empty() ? "; known are " + one_of(asked_)
                                                : did_you_mean(key, asked_)));
    }
  }
}

}  // namespace prahari
