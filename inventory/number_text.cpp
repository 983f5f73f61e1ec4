#include "inventory/number_text.hpp"

#include <array>
#include <charconv>

namespace prahari {

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string plural(std::uint64_t number, std::string_view noun) {
  return with_commas(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string level_text(std::optional<double> level) {
  if (!level) {
    return {};
  }
  std::array<char, 32> text{};
  // As a float, which is what the database keeps: its shortest form is what was written.
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(*level)).ptr;
  return {text.data(), end};
}

}  // namespace prahari
