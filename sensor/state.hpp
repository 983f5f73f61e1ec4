// Opening what an earlier run left: the folder of --state, and its database.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "inventory/store_reader.hpp"
#include "sensor/command.hpp"

namespace prahari {

struct State {
  std::filesystem::path folder;
  StoreReader reader;
  std::vector<std::string> captures;  // names by PacketRef::file
  VendorAliases aliases;

  [[nodiscard]] ExportContext context() const { return {captures, aliases}; }
};

// The folder alone, which has a database; for who opens that to write.
Result<std::filesystem::path> open_state_folder(const Arguments& arguments);

// --state, else ./prahari-state, else ./prahari-out. The error says what was looked for.
Result<State> open_state(const Arguments& arguments);

}  // namespace prahari
