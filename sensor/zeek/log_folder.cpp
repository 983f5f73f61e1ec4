#include "sensor/zeek/log_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "capture/time_text.hpp"

namespace prahari::zeek {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFlushAt = std::size_t{64} * 1024;
constexpr std::string_view kSuffix = ".log";

// "2026-11-20-03-30-01": packet time, so that the same capture gives the same file.
std::string stamp(Timestamp time) {
  std::string text = format_time(time).substr(0, 19);
  std::ranges::replace(text, 'T', '-');
  std::ranges::replace(text, ':', '-');
  return text;
}

bool is_log(const fs::directory_entry& entry) {
  std::error_code ignored;
  if (!entry.is_regular_file(ignored) || entry.path().extension() != kSuffix) {
    return false;
  }
  std::ifstream file{entry.path()};
  std::string line;
  return std::getline(file, line) && line == "#separator \\x09";
}

Error trouble(const fs::path& path, std::string_view what) {
  return {path.string() + ": " + std::string{what}, Error::Kind::environment};
}

}  // namespace

Result<LogFolder> LogFolder::create(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return trouble(path, "cannot make this folder: " + error.message());
  }
  std::vector<fs::path> old;
  for (const fs::directory_entry& entry : fs::directory_iterator{path, error}) {
    if (!is_log(entry)) {
      return Error{path.string() + ": holds " + entry.path().filename().string() +
                       ", which is no Zeek log; name another folder with --out",
                   Error::Kind::usage};
    }
    old.push_back(entry.path());
  }
  for (const fs::path& file : old) {
    fs::remove(file, error);
  }
  if (error) {
    return trouble(path, error.message());
  }
  return LogFolder{path};
}

LogFolder::File* LogFolder::find(std::string_view log) {
  const auto found = files_.find(log);
  return found == files_.end() ? nullptr : &found->second;
}

LogFolder::File& LogFolder::open(std::string_view log, std::string_view names,
                                 std::string_view types, Timestamp time) {
  File& file = files_[std::string{log}];
  file.out.open(path_ / (std::string{log} + std::string{kSuffix}), std::ios::binary);
  (file.buffer +=
   "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t") += log;
  (((file.buffer += "\n#open\t") += stamp(time)) += "\n#fields") += names;
  ((file.buffer += "\n#types") += types) += '\n';
  file.last = time;
  return file;
}

void LogFolder::written(File& file, Timestamp time) {
  file.last = std::max(file.last, time);
  if (file.buffer.size() >= kFlushAt) {
    file.out << file.buffer;
    file.buffer.clear();
  }
}

Status LogFolder::finish() {
  Status status = ok_status();
  for (auto& [log, file] : files_) {
    file.out << file.buffer << "#close\t" << stamp(file.last) << '\n';
    file.out.close();
    if (!file.out && status) {
      status =
          trouble(path_ / (log + std::string{kSuffix}), std::generic_category().message(errno));
    }
  }
  return status;
}

}  // namespace prahari::zeek
