// The pack of captures that `prahari selftest` replays: pack.json names them and what each shows.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "capture/result.hpp"

namespace prahari {

struct PackedTest {
  std::string kind;  // of detections.md; empty: a clean shift, which must raise nothing
  std::filesystem::path capture;
  bool baseline = false;           // judged by what was learned
  Timestamp trigger;               // since when the alert is due
  std::vector<std::string> hosts;  // one of these is a party of the alert
  std::string story;
};

struct SelftestPack {
  std::filesystem::path folder;
  std::filesystem::path site;
  std::filesystem::path baseline;  // empty: the pack has none
  std::vector<PackedTest> tests;
};

// `folder` empty: the shipped one, beside the data files or in the source tree.
Result<SelftestPack> load_selftest_pack(const std::filesystem::path& folder);

}  // namespace prahari
