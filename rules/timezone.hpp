// Local times of a site as instants, from the system's time zone files (RFC 8536, version 2+).
//
// The C library can do one zone per process only; this reads any. Beyond a file's last change of
// the clock its last offset holds.

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "capture/result.hpp"

namespace prahari {

class Timezone {
 public:
  // `name` as in "Asia/Kolkata". Kolkata and UTC are built in; others need the package tzdata.
  static Result<Timezone> load(std::string_view name,
                               const std::filesystem::path& folder = "/usr/share/zoneinfo");

  // From a file's bytes; empty when they are no time zone file.
  static std::optional<Timezone> parse(std::string_view bytes);

  [[nodiscard]] std::chrono::seconds offset_at(Timestamp instant) const noexcept;
  // Where clocks were set back the earlier of both instants; in a skipped hour, the offset before.
  [[nodiscard]] Timestamp to_instant(std::chrono::local_days day,
                                     std::chrono::nanoseconds time_of_day) const noexcept;

 private:
  struct Change {
    std::int64_t at;  // seconds since the epoch
    std::int32_t offset;
  };

  std::int32_t first_offset_ = 0;
  std::vector<Change> changes_;  // sorted by time
};

// All names under the folder, for did-you-mean; sorted.
[[nodiscard]] std::vector<std::string> timezone_names(
    const std::filesystem::path& folder = "/usr/share/zoneinfo");

}  // namespace prahari
