// Rows of a CSV file that spreadsheets open without harm: RFC 4180 quoting, and a leading ' before
// what a spreadsheet would take for a formula.

#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace prahari {

class CsvWriter {
 public:
  explicit CsvWriter(std::ostream& out) noexcept : out_(out) {}

  CsvWriter& cell(std::string_view text);
  CsvWriter& number(std::uint64_t value);
  void end_row();

 private:
  std::ostream& out_;
  std::string line_;
  bool first_ = true;
};

}  // namespace prahari
