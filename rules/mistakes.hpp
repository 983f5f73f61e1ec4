// Collects the mistakes of one file, so that a person gets them all at once.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/document.hpp"
#include "rules/site.hpp"

namespace prahari {

class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  // `key` is the path of the key: "zone[2].members[0]"; empty for the whole file.
  void add(const Place& place, std::string_view key, std::string_view text) {
    std::string full{key};
    full += key.empty() ? "" : ": ";
    full += text;
    found_.push_back({file_, place.line, place.column, std::move(full)});
  }

  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return found_.size(); }

  // In the order of the file.
  [[nodiscard]] std::vector<Mistake> take();

 private:
  std::string file_;
  std::vector<Mistake> found_;
};

}  // namespace prahari
