// One table of a file that people write: typed access to its keys, with a mistake for each that
// is missing, has the wrong type or is not known. Call finish() when all known keys were asked for.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/document.hpp"
#include "rules/mistakes.hpp"

namespace prahari {

class Section {
 public:
  enum class Need : std::uint8_t { optional, required };

  // `table` and `mistakes` must outlive the section.
  Section(const Node& table, std::string path, Mistakes& mistakes);

  // Null if the key is absent; then a mistake if it is required.
  const Node* node(std::string_view key, Need need = Need::optional);
  // Null also where the type is wrong, with a mistake that ends in `expected`.
  const Node* array(std::string_view key, Need need, std::string_view expected);
  // Not empty, no control characters; "" where there is no such text.
  std::string text(std::string_view key, Need need = Need::optional);
  // The text where it is one of `choices`, else "" and a mistake.
  std::string choice(std::string_view key, std::span<const std::string_view> choices,
                     Need need = Need::optional);

  // A text at any place, judged like text().
  std::optional<std::string> text_of(const Node& node, std::string_view key);

  void mistake(const Place& place, std::string_view key, std::string_view text);
  // At the place of the value, or of the table where the key is absent.
  void mistake(std::string_view key, std::string_view text);

  // Reports the keys that nobody asked for.
  void finish();

  [[nodiscard]] int line() const noexcept { return table_.place.line; }
  [[nodiscard]] const Place& place() const noexcept { return table_.place; }

 private:
  const Node& table_;
  std::string path_;
  Mistakes& mistakes_;
  std::vector<std::string_view> asked_;
};

// "members[0]"
[[nodiscard]] std::string item_key(std::string_view key, std::size_t index);

}  // namespace prahari
