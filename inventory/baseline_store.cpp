#include "inventory/baseline_store.hpp"

#include <array>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include "inventory/audit.hpp"
#include "inventory/row_writer.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"proposed", "approved", "rejected",
                                                       "replaced"};
constexpr std::string_view kColumns =
    "revision, name, status, proposed_by, proposed_at, proposed_why, decided_by, decided_at, "
    "decided_why, ticket, origin, signed_by, ";

BaselineRevision row_of(SQLite::Statement& query) {
  BaselineRevision row;
  int at = 0;
  const auto text = [&] { return query.getColumn(at++).getString(); };
  const auto time = [&] { return time_of(query.getColumn(at++).getInt64()); };
  row.revision = query.getColumn(at++).getInt64();
  row.name = text();
  const std::string status = text();
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses.at(i) == status) {
      row.status = static_cast<RevisionStatus>(i);
    }
  }
  row.proposed_by = text();
  row.proposed_at = time();
  row.proposed_why = text();
  row.decided_by = text();
  row.decided_at = time();
  row.decided_why = text();
  row.ticket = text();
  row.origin = text();
  row.signed_by = text();
  row.body = text();
  return row;
}

std::string subject_of(const BaselineRevision& row) {
  return "baseline " + row.name + " revision " + std::to_string(row.revision);
}

Error refused(std::string why) { return {std::move(why), Error::Kind::usage}; }

// Sets status and decision of the revision, which may have been decided upon meanwhile.
void decide(SQLite::Database& handle, std::int64_t revision, RevisionStatus status,
            const Decision& decision) {
  SQLite::Statement set{handle,
                        "UPDATE baselines SET status = ?, decided_by = ?, decided_at = ?, "
                        "decided_why = ?, ticket = ? WHERE revision = ? AND status = 'proposed'"};
  SQLite::bind(set, std::string{to_string(status)}, decision.who, to_column(decision.when),
               decision.why, decision.ticket, revision);
  if (set.exec() != 1) {
    throw SQLite::Exception{"somebody else decided upon this revision just now"};
  }
}

std::string words_of(const Decision& decision) {
  return decision.why + (decision.ticket.empty() ? "" : " (" + decision.ticket + ')');
}

}  // namespace

std::string_view to_string(RevisionStatus status) noexcept {
  return kStatuses[static_cast<std::size_t>(status)];
}

Result<BaselineStore> BaselineStore::open(const std::filesystem::path& file,
                                          Database::Access access) {
  Result<Database> database = Database::open(file, access);
  if (!database) {
    return database.error();
  }
  if (access == Database::Access::write) {
    if (const Status migrated = migrate(*database); !migrated) {
      return migrated.error();
    }
  }
  return BaselineStore{std::move(*database)};
}

template <class Key>
Result<std::optional<BaselineRevision>> BaselineStore::first(std::string_view where,
                                                             const Key& key) {
  std::optional<BaselineRevision> row;
  const Status done = database_.run([&](SQLite::Database& handle) {
    SQLite::Statement query{
        handle, "SELECT " + std::string{kColumns} + "body FROM baselines " + std::string{where}};
    SQLite::bind(query, key);
    if (query.executeStep()) {
      row = row_of(query);
    }
  });
  if (!done) {
    return done.error();
  }
  return row;
}

Result<std::vector<BaselineRevision>> BaselineStore::list() {
  std::vector<BaselineRevision> rows;
  const Status done = database_.run([&](SQLite::Database& handle) {
    SQLite::Statement query{
        handle, "SELECT " + std::string{kColumns} + "'' FROM baselines ORDER BY revision DESC"};
    while (query.executeStep()) {
      rows.push_back(row_of(query));
    }
  });
  if (!done) {
    return done.error();
  }
  return rows;
}

Result<std::optional<BaselineRevision>> BaselineStore::find(std::int64_t revision) {
  return first("WHERE revision = ?", revision);
}

Result<std::optional<BaselineRevision>> BaselineStore::approved(std::string_view name) {
  return first("WHERE name = ? AND status = 'approved' ORDER BY revision DESC LIMIT 1",
               std::string{name});
}

Result<std::int64_t> BaselineStore::propose(const BaselineRevision& proposal) {
  std::int64_t number = 0;
  const Status done = database_.in_transaction([&](SQLite::Database& handle) {
    SQLite::Statement insert{handle,
                             "INSERT INTO baselines (name, status, proposed_by, proposed_at, "
                             "proposed_why, decided_by, decided_at, decided_why, ticket, origin, "
                             "signed_by, body) VALUES (?,'proposed',?,?,?,'',0,'','',?,?,?)"};
    SQLite::bind(insert, proposal.name, proposal.proposed_by, to_column(proposal.proposed_at),
                 proposal.proposed_why, proposal.origin, proposal.signed_by, proposal.body);
    insert.exec();
    number = handle.getLastInsertRowid();
    BaselineRevision made = proposal;
    made.revision = number;
    AuditWriter{handle, proposal.proposed_by, proposal.proposed_at}.note(
        "baseline propose", subject_of(made), "status", "", proposal.proposed_why);
  });
  if (!done) {
    return done.error();
  }
  return number;
}

Result<BaselineRevision> BaselineStore::waiting(std::int64_t revision) {
  auto row = find(revision);
  if (!row) {
    return row.error();
  }
  std::optional<BaselineRevision>& found = *row;
  if (!found) {
    return refused("no revision " + std::to_string(revision) +
                   "; prahari baseline status lists them");
  }
  if (found->status != RevisionStatus::proposed) {
    return refused("revision " + std::to_string(revision) + " is " +
                   std::string{to_string(found->status)} +
                   " already; only a proposal can be approved or rejected");
  }
  return std::move(*found);
}

Status BaselineStore::approve(std::int64_t revision, const Decision& decision, bool four_eyes) {
  const auto row = waiting(revision);
  if (!row) {
    return row.error();
  }
  if (four_eyes && row->proposed_by == decision.who) {
    return refused("revision " + std::to_string(revision) + " was proposed by " + decision.who +
                   ", so another account must approve it; or set four_eyes = false in [approval] "
                   "of the site file");
  }
  return database_.in_transaction([&](SQLite::Database& handle) {
    AuditWriter audit{handle, decision.who, decision.when};
    SQLite::Statement former{
        handle, "SELECT revision FROM baselines WHERE name = ? AND status = 'approved'"};
    SQLite::bind(former, row->name);
    std::string replaced;
    while (former.executeStep()) {
      replaced += (replaced.empty() ? "revision " : ", ") + former.getColumn(0).getString();
    }
    SQLite::Statement replace{
        handle, "UPDATE baselines SET status = 'replaced' WHERE name = ? AND status = 'approved'"};
    SQLite::bind(replace, row->name);
    replace.exec();
    decide(handle, revision, RevisionStatus::approved, decision);
    audit.note("baseline approve", subject_of(*row), four_eyes ? "status" : "status, four eyes off",
               replaced, words_of(decision));
  });
}

Status BaselineStore::reject(std::int64_t revision, const Decision& decision) {
  const auto row = waiting(revision);
  if (!row) {
    return row.error();
  }
  return database_.in_transaction([&](SQLite::Database& handle) {
    decide(handle, revision, RevisionStatus::rejected, decision);
    AuditWriter{handle, decision.who, decision.when}.note("baseline reject", subject_of(*row),
                                                          "status", "proposed", words_of(decision));
  });
}

}  // namespace prahari
