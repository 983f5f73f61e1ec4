#include "inventory/version_range.hpp"

#include <algorithm>
#include <utility>

#include "inventory/version_words.hpp"

namespace prahari {
namespace {

using Is = VersionBound::Is;
using Fit = VersionRange::Fit;

constexpr std::string_view sign(Is is) noexcept {
  switch (is) {
    case Is::less:
      return "<";
    case Is::at_most:
      return "<=";
    case Is::equal:
      return "=";
    case Is::at_least:
      return ">=";
    case Is::greater:
      return ">";
    case Is::unequal:
      return "!=";
  }
  return "";
}

// Whether one bound holds.
struct Held {
  Fit fit = Fit::unclear;
  bool doubtful = false;
};

Held holds(const Version& version, const VersionBound& bound) {
  const auto [order, doubtful] = compare(version, bound.version);
  if (order == std::partial_ordering::unordered) {
    return {Fit::unclear, doubtful};
  }
  // "33 and earlier" may mean 33.11 as well.
  const bool vague = bound.is == Is::at_most || bound.is == Is::equal || bound.is == Is::greater ||
                     bound.is == Is::unequal;
  if (vague && is_of(version, bound.version)) {
    return {Fit::unclear, doubtful};
  }
  bool so = false;
  switch (bound.is) {
    case Is::less:
      so = order < 0;
      break;
    case Is::at_most:
      so = order <= 0;
      break;
    case Is::equal:
      so = order == 0;
      break;
    case Is::at_least:
      so = order >= 0;
      break;
    case Is::greater:
      so = order > 0;
      break;
    case Is::unequal:
      so = order != 0;
      break;
  }
  return {so ? Fit::inside : Fit::outside, doubtful};
}

bool lower(Is is) noexcept { return is == Is::at_least || is == Is::greater; }
bool upper(Is is) noexcept { return is == Is::at_most || is == Is::less; }

// From one bound to another, or open at one end.
struct Interval {
  const VersionBound* from = nullptr;
  const VersionBound* to = nullptr;
};

// Bounds in order: each lower one opens an interval, which the next upper one closes.
std::vector<Interval> intervals(std::span<const VersionBound> bounds) {
  std::vector<Interval> out;
  const VersionBound* open = nullptr;
  for (const VersionBound& bound : bounds) {
    if (bound.is == Is::equal) {
      out.push_back({&bound, nullptr});
    } else if (lower(bound.is)) {
      open = open == nullptr ? &bound : open;
    } else if (upper(bound.is)) {
      out.push_back({open, &bound});
      open = nullptr;
    }
  }
  if (open != nullptr) {
    out.push_back({open, nullptr});
  }
  return out;
}

Held within(const Version& version, const Interval& interval) {
  Held out{Fit::inside, false};
  for (const VersionBound* bound : {interval.from, interval.to}) {
    if (bound == nullptr) {
      continue;
    }
    const Held held = holds(version, *bound);
    if (held.fit == Fit::outside) {
      return held;
    }
    out.fit = held.fit == Fit::unclear ? Fit::unclear : out.fit;
    out.doubtful = out.doubtful || held.doubtful;
  }
  return out;
}

std::string words_of(const Interval& interval) {
  std::string out;
  for (const VersionBound* bound : {interval.from, interval.to}) {
    if (bound != nullptr) {
      out += (out.empty() ? "" : " and ") + to_string(*bound);
    }
  }
  return out;
}

}  // namespace

std::string to_string(const VersionBound& bound) {
  return std::string{sign(bound.is)} + " " + bound.version.text;
}

VersionRange VersionRange::parse(std::string_view text) {
  VersionRange out;
  out.text_ = text;
  if (auto bounds = read_bounds(text)) {
    out.bounds_ = std::move(*bounds);
    out.order();
  } else {
    out.understood_ = false;
  }
  return out;
}

VersionRange VersionRange::of(std::vector<VersionBound> bounds) {
  VersionRange out;
  out.bounds_ = std::move(bounds);
  out.order();
  for (const VersionBound& bound : out.bounds_) {
    out.text_ += (out.text_.empty() ? "" : " | ") + to_string(bound);
  }
  return out;
}

// By version; where two cannot be told apart, the range means nothing that can be checked.
void VersionRange::order() {
  for (std::size_t i = 1; i < bounds_.size(); ++i) {
    for (std::size_t j = i; j > 0; --j) {
      const auto before = compare(bounds_[j].version, bounds_[j - 1].version).order;
      understood_ = understood_ && before != std::partial_ordering::unordered;
      if (!(before < 0)) {
        break;
      }
      std::swap(bounds_[j], bounds_[j - 1]);
    }
  }
}

const Version* VersionRange::single() const noexcept {
  return understood_ && bounds_.size() == 1 && bounds_.front().is == Is::equal
             ? &bounds_.front().version
             : nullptr;
}

VersionRange::Answer VersionRange::answer(const Version& version) const {
  if (!understood_) {
    return {Fit::unclear, false, "the versions \"" + text_ + "\" are not understood"};
  }
  if (all()) {
    return {Fit::inside, false, "all versions"};
  }
  for (const VersionBound& bound : bounds_) {
    if (bound.is == Is::unequal && holds(version, bound).fit == Fit::outside) {
      return {Fit::outside, false, "version " + version.text + " is left out"};
    }
  }
  std::vector<Interval> parts = intervals(bounds_);
  if (parts.empty()) {  // only exceptions
    parts.emplace_back();
  }
  Answer out{Fit::outside, false, {}};
  std::string all_words;
  for (const Interval& part : parts) {
    const Held held = within(version, part);
    const std::string words = words_of(part);
    if (held.fit == Fit::inside) {
      return {Fit::inside, held.doubtful,
              words.empty() ? "all other versions" : "version " + version.text + " " + words};
    }
    if (held.fit == Fit::unclear && out.fit != Fit::unclear) {
      out = {Fit::unclear, held.doubtful, "version " + version.text + " may be " + words};
    }
    out.doubtful = out.doubtful || held.doubtful;
    all_words += (all_words.empty() ? "" : ", or ") + words;
  }
  if (out.fit == Fit::outside) {
    out.words = "version " + version.text + " is not " + all_words;
  }
  return out;
}

}  // namespace prahari
