#include "inventory/weakness_judge.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "dissectors/join.hpp"
#include "inventory/product_name.hpp"

namespace prahari {
namespace {

using Fit = VersionRange::Fit;

constexpr int kAlike = 15;     // fits that much weaker than the best still count
constexpr int kDoubtful = 15;  // less, where numbers may be fractions
constexpr int kMostUnsure = 50;
constexpr int kMostInPart = 40;
constexpr int kMostUnderWay = 60;
constexpr std::size_t kMostRanges = 3;    // to name in a reason
constexpr std::size_t kMostBounds = 128;  // first and last versions of lines of releases

// The strongest thing that one list of products says.
struct Claim {
  enum class Is : std::uint8_t { silent, outside, unclear, inside };
  Is is = Is::silent;
  bool doubtful = false;
  bool bounded = false;  // it names versions
  std::string words;
  const ProductFit* fit = nullptr;
};

class Judge {
 public:
  Judge(const MatchTarget& target, std::span<const ProductFit> fits,
        const AdvisoryWeakness& weakness)
      : target_(target), weakness_(weakness), version_(parse_version(target.firmware)) {
    for (const ProductFit& fit : fits) {
      if (mentioned(fit) && of_this_device(fit)) {
        fits_.push_back(&fit);
      }
    }
    const auto strength = [](const ProductFit* fit) { return fit->strength; };
    const auto best = std::ranges::max_element(fits_, {}, strength);
    if (best != fits_.end()) {
      const int least = (*best)->strength - kAlike;
      std::erase_if(fits_, [&](const ProductFit* fit) { return fit->strength < least; });
    }
  }

  std::optional<WeaknessVerdict> verdict() {
    if (fits_.empty()) {
      return std::nullopt;
    }
    affected_ = claim_of(ProductStatus::known_affected);
    from_first_to_last();
    fixed_ = claim_of(ProductStatus::fixed);
    take_better(fixed_, claim_of(ProductStatus::first_fixed));
    spared_ = claim_of(ProductStatus::known_not_affected);
    const Claim under_way = claim_of(ProductStatus::under_investigation);
    if (auto out = not_affected()) {
      return out;
    }
    if (affected_.is != Claim::Is::silent) {
      return of_affected();
    }
    if (under_way.is == Claim::Is::inside || under_way.is == Claim::Is::unclear) {
      return make(Exposure::under_investigation, "under investigation; ", under_way, {},
                  kMostUnderWay);
    }
    return of_fixed_only();
  }

 private:
  static bool listed(const std::vector<std::uint32_t>& products, const ProductFit& fit) {
    return std::ranges::binary_search(products, fit.product->number);
  }

  [[nodiscard]] bool mentioned(const ProductFit& fit) const {
    return std::ranges::any_of(weakness_.products,
                               [&](const auto& list) { return listed(list, fit); });
  }

  // Serial numbers, where the advisory names them and the device tells its own.
  [[nodiscard]] bool of_this_device(const ProductFit& fit) const {
    const auto& serials = fit.product->of().serials;
    return serials.empty() || target_.serial.empty() ||
           std::ranges::any_of(serials, [&](const std::string& serial) {
             return fits_pattern(serial, target_.serial);
           });
  }

  // How the version of the device lies to the versions of one product.
  [[nodiscard]] Claim claim(const ProductFit& fit, const VersionRange& versions) const {
    Claim out{Claim::Is::unclear, false, !versions.all(), {}, &fit};
    const AdvisoryProduct& product = fit.product->of();
    if (!fit.product->versions_named) {
      out.words = "the list of exploited weaknesses names no versions";
    } else if (!product.component.empty() && !versions.all()) {
      out.words = "the version of " + product.component + " in it is unknown";
    } else if (!product.serials.empty() && target_.serial.empty()) {
      out.words = "serial number unknown";
    } else if (versions.all()) {
      out.is = Claim::Is::inside;
      out.words = "all versions";
    } else if (target_.firmware.empty()) {
      out.words = "firmware unknown";
    } else if (!version_) {
      out.words = "firmware \"" + target_.firmware + "\" is no version that can be compared";
    } else {
      VersionRange::Answer answer = versions.answer(*version_);
      out.is = answer.fit == Fit::inside    ? Claim::Is::inside
               : answer.fit == Fit::outside ? Claim::Is::outside
                                            : Claim::Is::unclear;
      out.doubtful = answer.doubtful;
      out.words = std::move(answer.words);
    }
    return out;
  }

