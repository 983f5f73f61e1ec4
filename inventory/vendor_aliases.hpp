// The usual name of a vendor that devices write in many ways.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/result.hpp"

namespace prahari {

class VendorAliases {
 public:
  VendorAliases() = default;

  // Reads "alias,name" lines; "#" starts a comment. An error names file and line.
  static Result<VendorAliases> load(const std::filesystem::path& csv);

  // The usual name, or the one given. Case, and blanks at the ends, make no difference.
  [[nodiscard]] std::string_view usual(std::string_view vendor) const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> names_;  // lower-case alias, sorted
};

}  // namespace prahari
