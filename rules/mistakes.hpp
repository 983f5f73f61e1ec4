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
  static constexpr std::size_t kMost = 1000;

  explicit Mistakes(std::string file) : files_{std::move(file)} {}

  // One more file; Place::file is then what this returns.
  std::uint16_t add_file(std::string file) {
    files_.push_back(std::move(file));
    return static_cast<std::uint16_t>(files_.size() - 1);
  }
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }
  // "line 7", or "line 7 of zones.toml" where that is another file than the one at hand.
  [[nodiscard]] std::string line_words(const Place& place, std::uint16_t at_hand) const;

  // `key` is the path of the key: "zone[2].members[0]"; empty for the whole file. What comes once
  // there are kMost is passed over: nobody mends that by hand.
  void add(const Place& place, std::string_view key, std::string_view text) {
    if (full()) {
      return;
    }
    std::string full{key};
    full += key.empty() ? "" : ": ";
    full += text;
    found_.push_back({place.file, {files_[place.file], place.line, place.column, std::move(full)}});
  }

  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return found_.size(); }
  [[nodiscard]] bool full() const noexcept { return found_.size() >= kMost; }

  // In the order of the files.
  [[nodiscard]] std::vector<Mistake> take();

 private:
  struct Found {
    std::uint16_t file;
    Mistake mistake;
  };

  std::vector<std::string> files_;
  std::vector<Found> found_;
};

}  // namespace prahari
