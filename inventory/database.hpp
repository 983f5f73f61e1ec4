// SQLite behind a seam: one file, opened with the settings we want, and errors that a person can
// act on. SQLiteCpp's exceptions end here.
//
// One thread uses an object; several processes may have the file open, one of them writing.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "capture/result.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's name
class Database;
}

namespace prahari {

class Database {
 public:
  enum class Access : std::uint8_t { write, read };

  // Makes the file if it may write. WAL, synchronous=NORMAL, foreign keys, five seconds of patience
  // with a lock.
  static Result<Database> open(const std::filesystem::path& file, Access access);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Work that throws SQLite::Exception has failed. in_transaction leaves nothing of failed work.
  Status run(const std::function<void(SQLite::Database&)>& work);
  Status in_transaction(const std::function<void(SQLite::Database&)>& work);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  Database(std::filesystem::path file, std::unique_ptr<SQLite::Database> handle);

  std::filesystem::path file_;
  std::unique_ptr<SQLite::Database> handle_;
};

}  // namespace prahari
