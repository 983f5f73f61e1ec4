#include "sensor/message_files.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "capture/system_message.hpp"

namespace prahari {
namespace {

constexpr std::string_view kEnding = ".jsonl";
constexpr std::string_view kUnfinished = ".jsonl.part";

}  // namespace

std::filesystem::path MessageFiles::path_of(Protocol protocol, std::string_view ending) const {
  std::string name{to_string(protocol)};
  name += ending;
  return folder_ / name;
}

void MessageFiles::write(Protocol protocol, std::string_view text) {
  auto& file = files_[static_cast<std::size_t>(protocol)];
  if (!file) {
    std::error_code ignored;  // opening the file tells
    std::filesystem::create_directories(folder_, ignored);
    file = std::make_unique<std::ofstream>(path_of(protocol, kUnfinished), std::ios::binary);
  }
  *file << text << '\n';
}

Status MessageFiles::finish() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i]) {
      continue;
    }
    if (Status done = finish(static_cast<Protocol>(i), *files_[i]); !done) {
      return done;
    }
  }
  return ok_status();
}

Status MessageFiles::finish(Protocol protocol, std::ofstream& file) const {
  file.close();
  const std::filesystem::path path = path_of(protocol, kEnding);
  const std::filesystem::path unfinished = path_of(protocol, kUnfinished);
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const int why = errno;
    std::remove(unfinished.c_str());
    return Error{path.string() + ": cannot write: " + system_message(why),
                 Error::Kind::environment};
  }
  return ok_status();
}

}  // namespace prahari
