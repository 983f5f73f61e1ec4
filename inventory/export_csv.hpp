// assets.csv and flows.csv, row by row to a stream.

#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/csv_writer.hpp"
#include "inventory/record.hpp"

namespace prahari {

// One cell of a row; several values in one are joined by semicolons.
struct ExportCell {
  std::string text{};
  std::uint64_t number = 0;
  bool is_number = false;
};

// The columns of both tables, and the cells of one row: as many, in their order.
[[nodiscard]] std::span<const std::string_view> asset_columns() noexcept;
[[nodiscard]] std::vector<ExportCell> asset_cells(const AssetRecord& record,
                                                  const ExportContext& context);
[[nodiscard]] std::span<const std::string_view> flow_columns() noexcept;
[[nodiscard]] std::vector<ExportCell> flow_cells(const FlowRecord& record);

// Writes the header at once, then a line for each record.
class AssetCsv {
 public:
  AssetCsv(std::ostream& out, const ExportContext& context);
  void write(const AssetRecord& record);

 private:
  CsvWriter csv_;
  const ExportContext& context_;
};

class FlowCsv {
 public:
  explicit FlowCsv(std::ostream& out);
  void write(const FlowRecord& record);

 private:
  CsvWriter csv_;
};

}  // namespace prahari
