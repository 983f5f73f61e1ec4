// Log-ins that devices are delivered with, known by hash only: read from
// dissectors/data/default_logins.csv, so that the list changes without a release. Loaded once,
// before threads start; an empty list is no error, nothing is then known as delivered.

#pragma once

#include <string_view>

#include "capture/data_files.hpp"

namespace prahari {

Status load_default_logins(const DataFiles& files);

// Whose device is delivered with this log-in: "Moxa, switches and gateways"; empty where none is
// known to be. The text lives as long as the program.
[[nodiscard]] std::string_view delivered_with(std::string_view user, std::string_view secret);

}  // namespace prahari
