// The baselines that detectors judge by: files that somebody named, or what people approved in a
// state folder, also while the sensor runs.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/result.hpp"
#include "rules/baseline.hpp"

namespace prahari {

class ApprovedBaselines {
 public:
  // Whoever names a file approves it: every zone in it is locked, whatever its `state` says. Of
  // each name at most one; a single file is in force always, whatever its name.
  static Result<ApprovedBaselines> of_files(const std::vector<std::string>& files);
  // Of each name the approved revision; none where nothing was approved.
  static Result<ApprovedBaselines> of_folder(const std::filesystem::path& folder);

  // By their names.
  [[nodiscard]] std::span<const Baseline* const> in_force() const noexcept { return in_force_; }
  [[nodiscard]] std::string names() const;  // "cleaning, running"

  // Of a folder: whether people decided something since, and so in_force() is another. What was in
  // force before stays alive, for detectors point into it.
  Result<bool> refresh();

 private:
  struct Loaded {
    std::int64_t revision;  // 0: a file
    std::unique_ptr<Baseline> baseline;
  };

  std::filesystem::path folder_;
  std::vector<Loaded> loaded_;
  std::vector<std::int64_t> revisions_;  // in force, of a folder; in the order of their names
  std::vector<const Baseline*> in_force_;
};

}  // namespace prahari
