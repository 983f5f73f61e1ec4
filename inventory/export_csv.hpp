// assets.csv and flows.csv, row by row to a stream.

#pragma once

#include <ostream>

#include "inventory/csv_writer.hpp"
#include "inventory/record.hpp"

namespace prahari {

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
