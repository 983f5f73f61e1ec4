// Reads back what Store wrote, as the records that the exports print. Opens the file read-only and
// never waits for the writer.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "inventory/annotations.hpp"
#include "inventory/store.hpp"

namespace prahari {

// Which alerts; an empty text matches all. The braces let one name only the fields one means.
struct AlertQuery {
  std::string id{};
  std::string kind{};
  std::string severity{};
  std::string status{};
  std::string asset{};  // as source or destination: id or address
  Timestamp since = Timestamp::min();
  Timestamp until = Timestamp::max();
  std::uint32_t limit = 100'000;
};

// Which assets are one device, as it lies in the database.
struct Merges {
  std::vector<MergeNote> found;    // by the traffic
  std::vector<MergeOrder> orders;  // by people
};

class StoreReader {
 public:
  static Result<StoreReader> open(const std::filesystem::path& file);

  // In the order of the live inventory. One record at a time is in memory.
  Status for_each_asset(const std::function<void(const AssetRecord&)>& visit);
  // The `most` that were seen last, in the order in which they were: each part of a device for
  // itself.
  Status for_each_recent_asset(std::uint32_t most,
                               const std::function<void(const AssetRecord&)>& visit);
  // By id, address, MAC or name, also of a part; several assets may have had one address.
  Result<std::vector<AssetRecord>> assets_named(const std::string& text);
  // Likewise, each part of a device for itself.
  Result<std::vector<AssetRecord>> parts_named(const std::string& text);
  Status for_each_flow(const std::function<void(const FlowRecord&)>& visit);
  // Latest first.
  Result<std::vector<AlertRow>> alerts(const AlertQuery& query);

  // By first time, then id; an empty id matches all.
  Result<std::vector<CaseRow>> cases(const std::string& id = {});
  // What the traffic showed and what people said of assets that are one device.
  Result<Merges> merges();

  // Who changed what, oldest first.
  Result<std::vector<AuditRow>> audit();

  // Names by PacketRef::file, as ExportContext wants them.
  Result<std::vector<std::string>> captures();
  Result<std::vector<Input>> inputs();
  Result<std::vector<MessageCount>> protocols();
  // "product_version", "schema", "site", "run_start"; empty if it is not there.
  Result<std::string> meta(const std::string& key);

 private:
  explicit StoreReader(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace prahari
