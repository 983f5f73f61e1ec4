#include "inventory/version_order.hpp"

#include <algorithm>
#include <array>

namespace prahari {
namespace {

using Part = Version::Part;
using Kind = Part::Kind;

constexpr std::size_t kLongest = 128;
constexpr std::size_t kMostParts = 24;
constexpr int kMostDigits = 18;

constexpr auto kNoise = std::to_array<std::string_view>({"v", "ver", "vers", "version", "fw",
                                                         "firmware", "rev", "revision", "sv", "r",
                                                         "release", "frn", "os", "sw", "software"});
constexpr auto kBefore = std::to_array<std::string_view>(
    {"alpha", "beta", "rc", "pre", "preview", "dev", "snapshot", "a", "b"});
constexpr auto kAfter = std::to_array<std::string_view>(
    {"sp", "hf", "hotfix", "update", "upd", "patch", "p", "fix", "build", "rev", "revision", "r"});

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <class List>
bool among(const List& list, std::string_view word) noexcept {
  return std::ranges::find(list, word) != list.end();
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kAround = " \t\r\n\"'";
  const std::size_t first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

std::string word_at(std::string_view text, std::size_t& at) {
  std::string out;
  for (; at < text.size() && letter(text[at]); ++at) {
    out += lower(text[at]);
  }
  return out;
}

// False: more digits than any version has.
bool number_at(std::string_view text, std::size_t& at, Part& out) noexcept {
  const std::size_t begin = at;
  for (; at < text.size() && digit(text[at]); ++at) {
    if (at - begin >= static_cast<std::size_t>(kMostDigits)) {
      return false;
    }
    out.number = out.number * 10 + static_cast<std::uint64_t>(text[at] - '0');
  }
  out.digits = static_cast<std::uint8_t>(at - begin);
  return true;
}

// A lone letter right behind a number is a revision; any other word has a meaning or none.
Part part_of(std::string word, bool behind_number) {
  Part out;
  out.kind = behind_number && word.size() == 1 ? Kind::letter : Kind::word;
  out.word = std::move(word);
  return out;
}

// Words before the first number: what they say besides "version".
std::string prefix_of(std::string_view text, std::size_t& at) {
  std::string out;
  while (at < text.size() && !digit(text[at])) {
    if (!letter(text[at])) {
      ++at;
      continue;
    }
    if (const std::string word = word_at(text, at); !among(kNoise, word)) {
      out += word;
    }
  }
  return out;
}

std::optional<std::uint64_t> release_of(std::string_view text, const std::vector<Part>& parts) {
  const std::size_t open = text.rfind('(');
  const bool bracketed = text.back() == ')' && open != std::string_view::npos &&
                         std::ranges::all_of(text.substr(open + 1, text.size() - open - 2), digit);
  return bracketed && parts.size() > 2 && parts.back().kind == Kind::number
             ? std::optional{parts.back().number}
             : std::nullopt;
}

bool before_release(const Part& part) noexcept {
  return part.kind == Kind::word && among(kBefore, part.word);
}
bool after_release(const Part& part) noexcept {
  return part.kind == Kind::word && among(kAfter, part.word);
}

std::partial_ordering flipped(std::partial_ordering order) noexcept { return 0 <=> order; }

// How a version that goes on with these parts compares to one that has ended.
std::partial_ordering rest(const std::vector<Part>& parts, std::size_t at) {
  for (; at < parts.size(); ++at) {
    const Part& part = parts[at];
    if (part.kind == Kind::number && part.number == 0) {
      continue;
    }
    if (part.kind == Kind::word && !after_release(part)) {
      return before_release(part) ? std::partial_ordering::less : std::partial_ordering::unordered;
    }
    return std::partial_ordering::greater;
  }
  return std::partial_ordering::equivalent;
}

std::partial_ordering of_parts(const Part& left, const Part& right) {
  if (left.kind == right.kind) {
    if (left.kind == Kind::number) {
      return left.number <=> right.number;
    }
    if (left.word == right.word) {
      return std::partial_ordering::equivalent;
    }
    if (left.kind == Kind::letter) {
      return left.word <=> right.word;
    }
    const bool known = (before_release(left) || after_release(left)) &&
                       (before_release(right) || after_release(right)) &&
                       before_release(left) != before_release(right);
    return !known ? std::partial_ordering::unordered
                  : (before_release(left) ? std::partial_ordering::less
                                          : std::partial_ordering::greater);
  }
  if (before_release(left) != before_release(right)) {
    return before_release(left) ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  return std::partial_ordering::unordered;
}

std::partial_ordering by_parts(const Version& left, const Version& right) {
  const std::size_t common = std::min(left.parts.size(), right.parts.size());
  for (std::size_t i = 0; i < common; ++i) {
    const std::partial_ordering order = of_parts(left.parts[i], right.parts[i]);
    if (order != std::partial_ordering::equivalent) {
      return order;
    }
  }
  return left.parts.size() > common ? rest(left.parts, common) : flipped(rest(right.parts, common));
}

bool plain_pair(const Version& version) noexcept {
  return version.parts.size() == 2 && version.numbers() == 2;
}

// The order of 0.9 and 0.11.
std::partial_ordering as_fractions(const Part& left, const Part& right) noexcept {
  std::uint64_t a = left.number;
  std::uint64_t b = right.number;
  for (int i = left.digits; i < right.digits; ++i) {
    a *= 10;
  }
  for (int i = right.digits; i < left.digits; ++i) {
    b *= 10;
  }
  return a <=> b;
}

bool doubtful(const Version& left, const Version& right, std::partial_ordering order) noexcept {
  return plain_pair(left) && plain_pair(right) && left.parts[0] == right.parts[0] &&
         !(left.parts[1] == right.parts[1]) && as_fractions(left.parts[1], right.parts[1]) != order;
}

// "FW 27" counts what others write in brackets.
std::partial_ordering by_release(std::uint64_t release, const Version& other) noexcept {
  const std::partial_ordering order = release <=> other.parts.front().number;
  return order == std::partial_ordering::equivalent && other.parts.size() > 1
             ? std::partial_ordering::unordered
             : order;
}

bool a_year(const Version& version) noexcept {
  const Part& first = version.parts.front();
  return first.kind == Kind::number && first.digits == 4 && first.number >= 1990 &&
         first.number < 2100;
}

}  // namespace

std::size_t Version::numbers() const noexcept {
  const auto end =
      std::ranges::find_if(parts, [](const Part& p) { return p.kind != Kind::number; });
  return static_cast<std::size_t>(end - parts.begin());
}

std::optional<Version> parse_version(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > kLongest) {
    return std::nullopt;
  }
  Version out;
  out.text = text;
  std::size_t at = 0;
  out.prefix = prefix_of(text, at);
  for (bool behind_number = false; at < text.size() && out.parts.size() < kMostParts;) {
    if (digit(text[at])) {
      Part part;
      if (!number_at(text, at, part)) {
        return std::nullopt;
      }
      out.parts.push_back(std::move(part));
      behind_number = true;
    } else if (letter(text[at])) {
      out.parts.push_back(part_of(word_at(text, at), behind_number));
      behind_number = false;
    } else {
      ++at;
      behind_number = false;
    }
  }
  if (out.parts.empty()) {
    return std::nullopt;
  }
  out.release = release_of(text, out.parts);
  return out;
}

VersionOrder compare(const Version& left, const Version& right) {
  if (left.parts.empty() || right.parts.empty() || left.prefix != right.prefix) {
    return {};
  }
  if (left.release && right.numbers() == 1) {
    return {by_release(*left.release, right), false};
  }
  if (right.release && left.numbers() == 1) {
    return {flipped(by_release(*right.release, left)), false};
  }
  if (a_year(left) != a_year(right)) {
    return {};
  }
  const std::partial_ordering order = by_parts(left, right);
  return {order, doubtful(left, right, order)};
}

bool is_of(const Version& whole, const Version& start) {
  if (whole.prefix != start.prefix || whole.parts.size() <= start.parts.size()) {
    return false;
  }
  return std::ranges::equal(
             start.parts.begin(), start.parts.end(), whole.parts.begin(),
             whole.parts.begin() + static_cast<std::ptrdiff_t>(start.parts.size())) &&
         rest(whole.parts, start.parts.size()) != std::partial_ordering::equivalent;
}

}  // namespace prahari
