#include "inventory/store_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include "inventory/row_reader.hpp"
#include "inventory/row_writer.hpp"
#include "inventory/schema.hpp"

namespace prahari {
namespace {

constexpr const char* kByName = R"sql(
WHERE id = ?1 OR mac = lower(?1) OR name = ?1 COLLATE NOCASE OR
  id IN (SELECT asset FROM addresses WHERE ip = lower(?1)) OR
  id IN (SELECT asset FROM facts WHERE field = 'name' AND value = ?1 COLLATE NOCASE) OR
  id IN (SELECT asset FROM annotations WHERE field = 'name' AND value = ?1 COLLATE NOCASE)
ORDER BY id)sql";

constexpr const char* kFound = R"sql(
SELECT row, part, apart, reason, since, input, frame, time, key, mac, nic_vendor
FROM merges JOIN assets ON assets.id = merges.part ORDER BY apart, row, part)sql";

constexpr const char* kAlerts = R"sql(
SELECT id, kind, severity, status, first_seen, last_seen, count, source_asset, source_ip,
  destination_asset, destination_ip, body, evidence FROM alerts
WHERE (?1 = '' OR id = ?1) AND (?2 = '' OR kind = ?2) AND (?3 = '' OR severity = ?3)
  AND (?4 = '' OR status = ?4)
  AND (?5 = '' OR ?5 IN (source_asset, source_ip, destination_asset, destination_ip))
  AND last_seen >= ?6 AND first_seen <= ?7
ORDER BY last_seen DESC, id LIMIT ?8)sql";

// What a read yields, or why there is nothing.
template <class T, class Work>
Result<T> fetch(Database& database, Work&& work) {
  T out{};
  const Status done = database.run([&](SQLite::Database& handle) { work(handle, out); });
  if (!done) {
    return done.error();
  }
  return out;
}

Merges read_merges(SQLite::Database& handle) {
  Merges out;
  SQLite::Statement found{handle, kFound};
  while (found.executeStep()) {
    out.found.push_back(read_merge(found));
  }
  SQLite::Statement orders{handle,
                           "SELECT row, part, same, reason, who, time FROM merge_orders "
                           "ORDER BY time, row, part"};
  while (orders.executeStep()) {
    out.orders.push_back({.row = orders.getColumn(0).getString(),
                          .part = orders.getColumn(1).getString(),
                          .same = orders.getColumn(2).getInt() != 0,
                          .reason = orders.getColumn(3).getString(),
                          .who = orders.getColumn(4).getString(),
                          .time = time_of(orders.getColumn(5).getInt64())});
  }
  return out;
}

// The devices of a database: which asset is part of which row.
class Rows {
 public:
  explicit Rows(SQLite::Database& handle)
      : by_id_(handle, std::string{kAssetColumns} + "WHERE id = ?") {
    const Merges merges = read_merges(handle);
    const auto known = [this](const std::string& id) {
      by_id_.bind(1, id);
      const bool there = by_id_.executeStep();
      by_id_.reset();
      return there;
    };
    rows_ = apply_orders(merges.found, merges.orders, known);
    for (const auto& [id, notes] : rows_) {
      for (const MergeNote& note : notes) {
        if (!note.apart) {
          row_of_part_.emplace(note.part, id);
        }
      }
    }
  }

  [[nodiscard]] const std::string& row_of(const std::string& id) const {
    const auto found = row_of_part_.find(id);
    return found == row_of_part_.end() ? id : found->second;
  }
  [[nodiscard]] bool is_part(const std::string& id) const { return row_of_part_.contains(id); }

  // The whole device, from its own row.
  void put_together(AssetRecord& row, RowReader& reader) {
    const auto found = rows_.find(row.asset.id);
    if (found != rows_.end()) {
      std::vector<AssetRecord> parts;
      std::vector<MergeNote> notes = found->second;
      for (MergeNote& note : notes) {
        std::optional<AssetRecord> part = read(note.part, reader);
        if (!part) {
          continue;
        }
        note.key = part->asset.key;
        note.mac = part->asset.mac;
        note.nic_vendor = part->asset.nic_vendor;
        if (!note.apart) {
          parts.push_back(std::move(*part));
        }
      }
      prahari::put_together(row, std::move(parts), std::move(notes));
    }
    for (IoConnection& io : row.io) {
      io.originator = row_of(io.originator);
      io.target = row_of(io.target);
    }
  }

