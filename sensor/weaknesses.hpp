// The advisories of a state folder, or of files, ready to be asked about assets.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inventory/advisory_files.hpp"
#include "inventory/weakness.hpp"
#include "sensor/state.hpp"

namespace prahari {

struct KnownWeaknesses {
  AdvisoryBook book;
  std::optional<WeaknessMatcher> matcher;  // none where there are no advisories

  // `aliases` must outlive it.
  static std::unique_ptr<KnownWeaknesses> make(AdvisoryBook book, const VendorAliases& aliases);

  [[nodiscard]] WeaknessList list() const;
  void find(const AssetRecord& record, WeaknessList& into);
  // Call it last.
  void finish(WeaknessList& list) const;
};

// What was imported into the state.
Result<std::unique_ptr<KnownWeaknesses>> open_weaknesses(const State& state);

// Reads files and folders, and says what could not be used. An error if nothing could.
Result<AdvisoryFiles> read_advisories(const std::vector<std::string>& paths);

}  // namespace prahari
