#include "inventory/advisory_files.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "capture/sha256.hpp"
#include "inventory/csaf_reader.hpp"
#include "inventory/json_file.hpp"
#include "inventory/kev_reader.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 200'000;
constexpr std::size_t kMostBytes = 32U << 20U;  // of one file
constexpr int kDeepest = 16;

std::string digest_of(const std::string& text) {
  Sha256 sum;
  sum.update(std::as_bytes(std::span{text.data(), text.size()}));
  return sum.finish();
}

class FileReader {
 public:
  void path(const fs::path& given) {
    std::error_code error;
    const fs::file_status status = fs::status(given, error);
    if (fs::is_directory(status)) {
      return folder(given);
    }
    if (!fs::exists(status)) {
      return refuse(given.string() + ": no such file or folder");
    }
    if (!fs::is_regular_file(status)) {
      return refuse(given.string() + ": is no file");
    }
    file(given, true);
  }

  AdvisoryFiles take() { return std::move(out_); }

 private:
  void refuse(std::string words) { out_.errors.push_back(std::move(words)); }

  void folder(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    fs::recursive_directory_iterator at{folder, error};
    for (; !error && at != fs::recursive_directory_iterator{}; at.increment(error)) {
      const fs::path& path = at->path();
      std::error_code unknown;
      if (at.depth() >= kDeepest) {
        at.disable_recursion_pending();
      }
      if ((path.extension() == ".json" || path.extension() == ".csv") &&
          at->is_regular_file(unknown)) {
        found.push_back(path);
      }
      if (found.size() > kMostFiles) {
        return refuse(folder.string() + ": more than " + std::to_string(kMostFiles) +
                      " files; give a part of them at a time");
      }
    }
    if (error) {
      refuse(folder.string() + ": cannot be read: " + error.message());
    }
    std::ranges::sort(found);
    for (const fs::path& path : found) {
      file(path, false);
    }
  }

  void file(const fs::path& path, bool named) {
    const Result<std::string> text = read_bounded(path, kMostBytes);
    if (!text) {
      return refuse(text.error().message);
    }
    if (path.extension() == ".csv") {
      return csv(path.string(), *text, named);
    }
    const Result<nlohmann::json> json = parse_bounded(*text, path.string());
    if (!json) {
      return refuse(json.error().message);
    }
    if (looks_like_kev(*json)) {
      take(read_kev(*json, path.string()), *text);
    } else if (looks_like_csaf(*json) || named) {
      advisory(read_csaf(*json, path.string()), *text);
    } else {
      out_.passed.push_back(path.string());
    }
  }

  void csv(const std::string& name, const std::string& text, bool named) {
    if (!looks_like_kev_csv(text) && !named) {
      out_.passed.push_back(name);
      return;
    }
    take(read_kev_csv(text, name), text);
  }

  void advisory(Result<Advisory> read, const std::string& text) {
    if (!read) {
      return refuse(read.error().message);
    }
    ++out_.advisories;
    std::ranges::move(read->warnings, std::back_inserter(out_.warnings));
    read->warnings.clear();
    read->sha256 = digest_of(text);
    out_.book.add(std::move(*read));
  }

  void take(Result<KevList> read, const std::string& text) {
    if (!read) {
      return refuse(read.error().message);
    }
    ++out_.lists;
    read->sha256 = digest_of(text);
    // The newer of two lists; one without a date is taken for the newest.
    KevList& held = out_.book.kev;
    if (held.entries.empty() || read->released.empty() || read->released >= held.released) {
      held = std::move(*read);
    }
  }

  AdvisoryFiles out_;
};

}  // namespace

AdvisoryFiles read_advisory_files(std::span<const std::string> paths) {
  FileReader reader;
  for (const std::string& path : paths) {
    reader.path(path);
  }
  return reader.take();
}

}  // namespace prahari
