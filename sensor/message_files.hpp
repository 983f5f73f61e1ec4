// messages/PROTOCOL.jsonl of a run, each opened when its protocol's first message comes.
//
// Written beside their names and renamed when they are whole, as everything in a result folder.

#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "capture/result.hpp"
#include "dissectors/message.hpp"

namespace prahari {

class MessageFiles {
 public:
  explicit MessageFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(Protocol protocol, std::string_view text);

  // Gives the files their names. An error that any write met is told here.
  Status finish();

 private:
  [[nodiscard]] std::filesystem::path path_of(Protocol protocol, std::string_view ending) const;
  Status finish(Protocol protocol, std::ofstream& file) const;

  static constexpr auto kProtocols = static_cast<std::size_t>(Protocol::unknown);

  std::filesystem::path folder_;
  std::array<std::unique_ptr<std::ofstream>, kProtocols> files_;
};

}  // namespace prahari
