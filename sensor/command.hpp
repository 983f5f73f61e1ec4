// One command of the program as data: the command line, --help, the man page and the shell
// completion are all made from these tables.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prahari {

// Exit status (contract: "Commands").
enum class Exit : int { done = 0, found = 1, usage = 2, input = 3, environment = 4 };

struct OptionSpec {
  std::string_view names;  // "-i,--interface"; a positional argument: "CAPTURE"
  std::string_view value;  // "FILE"; empty for a flag
  std::string_view help;   // ends a sentence that the name begins
  bool many = false;       // may be given more than once
  bool required = false;
  std::string_view choices = {};  // "table|json|jsonl|csv": nothing else is accepted
};

// What was typed, by the option's last name without dashes ("interface", "CAPTURE").
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string value(std::string_view name, std::string_view otherwise = "") const;
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  void set(std::string_view name, std::vector<std::string> values);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct CommandSpec {
  std::string_view path;         // "assets list"
  std::string_view summary;      // one line, for the list of commands
  std::string_view description;  // what a person needs to know
  std::span<const OptionSpec> options;
  std::span<const std::string_view> examples;  // "command line\tWhat it does"
  Exit (*run)(const Arguments& arguments);
};

// All commands, in the order of --help.
[[nodiscard]] std::span<const CommandSpec* const> all_commands() noexcept;

// Of commands that look into a folder.
inline constexpr OptionSpec kStateOption{
    .names = "--state",
    .value = "DIR",
    .help =
        "the folder to open: a result folder of analyze or the sensor's (default "
        "./prahari-state, else ./prahari-out)"};

// Options that every command takes.
[[nodiscard]] std::span<const OptionSpec> common_options() noexcept;

// "interface" for "-i,--interface", "CAPTURE" for "CAPTURE".
[[nodiscard]] std::string_view option_key(const OptionSpec& option) noexcept;
[[nodiscard]] bool is_positional(const OptionSpec& option) noexcept;

}  // namespace prahari
