// Whether the sensor still sees the network, from its own counters: each cause begins once and ends
// once. Knows no clock, no disk and no interface; whoever does gives it readings.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/policy.hpp"
#include "rules/sensor_blind.hpp"

namespace prahari {

// What the sensor knows of itself at one moment. Counters only grow.
struct SelfReading {
  std::chrono::steady_clock::time_point now;
  std::uint64_t packets = 0;
  std::uint64_t drops = 0;  // by kernel and interface
  std::uint64_t duplicates = 0;
  std::uint64_t tcp = 0;  // connections that ended
  std::uint64_t tcp_one_way = 0;
  std::optional<double> clock_offset;  // seconds; none: nobody sets the clock
  std::optional<double> disk_free;     // share, 0 to 1; none: it cannot be told
};

struct BlindNote {
  std::string_view cause;  // "no-packets"
  bool ended = false;
  std::string why;  // one plain sentence, with what to do
};

class BlindWatch {
 public:
  // Limits of the site file, for all zones: the sensor stands in none.
  explicit BlindWatch(const Policy& policy);

  // What began or ended since the last look. Best asked once a second.
  std::vector<BlindNote> look(const SelfReading& reading);

 private:
  enum Cause : std::uint8_t { silence, drops, one_way, duplicates, clock, disk };
  static constexpr std::size_t kCauses = 6;

  struct Found {
    bool blind = false;
    bool enough = true;  // there is enough to judge by; else what was found before holds
    std::string why;
  };

  [[nodiscard]] double limit(BlindLimit which) const noexcept {
    return limits_[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] Found judge(Cause cause, const SelfReading& now, const SelfReading& before) const;
  [[nodiscard]] Found judge_silence(const SelfReading& now) const;
  [[nodiscard]] Found judge_share(BlindLimit which, std::uint64_t part, std::uint64_t whole,
                                  std::uint64_t least, std::string_view words) const;
  [[nodiscard]] Found judge_clock(const SelfReading& now) const;
  [[nodiscard]] Found judge_disk(const SelfReading& now) const;

  std::array<double, kBlindThresholds.size()> limits_{};
  std::deque<SelfReading> minute_;  // readings of the last minute, one a second at most
  std::chrono::steady_clock::time_point last_packet_;
  std::uint64_t packets_ = 0;
  std::array<bool, kCauses> blind_{};
};

}  // namespace prahari
