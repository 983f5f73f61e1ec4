#include "inventory/schema.hpp"

#include <array>
#include <string>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

namespace prahari {
namespace {

constexpr int kApplicationId = 0x50524148;  // "PRAH"

// Times are nanoseconds since 1970 UTC, as INTEGER. Enumerations are stored by name. Lists whose
// parts nobody searches for are joined with commas.
constexpr auto kSteps = std::to_array<const char*>({
    R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE inputs (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL,
  size INTEGER NOT NULL, packets INTEGER NOT NULL, note TEXT NOT NULL,
  UNIQUE (name, sha256)) STRICT;

CREATE TABLE assets (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, mac TEXT NOT NULL, nic_vendor TEXT NOT NULL,
  level_basis TEXT NOT NULL, protocols TEXT NOT NULL, heard INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  first_input INTEGER NOT NULL, first_frame INTEGER NOT NULL, first_time INTEGER NOT NULL,
  packets_sent INTEGER NOT NULL, packets_received INTEGER NOT NULL,
  name TEXT NOT NULL, zone TEXT NOT NULL, criticality TEXT NOT NULL, owner TEXT NOT NULL,
  location TEXT NOT NULL, tags TEXT NOT NULL, zone_level REAL) STRICT, WITHOUT ROWID;

CREATE TABLE addresses (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  ip TEXT NOT NULL, vlan TEXT NOT NULL, tunnel INTEGER NOT NULL, confirmed INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (asset, ip, vlan, tunnel)) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_by_ip ON addresses (ip);

CREATE TABLE units (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  unit INTEGER NOT NULL, requests INTEGER NOT NULL, responses INTEGER NOT NULL,
  exceptions INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (asset, unit)) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  field TEXT NOT NULL, unit INTEGER NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
  confidence INTEGER NOT NULL, count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  input INTEGER NOT NULL, frame INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (asset, field, unit, value, source)) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  role TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (asset, role)) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  client_ip TEXT NOT NULL, server_ip TEXT NOT NULL, server_port INTEGER NOT NULL,
  transport TEXT NOT NULL, protocol TEXT NOT NULL, vlan TEXT NOT NULL, tunnel INTEGER NOT NULL,
  client_asset TEXT NOT NULL, server_asset TEXT NOT NULL,
  client_zone TEXT NOT NULL, server_zone TEXT NOT NULL,
  established INTEGER NOT NULL, client_known INTEGER NOT NULL, operations TEXT NOT NULL,
  flows INTEGER NOT NULL, one_way_flows INTEGER NOT NULL, gap_flows INTEGER NOT NULL,
  midstream_flows INTEGER NOT NULL,
  complete INTEGER NOT NULL, midstream INTEGER NOT NULL, gap INTEGER NOT NULL,
  one_way INTEGER NOT NULL,
  client_packets INTEGER NOT NULL, server_packets INTEGER NOT NULL,
  client_bytes INTEGER NOT NULL, server_bytes INTEGER NOT NULL,
  messages INTEGER NOT NULL, exceptions INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (client_ip, server_ip, server_port, transport, protocol, vlan, tunnel))
  STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, severity TEXT NOT NULL, status TEXT NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
  source_asset TEXT NOT NULL, source_ip TEXT NOT NULL,
  destination_asset TEXT NOT NULL, destination_ip TEXT NOT NULL,
  body TEXT NOT NULL, evidence BLOB NOT NULL) STRICT;
CREATE INDEX alerts_by_time ON alerts (last_seen);

CREATE TABLE protocol_counts (
  protocol TEXT PRIMARY KEY, messages INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE postures (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  aspect TEXT NOT NULL, protocol TEXT NOT NULL, as_client INTEGER NOT NULL, port INTEGER NOT NULL,
  flaws TEXT NOT NULL, count INTEGER NOT NULL,
  what TEXT NOT NULL, text TEXT NOT NULL, thumbprint TEXT NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  input INTEGER NOT NULL, frame INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (asset, aspect, protocol, as_client, port, what, text, thumbprint))
  STRICT, WITHOUT ROWID;
)sql",
    // One row for each end of a connection that is an asset; one for each direction of it.
    R"sql(
