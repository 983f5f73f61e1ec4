#include "alerts/result_folder.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = ".prahari";
constexpr std::string_view kMarkerText = "prahari.result/1";

// Everything a run may write there.
constexpr std::array<std::string_view, 15> kNames = {
    "summary.json",    "report.html",    "assets.csv",   "assets.json",   "assets.xlsx",
    "assets.cdx.json", "flows.csv",      "alerts.jsonl", "baseline.json", "prahari.db",
    "prahari.db-wal",  "prahari.db-shm", "alerts",       "incidents",     "messages"};

Error cannot(const fs::path& path, std::string_view what, int number) {
  const std::error_code code(number, std::generic_category());
  return Error{path.string() + ": cannot " + std::string(what) + ": " + code.message() +
                   (number == ENOSPC ? "; free some space or choose another folder with --out"
                                     : "; choose another folder with --out"),
               Error::Kind::environment};
}

Status write_marker(const fs::path& folder, std::string_view state) {
  return write_whole(folder / kMarker, std::string(kMarkerText) + "\n" + std::string(state) +
                                           "\nMade by prahari analyze, which replaces this folder "
                                           "when it is run again.\n");
}

Status remove_old(const fs::path& folder) {
  for (const std::string_view name : kNames) {
    std::error_code error;
    fs::remove_all(folder / name, error);
    if (error) {
      return cannot(folder / name, "remove", error.value());
    }
  }
  return ok_status();
}

// Writes all of it; the number of the error, or 0.
int write_all(int descriptor, std::string_view content) noexcept {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return errno;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Status write_whole(const fs::path& path, std::string_view content) {
  const fs::path part = path.string() + ".part";
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return cannot(path, "write", errno);
  }
  int failure = write_all(descriptor, content);
  if (::close(descriptor) != 0 && failure == 0) {
    failure = errno;
  }
  if (failure == 0 && ::rename(part.c_str(), path.c_str()) != 0) {
    failure = errno;
  }
  if (failure != 0) {
    ::unlink(part.c_str());
    return cannot(path, "write", failure);
  }
  return ok_status();
}

bool is_result_folder(const fs::path& path) {
  std::ifstream marker(path / kMarker);
  std::string first;
  std::getline(marker, first);
  return first == kMarkerText;
}

Result<ResultFolder> ResultFolder::create(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    return Error{path.string() + ": is no folder; choose another with --out", Error::Kind::usage};
  }
  if (fs::exists(status)) {
    const bool empty = fs::is_empty(path, error);
    if (error) {
      return cannot(path, "read", error.value());
    }
    if (!empty && !is_result_folder(path)) {
      return Error{path.string() +
                       ": is not empty and was not made by prahari, so it is not "
                       "replaced; choose another folder with --out",
                   Error::Kind::usage};
    }
  }
  fs::create_directories(path, error);
  if (error) {
    return cannot(path, "make the folder", error.value());
  }
  // Marked before anything is removed: a run that is cut off here can be run again.
  if (Status marked = write_marker(path, "incomplete"); !marked) {
    return marked.error();
  }
  if (Status removed = remove_old(path); !removed) {
    return removed.error();
  }
  return ResultFolder(path);
}

Status ResultFolder::write(std::string_view name, std::string_view content) const {
  const fs::path file = path_ / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    return cannot(file.parent_path(), "make the folder", error.value());
  }
  return write_whole(file, content);
}

Status ResultFolder::finish() const { return write_marker(path_, "complete"); }

}  // namespace prahari
