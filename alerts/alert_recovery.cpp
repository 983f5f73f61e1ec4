#include "alerts/alert_recovery.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/alert_row.hpp"
#include "alerts/result_folder.hpp"
#include "inventory/store_reader.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLookBack = std::uintmax_t{24} << 20U;  // bytes
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;
constexpr std::uint32_t kRows = 8192;  // as many as the store thread lets wait
// Lines are not in the order of time: those of one look are written together.
constexpr std::chrono::minutes kAbout{1};

// The whole lines at the end of the file.
struct Tail {
  std::string text;
  std::uintmax_t whole = 0;  // length of the file up to the end of its last whole line
  bool cut = false;
};

Tail read_tail(const fs::path& file) {
  Tail tail;
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(file, failed);
  if (failed || size == 0) {
    return tail;
  }
  const std::uintmax_t from = size > kLookBack ? size - kLookBack : 0;
  std::ifstream in{file, std::ios::binary};
  in.seekg(static_cast<std::streamoff>(from));
  tail.text.resize(static_cast<std::size_t>(size - from));
  in.read(tail.text.data(), static_cast<std::streamsize>(tail.text.size()));
  tail.text.resize(static_cast<std::size_t>(in.gcount()));

  const std::size_t end = tail.text.rfind('\n') + 1;  // 0 if there is none
  if (end == 0 && from > 0) {
    return {};  // no line of ours is that long
  }
  tail.cut = end < tail.text.size();
  tail.whole = from + end;
  tail.text.resize(end);
  if (from > 0) {
    tail.text.erase(0, tail.text.find('\n') + 1);
  }
  return tail;
}

// By id; of several lines on one alert the last.
using Told = std::map<std::string, AlertRow, std::less<>>;

Told read_alerts(std::string_view text) {
  Told told;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    std::optional<AlertRow> row =
        line.size() <= kLongestLine ? alert_row(line) : std::optional<AlertRow>{};
    if (row) {
      std::string id = row->id;
      told.insert_or_assign(std::move(id), std::move(*row));
    }
    text.remove_prefix(end + 1);
  }
  return told;
}

Result<std::vector<AlertRow>> not_stored(const Told& told, StoreReader& reader) {
  std::vector<AlertRow> out;
  for (const auto& [id, row] : told) {
    const auto stored = reader.alerts({.id = id});
    if (!stored) {
      return stored.error();
    }
    if (stored->empty()) {
      out.push_back(row);
    }
  }
  return out;
}

// Rows of the database from about the time of the latest line on, which no line tells.
Result<std::vector<AlertRow>> not_told(const Told& told, StoreReader& reader) {
  Timestamp latest = Timestamp{};
  for (const auto& [id, row] : told) {
    latest = std::max(latest, row.first_seen);
  }
  auto rows = reader.alerts({.since = latest - kAbout, .limit = kRows});
  if (rows) {
    std::erase_if(*rows, [&](const AlertRow& row) { return told.contains(row.id); });
    std::ranges::reverse(*rows);
  }
  return rows;
}

}  // namespace

Result<AlertRecovery> recover_alerts(const fs::path& folder, Store& store) {
  const fs::path file = folder / "alerts.jsonl";
  const Tail tail = read_tail(file);
  AlertRecovery out;
  if (tail.cut) {
    std::error_code failed;
    fs::resize_file(file, tail.whole, failed);
    if (failed) {
      return Error{
          file.string() + ": cannot take away the half of a line at its end: " + failed.message(),
          Error::Kind::environment};
    }
    out.cut_line = true;
  }
  const Told told = read_alerts(tail.text);
  if (told.empty()) {
    return out;
  }
  auto reader = StoreReader::open(folder / "prahari.db");
  if (!reader) {
    return reader.error();
  }
  const auto lost = not_stored(told, *reader);
  const auto untold = not_told(told, *reader);
  if (!lost) {
    return lost.error();
  }
  if (!untold) {
    return untold.error();
  }
  if (const Status saved = store.save(std::span<const AlertRow>{*lost}); !saved) {
    return saved.error();
  }
  out.into_database = lost->size();
  for (const AlertRow& row : *untold) {
    if (const Status added = append_whole(file, row.body + "\n"); !added) {
      return added.error();
    }
    ++out.into_file;
  }
  return out;
}

}  // namespace prahari
