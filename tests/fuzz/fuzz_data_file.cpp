// A data file that a person may replace: whatever it holds, it is read or refused with one line
// that names it. The first byte picks which; of several that belong together
// each ends at a byte 0x1e.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

#include "alerts/certin_data.hpp"
#include "inventory/oui.hpp"
#include "inventory/vendor_aliases.hpp"
#include "rules/attack.hpp"
#include "tests/support/memory_file.hpp"

namespace prahari {
namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

template <class T>
bool good(const Result<T>& read, std::string_view name) {
  if (!read) {
    require(read.error().message.find(name) != std::string::npos);
    require(read.error().message.find('\n') == std::string::npos);
  }
  return read.has_value();
}

void read_oui(const std::string& path) {
  if (const auto table = OuiTable::load(path); good(table, path)) {
    static_cast<void>(table->vendor(MacAddress{{0x00, 0x1d, 0x9c, 0x01, 0x02, 0x03}}));
  }
}

void read_aliases(const std::string& path) {
  if (const auto names = VendorAliases::load(path); good(names, path)) {
    static_cast<void>(names->usual("Schneider Electric"));
  }
}

void read_attack(const std::string& path) {
  if (const auto table = AttackTable::load(path); good(table, path)) {
    static_cast<void>(table->find("T0855"));
  }
}

// The files of a folder that lasts as long as the process; the parts replace them one by one.
void read_certin(std::string_view text) {
  static const std::filesystem::path kFolder =
      std::filesystem::temp_directory_path() / ("fuzz-data-" + std::to_string(::getpid()));
  const std::filesystem::path folder = kFolder / "alerts";
  std::filesystem::remove_all(kFolder);
  std::filesystem::create_directories(kFolder);
  std::filesystem::copy(std::filesystem::path{PRAHARI_SOURCE_DIR} / "alerts" / "data", folder,
                        std::filesystem::copy_options::recursive);
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (text.empty()) {
      break;
    }
    const std::size_t end = std::min(text.find('\x1e'), text.size());
    if (end > 0) {
      std::ofstream{entry.path(), std::ios::binary} << text.substr(0, end);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto data = CertInData::load(DataFiles{{kFolder}});
  if (good(data, "")) {
    static_cast<void>(data->types_of("scan", CertInClass::incident));
    static_cast<void>(data->form_label("ix"));
  }
  std::filesystem::remove_all(kFolder);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const test::MemoryFile file{data + 1, size - 1};
  switch (data[0] % 4) {
    case 0:
      read_oui(file.path());
      break;
    case 1:
      read_aliases(file.path());
      break;
    case 2:
      read_attack(file.path());
      break;
    default:
      read_certin({reinterpret_cast<const char*>(data) + 1, size - 1});
  }
  return 0;
}

}  // namespace prahari
