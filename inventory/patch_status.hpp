// Whether a device lacks an update, as far as the advisories at hand tell (cert-in.md, 3.2, the
// field "Patch Status" of a bill of materials).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "inventory/weakness.hpp"

namespace prahari {

class PatchStatus {
 public:
  // The list is finished, and outlives this.
  explicit PatchStatus(const WeaknessList& list);

  // "update needed: 3 weaknesses known, 1 known to be exploited", "cannot be told: 2 weaknesses may
  // apply", "no known weakness applies". Empty where no advisory names the device.
  [[nodiscard]] std::string of(std::string_view asset) const;

 private:
  struct Count {
    std::uint64_t affected = 0;
    std::uint64_t exploited = 0;  // of those that affect it
    std::uint64_t unsure = 0;
  };

  std::unordered_map<std::string_view, Count> counts_;  // by id; views into the list
};

}  // namespace prahari
