// What makes a sensor blind (detections.md, 25). It is told by the sensor itself, on its own
// channel, and is never an alert: so it has thresholds and no detector.

#pragma once

#include <array>

#include "rules/detector.hpp"

namespace prahari {

inline constexpr std::string_view kBlindKind = "sensor-blind";

enum class BlindLimit : std::uint8_t { silence, drops, one_way, duplicates, clock, disk };
inline constexpr auto kBlindThresholds = std::to_array<Threshold>({
    {"silence_seconds", 15, 1, 86'400, "seconds without a packet on an interface that was active"},
    {"drops_percent", 0.1, 0, 100, "percent of the packets of a minute dropped by the kernel"},
    {"one_way_percent", 5, 0, 100, "percent of TCP connections that showed one direction only"},
    {"duplicates_percent", 1, 0, 100, "percent of packets that arrived twice"},
    {"clock_seconds", 1, 0.001, 3600, "seconds by which the clock may be off"},
    {"disk_percent", 10, 0, 100, "percent of the disk that has to be free"},
});

// The thresholds of a kind, of a detector or of the sensor itself; null where it has none here.
[[nodiscard]] inline const std::span<const Threshold>* thresholds_of(std::string_view kind) {
  static constexpr std::span<const Threshold> kBlind{kBlindThresholds};
  if (kind == kBlindKind) {
    return &kBlind;
  }
  const DetectorInfo* info = find_detector(kind);
  return info == nullptr ? nullptr : &info->thresholds;
}

}  // namespace prahari
