// A site file and the files that it includes, as one document.
//
//   include = ["zones.toml", "cells/cell-1.toml"]
//
// Names are relative to the file that includes. What is included lies in the folder of the site
// file or below it, whatever links say; each file comes in once, so there are no circles.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "rules/document.hpp"
#include "rules/mistakes.hpp"
#include "rules/site.hpp"

namespace prahari {

inline constexpr std::size_t kDeepestInclude = 8;
inline constexpr std::size_t kMostIncludes = 64;  // files

// All sections of all files, those included first; empty where the first file is no TOML. The files
// are added to `mistakes` in the order in which they were met.
[[nodiscard]] std::optional<Node> read_document(std::string_view toml, const ReadInclude& read,
                                                Mistakes& mistakes);

// The whole text of a file that people write; the error says why not, and what to do.
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& file);

// Reads included files from the disk.
class FolderIncludes {
 public:
  explicit FolderIncludes(std::filesystem::path site_file) : site_file_(std::move(site_file)) {}

  [[nodiscard]] Result<IncludedFile> read(const std::string& from, const std::string& name) const;

 private:
  std::filesystem::path site_file_;
};

}  // namespace prahari
