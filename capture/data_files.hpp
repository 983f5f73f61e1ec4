// Where the files lie that can change without a release: OUIs, ATT&CK ids, form labels.
//
// A file is named by floor and name ("alerts", "certin_channels.json"). It is looked for under
// PRAHARI_DATA, then /etc/prahari, then the installed share/prahari, then the source tree; the
// first that is there wins, file by file, so a site can replace one and keep the rest.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"

namespace prahari {

class DataFiles {
 public:
  explicit DataFiles(std::vector<std::filesystem::path> roots) : roots_(std::move(roots)) {}

  // The usual places. `installed` and `source_tree` are compiled in by the program; empty: none.
  // Reads the environment: call it before threads start.
  static DataFiles standard(const std::filesystem::path& installed,
                            const std::filesystem::path& source_tree);

  // In each root: ROOT/FLOOR/NAME, then ROOT/FLOOR/data/NAME. The error names every place.
  [[nodiscard]] Result<std::filesystem::path> find(std::string_view floor,
                                                   std::string_view name) const;

  [[nodiscard]] const std::vector<std::filesystem::path>& roots() const noexcept { return roots_; }

 private:
  std::vector<std::filesystem::path> roots_;
};

}  // namespace prahari
