// Addresses, names and fingerprints that are known to be bad: a small list that is shipped
// (rules/data/known_bad.csv) and one that the site keeps itself ([intel] of the site file).
// Everything stays on this machine: nothing is looked up anywhere.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"
#include "dissectors/address.hpp"

namespace prahari {

struct Indicator {
  enum class Sort : std::uint8_t { address, domain, ja4 };

  Sort sort{};
  std::string value;  // "203.0.113.7", "bad.example", "t13d1516h2_8daaf6152771_b186095e22b6"
  std::string what;   // why it is bad: "Stuxnet"
  std::string file;   // that says so
};

// Lines are "type,value,what" with a type of ip, domain or ja4. One clear error names the line.
Result<std::vector<Indicator>> load_indicators(const std::filesystem::path& file);

class Intel {
 public:
  // `indicators` must outlive it. The first of two alike counts.
  explicit Intel(std::span<const Indicator> indicators);

  [[nodiscard]] bool has(Indicator::Sort sort) const noexcept;
  // Null where it is not known to be bad. A domain stands for all names below it.
  [[nodiscard]] const Indicator* address(const IpAddress& ip) const noexcept;
  [[nodiscard]] const Indicator* domain(std::string_view name) const;
  [[nodiscard]] const Indicator* ja4(std::string_view fingerprint) const noexcept;

 private:
  struct ByAddress {
    IpAddress ip;
    const Indicator* indicator;
  };
  std::vector<ByAddress> addresses_;       // sorted
  std::vector<const Indicator*> domains_;  // likewise
  std::vector<const Indicator*> ja4s_;     // likewise
};

}  // namespace prahari
