#include <algorithm>
#include <array>

#include "rules/detector.hpp"

namespace prahari {

#define DETECTOR(name) extern const DetectorInfo name##_detector;
#include "rules/detectors.def"
#undef DETECTOR

namespace {

constexpr std::array kDetectors = {
#define DETECTOR(name) &name##_detector,
#include "rules/detectors.def"
#undef DETECTOR
};

}  // namespace

std::span<const DetectorInfo* const> all_detectors() noexcept { return kDetectors; }

const DetectorInfo* find_detector(std::string_view kind) noexcept {
  const auto* const found = std::ranges::find(kDetectors, kind, &DetectorInfo::kind);
  return found == kDetectors.end() ? nullptr : *found;
}

}  // namespace prahari
