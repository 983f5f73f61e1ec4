#include "inventory/weakness.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "inventory/product_match.hpp"
#include "inventory/weakness_judge.hpp"

namespace prahari {
namespace {

constexpr auto kSeverities =
    std::to_array<std::string_view>({"unknown", "none", "low", "medium", "high", "critical"});
constexpr std::size_t kMostRemembered = 50'000;
constexpr std::size_t kMostFits = 512;  // products of one advisory that one device may be

bool covers(const std::vector<std::uint32_t>& products, std::uint32_t product) {
  return products.empty() || std::ranges::binary_search(products, product);
}

// The newest kind of score that is given of the product; of two the higher one.
const AdvisoryScore* score_of(const AdvisoryWeakness& weakness, std::uint32_t product) {
  const AdvisoryScore* out = nullptr;
  const auto rank = [](const AdvisoryScore& score) { return std::tie(score.version, score.score); };
  for (const AdvisoryScore& score : weakness.scores) {
    if (covers(score.products, product) && (out == nullptr || rank(*out) < rank(score))) {
      out = &score;
    }
  }
  return out;
}

const AdvisoryRemedy* remedy_of(const AdvisoryWeakness& weakness, std::uint32_t product) {
  const AdvisoryRemedy* out = nullptr;
  for (const AdvisoryRemedy& remedy : weakness.remedies) {
    if (covers(remedy.products, product) &&
        (out == nullptr || (out->category != "vendor_fix" && remedy.category == "vendor_fix"))) {
      out = &remedy;
    }
  }
  return out;
}

// What is exploited and in no advisory, as an advisory that names no versions.
Advisory of_list_alone(const AdvisoryBook& book) {
  std::set<std::string_view> told;
  for (const auto& entry : book.advisories) {
    for (const AdvisoryWeakness& weakness : entry.second.weaknesses) {
      told.insert(weakness.cve);
    }
  }
  Advisory out;
  out.id = "KEV";
  out.publisher = "list of known exploited vulnerabilities";
  out.title = "Known exploited vulnerabilities";
  out.version = book.kev.version;
  out.updated = book.kev.released;
  out.file = book.kev.file;
  std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> places;
  for (const KevEntry& entry : book.kev.entries) {
    if (told.contains(entry.cve) || entry.vendor.empty() || entry.product.empty()) {
      continue;
    }
    const auto [at, fresh] = places.try_emplace({entry.vendor, entry.product},
                                                static_cast<std::uint32_t>(out.products.size()));
    if (fresh) {
      AdvisoryProduct product;
      product.name = entry.vendor + " " + entry.product;
      product.vendor = entry.vendor;
      product.product = entry.product;
      out.products.push_back(std::move(product));
    }
    AdvisoryWeakness& weakness = out.weaknesses.emplace_back();
    weakness.cve = entry.cve;
    weakness.title = entry.name;
    weakness.products[static_cast<std::size_t>(ProductStatus::known_affected)] = {at->second};
    if (!entry.action.empty()) {
      weakness.remedies.push_back({"mitigation", entry.action, {}, {}});
    }
  }
  return out;
}

auto order_of(const Weakness& one) {
  return std::tuple{one.open() ? 0 : 1,
                    one.kev == nullptr ? 1 : 0,
                    one.score == nullptr ? 0.0 : -one.score->score,
                    one.exposure,
                    -one.confidence,
                    std::string_view{one.asset},
                    one.unit + 1,
                    std::string_view{one.what->cve},
                    std::string_view{one.advisory->id},
                    std::string_view{one.advisory->name_space},
                    std::string_view{one.what->title}};
}

}  // namespace

std::string_view to_string(Exposure exposure) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"affected", "cannot-tell",
                                                      "under-investigation", "not-affected"};
  return kNames[static_cast<std::size_t>(exposure)];
}

std::string_view severity_of(const Weakness& weakness) noexcept {
  if (weakness.score == nullptr) {
    return kSeverities[0];
  }
  const double score = weakness.score->score;
  const bool second = weakness.score->version.starts_with('2');  // it knows no "critical"
  if (score <= 0) {
    return kSeverities[1];
  }
  if (score < 4.0) {
    return kSeverities[2];
  }
  if (score < 7.0) {
    return kSeverities[3];
  }
  return score < 9.0 || second ? kSeverities[4] : kSeverities[5];
}

int severity_rank(std::string_view severity) noexcept {
  const auto* const at = std::ranges::find(kSeverities, severity);
  return at == kSeverities.end() ? 0 : static_cast<int>(at - kSeverities.begin());
}

void sort_weaknesses(std::vector<Weakness>& weaknesses) {
  std::ranges::stable_sort(
      weaknesses, [](const Weakness& a, const Weakness& b) { return order_of(a) < order_of(b); });
}

