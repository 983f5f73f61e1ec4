#include "inventory/store.hpp"

#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include "capture/time_text.hpp"
#include "inventory/audit.hpp"
#include "inventory/row_writer.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

constexpr int kPruneAtOnce = 1000;

// How a baseline comes into force is itself a thing to keep watch over.
void note_approval(SQLite::Database& handle, const RunInfo& run) {
  SQLite::Statement former{handle, "SELECT value FROM meta WHERE key = 'approval'"};
  if (former.executeStep() && former.getColumn(0).getString() != run.approval) {
    AuditWriter{handle, "the site file", run.started}.note(
        "approval change", "approval", "rules", former.getColumn(0).getString(), run.approval);
  }
}

void write_meta(SQLite::Database& handle, const RunInfo& run) {
  note_approval(handle, run);
  SQLite::Statement set{handle, "INSERT OR REPLACE INTO meta VALUES (?,?)"};
  const std::pair<const char*, std::string> entries[] = {
      {"product_version", run.version},
      {"schema", std::to_string(schema_steps().size())},
      {"site", run.site},
      {"organisation", run.organisation},
      {"approval", run.approval},
      {"capture_health", run.health},
      {"run_start", format_time(run.started)},
      {"run_end", format_time(run.ended)},
  };
  for (const auto& [key, value] : entries) {
    SQLite::bind(set, key, value);
    set.exec();
    set.reset();
  }
}

// The ids of the run's inputs. A capture that was read before keeps its id.
std::vector<std::uint16_t> write_inputs(SQLite::Database& handle, std::span<const Input> inputs) {
  std::vector<std::uint16_t> ids;
  SQLite::Statement add{handle, R"sql(
INSERT INTO inputs (id, name, format, sha256, size, packets, note)
VALUES ((SELECT coalesce(max(id) + 1, 0) FROM inputs),?,?,?,?,?,?)
ON CONFLICT (name, sha256) DO UPDATE SET packets = excluded.packets, note = excluded.note
RETURNING id)sql"};
  for (const Input& input : inputs) {
    SQLite::bind(add, input.name, input.format, input.sha256, to_column(input.size),
                 to_column(input.packets), input.note);
    add.executeStep();
    ids.push_back(static_cast<std::uint16_t>(add.getColumn(0).getInt()));
    add.reset();
  }
  return ids;
}

void write_cases(SQLite::Database& handle, std::span<const CaseRow> cases) {
  SQLite::Statement set{handle, "INSERT OR REPLACE INTO cases VALUES (?,?,?,?,?,?,?)"};
  for (const CaseRow& row : cases) {
    SQLite::bind(set, row.id, row.severity, row.title, to_column(row.first_seen),
                 to_column(row.last_seen), to_column(row.alerts), row.body);
    set.exec();
    set.reset();
  }
}

void write_protocols(SQLite::Database& handle, const std::vector<MessageCount>& protocols) {
  SQLite::Statement set{handle, "INSERT OR REPLACE INTO protocol_counts VALUES (?,?)"};
  for (const MessageCount& count : protocols) {
    SQLite::bind(set, count.protocol, to_column(count.messages));
    set.exec();
    set.reset();
  }
}

}  // namespace

Result<Store> Store::open(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Access::write);
  if (!database) {
    return database.error();
  }
  if (const Status migrated = migrate(*database); !migrated) {
    return migrated.error();
  }
  return Store{std::move(*database)};
}

Status Store::save(const RunInfo& run) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    write_meta(handle, run);
    inputs_ = write_inputs(handle, run.inputs);
    write_protocols(handle, run.protocols);
  });
}

Status Store::save(const Inventory& inventory, const Decorate& decorate, const RunInfo& run,
                   Timestamp changed_since) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    write_meta(handle, run);
    inputs_ = write_inputs(handle, run.inputs);
    write_protocols(handle, run.protocols);
    RowWriter writer{handle, inputs_};
    for_each_part(inventory, decorate, [&](const AssetRecord& record) {
      if (record.asset.last_seen >= changed_since) {
        writer.write(record);
      }
    });
    for_each_part_flow(inventory, decorate, [&](const FlowRecord& record) {
      if (record.row.last >= changed_since) {
        writer.write(record);
      }
    });
  });
}

Status Store::save(const RecordBatch& batch) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    RowWriter writer{handle, inputs_};
    for (const AlertRow& alert : batch.alerts) {
      writer.write(alert);
    }
    for (const AssetRecord& asset : batch.assets) {
      writer.write(asset);
    }
    for (const FlowRecord& flow : batch.flows) {
      writer.write(flow);
    }
    write_cases(handle, batch.cases);
  });
}

Status Store::save(std::span<const AlertRow> alerts) {
  return database_.in_transaction([&](SQLite::Database& handle) {
    RowWriter writer{handle, inputs_};
    for (const AlertRow& alert : alerts) {
      writer.write(alert);
    }
  });
}

Status Store::save(std::span<const CaseRow> cases) {
  return database_.in_transaction([&](SQLite::Database& handle) { write_cases(handle, cases); });
}

Result<bool> Store::set_alert_status(const std::string& id, const std::string& status,
                                     const std::string& body) {
  bool found = false;
  const Status done = database_.in_transaction([&](SQLite::Database& handle) {
    SQLite::Statement set{handle,
                          "UPDATE alerts SET status = ?, body = iif(? = '', body, ?) WHERE id = ?"};
    SQLite::bind(set, status, body, body, id);
    found = set.exec() > 0;
  });
  if (!done) {
    return done.error();
  }
  return found;
}

Result<std::size_t> Store::prune(Timestamp before) {
  int gone = 0;
  const Status done = database_.in_transaction([&](SQLite::Database& handle) {
    for (const char* sql :
         {"DELETE FROM alerts WHERE id IN "
          "(SELECT id FROM alerts WHERE last_seen < ? ORDER BY last_seen LIMIT ?)",
          "DELETE FROM cases WHERE id IN (SELECT id FROM cases WHERE last_seen < ? LIMIT ?)",
          "DELETE FROM conversations WHERE (client_ip, server_ip, server_port, transport, protocol,"
          " vlan, tunnel) IN (SELECT client_ip, server_ip, server_port, transport, protocol, vlan,"
          " tunnel FROM conversations WHERE last_seen < ? LIMIT ?)"}) {
      SQLite::Statement statement{handle, sql};
      SQLite::bind(statement, to_column(before), kPruneAtOnce);
      gone += statement.exec();
    }
  });
  if (!done) {
    return done.error();
  }
  return static_cast<std::size_t>(gone);
}

}  // namespace prahari
