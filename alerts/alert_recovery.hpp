// What a sensor that was killed had told in alerts.jsonl and not yet in prahari.db, or the other
// way. A line is written at once and the database by a thread of its own, so either may be ahead.

#pragma once

#include <cstddef>
#include <filesystem>

#include "capture/result.hpp"
#include "inventory/store.hpp"

namespace prahari {

struct AlertRecovery {
  std::size_t into_database = 0;
  std::size_t into_file = 0;
  bool cut_line = false;  // the last line was half written; that half was removed

  [[nodiscard]] bool anything() const noexcept { return into_database + into_file > 0 || cut_line; }
};

// Makes both of `folder` tell the same. Looks at the end of alerts.jsonl, 24 MiB at most, which is
// more than the store thread lets wait. A file that is empty was put away by whoever keeps it: then
// nothing is told again. Lines that are no alerts stay as they are. Error::environment.
Result<AlertRecovery> recover_alerts(const std::filesystem::path& folder, Store& store);

}  // namespace prahari
