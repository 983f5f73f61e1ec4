// The folder that `analyze` leaves behind (contract: "The result folder").
//
// A folder that prahari made is replaced: the names of the contract are removed, anything else in
// it stays. One that prahari did not make and that is not empty is refused. Each file is written
// under another name and renamed when it is whole, so what has its name is complete.

#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "capture/result.hpp"

namespace prahari {

class ResultFolder {
 public:
  // Makes or empties it. Error::usage: it is not ours to replace.
  static Result<ResultFolder> create(const std::filesystem::path& path);
  // Makes it, or goes on with what an earlier run left there: a sensor forgets nothing at a start,
  // and create() refuses its folder from then on.
  static Result<ResultFolder> resume(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // `name` may lie in a subfolder, which is made: "incidents/INC-X.json".
  [[nodiscard]] Status write(std::string_view name, std::string_view content) const;

  // For what is too long to hold at once.
  [[nodiscard]] Status write_stream(std::string_view name,
                                    const std::function<void(std::ostream&)>& write) const;

  // Marks the result as whole. Call it last.
  [[nodiscard]] Status finish() const;

 private:
  ResultFolder(std::filesystem::path path, std::string_view kind)
      : path_(std::move(path)), kind_(kind) {}

  std::filesystem::path path_;
  std::string_view kind_;  // the first line of its marker
};

// Whether prahari made this folder and may replace it.
[[nodiscard]] bool is_result_folder(const std::filesystem::path& path);

// One file, whole or not at all.
Status write_whole(const std::filesystem::path& path, std::string_view content);

// Puts it behind what the file holds, all of it or nothing.
Status append_whole(const std::filesystem::path& path, std::string_view content);

}  // namespace prahari
