// Vendor of a network interface by the first octets of its MAC address.
//
// IEEE assigns 24, 28 or 36 bits; the longest that fits counts. A look-up is a binary search and
// happens once an asset.

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

  // Reads "prefix,vendor" lines with 6, 7 or 9 hex digits (separators do not matter), or the CSV
  // files of the IEEE ("MA-L,0000BC,vendor,address"). "#" starts a comment. An error names file
  // and line. Later lines overrule earlier ones.
  static Result<OuiTable> load(const std::filesystem::path& csv);

  // Empty when unknown, locally administered or a group address.
  [[nodiscard]] std::string_view vendor(const MacAddress& mac) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t prefix;  // the assigned bits, then zeros up to 48
    std::uint8_t bits;
    std::string vendor;
  };
  std::vector<Entry> entries_;  // sorted by bits and prefix
};

}  // namespace prahari
