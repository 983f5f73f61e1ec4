// Any bytes as the prahari.db of a state folder that came from elsewhere: it is refused, or read
// and shown without harm.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>

#include <unistd.h>

#include "capture/time_text.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/export_json.hpp"
#include "inventory/store_reader.hpp"

namespace prahari {
namespace {

// SQLite wants a file that has a place in a folder.
std::filesystem::path write_file(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path kPath =
      std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(::getpid()) + ".db");
  std::ofstream{kPath, std::ios::binary}.write(reinterpret_cast<const char*>(data),
                                               static_cast<std::streamsize>(size));
  return kPath;
}

void show(StoreReader& reader) {
  const auto captures = reader.captures();
  if (!captures) {
    return;
  }
  const VendorAliases aliases;
  const ExportContext context{*captures, aliases};
  std::ostringstream out;
  AssetCsv csv{out, context};
  AssetJson json{out, context};
  static_cast<void>(reader.for_each_asset([&](const AssetRecord& record) {
    csv.write(record);
    json.write(record);
    out << shown_level_reason(record);
  }));
  FlowCsv flows{out};
  static_cast<void>(reader.for_each_flow([&](const FlowRecord& record) { flows.write(record); }));
  if (const auto alerts = reader.alerts({})) {
    for (const AlertRow& alert : *alerts) {
      out << alert.id << format_time(alert.first_seen) << alert.body;
    }
  }
  static_cast<void>(reader.assets_named("10.20.110.21"));
  static_cast<void>(reader.inputs());
  static_cast<void>(reader.protocols());
  static_cast<void>(reader.meta("site"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path path = write_file(data, size);
  auto reader = StoreReader::open(path);
  if (reader) {
    show(*reader);
  } else if (reader.error().message.find(path.string()) == std::string::npos) {
    std::abort();  // nobody knows which file is meant
  }
  std::filesystem::remove(path);
  return 0;
}

}  // namespace prahari
