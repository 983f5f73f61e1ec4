#include "inventory/audit.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/VariadicBind.h>

#include "inventory/row_writer.hpp"

namespace prahari {

AuditWriter::AuditWriter(SQLite::Database& handle, std::string_view who, Timestamp now)
    : insert_(handle,
              "INSERT INTO audit (time, who, action, subject, field, old, new) "
              "VALUES (?,?,?,?,?,?,?)"),
      who_(who),
      now_(now) {}

void AuditWriter::note(std::string_view action, std::string_view subject, std::string_view field,
                       std::string_view old, std::string_view value) {
  SQLite::bind(insert_, to_column(now_), who_, std::string{action}, std::string{subject},
               std::string{field}, std::string{old}, std::string{value});
  insert_.exec();
  insert_.reset();
}

}  // namespace prahari