  std::optional<AssetRecord> read(const std::string& id, RowReader& reader) {
    std::optional<AssetRecord> out;
    by_id_.bind(1, id);
    if (by_id_.executeStep()) {
      out = reader.asset(by_id_);
    }
    by_id_.reset();
    return out;
  }

 private:
  SQLite::Statement by_id_;
  MergedRows rows_;
  std::map<std::string, std::string, std::less<>> row_of_part_;
};

}  // namespace

Result<StoreReader> StoreReader::open(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Access::read);
  if (!database) {
    return database.error();
  }
  if (const Status known = check_schema(*database); !known) {
    return known.error();
  }
  return StoreReader{std::move(*database)};
}

Status StoreReader::for_each_asset(const std::function<void(const AssetRecord&)>& visit) {
  return database_.run([&visit](SQLite::Database& handle) {
    RowReader reader{handle};
    Rows devices{handle};
    SQLite::Statement rows{handle, std::string{kAssetColumns} + "ORDER BY id"};
    while (rows.executeStep()) {
      if (devices.is_part(rows.getColumn(0).getString())) {
        continue;
      }
      AssetRecord record = reader.asset(rows);
      devices.put_together(record, reader);
      visit(record);
    }
  });
}

Status StoreReader::for_each_recent_asset(std::uint32_t most,
                                          const std::function<void(const AssetRecord&)>& visit) {
  return database_.run([&](SQLite::Database& handle) {
    RowReader reader{handle};
    SQLite::Statement rows{handle, std::string{kAssetColumns} +
                                       "WHERE id IN (SELECT id FROM assets "
                                       "ORDER BY last_seen DESC, id LIMIT ?) "
                                       "ORDER BY last_seen, id"};
    rows.bind(1, most);
    while (rows.executeStep()) {
      visit(reader.asset(rows));
    }
  });
}

Result<std::vector<AssetRecord>> StoreReader::assets_named(const std::string& text) {
  return fetch<std::vector<AssetRecord>>(database_, [&](SQLite::Database& handle, auto& out) {
    RowReader reader{handle};
    Rows devices{handle};
    std::set<std::string> ids;
    SQLite::Statement found{handle, std::string{"SELECT id FROM assets "} + kByName};
    found.bind(1, text);
    while (found.executeStep()) {
      ids.insert(devices.row_of(found.getColumn(0).getString()));
    }
    for (const std::string& id : ids) {
      if (auto record = devices.read(id, reader)) {
        devices.put_together(*record, reader);
        out.push_back(std::move(*record));
      }
    }
  });
}

Result<Merges> StoreReader::merges() {
  return fetch<Merges>(database_,
                       [](SQLite::Database& handle, auto& out) { out = read_merges(handle); });
}

Result<std::vector<AssetRecord>> StoreReader::parts_named(const std::string& text) {
  return fetch<std::vector<AssetRecord>>(database_, [&](SQLite::Database& handle, auto& out) {
    RowReader reader{handle};
    SQLite::Statement rows{handle, std::string{kAssetColumns} + kByName};
    rows.bind(1, text);
    while (rows.executeStep()) {
      out.push_back(reader.asset(rows));
    }
  });
}

Status StoreReader::for_each_flow(const std::function<void(const FlowRecord&)>& visit) {
  const auto flows =
      fetch<std::vector<FlowRecord>>(database_, [](SQLite::Database& handle, auto& out) {
        SQLite::Statement rows{handle, R"sql(
SELECT client_ip, server_ip, server_port, transport, protocol, vlan, tunnel, client_asset,
  server_asset, client_zone, server_zone, established, client_known, operations, flows,
  one_way_flows, gap_flows, midstream_flows, complete, midstream, gap, one_way, client_packets,
  server_packets, client_bytes, server_bytes, messages, exceptions, first_seen, last_seen
FROM conversations)sql"};
        const Rows devices{handle};
        while (rows.executeStep()) {
          FlowRecord& flow = out.emplace_back(read_flow(rows));
          flow.client_asset = devices.row_of(flow.client_asset);
          flow.server_asset = devices.row_of(flow.server_asset);
        }
        // Addresses sort as numbers, which their text does not.
        std::ranges::sort(out, [](const FlowRecord& a, const FlowRecord& b) {
          return a.row.comes_before(b.row);
        });
      });
  if (!flows) {
    return flows.error();
  }
  for (const FlowRecord& flow : *flows) {
    visit(flow);
  }
  return ok_status();
}

