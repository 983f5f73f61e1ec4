// The versions that an advisory means: "vers:generic/>=1.0|<2.5", "<20.19", "V2.9 and earlier",
// "All versions < V3.1", "20.19". What is not understood is said so, and fits nothing for certain.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/version_order.hpp"

namespace prahari {

struct VersionBound {
  enum class Is : std::uint8_t { less, at_most, equal, at_least, greater, unequal };
  Is is = Is::equal;
  Version version;
};

// "< 20.19"
[[nodiscard]] std::string to_string(const VersionBound& bound);

class VersionRange {
 public:
  enum class Fit : std::uint8_t { inside, outside, unclear };
  struct Answer {
    Fit fit = Fit::unclear;
    bool doubtful = false;  // so it is if numbers count part by part
    std::string words;      // "version 20.11 < 20.19"; outside: "version 20.20 is not < 20.19"
  };

  // Every version.
  VersionRange() = default;
  // The text of a product_version_range, or of a product_version, which then is one version.
  static VersionRange parse(std::string_view text);
  static VersionRange of(std::vector<VersionBound> bounds);

  [[nodiscard]] bool all() const noexcept { return understood_ && bounds_.empty(); }
  [[nodiscard]] bool understood() const noexcept { return understood_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // In the order of their versions.
  [[nodiscard]] std::span<const VersionBound> bounds() const noexcept { return bounds_; }
  // The version, if it is only this one.
  [[nodiscard]] const Version* single() const noexcept;

  [[nodiscard]] Answer answer(const Version& version) const;

 private:
  void order();

  std::string text_;
  std::vector<VersionBound> bounds_;
  bool understood_ = true;
};

}  // namespace prahari
