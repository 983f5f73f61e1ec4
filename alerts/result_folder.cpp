#include "alerts/result_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "capture/system_message.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = ".prahari";
constexpr std::string_view kResult = "prahari.result/1";
constexpr std::string_view kState = "prahari.state/1";
constexpr std::string_view kIncomplete = "incomplete";

// Everything a run may write there.
constexpr std::array<std::string_view, 16> kNames = {
    "summary.json",   "report.html",     "assets.csv", "assets.json",
    "assets.xlsx",    "assets.cdx.json", "flows.csv",  "alerts.jsonl",
    "baseline.json",  "prahari.db",      "cases.json", "prahari.db-wal",
    "prahari.db-shm", "alerts",          "incidents",  "messages"};

Error cannot(const fs::path& path, std::string_view what, int number) {
  return Error{path.string() + ": cannot " + std::string(what) + ": " + system_message(number) +
                   (number == ENOSPC ? "; free some space or choose another folder"
                                     : "; choose another folder"),
               Error::Kind::environment};
}

Status write_marker(const fs::path& folder, std::string_view kind, std::string_view progress) {
  const std::string_view words =
      kind == kResult
          ? "Made by prahari analyze, which replaces this folder when it is run again."
          : "Made by prahari sensor, which goes on with this folder when it is run again.";
  std::string text{kind};
  for (const std::string_view line : {progress, words}) {
    text += '\n';
    text += line;
  }
  return write_whole(folder / kMarker, text + "\n");
}

std::string marker_of(const fs::path& folder) {
  std::ifstream marker(folder / kMarker);
  std::string first;
  std::getline(marker, first);
  return first;
}

// Makes it where it is not there; an error where it is somebody else's.
Status claim(const fs::path& path, std::initializer_list<std::string_view> kinds) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    return Error{path.string() + ": is a file; choose a folder", Error::Kind::usage};
  }
  if (!fs::exists(status)) {
    fs::create_directories(path, error);
    return error ? Status{cannot(path, "make the folder", error.value())} : ok_status();
  }
  const bool empty = fs::is_empty(path, error);
  if (error) {
    return cannot(path, "read", error.value());
  }
  const std::string marker = marker_of(path);
  if (!empty && std::ranges::find(kinds, marker) == kinds.end()) {
    return Error{path.string() +
                     (marker == kState ? ": is the state of a sensor, so it is not replaced; "
                                       : ": is not empty and was not made by prahari, so it is not "
                                         "replaced; ") +
                     "choose another folder",
                 Error::Kind::usage};
  }
  return ok_status();
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

Status append_whole(const fs::path& path, std::string_view content) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): open() is declared so
  const int descriptor = ::open(path.c_str(), flags, 0640);
  if (descriptor < 0) {
    return cannot(path, "write", errno);
  }
  const off_t before = ::lseek(descriptor, 0, SEEK_END);
  int failure = write_all(descriptor, content);
  if (failure != 0 && ::ftruncate(descriptor, before) != 0) {
    failure = errno;  // half a line stays
  }
  if (::close(descriptor) != 0 && failure == 0) {
    failure = errno;
  }
  return failure == 0 ? ok_status() : Status{cannot(path, "write", failure)};
}

bool is_result_folder(const fs::path& path) { return marker_of(path) == kResult; }

Result<ResultFolder> ResultFolder::create(const fs::path& path) {
  if (Status ours = claim(path, {kResult}); !ours) {
    return ours.error();
  }
  // Marked before anything is removed: a run that is cut off here can be run again.
  if (Status marked = write_marker(path, kResult, kIncomplete); !marked) {
    return marked.error();
  }
  if (Status removed = remove_old(path); !removed) {
    return removed.error();
  }
  return ResultFolder(path, kResult);
}

Result<ResultFolder> ResultFolder::resume(const fs::path& path) {
  if (Status ours = claim(path, {kState, kResult}); !ours) {
    return ours.error();
  }
  if (Status marked = write_marker(path, kState, kIncomplete); !marked) {
    return marked.error();
  }
  return ResultFolder(path, kState);
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

Status ResultFolder::write_stream(std::string_view name,
                                  const std::function<void(std::ostream&)>& write) const {
  const fs::path path = path_ / name;
  const fs::path part = path.string() + ".part";
  std::ofstream out{part, std::ios::binary};
  write(out);
  out.close();
  if (!out || ::rename(part.c_str(), path.c_str()) != 0) {
    const int why = errno;
    ::unlink(part.c_str());
    return cannot(path, "write", why);
  }
  return ok_status();
}

Status ResultFolder::finish() const { return write_marker(path_, kind_, "complete"); }

}  // namespace prahari
