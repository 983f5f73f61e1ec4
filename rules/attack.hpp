// Names and tactics of MITRE ATT&CK for ICS techniques, from rules/data/attack_ics_v18.csv.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"

namespace prahari {

struct Technique {
  std::string id;
  std::string name;
  std::vector<std::string> tactics;  // in plain words: "Inhibit Response Function"
  bool deprecated = false;
};

class AttackTable {
 public:
  static constexpr std::string_view kVersion = "18.1";

  AttackTable() = default;

  // Reads "id,name,tactics,deprecated" lines, tactics separated by ";". An error names the line.
  static Result<AttackTable> load(const std::filesystem::path& csv);

  // Null for an id that is not in the table.
  [[nodiscard]] const Technique* find(std::string_view id) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return techniques_.size(); }

 private:
  std::vector<Technique> techniques_;  // sorted by id
};

}  // namespace prahari