CREATE TABLE io_connections (
  asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE, number INTEGER NOT NULL,
  originator TEXT NOT NULL, target TEXT NOT NULL,
  originator_ip TEXT NOT NULL, target_ip TEXT NOT NULL,
  sides_known INTEGER NOT NULL, opened INTEGER NOT NULL, closed INTEGER NOT NULL,
  use TEXT NOT NULL, class INTEGER NOT NULL, serial INTEGER NOT NULL, vendor INTEGER NOT NULL,
  originator_serial INTEGER NOT NULL, unit INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  input INTEGER NOT NULL, frame INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (asset, number)) STRICT, WITHOUT ROWID;

CREATE TABLE io_halves (
  asset TEXT NOT NULL, number INTEGER NOT NULL, inputs INTEGER NOT NULL,
  id INTEGER NOT NULL, requested_us INTEGER NOT NULL, agreed_us INTEGER NOT NULL,
  size INTEGER NOT NULL, data_size INTEGER NOT NULL, multicast INTEGER NOT NULL,
  run TEXT NOT NULL, group_ip TEXT NOT NULL, packets INTEGER NOT NULL, lost INTEGER NOT NULL,
  repeated INTEGER NOT NULL, cycles INTEGER NOT NULL, span INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (asset, number, inputs),
  FOREIGN KEY (asset, number) REFERENCES io_connections (asset, number) ON DELETE CASCADE)
  STRICT, WITHOUT ROWID;
)sql",
    // What people say of an asset, which no traffic overwrites, and who changed what. No reference:
    // it outlives the row of an asset that was not seen for long.
    R"sql(
CREATE TABLE annotations (
  asset TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (asset, field)) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL) STRICT;
)sql",
    // What was proposed as normal and what became of it. Nothing is ever deleted here: an auditor
    // wants to know what was in force on a day.
    R"sql(
CREATE TABLE baselines (
  revision INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, status TEXT NOT NULL,
  proposed_by TEXT NOT NULL, proposed_at INTEGER NOT NULL, proposed_why TEXT NOT NULL,
  decided_by TEXT NOT NULL, decided_at INTEGER NOT NULL, decided_why TEXT NOT NULL,
  ticket TEXT NOT NULL, origin TEXT NOT NULL, signed_by TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX baselines_by_name ON baselines (name, status);
)sql",
    // Alerts that belong together. An alert names its case in its body.
    R"sql(
