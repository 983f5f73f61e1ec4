#include "sensor/command.hpp"

#include <array>

namespace prahari {

extern const CommandSpec analyze_command;
extern const CommandSpec dissect_command;
extern const CommandSpec sensor_command;
extern const CommandSpec assets_list_command;
extern const CommandSpec assets_show_command;
extern const CommandSpec assets_export_command;
extern const CommandSpec assets_annotate_command;
extern const CommandSpec assets_merge_command;
extern const CommandSpec assets_import_command;
extern const CommandSpec audit_log_command;
extern const CommandSpec alerts_list_command;
extern const CommandSpec alerts_show_command;
extern const CommandSpec alerts_export_command;
extern const CommandSpec policy_check_command;
extern const CommandSpec man_command;
extern const CommandSpec completion_command;

namespace {

constexpr std::array kCommands = {
    &analyze_command,         &dissect_command,      &sensor_command,
    &assets_list_command,     &assets_show_command,  &assets_export_command,
    &assets_annotate_command, &assets_merge_command, &assets_import_command,
    &audit_log_command,       &alerts_list_command,  &alerts_show_command,
    &alerts_export_command,   &policy_check_command, &man_command,
    &completion_command,
};

constexpr auto kCommon = std::to_array<OptionSpec>({
    {.names = "-c,--config",
     .value = "FILE",
     .help = "read defaults for options from this TOML file"},
    {.names = "-q,--quiet", .value = "", .help = "print errors only"},
    {.names = "-v,--verbose",
     .value = "",
     .help = "also say which files are read and which limits were met"},
    {.names = "--no-color", .value = "", .help = "print without colours, as into a pipe"},
});

}  // namespace

std::span<const CommandSpec* const> all_commands() noexcept { return kCommands; }

std::span<const OptionSpec> common_options() noexcept { return kCommon; }

bool is_positional(const OptionSpec& option) noexcept { return option.names.front() != '-'; }

std::string_view option_key(const OptionSpec& option) noexcept {
  std::string_view name = option.names.substr(option.names.rfind(',') + 1);
  while (name.starts_with('-')) {
    name.remove_prefix(1);
  }
  return name;
}

bool Arguments::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::string Arguments::value(std::string_view name, std::string_view otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string{otherwise}
                                                         : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

void Arguments::set(std::string_view name, std::vector<std::string> values) {
  values_[std::string{name}] = std::move(values);
}

}  // namespace prahari
