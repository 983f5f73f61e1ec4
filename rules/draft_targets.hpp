// What some operations touched, kept small, and as the targets of `allow` entries.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dissectors/message.hpp"
#include "rules/site.hpp"

namespace prahari {

class DraftTargets {
 public:
  // `numbered`: the unit is part of the target, as in Modbus.
  void add(const Target& target, bool numbered);

  // Nothing can be said of what was touched: the class alone.
  void add_unknown() { unknown_ = true; }

  // The part behind the '@' of each entry that together cover what was seen, and little else; one
  // empty text where targets cannot be told or are too many. Sorted.
  [[nodiscard]] std::vector<std::string> entries() const;

  // Whether entries() says less than what was seen, and in what way; empty: it does not.
  [[nodiscard]] std::string widened() const;

 private:
  struct OfUnit {
    std::map<std::string, std::vector<NumberRange>> numbers;   // by table
    std::map<std::string, std::vector<NumberRange>> elements;  // of a tag
    std::set<std::pair<std::string, std::string>> names;       // table and name
    bool device = false;
  };

  [[nodiscard]] std::string limits(const OfUnit& unit) const;

  std::map<std::uint32_t, OfUnit> units_;  // one at 0 where units do not count
  std::size_t names_ = 0;
  bool numbered_ = false;
  bool unknown_ = false;
  bool too_many_ = false;
  bool merged_ = false;
};

}  // namespace prahari
