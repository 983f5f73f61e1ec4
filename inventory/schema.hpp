// The tables of prahari.db, and how older ones become the present ones.
//
// PRAGMA user_version counts the steps that were applied. A step, once released, never changes.

#pragma once

#include <span>

#include "inventory/database.hpp"

namespace prahari {

// Step i, a list of SQL statements, leads from version i to version i + 1.
[[nodiscard]] std::span<const char* const> schema_steps() noexcept;

// Brings the database to the last step, each step in a transaction of its own. Refuses a database
// that is newer than the steps, and one that another program made.
Status migrate(Database& database, std::span<const char* const> steps = schema_steps());

// For a reader: whether the tables are those it knows.
Status check_schema(Database& database);

}  // namespace prahari
