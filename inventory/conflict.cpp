#include "inventory/conflict.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "dissectors/unit.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

constexpr std::uint8_t kWellFounded = 70;
constexpr std::chrono::hours kAtOnce{24};

// Fields of which a device has one at a time. A name is one only to whoever gives names of a kind:
// PROFINET and Windows each have theirs.
constexpr auto kSingle =
    std::to_array<Field>({Field::vendor, Field::product, Field::model, Field::order_number,
                          Field::hardware, Field::firmware, Field::serial, Field::name, Field::os});

bool is_single(Field field) noexcept { return std::ranges::find(kSingle, field) != kSingle.end(); }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

// Letters and digits alone, in lower case. What is beyond ASCII stays.
std::string core(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80) {
      out += lower(c);
    }
  }
  return out;
}

bool one_holds_other(const std::string& a, const std::string& b) noexcept {
  return !a.empty() && !b.empty() &&
         (a.find(b) != std::string::npos || b.find(a) != std::string::npos);
}

// The numbers of a version: "FW V04.02.1 build 7" is 4, 2, 1.
std::vector<std::uint64_t> version_of(std::string_view text) {
  std::vector<std::uint64_t> out;
  const char* at = std::ranges::find_if(text, is_digit);
  const char* const end = text.data() + text.size();
  while (at != end) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc{}) {
      return {};
    }
    out.push_back(number);
    at = read.ptr;
    if (at == end || (*at != '.' && *at != '_') || at + 1 == end || !is_digit(at[1])) {
      break;
    }
    ++at;
  }
  return out;
}

bool same_version(std::string_view a, std::string_view b) {
  const auto left = version_of(a);
  const auto right = version_of(b);
  if (left.empty() || right.empty()) {
    return one_holds_other(core(a), core(b));
  }
  const std::size_t common = std::min(left.size(), right.size());
  return std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(common),
                    right.begin());
}

std::string_view without_zeros(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return text;
}

std::optional<std::uint64_t> number_of(std::string_view text, int base) noexcept {
  std::uint64_t out = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional{out}
                                                                       : std::nullopt;
}

bool same_serial(std::string_view a, std::string_view b) {
  const std::string left_core = core(a);
  const std::string right_core = core(b);
  std::string_view left = without_zeros(left_core);
  std::string_view right = without_zeros(right_core);
  for (std::string_view* one : {&left, &right}) {
    if (one->starts_with('x')) {  // of "0x"
      *one = without_zeros(one->substr(1));
    }
  }
  const auto in_bases = [](std::string_view hex, std::string_view decimal) {
    const auto value = number_of(hex, 16);
    return value && value == number_of(decimal, 10);
  };
  return left == right || in_bases(left, right) || in_bases(right, left);
}

// "1756-L71/B LOGIX5571" and "1756-L71": words with a digit in them name a type.
bool share_type_word(std::string_view a, std::string_view b) {
  constexpr std::size_t kShortest = 4;
  const auto words = [](std::string_view text) {
    std::set<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(" /,;()", at), text.size());
      const std::string word = core(text.substr(at, end - at));
      if (word.size() >= kShortest && std::ranges::any_of(word, is_digit)) {
        out.insert(word);
      }
      at = end + 1;
    }
    return out;
  };
  const std::set<std::string> left = words(a);
  const std::set<std::string> right = words(b);
  return std::ranges::any_of(left, [&](const std::string& word) { return right.contains(word); });
}

// What is only expected of a device, and the names of sites that one server has many of.
bool no_claim(const Fact& fact) noexcept {
  return (fact.field == Field::name && fact.source == "TLS certificate") ||
         fact.source.find("expected") != std::string::npos ||
         fact.source.find("electronic key") != std::string::npos;
}

// First the one, then the other, and never again the first.
bool in_turn(const Fact& a, const Fact& b) noexcept { return a.last < b.first || b.last < a.first; }

bool within_a_day(const Fact& a, const Fact& b) noexcept {
  return a.first - b.last < kAtOnce && b.first - a.last < kAtOnce;
}

bool contradict(const Fact& a, const Fact& b, const VendorAliases& aliases) {
  if (a.confidence < kWellFounded || b.confidence < kWellFounded || !is_single(a.field) ||
      no_claim(a) || no_claim(b) || !within_a_day(a, b)) {
    return false;
  }
  if (a.source == b.source ? in_turn(a, b) : a.field == Field::name) {
    return false;
  }
  return !same_meaning(a.field, a.value, b.value, aliases);
}

std::string reason_against(const Fact& chosen, const Fact& next) {
  if (chosen.confidence != next.confidence) {
    return "confidence " + std::to_string(chosen.confidence) +
           (chosen.confidence > next.confidence ? ", above " : ", newer or more often told than ") +
           std::to_string(next.confidence) + " of " + next.source;
  }
  return chosen.last != next.last ? "told later than the other, and as sure"
                                  : "as sure as the other, and first in order";
}

