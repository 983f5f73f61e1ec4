// Advisories in prahari.db: what vulns import puts there, and reading it back.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "inventory/advisory.hpp"
#include "inventory/database.hpp"
#include "inventory/record.hpp"

namespace prahari {

// What an import changed.
struct AdvisoryImport {
  std::uint64_t added = 0;
  std::uint64_t replaced = 0;  // by a newer version
  std::uint64_t same = 0;
  std::uint64_t older = 0;  // than what is there, which stays
  std::uint64_t kev = 0;    // lines of the list that is there now
  bool kev_replaced = false;
  bool kev_older = false;
};

// Who imported, from where, and when.
struct ImportedBy {
  std::string_view who;
  std::string_view from;
  Timestamp now;
};

class AdvisoryStore {
 public:
  // The database of a state folder; brings its tables up to date.
  static Result<AdvisoryStore> open(const std::filesystem::path& file);

  // All or nothing, with a row of the audit table. A newer version of an advisory takes the place
  // of the older; what is there already stays.
  Result<AdvisoryImport> import(const AdvisoryBook& book, const ImportedBy& by);
  // Without a row of the audit table: for a run that was given the files itself.
  Status save(const AdvisoryBook& book);

 private:
  explicit AdvisoryStore(Database database) : database_(std::move(database)) {}

  Database database_;
};

// All that was imported. Opens the file read-only.
Result<AdvisoryBook> load_advisories(const std::filesystem::path& file);

}  // namespace prahari