Result<std::vector<AlertRow>> StoreReader::alerts(const AlertQuery& query) {
  return fetch<std::vector<AlertRow>>(database_, [&query](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{handle, kAlerts};
    SQLite::bind(rows, query.id, query.kind, query.severity, query.status, query.asset,
                 to_column(query.since), to_column(query.until), query.limit);
    while (rows.executeStep()) {
      out.push_back(read_alert(rows));
    }
  });
}

Result<std::vector<CaseRow>> StoreReader::cases(const std::string& id) {
  return fetch<std::vector<CaseRow>>(database_, [&id](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{handle, R"sql(
SELECT id, severity, title, first_seen, last_seen, alerts, body FROM cases
WHERE ?1 = '' OR id = ?1 ORDER BY first_seen, id)sql"};
    SQLite::bind(rows, id);
    while (rows.executeStep()) {
      out.push_back({.id = rows.getColumn(0).getString(),
                     .severity = rows.getColumn(1).getString(),
                     .title = rows.getColumn(2).getString(),
                     .first_seen = time_of(rows.getColumn(3).getInt64()),
                     .last_seen = time_of(rows.getColumn(4).getInt64()),
                     .alerts = static_cast<std::uint64_t>(rows.getColumn(5).getInt64()),
                     .body = rows.getColumn(6).getString()});
    }
  });
}

Result<std::vector<std::string>> StoreReader::captures() {
  return fetch<std::vector<std::string>>(database_, [](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{handle, "SELECT id, name FROM inputs ORDER BY id"};
    while (rows.executeStep()) {
      out.resize(rows.getColumn(0).getUInt());
      out.push_back(rows.getColumn(1).getString());
    }
  });
}

Result<std::vector<Input>> StoreReader::inputs() {
  return fetch<std::vector<Input>>(database_, [](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{
        handle, "SELECT name, format, sha256, size, packets, note FROM inputs ORDER BY id"};
    while (rows.executeStep()) {
      Input input;
      input.name = rows.getColumn(0).getString();
      input.format = rows.getColumn(1).getString();
      input.sha256 = rows.getColumn(2).getString();
      input.size = static_cast<std::uint64_t>(rows.getColumn(3).getInt64());
      input.packets = static_cast<std::uint64_t>(rows.getColumn(4).getInt64());
      input.note = rows.getColumn(5).getString();
      out.push_back(std::move(input));
    }
  });
}

Result<std::vector<MessageCount>> StoreReader::protocols() {
  return fetch<std::vector<MessageCount>>(database_, [](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{handle,
                           "SELECT protocol, messages FROM protocol_counts ORDER BY protocol"};
    while (rows.executeStep()) {
      out.push_back({rows.getColumn(0).getString(),
                     static_cast<std::uint64_t>(rows.getColumn(1).getInt64())});
    }
  });
}

Result<std::vector<AuditRow>> StoreReader::audit() {
  return fetch<std::vector<AuditRow>>(database_, [](SQLite::Database& handle, auto& out) {
    SQLite::Statement rows{handle,
                           "SELECT number, time, who, action, subject, field, old, new FROM audit "
                           "ORDER BY number"};
    while (rows.executeStep()) {
      out.push_back({.number = static_cast<std::uint64_t>(rows.getColumn(0).getInt64()),
                     .time = Timestamp{std::chrono::nanoseconds{rows.getColumn(1).getInt64()}},
                     .who = rows.getColumn(2).getString(),
                     .action = rows.getColumn(3).getString(),
                     .subject = rows.getColumn(4).getString(),
                     .field = rows.getColumn(5).getString(),
                     .old = rows.getColumn(6).getString(),
                     .value = rows.getColumn(7).getString()});
    }
  });
}

Result<std::string> StoreReader::meta(const std::string& key) {
  return fetch<std::string>(database_, [&key](SQLite::Database& handle, auto& out) {
    SQLite::Statement row{handle, "SELECT value FROM meta WHERE key = ?"};
    row.bind(1, key);
    if (row.executeStep()) {
      out = row.getColumn(0).getString();
    }
  });
}

}  // namespace prahari
