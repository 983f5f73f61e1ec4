// One run from the first packet to the result folder, for captures and for an interface.

#pragma once

#include <string>

#include "capture/source.hpp"
#include "sensor/analysis.hpp"
#include "sensor/blind_monitor.hpp"
#include "sensor/command.hpp"

namespace prahari {

struct RunOptions {
  std::string sensor;
  unsigned workers = 1;
  bool messages = false;
  std::string fail_on;            // a severity; empty: never
  StateKeeper* keeper = nullptr;  // of a sensor
  bool learn = false;             // write baseline.json
  ApprovedBaselines* baselines = nullptr;
  AdvisoryBook advisories{};      // a sensor has its own, in its state
  BlindMonitor* blind = nullptr;  // likewise
};

// Reads the source to its end or until Ctrl-C, writes the folder, prints the screen.
Exit run_analysis(Source& source, const Knowledge& knowledge, const ResultFolder& folder,
                  const RunOptions& options);

}  // namespace prahari
