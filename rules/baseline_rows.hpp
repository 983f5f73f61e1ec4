// A baseline as rows that people read and compare: one for each entry.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prahari {

struct BaselineRow {
  std::string zone;
  std::string list;   // "writes", as the file calls it
  std::string entry;  // what it is about: "10.0.0.5 -> 10.0.0.9 modbus unit 1 coil 4-9"
  std::string value;  // what was learned of it: "times 12, values [[0,1]]"

  friend bool operator==(const BaselineRow&, const BaselineRow&) = default;
};

// `json` is what baseline_json() made. In the order of the file.
[[nodiscard]] std::vector<BaselineRow> baseline_rows(const std::string& json);

struct BaselineChange {
  enum class Sort : char { added = '+', removed = '-', changed = '~' };

  Sort sort{};
  BaselineRow row;  // as it is now; removed: as it was
  std::string old;  // changed: the former value
};

// What one has to do to come from `before` to `after`: by zone, list and entry. Numbers that move
// with every day of learning (counts, medians) make a change only `with_values`.
[[nodiscard]] std::vector<BaselineChange> baseline_diff(const std::vector<BaselineRow>& before,
                                                        const std::vector<BaselineRow>& after,
                                                        bool with_values);

}  // namespace prahari
