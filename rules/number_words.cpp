#include "rules/number_words.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace prahari {
namespace {

std::string printed(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string value_words(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 1e15;
  return printed(whole ? "%.0f" : "%.6g", value);
}

std::string seconds_words(double value) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  if (value >= 2 * kHour) {
    return printed("%.1f h", value / kHour);
  }
  if (value >= 10 * kMinute) {
    return printed("%.0f min", value / kMinute);
  }
  if (value >= 100) {
    return printed("%.0f s", value);
  }
  return printed(value >= 10 ? "%.1f s" : value >= 0.1 ? "%.2f s" : "%.4f s", value);
}

}  // namespace prahari
