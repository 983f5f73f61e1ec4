// assets.json: every asset with the values that were chosen and all that is known, and from where.
// One object at a time goes to the stream; the whole document is never in memory.

#pragma once

#include <ostream>

#include "inventory/record.hpp"

namespace prahari {

class AssetJson {
 public:
  // Writes the head at once.
  AssetJson(std::ostream& out, const ExportContext& context);
  void write(const AssetRecord& record);
  void finish();

 private:
  std::ostream& out_;
  const ExportContext& context_;
  std::string line_;  // kept for its memory
  bool first_ = true;
};

// One asset as one line of JSON, as `assets show` prints it.
[[nodiscard]] std::string asset_json(const AssetRecord& record, const ExportContext& context);

}  // namespace prahari
