// Which known weaknesses an asset has, as far as what it told of itself goes, and why that is
// thought. What cannot be told is said so: a match is never more certain than its weakest fact.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/advisory.hpp"
#include "inventory/record.hpp"

namespace prahari {

enum class Exposure : std::uint8_t { affected, cannot_tell, under_investigation, not_affected };

[[nodiscard]] std::string_view to_string(Exposure exposure) noexcept;

// One weakness of one device, module or unit. What it points at belongs to the book and the
// matcher that it was found with.
struct Weakness {
  std::string asset;  // id
  std::string name;
  std::uint32_t unit = Identity::kNoUnit;
  std::string vendor;
  std::string product;
  std::string version;  // of its firmware; empty: unknown
  const Advisory* advisory = nullptr;
  const AdvisoryWeakness* what = nullptr;
  const AdvisoryScore* score = nullptr;    // null: none was given
  const AdvisoryRemedy* remedy = nullptr;  // null: none was given
  const KevEntry* kev = nullptr;           // null: not known to be exploited
  Exposure exposure = Exposure::cannot_tell;
  int confidence = 0;  // 0 to 100
  std::string reason;  // "vendor and product exact, version 20.11 < 20.19"

  // Worth doing something about.
  [[nodiscard]] bool open() const noexcept { return exposure != Exposure::not_affected; }
};

// "critical" to "none" by the CVSS base score; "unknown" without one.
[[nodiscard]] std::string_view severity_of(const Weakness& weakness) noexcept;
// As a number that grows with it: 0 is unknown.
[[nodiscard]] int severity_rank(std::string_view severity) noexcept;

// Exploited ones first, then by score; after that in an order that depends on content only.
void sort_weaknesses(std::vector<Weakness>& weaknesses);

// What was found in all, the worst first, in bounded memory.
struct WeaknessList {
  std::vector<Weakness> rows;
  std::uint64_t left_out = 0;  // beyond kMost, or of an asset that had too many
  std::uint64_t advisories = 0;
  std::uint64_t exploited = 0;  // entries of the list of exploited weaknesses
  bool with_not_affected = false;

  // Drops what is not affected unless it is wanted.
  void add(std::vector<Weakness> found);
  // Call it once, at the end.
  void finish();
  [[nodiscard]] bool anything() const noexcept { return advisories + exploited > 0; }
  [[nodiscard]] std::uint64_t count(Exposure exposure) const noexcept;

  static constexpr std::size_t kMost = 40'000;
};

class WeaknessMatcher {
 public:
  // Both must outlive it, and it what it finds.
  WeaknessMatcher(const AdvisoryBook& book, const VendorAliases& aliases);
  WeaknessMatcher(WeaknessMatcher&&) noexcept;
  WeaknessMatcher& operator=(WeaknessMatcher&&) noexcept;
  ~WeaknessMatcher();

  // Of the device, its modules and the units behind it; sorted. At most kMostOfAsset, the worst.
  // What is not affected comes last, where an advisory names the product at all.
  [[nodiscard]] std::vector<Weakness> find(const AssetRecord& record);

  // How many were left out because an asset had more.
  [[nodiscard]] std::uint64_t left_out() const noexcept;

  static constexpr std::size_t kMostOfAsset = 2000;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