  // Inside one is inside all; where nothing else is known, what names versions says more.
  static void take_better(Claim& held, Claim offered) {
    if (offered.is > held.is || (offered.is == held.is && offered.bounded && !held.bounded)) {
      held = std::move(offered);
    }
  }

  [[nodiscard]] Claim claim_of(ProductStatus status) const {
    Claim out;
    for (const ProductFit* fit : fits_) {
      if (!listed(weakness_.products[static_cast<std::size_t>(status)], *fit)) {
        continue;
      }
      const Version* single = fit->product->versions.single();
      const bool and_later = status == ProductStatus::first_fixed && single != nullptr;
      take_better(out,
                  claim(*fit, and_later ? VersionRange::of({{VersionBound::Is::at_least, *single}})
                                        : fit->product->versions));
    }
    return out;
  }

  // The first and the last version of each line that is affected are the ends of a range.
  void from_first_to_last() {
    std::vector<VersionBound> bounds;
    const ProductFit* of = nullptr;
    const auto gather = [&](ProductStatus status, VersionBound::Is is) {
      for (const ProductFit* fit : fits_) {
        const Version* single = fit->product->versions.single();
        if (single != nullptr &&
            listed(weakness_.products[static_cast<std::size_t>(status)], *fit)) {
          bounds.push_back({is, *single});
          of = fit;
        }
      }
    };
    gather(ProductStatus::first_affected, VersionBound::Is::at_least);
    gather(ProductStatus::last_affected, VersionBound::Is::at_most);
    if (!bounds.empty() &&
        weakness_.products[static_cast<std::size_t>(ProductStatus::last_affected)].empty()) {
      gather(ProductStatus::first_fixed, VersionBound::Is::less);
    }
    if (!bounds.empty() && bounds.size() <= kMostBounds) {
      take_better(affected_, claim(*of, VersionRange::of(std::move(bounds))));
    } else {
      take_better(affected_, claim_of(ProductStatus::first_affected));
      take_better(affected_, claim_of(ProductStatus::last_affected));
    }
  }

  [[nodiscard]] WeaknessVerdict make(Exposure exposure, const std::string& begin,
                                     const Claim& claim, const std::string& end, int most) const {
    int trust = target_.trust;
    if (claim.bounded && !target_.firmware.empty()) {
      trust = std::min(trust, target_.version_trust);
    }
    int confidence = claim.fit->strength * trust / 100 - (claim.doubtful ? kDoubtful : 0);
    confidence = std::clamp(confidence, 1, most);
    std::string doubt = claim.doubtful ? " if its numbers count part by part" : "";
    return {exposure, confidence, begin + claim.fit->words + end + doubt,
            claim.fit->product->number};
  }

  [[nodiscard]] std::optional<WeaknessVerdict> not_affected() const {
    const bool fixed = fixed_.is == Claim::Is::inside;
    const bool spared = spared_.is == Claim::Is::inside;
    if (!fixed && !spared) {
      return std::nullopt;
    }
    const Claim& claim = fixed ? fixed_ : spared_;
    if (affected_.is == Claim::Is::inside && (affected_.bounded || !claim.bounded)) {
      return make(Exposure::cannot_tell,
                  "cannot tell: the advisory lists it as affected (" + affected_.words +
                      ") and as not affected; ",
                  affected_, {}, kMostUnsure);
    }
    if (claim.fit->in_part) {
      return make(Exposure::cannot_tell, "cannot tell: ", claim, {}, kMostInPart);
    }
    const std::string why = !spared || fixed  ? "version " + target_.firmware + " is fixed"
                            : spared_.bounded ? "the advisory says so of " + spared_.words
                                              : std::string{"the advisory says so"};
    return make(Exposure::not_affected,
                "not affected: " + (fixed && !fixed_.bounded ? std::string{"fixed"} : why) + "; ",
                claim, {}, 100);
  }

