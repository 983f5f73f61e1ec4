#include "inventory/product_match.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "inventory/product_name.hpp"

namespace prahari {

// What the texts of a device may be called by.
struct MatchNames {
  std::string vendor;
  std::vector<std::string> numbers;              // squeezed, with and without series
  std::vector<std::vector<std::string>> worded;  // words of each text
  std::vector<std::string> squeezed;             // each text
  std::vector<std::string> words;                // of all texts together
};

namespace {

constexpr int kModelExact = 98;
constexpr int kNameExact = 95;
constexpr int kModelFits = 92;
constexpr int kNameWithin = 80;
constexpr int kNoVendor = 60;
constexpr int kInPart = 45;
constexpr int kInterfaceOnly = 15;          // less, where only the interface tells the vendor
constexpr std::size_t kMostExtraWords = 3;  // of a name that fits in part
constexpr std::size_t kLeastNumber = 6;     // characters of a model number that needs no vendor
constexpr std::size_t kPrefix = 4;

constexpr char kModel = 'm';
constexpr char kPattern = 'p';
constexpr char kName = 'n';
constexpr char kRareWord = 'r';
constexpr char kWord = 'w';

bool has_digit(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool any_digit(std::span<const std::string> words) noexcept {
  return std::ranges::any_of(words, has_digit);
}

void drop_words(std::vector<std::string>& words, std::string_view vendor) {
  const std::vector<std::string> of_vendor = name_words(vendor);
  std::erase_if(
      words, [&](const std::string& word) { return std::ranges::binary_search(of_vendor, word); });
}

void tidy(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

MatchNames names_of(const MatchTarget& target, const VendorAliases& aliases) {
  MatchNames out;
  out.vendor = vendor_key(target.vendor, aliases);
  for (const std::string* text : {&target.order_number, &target.model, &target.product}) {
    if (text->empty()) {
      continue;
    }
    std::vector<std::string> words = name_words(*text);
    drop_words(words, target.vendor);
    out.words.insert(out.words.end(), words.begin(), words.end());
    for (const std::string& form : {*text, without_series(*text)}) {
      if (std::string number = squeezed(form); has_digit(number)) {
        out.numbers.push_back(std::move(number));
      }
    }
    out.squeezed.push_back(squeezed(*text));
    if (!words.empty()) {
      out.worded.push_back(std::move(words));
    }
  }
  tidy(out.numbers);
  tidy(out.words);
  return out;
}

struct CpeName {
  std::string vendor;
  std::string product;
};

// Of "cpe:2.3:o:siemens:s7-1500_firmware:..." and "cpe:/o:siemens:s7-1500_firmware".
CpeName cpe_name(std::string_view cpe) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < cpe.size() && parts.size() < 8; ++i) {
    if (cpe[i] == '\\' && i + 1 < cpe.size()) {
      parts.back() += cpe[++i];
    } else if (cpe[i] == ':') {
      parts.emplace_back();
    } else {
      parts.back() += cpe[i] == '_' ? ' ' : cpe[i];
    }
  }
  const std::size_t first = cpe.starts_with("cpe:2.3:") ? 3 : 2;
  const bool whole = cpe.starts_with("cpe:") && parts.size() > first + 1;
  return whole ? CpeName{parts[first], parts[first + 1]} : CpeName{};
}

// A full name with the versions at its end: "Device X V2.9", "Device X < 3.1".
std::pair<std::string, std::string> parted(const std::string& name) {
  for (std::size_t at = name.find(' '); at != std::string::npos; at = name.find(' ', at + 1)) {
    const std::string_view rest = std::string_view{name}.substr(at + 1);
    const std::string_view word = rest.substr(0, rest.find(' '));
    const bool sign = word.starts_with('<') || word.starts_with('>') || word.starts_with("vers:");
    const std::size_t begin = word.starts_with('V') || word.starts_with('v') ? 1 : 0;
    const bool number = word.size() > begin && word[begin] >= '0' && word[begin] <= '9' &&
                        word.find_first_not_of("0123456789.", begin) == std::string_view::npos &&
                        (begin == 1 || word.find('.') != std::string_view::npos);
    if (sign || number || word == "version" || word == "Version") {
      return {name.substr(0, at), std::string{rest}};
    }
  }
  return {name, {}};
}

void take_models(std::span<const std::string> numbers, MatchProduct& out) {
  for (const std::string& number : numbers) {
    if (has_wildcard(number)) {
      out.patterns.push_back(number);
    } else if (std::string plain = squeezed(number); !plain.empty()) {
      out.models.push_back(std::move(plain));
    }
  }
}

MatchProduct prepare(const Advisory& advisory, std::uint32_t number, const VendorAliases& aliases) {
  const AdvisoryProduct& product = advisory.products[number];
  MatchProduct out;
  out.advisory = &advisory;
  out.number = number;
  const CpeName cpe = cpe_name(product.cpe);
  const std::string& vendor = product.vendor.empty() ? cpe.vendor : product.vendor;
  out.vendor = vendor_key(vendor, aliases);
  std::string versions = product.version;
  if (!product.product.empty() || !product.family.empty()) {
    out.name = product.product.empty() ? product.family : product.product;
  } else {
    auto [name, rest] = parted(product.name);
    out.name = cpe.product.empty() ? name : cpe.product;
    versions = versions.empty() ? rest : versions;
  }
  take_models(product.models, out);
  take_models(product.skus, out);
  take_models(bracketed_models(out.name), out);
  tidy(out.models);
  const std::string bare = without_brackets(out.name);
  out.words = name_words(bare);
  drop_words(out.words, vendor);
  drop_words(out.words, aliases.usual(vendor));
  out.squeezed_name = squeezed(bare);
  out.versions = VersionRange::parse(versions);
  return out;
}

std::string literal_prefix(std::string_view pattern) {
  return squeezed(pattern.substr(0, pattern.find_first_of("*?\\"))).substr(0, kPrefix);
}

bool within(std::span<const std::string> some, std::span<const std::string> all) {
  return std::ranges::includes(all, some);
}

// How the names fit, whoever the vendor is.
struct NameFit {
  int strength = 0;
  bool in_part = false;
  bool exact = false;
  std::string words;
};

NameFit name_fit(const MatchNames& names, const MatchProduct& product) {
  for (const std::string& number : names.numbers) {
    if (std::ranges::binary_search(product.models, number)) {
      return {kModelExact, false, true, "model number"};
    }
  }
  for (const std::string& pattern : product.patterns) {
    for (const std::string& number : names.numbers) {
      if (fits_pattern(pattern, number)) {
        return {kModelFits, false, false, "model number fits " + pattern};
      }
    }
  }
  if (product.words.empty()) {
    return {};
  }
  const bool same =
      std::ranges::find(names.worded, product.words) != names.worded.end() ||
      std::ranges::find(names.squeezed, product.squeezed_name) != names.squeezed.end() ||
      std::ranges::binary_search(names.numbers, product.squeezed_name);
  if (same) {
    return {kNameExact, false, true, "product"};
  }
  if ((any_digit(product.words) || product.words.size() > 1) &&
      within(product.words, names.words)) {
    return {kNameWithin, false, false, "all words of the product's name"};
  }
  for (const std::vector<std::string>& words : names.worded) {
    if (any_digit(words) && within(words, product.words) &&
        product.words.size() <= words.size() + kMostExtraWords) {
      return {kInPart, true, false, "the product's name in part (" + product.name + ")"};
    }
  }
  return {};
}

// Whether the advisory lists order numbers, and the device has another one.
bool other_number(const MatchTarget& target, const NameFit& fit, const MatchProduct& product) {
  return !target.order_number.empty() && fit.strength < kModelFits &&
         (!product.models.empty() || !product.patterns.empty());
}

std::optional<ProductFit> fit_of(const MatchTarget& target, const MatchNames& names,
                                 const MatchProduct& product) {
  const bool known = !names.vendor.empty() && !product.vendor.empty();
  if (known && names.vendor != product.vendor) {
    return std::nullopt;
  }
  NameFit fit = name_fit(names, product);
  if (fit.strength == 0) {
    return std::nullopt;
  }
  if (other_number(target, fit, product)) {
    if (!fit.exact) {
      return std::nullopt;
    }
    fit = {kInPart, true, false, "product exact, but the order number is none of those listed"};
  }
  ProductFit out{&product, fit.strength, fit.in_part, {}};
  if (!known) {
    if (fit.strength != kModelExact) {
      return std::nullopt;
    }
    out.strength = kNoVendor;
    out.words = "vendor unknown, model number exact";
    return out;
  }
  if (target.by_interface) {
    out.strength -= kInterfaceOnly;
    out.words = "vendor by its network interface, " + fit.words + (fit.exact ? " exact" : "");
  } else {
    out.words = fit.exact ? "vendor and " + fit.words + " exact" : "vendor exact, " + fit.words;
  }
  return out;
}

}  // namespace

void ProductIndex::put(std::string_view vendor, char kind, std::string_view text,
                       std::uint32_t place) {
  std::string key{vendor};
  key += '\n';
  key += kind;
  key += text;
  Places& places = places_[std::move(key)];
  if (places.empty() || places.back() != place) {
    places.push_back(place);
  }
}

const ProductIndex::Places* ProductIndex::at(std::string_view vendor, char kind,
                                             std::string_view text) const {
  std::string key{vendor};
  key += '\n';
  key += kind;
  key += text;
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &found->second;
}

void ProductIndex::add(const Advisory& advisory, bool versions_named) {
  for (std::uint32_t i = 0; i < advisory.products.size(); ++i) {
    products_.push_back(prepare(advisory, i, aliases_));
    products_.back().versions_named = versions_named;
  }
}

void ProductIndex::finish() {
  for (std::uint32_t i = 0; i < products_.size(); ++i) {
    const MatchProduct& one = products_[i];
    for (const std::string& model : one.models) {
      if (!one.vendor.empty()) {
        put(one.vendor, kModel, model, i);
      }
      if (model.size() >= kLeastNumber) {
        put({}, kModel, model, i);
      }
    }
    for (const std::string& pattern : one.patterns) {
      put(one.vendor, kPattern, literal_prefix(pattern), i);
    }
    put(one.vendor, kName, one.squeezed_name, i);
    for (const std::string& word : one.words) {
      put(one.vendor, kWord, word, i);
    }
  }
  for (std::uint32_t i = 0; i < products_.size(); ++i) {
    const MatchProduct& one = products_[i];
    const auto rarest = std::ranges::min_element(one.words, {}, [&](const std::string& word) {
      return at(one.vendor, kWord, word)->size();
    });
    if (rarest != one.words.end()) {
      put(one.vendor, kRareWord, *rarest, i);
    }
  }
}

// Of words that are all in a name that fits in part, the one that the fewest products have; a null
// pointer if there are none.
const std::string* ProductIndex::rarest_of(const std::vector<std::string>& words,
                                           std::string_view vendor) const {
  const std::string* rarest = nullptr;
  std::size_t fewest = products_.size() + 1;
  for (const std::string& word : words) {
    const Places* places = at(vendor, kWord, word);
    const std::size_t count = places == nullptr ? 0 : places->size();
    if (count < fewest) {
      fewest = count;
      rarest = &word;
    }
  }
  return rarest;
}

// Products that may fit, in order, each once.
ProductIndex::Places ProductIndex::candidates_of(const MatchNames& names) const {
  Places candidates;
  const auto gather = [&](char kind, std::string_view text, std::string_view vendor) {
    if (const Places* places = at(vendor, kind, text); places != nullptr) {
      candidates.insert(candidates.end(), places->begin(), places->end());
    }
  };
  for (const std::string& number : names.numbers) {
    gather(kModel, number, names.vendor);
    gather(kName, number, names.vendor);
    gather(kModel, number, {});
    for (std::size_t length = 0; length <= std::min(kPrefix, number.size()); ++length) {
      gather(kPattern, std::string_view{number}.substr(0, length), names.vendor);
    }
  }
  if (!names.vendor.empty()) {
    for (const std::string& text : names.squeezed) {
      gather(kName, text, names.vendor);
    }
    for (const std::string& word : names.words) {
      gather(kRareWord, word, names.vendor);
    }
    for (const std::vector<std::string>& words : names.worded) {
      const std::string* rarest = any_digit(words) ? rarest_of(words, names.vendor) : nullptr;
      if (rarest != nullptr) {
        gather(kWord, *rarest, names.vendor);
      }
    }
  }
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

std::vector<ProductFit> ProductIndex::find(const MatchTarget& target) const {
  const MatchNames names = names_of(target, aliases_);
  std::vector<ProductFit> out;
  for (const std::uint32_t place : candidates_of(names)) {
    if (auto fit = fit_of(target, names, products_[place])) {
      out.push_back(std::move(*fit));
    }
  }
  return out;
}

}  // namespace prahari
