#include "inventory/product_name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace prahari {
namespace {

constexpr std::size_t kMostWords = 48;
constexpr std::size_t kLeastModel = 5;
constexpr std::size_t kLongestModel = 64;

constexpr auto kLegalForms = std::to_array<std::string_view>(
    {"ab",   "ag",  "as",           "bv", "co",      "company", "corp", "corporation",
     "gmbh", "inc", "incorporated", "kg", "limited", "llc",     "ltd",  "nv",
     "oy",   "plc", "pte",          "sa", "se",      "spa",     "srl"});
constexpr auto kSayNothing = std::to_array<std::string_view>(
    {"all",      "and",      "any",      "controller", "controllers",  "device", "devices",
     "family",   "firmware", "for",      "incl",       "line",         "module", "modules",
     "of",       "plc",      "product",  "products",   "programmable", "series", "the",
     "variants", "version",  "versions", "with"});

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
// Bytes of a character beyond ASCII count as letters.
bool of_word(char c) noexcept {
  return digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

template <class List>
bool among(const List& list, std::string_view word) noexcept {
  return std::ranges::find(list, word) != list.end();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (of_word(c)) {
      word += lower(c);
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) {
    out.push_back(std::move(word));
  }
  if (out.size() > kMostWords) {
    out.resize(kMostWords);
  }
  return out;
}

bool wildcard(char c) noexcept { return c == '*' || c == '?'; }

// A number that may be ordered by: digits in it, and not a year or a count.
bool looks_like_model(std::string_view text) noexcept {
  const auto digits = std::ranges::count_if(text, digit);
  const auto letters = std::ranges::count_if(text, of_word) - digits;
  const auto length = static_cast<std::size_t>(digits + letters);
  const bool pattern = std::ranges::any_of(text, wildcard);
  return text.size() <= kLongestModel && (length >= kLeastModel || (pattern && length >= 3)) &&
         (digits > 0 || pattern) && (letters > 0 || digits >= 7);
}

}  // namespace

std::string vendor_key(std::string_view vendor, const VendorAliases& aliases) {
  std::string out;
  const std::vector<std::string> words = words_of(aliases.usual(vendor));
  for (const std::string& word : words) {
    if (!among(kLegalForms, word) || words.size() == 1) {
      out += word;
    }
  }
  return out;
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (of_word(c)) {
      out += lower(c);
    }
  }
  return out;
}

std::vector<std::string> name_words(std::string_view text) {
  std::vector<std::string> out = words_of(text);
  std::erase_if(out, [](const std::string& word) { return among(kSayNothing, word); });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> bracketed_models(std::string_view name) {
  std::vector<std::string> out;
  for (std::size_t open = name.find('('); open != std::string_view::npos;
       open = name.find('(', open + 1)) {
    std::string_view inside = name.substr(open + 1, name.find(')', open) - open - 1);
    while (!inside.empty()) {
      const std::size_t end = std::min(inside.find_first_of(",;"), inside.size());
      const std::string_view one = inside.substr(0, end);
      if (looks_like_model(one)) {
        out.emplace_back(one);
      }
      inside.remove_prefix(std::min(end + 1, inside.size()));
    }
  }
  return out;
}

std::string without_brackets(std::string_view name) {
  std::string out;
  int depth = 0;
  for (const char c : name) {
    depth += c == '(' ? 1 : 0;
    if (depth == 0) {
      out += c;
    }
    depth -= c == ')' && depth > 0 ? 1 : 0;
  }
  return out;
}

std::string without_series(std::string_view model) {
  const std::size_t begin = std::min(model.find_first_not_of(' '), model.size());
  std::string_view first = model.substr(begin, model.find(' ', begin) - begin);
  const std::size_t slash = first.rfind('/');
  const bool series = slash != std::string_view::npos && slash > 0 && slash + 2 == first.size() &&
                      !digit(first.back());
  return std::string{series ? first.substr(0, slash) : model};
}

bool has_wildcard(std::string_view pattern) noexcept {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (wildcard(pattern[i])) {
      return true;
    }
  }
  return false;
}

bool fits_pattern(std::string_view pattern, std::string_view model) {
  std::string want;  // squeezed, wildcards kept
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;  // an escaped wildcard is punctuation
    } else if (wildcard(c)) {
      want += c;
    } else if (of_word(c)) {
      want += lower(c);
    }
  }
  const std::string have = squeezed(model);
  std::size_t w = 0;
  std::size_t h = 0;
  std::size_t star = std::string::npos;
  std::size_t resume = 0;
  while (h < have.size()) {
    if (w < want.size() && want[w] == '*') {
      star = w++;
      resume = h;
    } else if (w < want.size() && (want[w] == '?' || want[w] == have[h])) {
      ++w;
      ++h;
    } else if (star != std::string::npos) {
      w = star + 1;
      h = ++resume;
    } else {
      return false;
    }
  }
  return want.find_first_not_of('*', w) == std::string::npos && !have.empty();
}

}  // namespace prahari