  // Affected whatever its version, but there are versions with a fix: it is below all of them, or
  // it lies between lines of releases.
  [[nodiscard]] std::optional<WeaknessVerdict> against_fixes() const {
    if (affected_.bounded || fixed_.is == Claim::Is::silent || !fixed_.bounded) {
      return std::nullopt;
    }
    if (fixed_.is == Claim::Is::unclear || !version_) {
      return make(Exposure::cannot_tell, "cannot tell: " + fixed_.words + "; ", fixed_,
                  ", fixed " + ranges({ProductStatus::fixed, ProductStatus::first_fixed}),
                  kMostUnsure);
    }
    std::size_t below = 0;
    const std::vector<const VersionBound*> bounds = fixed_bounds();
    for (const VersionBound* bound : bounds) {
      below += compare(*version_, bound->version).order < 0 ? 1U : 0U;
    }
    if (below == bounds.size() && below > 0) {
      return make(
          Exposure::affected, {}, fixed_,
          ", version " + version_->text + " < " + bounds.front()->version.text + ", which is fixed",
          100);
    }
    return make(Exposure::cannot_tell,
                "cannot tell: version " + version_->text + " is none of those fixed (" +
                    ranges({ProductStatus::fixed, ProductStatus::first_fixed}) +
                    "), and not older; ",
                fixed_, {}, kMostUnsure);
  }

  [[nodiscard]] std::vector<const VersionBound*> fixed_bounds() const {
    std::vector<const VersionBound*> out;
    for (const ProductStatus status : {ProductStatus::fixed, ProductStatus::first_fixed}) {
      for (const ProductFit* fit : fits_) {
        if (listed(weakness_.products[static_cast<std::size_t>(status)], *fit) &&
            !fit->product->versions.bounds().empty()) {
          out.push_back(&fit->product->versions.bounds().front());
        }
      }
    }
    return out;
  }

  [[nodiscard]] WeaknessVerdict of_affected() const {
    if (affected_.fit->in_part) {
      return make(Exposure::cannot_tell, "cannot tell: ", affected_, ", " + affected_.words,
                  kMostInPart);
    }
    if (affected_.is == Claim::Is::outside) {
      return make(Exposure::not_affected, "not affected: " + affected_.words + "; ", affected_, {},
                  100);
    }
    if (affected_.is == Claim::Is::unclear) {
      return make(Exposure::cannot_tell, "cannot tell: " + affected_.words + "; ", affected_,
                  affected_ranges(), kMostUnsure);
    }
    if (auto out = against_fixes()) {
      return *out;
    }
    return make(Exposure::affected, {}, affected_, ", " + affected_.words, 100);
  }

  // Nothing is said to be affected, and the version is not among those that are fixed.
  [[nodiscard]] std::optional<WeaknessVerdict> of_fixed_only() const {
    if (fixed_.is == Claim::Is::silent) {
      return std::nullopt;
    }
    return make(Exposure::cannot_tell,
                "cannot tell: " + fixed_.words + ", and nothing else is said; ", fixed_,
                ", fixed " + ranges({ProductStatus::fixed, ProductStatus::first_fixed}),
                kMostUnsure);
  }

  [[nodiscard]] std::string affected_ranges() const {
    const std::string text = ranges({ProductStatus::known_affected, ProductStatus::first_affected,
                                     ProductStatus::last_affected});
    return text.empty() ? text : ", affected " + text;
  }

  // The versions as the advisory writes them.
  [[nodiscard]] std::string ranges(std::initializer_list<ProductStatus> statuses) const {
    std::vector<std::string> out;
    for (const ProductStatus status : statuses) {
      for (const ProductFit* fit : fits_) {
        const std::string& text = fit->product->versions.text();
        if (listed(weakness_.products[static_cast<std::size_t>(status)], *fit) && !text.empty() &&
            std::ranges::find(out, text) == out.end()) {
          out.push_back(text);
        }
      }
    }
    if (out.size() > kMostRanges) {
      const std::size_t more = out.size() - kMostRanges;
      out.resize(kMostRanges);
      out.push_back(std::to_string(more) + " more");
    }
    return joined(out);
  }

  const MatchTarget& target_;
  const AdvisoryWeakness& weakness_;
  std::optional<Version> version_;
  std::vector<const ProductFit*> fits_;
  Claim affected_;
  Claim fixed_;
  Claim spared_;
};

}  // namespace

std::optional<WeaknessVerdict> weigh_advisory(const MatchTarget& target,
                                              std::span<const ProductFit> fits,
                                              const AdvisoryWeakness& weakness) {
  return Judge{target, fits, weakness}.verdict();
}

}  // namespace prahari
