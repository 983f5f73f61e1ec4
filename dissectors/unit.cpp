#include "dissectors/unit.hpp"

#include <array>
#include <cstdio>

namespace prahari {

std::string unit_words(std::uint32_t unit) {
  if (is_slot(unit)) {
    return "slot " + std::to_string(unit - kSlotUnits);
  }
  if (is_route(unit)) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%06X", unit - kRouteUnits);
    return std::string{"module "} + digits.data();
  }
  return "unit " + std::to_string(unit);
}

}  // namespace prahari
