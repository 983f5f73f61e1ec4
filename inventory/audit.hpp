// The record of who changed what: one row for each change that a person made, written in the same
// transaction as the change itself.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <SQLiteCpp/Statement.h>

#include "capture/packet.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's name
class Database;
}

namespace prahari {

// One change that somebody made.
struct AuditRow {
  std::uint64_t number = 0;
  Timestamp time;
  std::string who;
  std::string action;  // "annotate", "baseline approve"
  std::string subject;
  std::string field;
  std::string old;
  std::string value;
};

// Lives within one transaction; throws SQLite::Exception, which Database turns into an Error.
class AuditWriter {
 public:
  AuditWriter(SQLite::Database& handle, std::string_view who, Timestamp now);

  void note(std::string_view action, std::string_view subject, std::string_view field,
            std::string_view old, std::string_view value);

 private:
  SQLite::Statement insert_;
  std::string who_;
  Timestamp now_;
};

}  // namespace prahari
