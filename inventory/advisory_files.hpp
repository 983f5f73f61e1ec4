// The files that a user gives: advisories and lists of exploited weaknesses, in folders or one by
// one. A bad one is reported and passed over; the rest is taken.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "inventory/advisory.hpp"

namespace prahari {

struct AdvisoryFiles {
  AdvisoryBook book;
  std::vector<std::string> errors;    // of files that could not be used, one line each
  std::vector<std::string> warnings;  // of files that were used all the same
  std::vector<std::string> passed;    // files that are neither
  std::uint64_t advisories = 0;       // read well; more than the book holds where some are older
  std::uint64_t lists = 0;
};

// Folders are searched to their depths, in the order of names, for *.json and *.csv.
[[nodiscard]] AdvisoryFiles read_advisory_files(std::span<const std::string> paths);

}  // namespace prahari