std::string reason_for(const Fact& chosen, const std::vector<const Fact*>& told,
                       const VendorAliases& aliases) {
  const Fact* next = nullptr;  // of another meaning, and the best of those
  std::size_t agree = 0;
  for (const Fact* fact : told) {
    if (fact == &chosen) {
      continue;
    }
    if (same_meaning(chosen.field, fact->value, chosen.value, aliases)) {
      agree += fact->source != chosen.source ? 1U : 0U;
    } else if (next == nullptr || fact->confidence > next->confidence ||
               (fact->confidence == next->confidence && fact->last > next->last)) {
      next = fact;
    }
  }
  std::string out = next == nullptr ? "nothing else was told" : reason_against(chosen, *next);
  if (agree > 0) {
    out += "; " + std::to_string(agree) +
           (agree == 1 ? " other source agrees" : " other sources agree");
  }
  return out;
}

// The units that told something, the device itself first.
std::set<std::uint32_t> units_of(const Asset& asset) {
  std::set<std::uint32_t> out{Identity::kNoUnit};
  for (const Fact& fact : asset.facts) {
    out.insert(fact.unit);
  }
  return out;
}

}  // namespace

bool same_meaning(Field field, std::string_view a, std::string_view b,
                  const VendorAliases& aliases) {
  if (a == b) {
    return true;
  }
  switch (field) {
    case Field::vendor:
      return one_holds_other(core(aliases.usual(a)), core(aliases.usual(b)));
    case Field::firmware:
    case Field::hardware:
      return same_version(a, b);
    case Field::serial:
      return same_serial(a, b);
    case Field::name:
      return core(a.substr(0, a.find('.'))) == core(b.substr(0, b.find('.')));
    default:
      return one_holds_other(core(a), core(b)) || share_type_word(a, b);
  }
}

Judged judge(const Asset& asset, Field field, const VendorAliases& aliases, std::uint32_t unit) {
  Judged out{.chosen = choose(asset, field, aliases, unit), .reason = {}, .rivals = {}};
  if (out.chosen.fact == nullptr) {
    return out;
  }
  const std::vector<const Fact*> told = asset.told(field, unit);
  out.reason = reason_for(*out.chosen.fact, told, aliases);
  for (const Fact* fact : told) {
    if (fact != out.chosen.fact && contradict(*fact, *out.chosen.fact, aliases)) {
      out.rivals.push_back(fact);
    }
  }
  return out;
}

std::vector<FactMark> mark_facts(const Asset& asset, const VendorAliases& aliases) {
  std::vector<FactMark> out(asset.facts.size());
  const auto mark = [&](const Fact* fact) -> FactMark& {
    return out[static_cast<std::size_t>(fact - asset.facts.data())];
  };
  std::set<std::pair<std::uint32_t, Field>> done;
  for (const std::uint32_t unit : units_of(asset)) {
    for (const Fact& fact : asset.facts) {
      if ((fact.unit != unit && unit != Identity::kNoUnit) ||
          !done.emplace(unit, fact.field).second) {
        continue;
      }
      const Judged judged = judge(asset, fact.field, aliases, unit);
      if (judged.chosen.fact == nullptr) {
        continue;
      }
      FactMark& chosen = mark(judged.chosen.fact);
      chosen.chosen = true;
      for (const Fact* rival : judged.rivals) {
        chosen.conflict = true;
        chosen.against = chosen.against.empty() ? std::string_view{rival->value} : chosen.against;
        mark(rival).conflict = true;
        mark(rival).against = judged.chosen.fact->value;
      }
    }
  }
  return out;
}

std::vector<std::string> conflict_words(const Asset& asset, const VendorAliases& aliases) {
  std::vector<std::string> out;
  const std::set<std::uint32_t> units =
      asset.facts.size() < 2 ? std::set<std::uint32_t>{} : units_of(asset);
  for (const std::uint32_t unit : units) {
    for (const Field field : kSingle) {
      const Judged judged = judge(asset, field, aliases, unit);
      if (judged.rivals.empty() ||
          (unit != Identity::kNoUnit && judged.chosen.fact == asset.best(field))) {
        continue;
      }
      std::string words = (unit == Identity::kNoUnit ? std::string{} : unit_words(unit) + ' ')
                              .append(to_string(field));
      words += ": " + judged.chosen.fact->value + " (" + judged.chosen.fact->source + ')';
      for (const Fact* rival : judged.rivals) {
        words += " or " + rival->value + " (" + rival->source + ')';
      }
      out.push_back(std::move(words));
    }
  }
  return out;
}

}  // namespace prahari
