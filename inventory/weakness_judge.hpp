// What an advisory says of a device about one weakness, given which of its products the device is.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "inventory/product_match.hpp"
#include "inventory/weakness.hpp"

namespace prahari {

struct WeaknessVerdict {
  Exposure exposure = Exposure::cannot_tell;
  int confidence = 0;
  std::string reason;
  std::uint32_t product = 0;  // the one of the advisory that decided
};

// None: the weakness is about other products. `fits` are products of the advisory.
[[nodiscard]] std::optional<WeaknessVerdict> weigh_advisory(const MatchTarget& target,
                                                            std::span<const ProductFit> fits,
                                                            const AdvisoryWeakness& weakness);

}  // namespace prahari
