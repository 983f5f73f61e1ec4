#include "rules/baseline_outline.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace prahari::baseline_file {

bool Outline::draw(std::size_t most_depth, std::size_t most_nodes) {
  bool quoted = false;
  for (std::size_t i = 0; i < json_.size(); ++i) {
    const char c = json_[i];
    if (quoted) {
      i += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      open(c, i);
      ++nodes_;
    } else if (c == '}' || c == ']') {
      close(i);
    } else if (c == ',') {
      ++nodes_;
    }
    if (depth_ > most_depth || nodes_ > most_nodes) {
      return false;
    }
  }
  text_ += json_.substr(copied_);
  return true;
}

void Outline::open(char bracket, std::size_t at) {
  ++depth_;
  way_.resize(std::min(depth_, kWayToEntry.size() + 1) - 1);
  way_ += bracket;
  if (way_ == kWayToEntry) {
    text_ += json_.substr(copied_, at - copied_);
    copied_ = at;
    inside_ = true;
  }
}

void Outline::close(std::size_t at) {
  if (inside_ && depth_ == kWayToEntry.size()) {
    text_ += std::to_string(entries_.size());
    entries_.push_back(json_.substr(copied_, at + 1 - copied_));
    copied_ = at + 1;
    inside_ = false;
  }
  depth_ -= depth_ > 0 ? 1 : 0;
}

std::string_view Outline::take(const nlohmann::json& number) {
  if (!number.is_number_unsigned() || number.get<std::uint64_t>() >= entries_.size()) {
    return {};
  }
  return std::exchange(entries_[number.get<std::size_t>()], std::string_view{});
}

}  // namespace prahari::baseline_file
