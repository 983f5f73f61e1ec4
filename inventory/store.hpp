// Writes what is known to prahari.db. The one writer: the end of `analyze`, or the store thread.
//
// Each call is one transaction: after a crash in the middle the former state is there, whole.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "inventory/database.hpp"
#include "inventory/record.hpp"

namespace prahari {

// An alert as the database sees it: columns to search for, and a body that it does not read.
struct AlertRow {
  std::string id;
  std::string kind;
  std::string severity;
  std::string status;  // of a new alert; set_alert_status changes it
  Timestamp first_seen;
  Timestamp last_seen;
  std::uint64_t count = 0;
  std::string source_asset;
  std::string source_ip;
  std::string destination_asset;
  std::string destination_ip;
  std::string body;  // JSON
  std::vector<std::byte> evidence;
};

// Alerts that belong together, likewise.
struct CaseRow {
  std::string id;
  std::string severity;
  std::string title;
  Timestamp first_seen;
  Timestamp last_seen;
  std::uint64_t alerts = 0;
  std::string body;  // JSON
};

struct MessageCount {
  std::string protocol;
  std::uint64_t messages = 0;
};

// What a run says about itself.
struct RunInfo {
  std::string version;  // of the program
  std::string site;
  std::string organisation{};
  std::string approval{};  // how a baseline comes into force, as the floor above writes it
  std::string health{};    // what the capture was worth, as the floor above writes it
  Timestamp started;
  Timestamp ended{};              // the last packet; the epoch: not over yet
  std::span<const Input> inputs;  // by PacketRef::file
  std::vector<MessageCount> protocols{};
};

// Some records to write at once.
struct RecordBatch {
  std::vector<AlertRow> alerts;
  std::vector<AssetRecord> assets;
  std::vector<FlowRecord> flows;
  std::vector<CaseRow> cases{};

  [[nodiscard]] std::size_t size() const noexcept {
    return alerts.size() + assets.size() + flows.size() + cases.size();
  }
};

class Store {
 public:
  // Makes or migrates the database.
  static Result<Store> open(const std::filesystem::path& file);

  // Everything in the inventory seen at or after `changed_since`; call Inventory::settle() before.
  Status save(const Inventory& inventory, const Decorate& decorate, const RunInfo& run,
              Timestamp changed_since = Timestamp::min());
  Status save(const RunInfo& run);
  // Alerts first. Records refer to the inputs of the last RunInfo.
  Status save(const RecordBatch& batch);
  Status save(std::span<const AlertRow> alerts);
  Status save(std::span<const CaseRow> cases);

  // False in the result when there is no such alert. `body` replaces the JSON unless empty.
  Result<bool> set_alert_status(const std::string& id, const std::string& status,
                                const std::string& body = {});

  // Alerts last seen before that, and what no longer is of use; a thousand at most, so that nobody
  // waits long. How many went.
  Result<std::size_t> prune(Timestamp before);

 private:
  explicit Store(Database database) : database_(std::move(database)) {}

  Database database_;
  std::vector<std::uint16_t> inputs_;  // PacketRef::file to the id in the database
};

}  // namespace prahari
