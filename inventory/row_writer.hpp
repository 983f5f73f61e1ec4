// The prepared statements that write one record each. Lives within one transaction; throws
// SQLite::Exception, which Database turns into an Error.

#pragma once

#include <span>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "inventory/store.hpp"

namespace prahari {

class RowWriter {
 public:
  RowWriter(SQLite::Database& handle, std::span<const std::uint16_t> inputs);

  void write(const AlertRow& alert);
  void write(const AssetRecord& record);
  void write(const FlowRecord& record);

 private:
  void bind(SQLite::Statement& statement, const AssetRecord& record) const;
  void forget_parts(const Asset& asset);
  void write_parts(const Asset& asset);
  void write_io(const std::string& asset, const std::vector<IoConnection>& connections);
  void write_merges(const AssetRecord& record);
  void write_half(const std::string& asset, int number, bool inputs, const IoHalf& half);
  [[nodiscard]] std::int64_t input_of(const PacketRef& packet) const noexcept;

  std::span<const std::uint16_t> inputs_;
  SQLite::Statement alert_;
  SQLite::Statement new_asset_;
  SQLite::Statement asset_;
  SQLite::Statement forget_addresses_;
  SQLite::Statement forget_units_;
  SQLite::Statement forget_facts_;
  SQLite::Statement forget_roles_;
  SQLite::Statement forget_postures_;
  SQLite::Statement forget_halves_;
  SQLite::Statement forget_io_;
  SQLite::Statement address_;
  SQLite::Statement unit_;
  SQLite::Statement fact_;
  SQLite::Statement role_;
  SQLite::Statement posture_;
  SQLite::Statement io_;
  SQLite::Statement half_;
  SQLite::Statement forget_merges_;
  SQLite::Statement forget_part_;
  SQLite::Statement merge_;
  SQLite::Statement flow_;
};

// Times and counters as SQLite's 64 bits.
[[nodiscard]] inline std::int64_t to_column(Timestamp time) noexcept {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline std::int64_t to_column(std::uint64_t count) noexcept {
  return static_cast<std::int64_t>(count);
}
[[nodiscard]] inline Timestamp time_of(std::int64_t column) noexcept {
  return Timestamp{std::chrono::nanoseconds{column}};
}

}  // namespace prahari
