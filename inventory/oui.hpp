// Vendor of a network interface by the first three octets of its MAC address.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"
#include "dissectors/address.hpp"

namespace prahari {

class OuiTable {
 public:
  OuiTable() = default;

  // Reads "prefix,vendor" lines; "#" starts a comment. An error names file and line.
  static Result<OuiTable> load(const std::filesystem::path& csv);

  // Empty when unknown, locally administered or a group address.
  [[nodiscard]] std::string_view vendor(const MacAddress& mac) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t prefix;
    std::string vendor;
  };
  std::vector<Entry> entries_;  // sorted by prefix
};

}  // namespace prahari
