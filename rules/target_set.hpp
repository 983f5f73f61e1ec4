// What one link writes, or reads: numbers as ranges that were joined, names as a sorted list.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/baseline.hpp"

namespace prahari {

class TargetSet {
 public:
  // The targets must outlive the set. settle() comes after the last.
  void add(const BaselineTarget& target);
  void settle();

  [[nodiscard]] bool covers(const TargetQuery& target) const noexcept;
  // The same, and of names any of the same group.
  [[nodiscard]] bool covers_alike(const TargetQuery& target) const noexcept;
  // Whether it has anything of that table, and of names anything of the same group.
  [[nodiscard]] bool has_alike(const TargetQuery& target) const noexcept;

  [[nodiscard]] std::string text() const;  // "unit 1 coil 4-9, tag Speed"; at most a few

 private:
  struct Span {
    std::uint32_t unit = 0;
    std::string_view table;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  struct Name {
    std::uint32_t unit = 0;
    std::string_view table;
    std::string_view text;   // empty: the operation has no target
    std::uint32_t more = 0;  // elements behind the first
  };

  [[nodiscard]] bool has_name(const TargetQuery& target) const noexcept;

  std::vector<Span> spans_;
  std::vector<Name> names_;
};

}  // namespace prahari
