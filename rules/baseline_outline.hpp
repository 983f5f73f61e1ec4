// A baseline file without its entries, which are by far the most of it: in the place of each stands
// its number. The reader builds a tree of this, and a small one of each entry as it comes to it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace prahari::baseline_file {

class Outline {
 public:
  // `json` must outlive it.
  explicit Outline(std::string_view json) noexcept : json_(json) {}

  // False where it is deeper than that, or has more values and brackets: the trees must be bounded.
  // What is no JSON has an outline that is none, or entries that are none.
  bool draw(std::size_t most_depth, std::size_t most_nodes);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  // The entry that a number stands for, once; empty for anything else.
  std::string_view take(const nlohmann::json& number);

 private:
  static constexpr std::string_view kWayToEntry =
      "{[{[{";  // the file, zones, one, a list, an entry

  void open(char bracket, std::size_t at);
  void close(std::size_t at);

  std::string_view json_;
  std::string text_;
  std::vector<std::string_view> entries_;
  std::string way_;  // the brackets that are open, as far as they matter
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::size_t copied_ = 0;  // of json_
  bool inside_ = false;     // an entry
};

}  // namespace prahari::baseline_file
