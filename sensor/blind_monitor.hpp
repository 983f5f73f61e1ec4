// The sensor's word about itself: reads its counters, the clock and the disk once a second, and
// writes what begins or ends to sensor.jsonl in the state folder and to the log. No alert, no
// incident, no part of alerts.jsonl.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "alerts/summary.hpp"
#include "sensor/blind_watch.hpp"

namespace prahari {

class BlindMonitor {
 public:
  using Say = std::function<void(const BlindNote&)>;
  using OnError = std::function<void(const Error&)>;

  // `policy` is asked now only. `on_error` hears of a file that cannot be written.
  BlindMonitor(const Policy& policy, std::filesystem::path folder, std::string sensor, Say say,
               OnError on_error);

  // Cheap between two seconds.
  void tick(const Source& source, const FlowCounts& flows);

 private:
  void tell(const BlindNote& note);

  BlindWatch watch_;
  std::filesystem::path folder_;
  std::string sensor_;
  Say say_;
  OnError on_error_;
  std::chrono::steady_clock::time_point due_;
};

// One line of sensor.jsonl.
[[nodiscard]] std::string blind_line(const BlindNote& note, std::string_view sensor,
                                     Timestamp when);

}  // namespace prahari
