// Whether a product of an advisory is what a device says it is, and how surely.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "inventory/advisory.hpp"
#include "inventory/record.hpp"
#include "inventory/version_range.hpp"

namespace prahari {

// What a device, a module or a unit says it is.
struct MatchTarget {
  std::uint32_t unit = Identity::kNoUnit;
  std::string vendor;         // under its usual name; empty: unknown
  bool by_interface = false;  // only the vendor of the network interface is known
  std::string product;
  std::string model;
  std::string order_number;
  std::string firmware;
  std::string serial;
  int trust = 0;          // the weaker of what vendor and name rest on, 0 to 100
  int version_trust = 0;  // what the firmware rests on

  [[nodiscard]] bool named() const noexcept {
    return !product.empty() || !model.empty() || !order_number.empty();
  }
  // By what it is shown.
  [[nodiscard]] const std::string& shown() const noexcept;
  // All that the outcome depends on, as one text.
  [[nodiscard]] std::string key() const;
};

// The device itself, then each module or unit that tells of itself something else.
[[nodiscard]] std::vector<MatchTarget> match_targets(const Asset& asset,
                                                     const VendorAliases& aliases);

// A product of an advisory, made ready.
struct MatchProduct {
  const Advisory* advisory = nullptr;
  std::uint32_t number = 0;           // within the advisory
  std::string vendor;                 // its key; empty: not named
  std::string name;                   // to show
  std::vector<std::string> models;    // squeezed
  std::vector<std::string> patterns;  // model numbers with wildcards
  std::vector<std::string> words;     // of the name, without the vendor's
  std::string squeezed_name;
  VersionRange versions;
  bool versions_named = true;  // false: the source never does

  [[nodiscard]] const AdvisoryProduct& of() const { return advisory->products[number]; }
};

// How surely a product is meant.
struct ProductFit {
  const MatchProduct* product = nullptr;
  int strength = 0;      // 0 to 100
  bool in_part = false;  // a part of its name only: nothing is certain
  std::string words;     // "vendor and product exact"
};

struct MatchNames;  // what the texts of a device may be called by

// All products of all advisories, found by vendor and name.
class ProductIndex {
 public:
  explicit ProductIndex(const VendorAliases& aliases) : aliases_(aliases) {}

  void add(const Advisory& advisory, bool versions_named = true);
  // Call it once, after the last add().
  void finish();

  // In the order in which they were added.
  [[nodiscard]] std::vector<ProductFit> find(const MatchTarget& target) const;

 private:
  using Places = std::vector<std::uint32_t>;

  void put(std::string_view vendor, char kind, std::string_view text, std::uint32_t place);
  [[nodiscard]] Places candidates_of(const MatchNames& names) const;
  [[nodiscard]] const std::string* rarest_of(const std::vector<std::string>& words,
                                             std::string_view vendor) const;
  [[nodiscard]] const Places* at(std::string_view vendor, char kind, std::string_view text) const;

  const VendorAliases& aliases_;
  std::vector<MatchProduct> products_;
  std::unordered_map<std::string, Places> places_;
};

}  // namespace prahari
