// assets.xlsx: the inventory as a workbook with the sheets assets, evidence, connections, posture
// and capture health. Every cell is text or a number: what came off the wire is never a formula or
// a link. The only file that knows libxlsxwriter.
//
// Rows go to temporary files beside the target as they come, so that memory does not grow with the
// inventory. The same rows give the same bytes.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "alerts/summary.hpp"
#include "capture/result.hpp"
#include "inventory/record.hpp"
#include "inventory/weakness.hpp"

namespace prahari {

class Workbook {
 public:
  // `made`, packet time, becomes the date of the document. The context must outlive it.
  Workbook(const std::filesystem::path& path, const ExportContext& context, Timestamp made);
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;
  ~Workbook();

  void write(const AssetRecord& record);
  void write(const FlowRecord& record);
  void write(std::span<const HealthNote> health);
  // Makes the sheet of weaknesses, behind all others. Call it only where advisories are known.
  void write(const WeaknessList& weaknesses);

  // Closes it under its name. Rows beyond what a sheet holds (1,048,575) are left out and said in
  // the sheet of capture health.
  [[nodiscard]] Status finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
