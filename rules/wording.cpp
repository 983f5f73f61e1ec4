#include "rules/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

namespace prahari {
namespace {

constexpr std::size_t kLongestWord = 64;  // edit distance is quadratic

// What may follow the first byte of a sequence (RFC 3629, section 4).
struct Lead {
  std::uint8_t first;
  std::uint8_t last;
  std::uint8_t length;
  std::uint8_t second_first;  // range of the second byte; any others are 0x80 to 0xbf
  std::uint8_t second_last;
};
constexpr auto kLeads = std::to_array<Lead>({
    {0x20, 0x7e, 1, 0, 0},  // without control characters, here and in the next line
    {0xc2, 0xc2, 2, 0xa0, 0xbf},
    {0xc3, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
});

// Length of the character at the head, 0 if it is none or not to be printed.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto* const lead = std::ranges::find_if(
      kLeads, [&](const Lead& one) { return byte(0) >= one.first && byte(0) <= one.last; });
  if (lead == kLeads.end() || text.size() < lead->length) {
    return 0;
  }
  if (lead->length > 1 && (byte(1) < lead->second_first || byte(1) > lead->second_last)) {
    return 0;
  }
  const std::string_view rest =
      text.substr(0, lead->length).substr(std::min<std::size_t>(2, lead->length));
  const bool follows = std::ranges::all_of(
      rest, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0U) == 0x80; });
  return follows ? lead->length : 0;
}

// Letters left out, put in, mistaken or swapped with their neighbour cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last.back();
}

}  // namespace

std::string printable(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  std::string out;
  out.reserve(text.size());
  const auto special = std::ranges::find_if_not(text, plain);
  out.assign(text.begin(), special);  // most of what comes by is ASCII
  text.remove_prefix(out.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      out += '?';
      text.remove_prefix(1);
      continue;
    }
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  std::size_t used = 0;
  while (!text.empty()) {
    if (used++ == limit) {
      out += "...";
      break;
    }
    const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
    if (sequence_length(text) == 0) {
      out += '?';
    } else {
      if (text.front() == '"' || text.front() == '\\') {
        out += '\\';
      }
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kLongestWord) {
    return {};
  }
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestWord || candidate == word) {
      continue;
    }
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? std::string{} : "; did you mean " + in_quotes(best) + '?';
}

std::string one_of(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      out += i + 1 == words.size() ? " or " : ", ";
    }
    out += words[i];
  }
  return out;
}

}  // namespace prahari
