#include "rules/approval.hpp"

#include <algorithm>

#include "dissectors/join.hpp"
#include "inventory/ed25519.hpp"
#include "rules/section.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kFourEyes = "four_eyes";
constexpr std::string_view kOneIsEnough = "one_is_enough";
constexpr std::string_view kSignedImports = "signed_imports";

void read_flag(Section& section, std::string_view key, bool& flag) {
  const Node* node = section.node(key);
  if (node == nullptr) {
    return;
  }
  if (node->kind != Node::Kind::boolean) {
    section.mistake(node->place, key, "expected true or false, found " + node->describe());
    return;
  }
  flag = node->text == "true";
}

void read_keys(Section& section, Approval& approval) {
  const Node* list = section.array("keys", Section::Need::optional, R"(["MCowBQYDK2VwAyEA..."])");
  if (list == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const std::string path = item_key("keys", i);
    const auto text = section.text_of(list->items[i], path);
    if (text && !is_public_key(*text)) {
      section.mistake(list->items[i].place, path,
                      "expected a public Ed25519 key, the middle line of openssl pkey -pubout, "
                      "found " +
                          in_quotes(*text));
    } else if (text) {
      approval.keys.push_back(*text);
    }
  }
}

}  // namespace

void read_approval(const Node& root, Approval& approval, Mistakes& mistakes) {
  const Node* table = root.find("approval");
  if (table == nullptr) {
    return;
  }
  if (table->kind != Node::Kind::table) {
    mistakes.add(table->place, "approval", "expected [approval], found " + table->describe());
    return;
  }
  Section section{*table, "approval", mistakes};
  read_flag(section, "four_eyes", approval.four_eyes);
  read_flag(section, "signed_imports", approval.signed_imports);
  read_keys(section, approval);
  if (approval.signed_imports && approval.keys.empty()) {
    section.mistake("signed_imports",
                    "with signed_imports at least one key of who may sign is needed in keys");
  }
  section.finish();
}

std::string to_string(const Approval& approval) {
  std::vector<std::string> words;
  words.emplace_back(approval.four_eyes ? kFourEyes : kOneIsEnough);
  if (approval.signed_imports) {
    words.emplace_back(kSignedImports);
  }
  words.insert(words.end(), approval.keys.begin(), approval.keys.end());
  return joined(words, " ");
}

Approval approval_of(std::string_view text) {
  Approval approval;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (word == kOneIsEnough) {
      approval.four_eyes = false;
    } else if (word == kSignedImports) {
      approval.signed_imports = true;
    } else if (is_public_key(word)) {
      approval.keys.emplace_back(word);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return approval;
}

}  // namespace prahari