void WeaknessList::add(std::vector<Weakness> found) {
  for (Weakness& one : found) {
    if (one.open() || with_not_affected) {
      rows.push_back(std::move(one));
    }
  }
  if (rows.size() > 2 * kMost) {
    finish();
  }
}

void WeaknessList::finish() {
  sort_weaknesses(rows);
  if (rows.size() > kMost) {
    left_out += rows.size() - kMost;
    rows.resize(kMost);
  }
}

std::uint64_t WeaknessList::count(Exposure exposure) const noexcept {
  return static_cast<std::uint64_t>(std::ranges::count(rows, exposure, &Weakness::exposure));
}

class WeaknessMatcher::Impl {
 public:
  Impl(const AdvisoryBook& book, const VendorAliases& aliases)
      : book_(book), aliases_(aliases), index_(aliases), exploited_(of_list_alone(book)) {
    for (const auto& entry : book.advisories) {
      index_.add(entry.second);
    }
    index_.add(exploited_, false);
    index_.finish();
  }

  std::vector<Weakness> find(const AssetRecord& record) {
    std::vector<Weakness> out;
    if (book_.empty()) {
      return out;
    }
    const std::string name = shown_name(record);
    for (const MatchTarget& target : match_targets(record.asset, aliases_)) {
      for (Weakness one : of(target)) {
        one.asset = record.asset.id;
        one.name = name;
        one.unit = target.unit;
        out.push_back(std::move(one));
      }
    }
    sort_weaknesses(out);
    if (out.size() > kMostOfAsset) {
      left_out_ += out.size() - kMostOfAsset;
      out.resize(kMostOfAsset);
    }
    return out;
  }

  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  // Devices of one kind and firmware have the same weaknesses: looked for once.
  const std::vector<Weakness>& of(const MatchTarget& target) {
    std::string key = target.key();
    if (const auto held = remembered_.find(key); held != remembered_.end()) {
      return held->second;
    }
    if (remembered_.size() >= kMostRemembered) {
      remembered_.clear();
    }
    return remembered_.emplace(std::move(key), look(target)).first->second;
  }

  std::vector<Weakness> look(const MatchTarget& target) const {
    std::vector<Weakness> out;
    const std::vector<ProductFit> fits = index_.find(target);  // by advisory
    for (std::size_t begin = 0; begin < fits.size();) {
      const Advisory* advisory = fits[begin].product->advisory;
      std::size_t end = begin;
      while (end < fits.size() && fits[end].product->advisory == advisory) {
        ++end;
      }
      const std::span of_one{fits.data() + begin, std::min(end - begin, kMostFits)};
      for (const AdvisoryWeakness& weakness : advisory->weaknesses) {
        if (auto verdict = weigh_advisory(target, of_one, weakness)) {
          if (end - begin > kMostFits) {
            verdict->exposure = Exposure::cannot_tell;
            verdict->reason = "cannot tell: it may be any of " + std::to_string(end - begin) +
                              " products of the advisory";
          }
          out.push_back(row(target, *advisory, weakness, std::move(*verdict)));
        }
      }
      begin = end;
    }
    return out;
  }

  Weakness row(const MatchTarget& target, const Advisory& advisory,
               const AdvisoryWeakness& weakness, WeaknessVerdict verdict) const {
    Weakness out;
    out.vendor = target.vendor;
    out.product = target.shown();
    out.version = target.firmware;
    out.advisory = &advisory;
    out.what = &weakness;
    out.score = score_of(weakness, verdict.product);
    out.remedy = remedy_of(weakness, verdict.product);
    out.kev = book_.exploited(weakness.cve);
    out.exposure = verdict.exposure;
    out.confidence = verdict.confidence;
    out.reason = std::move(verdict.reason);
    return out;
  }

  const AdvisoryBook& book_;
  const VendorAliases& aliases_;
  ProductIndex index_;
  Advisory exploited_;
  std::unordered_map<std::string, std::vector<Weakness>> remembered_;
  std::uint64_t left_out_ = 0;
};

WeaknessMatcher::WeaknessMatcher(const AdvisoryBook& book, const VendorAliases& aliases)
    : impl_(std::make_unique<Impl>(book, aliases)) {}
WeaknessMatcher::WeaknessMatcher(WeaknessMatcher&&) noexcept = default;
WeaknessMatcher& WeaknessMatcher::operator=(WeaknessMatcher&&) noexcept = default;
WeaknessMatcher::~WeaknessMatcher() = default;

std::vector<Weakness> WeaknessMatcher::find(const AssetRecord& record) {
  return impl_->find(record);
}

std::uint64_t WeaknessMatcher::left_out() const noexcept { return impl_->left_out(); }

}  // namespace prahari
