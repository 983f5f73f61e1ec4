#include "inventory/version_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace prahari {
namespace {

using Is = VersionBound::Is;

constexpr std::size_t kMostBounds = 64;
constexpr std::size_t kLongest = 1024;

struct Words {
  std::string_view text;
  Is is;
};

// Longest first, where one begins another. Lower-case.
constexpr auto kSigns = std::to_array<Words>({
    {">=", Is::at_least},
    {"<=", Is::at_most},
    {"=>", Is::at_least},
    {"=<", Is::at_most},
    {"!=", Is::unequal},
    {"==", Is::equal},
    {"\xe2\x89\xa5", Is::at_least},
    {"\xe2\x89\xa4", Is::at_most},
    {"<", Is::less},
    {">", Is::greater},
    {"=", Is::equal},
});
constexpr auto kAhead = std::to_array<Words>({
    {"prior to", Is::less},
    {"earlier than", Is::less},
    {"lower than", Is::less},
    {"older than", Is::less},
    {"less than", Is::less},
    {"before", Is::less},
    {"below", Is::less},
    {"up to and including", Is::at_most},
    {"up to", Is::at_most},
    {"until", Is::at_most},
    {"through", Is::at_most},
    {"starting with", Is::at_least},
    {"from", Is::at_least},
    {"since", Is::at_least},
    {"later than", Is::greater},
    {"newer than", Is::greater},
    {"greater than", Is::greater},
    {"higher than", Is::greater},
    {"after", Is::greater},
    {"above", Is::greater},
    {"-", Is::at_most},
});
constexpr auto kBehind = std::to_array<Words>({
    {"and earlier", Is::at_most}, {"or earlier", Is::at_most},  {"and prior", Is::at_most},
    {"or prior", Is::at_most},    {"and below", Is::at_most},   {"or below", Is::at_most},
    {"and lower", Is::at_most},   {"or lower", Is::at_most},    {"and older", Is::at_most},
    {"or older", Is::at_most},    {"and later", Is::at_least},  {"or later", Is::at_least},
    {"and newer", Is::at_least},  {"or newer", Is::at_least},   {"and above", Is::at_least},
    {"or above", Is::at_least},   {"and higher", Is::at_least}, {"or higher", Is::at_least},
    {"and up", Is::at_least},
});
constexpr auto kFiller = std::to_array<std::string_view>(
    {"all versions", "versions", "version", "firmware", "all", "and", "or", "any", "&"});
// What may stand behind a number, parted by a blank, and belongs to the version.
constexpr auto kQualifiers = std::to_array<std::string_view>(
    {"sp", "hf", "hotfix", "update", "upd", "patch", "build", "fix", "rc", "beta", "alpha"});

bool word_character(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

class BoundReader {
 public:
  // `text` is as written, `lower` the same in lower case; both must outlive it.
  BoundReader(std::string_view text, std::string_view lower) noexcept
      : text_(text), lower_(lower) {}

  std::optional<std::vector<VersionBound>> read() {
    while (skip(), at_ < lower_.size()) {
      if (out_.size() >= kMostBounds || !one()) {
        return std::nullopt;
      }
    }
    return pending_ ? std::nullopt : std::optional{std::move(out_)};
  }

 private:
  bool one() {
    if (const Words* ahead = take(kSigns, false); ahead != nullptr) {
      return expect(ahead->is);
    }
    if (const Words* ahead = take(kAhead, true); ahead != nullptr) {
      return expect(ahead->is);
    }
    if (const Words* behind = take(kBehind, true); behind != nullptr) {
      return turn(behind->is);
    }
    if (filler()) {
      return true;
    }
    return version();
  }

  // "version prior to": what is expected may be said twice, not in two ways.
  bool expect(Is is) noexcept {
    const bool free = !pending_ || *pending_ == is;
    pending_ = is;
    return free;
  }

  bool turn(Is is) noexcept {
    const bool bare = !out_.empty() && out_.back().is == Is::equal && !pending_;
    if (bare) {
      out_.back().is = is;
    }
    return bare;
  }

  bool filler() noexcept {
    for (const std::string_view word : kFiller) {
      if (starts_with_word(word)) {
        at_ += word.size();
        return true;
      }
    }
    return false;
  }

  // A bare version is meant alone; "1.0 through 2.5" is both ends.
  bool version() {
    const std::size_t begin = at_;
    after_word_ = false;
    chunk();
    while (qualified()) {
      chunk();
    }
    auto read = parse_version(text_.substr(begin, at_ - begin));
    if (!read) {
      return false;
    }
    const Is is = pending_.value_or(Is::equal);
    if (pending_ == Is::at_most && !out_.empty() && out_.back().is == Is::equal) {
      out_.back().is = Is::at_least;
    }
    pending_.reset();
    out_.push_back({is, std::move(*read)});
    return true;
  }

  void chunk() noexcept {
    constexpr std::string_view kEnds = " \t\r\n|,;<>=!";
    at_ = std::min(lower_.find_first_of(kEnds, at_), lower_.size());
  }

  // Whether a blank and a word that belongs to the version come next; then behind the blank.
  bool qualified() noexcept {
    std::size_t next = at_;
    while (next < lower_.size() && lower_[next] == ' ') {
      ++next;
    }
    if (next == at_ || next == lower_.size()) {
      return false;
    }
    const std::string_view rest = lower_.substr(next);
    const bool number_of_word = std::exchange(after_word_, false) && digit(rest.front());
    after_word_ = std::ranges::any_of(kQualifiers, [rest](std::string_view word) {
      const std::string_view tail = rest.substr(std::min(word.size(), rest.size()));
      return rest.starts_with(word) && (tail.empty() || !letter(tail.front()));
    });
    const bool bracketed = rest.size() > 1 && rest[0] == '(' && digit(rest[1]);
    if (after_word_ || number_of_word || bracketed) {
      at_ = next;
      return true;
    }
    return false;
  }

  template <class List>
  const Words* take(const List& list, bool word) noexcept {
    for (const Words& one : list) {
      if (word ? starts_with_word(one.text) : lower_.substr(at_).starts_with(one.text)) {
        at_ += one.text.size();
        return &one;
      }
    }
    return nullptr;
  }

  [[nodiscard]] bool starts_with_word(std::string_view word) const noexcept {
    const std::string_view rest = lower_.substr(at_);
    return rest.starts_with(word) &&
           (rest.size() == word.size() || !word_character(rest[word.size()]));
  }

  void skip() noexcept {
    constexpr std::string_view kBetween = " \t\r\n|,;:*()";
    at_ = std::min(lower_.find_first_not_of(kBetween, at_), lower_.size());
  }

  std::string_view text_;
  std::string_view lower_;
  std::size_t at_ = 0;
  std::optional<Is> pending_;
  bool after_word_ = false;
  std::vector<VersionBound> out_;
};

// %3E to >, in a version range specifier.
std::string unescaped(std::string_view text) {
  const auto value = [](char c) {
    return digit(c)
               ? c - '0'
               : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1));
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? value(text[i + 1]) : -1;
    const int low = high >= 0 ? value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::vector<VersionBound>> read_bounds(std::string_view text) {
  if (text.size() > kLongest) {
    return std::nullopt;
  }
  if (text == "-" || text == "n/a" || text == "N/A") {
    return std::vector<VersionBound>{};
  }
  std::string plain{text};
  if (text.starts_with("vers:")) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
      return std::nullopt;
    }
    plain = unescaped(text.substr(slash + 1));
  }
  std::string lower = plain;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return BoundReader{plain, lower}.read();
}

}  // namespace prahari
