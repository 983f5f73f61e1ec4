// Median and median absolute deviation of a stream of numbers, in fixed room: when it is full,
// every second one goes and from then on only every second, fourth, ... is taken. So what is kept
// is spread over the whole time, and the same stream gives the same numbers.

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "rules/baseline.hpp"

namespace prahari {

class RobustSample {
 public:
  static constexpr std::size_t kRoom = 48;

  void add(double value) noexcept {
    ++seen_;
    if (seen_ % stride_ != 0) {
      return;
    }
    if (size_ == kRoom) {
      for (std::size_t i = 0; i < kRoom / 2; ++i) {
        values_[i] = values_[2 * i + 1];
      }
      size_ = kRoom / 2;
      stride_ *= 2;
      if (seen_ % stride_ != 0) {
        return;
      }
    }
    values_[size_++] = static_cast<float>(value);
  }

  void clear() noexcept { *this = {}; }

  [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
  [[nodiscard]] RobustRange range() const noexcept {
    const double middle = median_of(values_);
    auto distances = values_;
    for (std::size_t i = 0; i < size_; ++i) {
      distances[i] = std::abs(values_[i] - static_cast<float>(middle));
    }
    return {rounded(middle), rounded(median_of(distances))};
  }

  // Six digits are more than any clock on the wire is worth.
  [[nodiscard]] static double rounded(double value) noexcept {
    return std::round(value * 1e6) / 1e6;
  }

 private:
  using Values = std::array<float, kRoom>;

  [[nodiscard]] double median_of(Values values) const noexcept {
    if (size_ == 0) {
      return 0;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(size_ / 2);
    std::nth_element(values.begin(), middle, values.begin() + static_cast<std::ptrdiff_t>(size_));
    return static_cast<double>(*middle);
  }

  Values values_{};
  std::uint32_t size_ = 0;
  std::uint64_t stride_ = 1;
  std::uint64_t seen_ = 0;
};

}  // namespace prahari
