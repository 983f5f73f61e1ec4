#include "inventory/database.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

namespace prahari {
namespace {

constexpr int kBusyMilliseconds = 5000;

std::string advice(int code, const std::string& words) {
  switch (code) {
    case SQLITE_FULL:
      return "the disk is full: free some space, or name another folder with --state";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "may not be written: check who owns the file and its folder";
    case SQLITE_CANTOPEN:
      return "cannot be opened: check that the folder exists and who may write there";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "is in use by another process: wait until it is done, or stop it";
    case SQLITE_NOTADB:
      return "is no database: name the state folder of prahari with --state";
    case SQLITE_CORRUPT:
      return "is damaged (" + words + "): restore a backup, or move it away";
    case SQLITE_IOERR:
      return "cannot be read or written (" + words + "): check the disk and its free space";
    default:
      return words;
  }
}

Error explain(const std::filesystem::path& file, const SQLite::Exception& failure) {
  const int code = failure.getErrorCode() & 0xff;  // the rest tells finer shades
  const bool bad_file = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
  return Error{file.string() + ": " + advice(code, failure.what()),
               bad_file ? Error::Kind::input : Error::Kind::environment};
}

// On a read-only medium the files of a write-ahead log cannot be made; without a log there is
// nothing in it to miss.
std::string immutable_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto octet = static_cast<unsigned char>(c);
      uri += '%';
      uri += kDigits[octet >> 4U];
      uri += kDigits[octet & 0x0fU];
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

std::unique_ptr<SQLite::Database> open_to_read(const std::filesystem::path& file) {
  try {
    auto handle =
        std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY, kBusyMilliseconds);
    handle->execAndGet("SELECT count(*) FROM sqlite_schema");
    return handle;
  } catch (const SQLite::Exception& failure) {
    const bool logged = std::filesystem::exists(file.string() + "-wal");
    if ((failure.getErrorCode() & 0xff) != SQLITE_CANTOPEN || logged) {
      throw;
    }
    return std::make_unique<SQLite::Database>(immutable_uri(file),
                                              SQLite::OPEN_READONLY | SQLite::OPEN_URI);
  }
}

std::unique_ptr<SQLite::Database> open_to_write(const std::filesystem::path& file) {
  const bool fresh = !std::filesystem::exists(file);
  auto handle = std::make_unique<SQLite::Database>(
      file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
  if (fresh) {  // it tells the whole plant
    using std::filesystem::perms;
    std::error_code ignored;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write | perms::group_read,
                                 ignored);
  }
  handle->execAndGet("PRAGMA journal_mode = WAL");
  handle->exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  return handle;
}

}  // namespace

Database::Database(std::filesystem::path file, std::unique_ptr<SQLite::Database> handle)
    : file_(std::move(file)), handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  std::error_code missing;
  if (access == Access::read && !std::filesystem::exists(file, missing)) {
    return Error{file.string() +
                     ": is not there: run prahari analyze or the sensor first, or name "
                     "its folder with --state",
                 Error::Kind::environment};
  }
  try {
    return Database{file, access == Access::read ? open_to_read(file) : open_to_write(file)};
  } catch (const SQLite::Exception& failure) {
    return explain(file, failure);
  }
}

Status Database::run(const std::function<void(SQLite::Database&)>& work) {
  try {
    work(*handle_);
    return ok_status();
  } catch (const SQLite::Exception& failure) {
    return explain(file_, failure);
  }
}

Status Database::in_transaction(const std::function<void(SQLite::Database&)>& work) {
  return run([&work](SQLite::Database& handle) {
    SQLite::Transaction transaction{handle, SQLite::TransactionBehavior::IMMEDIATE};
    work(handle);
    transaction.commit();
  });
}

}  // namespace prahari
