#include "inventory/advisory_store.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include "dissectors/join.hpp"
#include "inventory/audit.hpp"
#include "inventory/row_writer.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

std::int64_t column(std::size_t number) noexcept { return static_cast<std::int64_t>(number); }

std::string list_text(const std::vector<std::uint32_t>& products) {
  std::string out;
  for (const std::uint32_t product : products) {
    out += (out.empty() ? "" : ",") + std::to_string(product);
  }
  return out;
}

class AdvisoryWriter {
 public:
  explicit AdvisoryWriter(SQLite::Database& handle)
      : handle_(handle),
        find_(handle,
              "SELECT number, version, updated FROM advisories "
              "WHERE name_space = ? AND id = ?"),
        remove_(handle, "DELETE FROM advisories WHERE number = ?"),
        advisory_(handle,
                  "INSERT INTO advisories (name_space, id, publisher, publisher_category, "
                  "version, status, published, updated, title, severity, url, file, "
                  "sha256) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"),
        product_(handle, "INSERT INTO advisory_products VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"),
        weakness_(handle, "INSERT INTO advisory_weaknesses VALUES (?,?,?,?,?,?)"),
        status_(handle, "INSERT INTO weakness_products VALUES (?,?,?,?)"),
        score_(handle, "INSERT INTO weakness_scores VALUES (?,?,?,?,?,?,?)"),
        remedy_(handle, "INSERT INTO weakness_remedies VALUES (?,?,?,?,?,?,?)") {}

  void write(const Advisory& advisory, AdvisoryImport& counts) {
    SQLite::bind(find_, advisory.name_space, advisory.id);
    if (find_.executeStep()) {
      Advisory held;
      const std::int64_t number = find_.getColumn(0).getInt64();
      held.version = find_.getColumn(1).getString();
      held.updated = find_.getColumn(2).getString();
      const Replaces how = replaces(advisory, held);
      find_.reset();
      if (how != Replaces::newer) {
        ++(how == Replaces::same ? counts.same : counts.older);
        return;
      }
      run(remove_, number);
      ++counts.replaced;
    } else {
      ++counts.added;
    }
    find_.reset();
    insert(advisory);
  }

 private:
  template <class... Values>
  static void run(SQLite::Statement& statement, const Values&... values) {
    SQLite::bind(statement, values...);
    statement.exec();
    statement.reset();
  }

  void insert(const Advisory& advisory) {
    run(advisory_, advisory.name_space, advisory.id, advisory.publisher,
        advisory.publisher_category, advisory.version, advisory.status, advisory.published,
        advisory.updated, advisory.title, advisory.severity, advisory.url, advisory.file,
        advisory.sha256);
    const std::int64_t number = handle_.getLastInsertRowid();
    for (std::size_t i = 0; i < advisory.products.size(); ++i) {
      const AdvisoryProduct& one = advisory.products[i];
      run(product_, number, column(i), one.id, one.name, one.vendor, one.family, one.product,
          one.version, one.component, joined(one.models, "\n"), joined(one.serials, "\n"),
          joined(one.skus, "\n"), one.cpe);
    }
    for (std::size_t i = 0; i < advisory.weaknesses.size(); ++i) {
      insert(number, column(i), advisory.weaknesses[i]);
    }
  }

  void insert(std::int64_t number, std::int64_t at, const AdvisoryWeakness& weakness) {
    run(weakness_, number, at, weakness.cve, weakness.title, weakness.cwe, weakness.description);
    for (std::size_t i = 0; i < kProductStatuses; ++i) {
      if (!weakness.products[i].empty()) {
        run(status_, number, at, std::string{to_string(static_cast<ProductStatus>(i))},
            list_text(weakness.products[i]));
      }
    }
    for (std::size_t i = 0; i < weakness.scores.size(); ++i) {
      const AdvisoryScore& one = weakness.scores[i];
      run(score_, number, at, column(i), one.vector, one.version, one.score,
          list_text(one.products));
    }
    for (std::size_t i = 0; i < weakness.remedies.size(); ++i) {
      const AdvisoryRemedy& one = weakness.remedies[i];
      run(remedy_, number, at, column(i), one.category, one.details, one.url,
          list_text(one.products));
    }
  }

  SQLite::Database& handle_;
  SQLite::Statement find_;
  SQLite::Statement remove_;
  SQLite::Statement advisory_;
  SQLite::Statement product_;
  SQLite::Statement weakness_;
  SQLite::Statement status_;
  SQLite::Statement score_;
  SQLite::Statement remedy_;
};

void write_kev(SQLite::Database& handle, const KevList& kev) {
  handle.exec("DELETE FROM kev; DELETE FROM kev_list");
  SQLite::Statement list{handle, "INSERT INTO kev_list VALUES (1,?,?,?,?)"};
  SQLite::bind(list, kev.version, kev.released, kev.file, kev.sha256);
  list.exec();
  SQLite::Statement row{handle, "INSERT INTO kev VALUES (?,?,?,?,?,?,?,?)"};
  for (const KevEntry& one : kev.entries) {
    SQLite::bind(row, one.cve, one.vendor, one.product, one.name, one.added, one.due, one.action,
                 one.ransomware ? 1 : 0);
    row.exec();
    row.reset();
  }
}

std::uint64_t count_of(SQLite::Database& handle, const char* table) {
  return static_cast<std::uint64_t>(
      handle.execAndGet(std::string{"SELECT count(*) FROM "} + table).getInt64());
}

AdvisoryImport write_book(SQLite::Database& handle, const AdvisoryBook& book) {
  AdvisoryImport out;
  AdvisoryWriter writer{handle};
  for (const auto& entry : book.advisories) {
    writer.write(entry.second, out);
  }
  if (!book.kev.entries.empty()) {
    SQLite::Statement held{handle, "SELECT released, sha256 FROM kev_list"};
    const bool there = held.executeStep();
    const std::string released = there ? held.getColumn(0).getString() : std::string{};
    const std::string sha256 = there ? held.getColumn(1).getString() : std::string{};
    out.kev_older = there && !book.kev.released.empty() && book.kev.released < released;
    if (!out.kev_older && (!there || sha256 != book.kev.sha256)) {
      held.reset();
      write_kev(handle, book.kev);
      out.kev_replaced = true;
    }
  }
  out.kev = count_of(handle, "kev");
  return out;
}

std::string held_text(SQLite::Database& handle) {
  return "advisories " + std::to_string(count_of(handle, "advisories")) + ", exploited " +
         std::to_string(count_of(handle, "kev"));
}

}  // namespace

Result<AdvisoryStore> AdvisoryStore::open(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Access::write);
  if (!database) {
    return database.error();
  }
  if (const Status migrated = migrate(*database); !migrated) {
    return migrated.error();
  }
  return AdvisoryStore{std::move(*database)};
}

Result<AdvisoryImport> AdvisoryStore::import(const AdvisoryBook& book, const ImportedBy& by) {
  AdvisoryImport out;
  const Status done = database_.in_transaction([&](SQLite::Database& handle) {
    const std::string before = held_text(handle);
    out = write_book(handle, book);
    AuditWriter{handle, by.who, by.now}.note("vulns import", by.from, "advisories", before,
                                             held_text(handle));
  });
  if (!done) {
    return done.error();
  }
  return out;
}

Status AdvisoryStore::save(const AdvisoryBook& book) {
  return database_.in_transaction(
      [&](SQLite::Database& handle) { static_cast<void>(write_book(handle, book)); });
}

}  // namespace prahari
