// The configuration file: defaults for options, so that a unit file or a cron line stays short.
//
//   [analyze]
//   site = "/etc/prahari/site.toml"
//   workers = 2
//
// A table for each command ("assets list": [assets.list]), keys named as the long options. What is
// typed on the command line wins.

#pragma once

#include "capture/result.hpp"
#include "sensor/command.hpp"

namespace prahari {

// Fills in what the file of --config gives and the command line did not. An error names file,
// line, key and what was expected.
Status apply_config(const CommandSpec& command, Arguments& arguments);

}  // namespace prahari
