// assets.cdx.json: the inventory as a CycloneDX 1.6 bill of materials (ECMA-424), hardware with
// its firmware and modules. Which field goes where: spec/cert-in.md, 3.2. What is not known is not
// there, and nothing is inferred without `evidence` saying so.

#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "inventory/patch_status.hpp"
#include "inventory/record.hpp"
#include "inventory/weakness.hpp"

namespace prahari {

class JsonWriter;

// Whose inventory it is. `made` is packet time, so that the same input gives the same bytes.
struct BomInfo {
  std::string product_version;
  std::string organisation;  // empty: not said
  std::string site;
  Timestamp made;
};

class AssetCdx {
 public:
  // Writes the head at once. `weaknesses`: finished, of what will be written. All must outlive it.
  AssetCdx(std::ostream& out, const ExportContext& context, const BomInfo& info,
           const WeaknessList& weaknesses);
  void write(const AssetRecord& record);
  void finish();

 private:
  struct Dependency {
    std::string of;
    std::vector<std::string> on;
  };

  void write_device(JsonWriter& json, const AssetRecord& record);

  std::ostream& out_;
  const ExportContext& context_;
  const BomInfo& info_;
  std::string line_;  // kept for its memory
  std::vector<Dependency> dependencies_;
  const WeaknessList& weaknesses_;
  PatchStatus patches_{weaknesses_};
  std::uint64_t digest_ = 0;  // of what was written: makes the serial number
  bool first_ = true;
};

}  // namespace prahari
