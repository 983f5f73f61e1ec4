// From rows of the database to records. Lives within one read; throws SQLite::Exception, which
// Database turns into an Error. What cannot be read, since somebody else wrote it, stays empty.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "inventory/store.hpp"

namespace prahari {

// The asset columns in the order that RowReader::asset wants.
inline constexpr std::string_view kAssetColumns =
    "SELECT id, key, mac, nic_vendor, level_basis, protocols, heard, first_seen, last_seen, "
    "first_input, first_frame, first_time, packets_sent, packets_received, name, zone, "
    "criticality, owner, location, tags, zone_level FROM assets ";

class RowReader {
 public:
  explicit RowReader(SQLite::Database& handle);

  // The row that the statement stands at, with all its parts.
  AssetRecord asset(SQLite::Statement& row);

 private:
  void read_addresses(Asset& asset);
  void read_units(Asset& asset);
  void read_facts(Asset& asset);
  void read_roles(Asset& asset);
  void read_postures(Asset& asset);
  void read_annotations(AssetRecord& record);
  void read_io(const std::string& asset, std::vector<IoConnection>& connections);

  SQLite::Statement addresses_;
  SQLite::Statement units_;
  SQLite::Statement facts_;
  SQLite::Statement roles_;
  SQLite::Statement postures_;
  SQLite::Statement io_;
  SQLite::Statement halves_;
  SQLite::Statement annotations_;
};

// With key, MAC and its maker of the part.
[[nodiscard]] MergeNote read_merge(SQLite::Statement& row);
[[nodiscard]] FlowRecord read_flow(SQLite::Statement& row);
[[nodiscard]] AlertRow read_alert(SQLite::Statement& row);

}  // namespace prahari