CREATE TABLE cases (
  id TEXT PRIMARY KEY, severity TEXT NOT NULL, title TEXT NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, alerts INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    // What a person imported about weaknesses of products. Lists of products are numbers within
    // the advisory; lists of texts are parted by line ends.
    R"sql(
CREATE TABLE advisories (
  number INTEGER PRIMARY KEY, name_space TEXT NOT NULL, id TEXT NOT NULL,
  publisher TEXT NOT NULL, publisher_category TEXT NOT NULL, version TEXT NOT NULL,
  status TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL, title TEXT NOT NULL,
  severity TEXT NOT NULL, url TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL,
  UNIQUE (name_space, id)) STRICT;

CREATE TABLE advisory_products (
  advisory INTEGER NOT NULL REFERENCES advisories (number) ON DELETE CASCADE,
  number INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, vendor TEXT NOT NULL,
  family TEXT NOT NULL, product TEXT NOT NULL, version TEXT NOT NULL, component TEXT NOT NULL,
  models TEXT NOT NULL, serials TEXT NOT NULL, skus TEXT NOT NULL, cpe TEXT NOT NULL,
  PRIMARY KEY (advisory, number)) STRICT, WITHOUT ROWID;

CREATE TABLE advisory_weaknesses (
  advisory INTEGER NOT NULL REFERENCES advisories (number) ON DELETE CASCADE,
  number INTEGER NOT NULL, cve TEXT NOT NULL, title TEXT NOT NULL, cwe TEXT NOT NULL,
  description TEXT NOT NULL, PRIMARY KEY (advisory, number)) STRICT, WITHOUT ROWID;

CREATE TABLE weakness_products (
  advisory INTEGER NOT NULL REFERENCES advisories (number) ON DELETE CASCADE,
  weakness INTEGER NOT NULL, status TEXT NOT NULL, products TEXT NOT NULL,
  PRIMARY KEY (advisory, weakness, status)) STRICT, WITHOUT ROWID;

CREATE TABLE weakness_scores (
  advisory INTEGER NOT NULL REFERENCES advisories (number) ON DELETE CASCADE,
  weakness INTEGER NOT NULL, number INTEGER NOT NULL, vector TEXT NOT NULL, version TEXT NOT NULL,
  score REAL NOT NULL, products TEXT NOT NULL,
  PRIMARY KEY (advisory, weakness, number)) STRICT, WITHOUT ROWID;

CREATE TABLE weakness_remedies (
  advisory INTEGER NOT NULL REFERENCES advisories (number) ON DELETE CASCADE,
  weakness INTEGER NOT NULL, number INTEGER NOT NULL, category TEXT NOT NULL,
  details TEXT NOT NULL, url TEXT NOT NULL, products TEXT NOT NULL,
  PRIMARY KEY (advisory, weakness, number)) STRICT, WITHOUT ROWID;

CREATE TABLE kev_list (
  number INTEGER PRIMARY KEY CHECK (number = 1), version TEXT NOT NULL, released TEXT NOT NULL,
  file TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;

CREATE TABLE kev (
  cve TEXT PRIMARY KEY, vendor TEXT NOT NULL, product TEXT NOT NULL, name TEXT NOT NULL,
  added TEXT NOT NULL, due TEXT NOT NULL, action TEXT NOT NULL, ransomware INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
)sql",
    // Which assets are one device: as the traffic shows, and as people say. No references: people
    // may be right about an asset that was not seen for long.
    R"sql(
CREATE TABLE merges (
  row TEXT NOT NULL, part TEXT NOT NULL, apart INTEGER NOT NULL, reason TEXT NOT NULL,
  since INTEGER NOT NULL, input INTEGER NOT NULL, frame INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (row, part)) STRICT, WITHOUT ROWID;
CREATE INDEX merges_by_part ON merges (part);

CREATE TABLE merge_orders (
  row TEXT NOT NULL, part TEXT NOT NULL, same INTEGER NOT NULL, reason TEXT NOT NULL,
  who TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (row, part)) STRICT, WITHOUT ROWID;
)sql",
});

struct Found {
  int version = 0;
  int application = 0;
  int tables = 0;
};

Status look(Database& database, Found& found) {
  return database.run([&found](SQLite::Database& handle) {
    found.version = handle.execAndGet("PRAGMA user_version").getInt();
    found.application = handle.execAndGet("PRAGMA application_id").getInt();
    found.tables = handle.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  });
}

Status refuse(const Database& database, const std::string& words) {
  return Error{database.file().string() + ": " + words, Error::Kind::input};
}

Status judge(const Database& database, const Found& found, int known) {
  if (found.application != kApplicationId && found.tables > 0) {
    return refuse(database, "is the database of another program: name another folder with --state");
  }
  if (found.version > known) {
    return refuse(database, "was written by a newer prahari (schema " +
                                std::to_string(found.version) + ", this one knows " +
                                std::to_string(known) + "): update this program");
  }
  return ok_status();
}

}  // namespace

std::span<const char* const> schema_steps() noexcept { return kSteps; }

Status migrate(Database& database, std::span<const char* const> steps) {
  Found found;
  if (Status looked = look(database, found); !looked) {
    return looked;
  }
  const int known = static_cast<int>(steps.size());
  if (Status judged = judge(database, found, known); !judged) {
    return judged;
  }
  for (int version = found.version; version < known; ++version) {
    Status applied = database.in_transaction([&](SQLite::Database& handle) {
      handle.exec(steps[static_cast<std::size_t>(version)]);
      handle.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
      handle.exec("PRAGMA user_version = " + std::to_string(version + 1));
    });
    if (!applied) {
      return applied;
    }
  }
  return ok_status();
}

Status check_schema(Database& database) {
  Found found;
  if (Status looked = look(database, found); !looked) {
    return looked;
  }
  const int known = static_cast<int>(kSteps.size());
  if (Status judged = judge(database, found, known); !judged) {
    return judged;
  }
  if (found.version < known) {
    return refuse(database,
                  "was written by an older prahari: run the sensor, or analyze into that "
                  "folder, once with this one");
  }
  return ok_status();
}

}  // namespace prahari
