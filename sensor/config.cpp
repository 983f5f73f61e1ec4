#include "sensor/config.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "capture/system_message.hpp"
#include "rules/toml_library.hpp"

namespace prahari {
namespace {

Error at_line(const std::string& file, const toml::node& node, const std::string& what) {
  return {file + ":" + std::to_string(node.source().begin.line) + ": " + what, Error::Kind::input};
}

const OptionSpec* find_option(const CommandSpec& command, std::string_view key) {
  const auto in = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
    const auto found = std::ranges::find(options, key, &option_key);
    return found == options.end() || is_positional(*found) ? nullptr : &*found;
  };
  const OptionSpec* own = in(command.options);
  return own != nullptr ? own : in(common_options());
}

// The text an option would have on the command line; empty where the value does not fit.
std::vector<std::string> as_arguments(const toml::node& value, bool many) {
  if (const auto text = value.value_exact<std::string>()) {
    return {*text};
  }
  if (const auto number = value.value_exact<std::int64_t>()) {
    return {std::to_string(*number)};
  }
  std::vector<std::string> out;
  if (const toml::array* list = value.as_array(); list != nullptr && many) {
    for (const toml::node& item : *list) {
      const auto one = as_arguments(item, false);
      out.insert(out.end(), one.begin(), one.end());
    }
  }
  return out;
}

Status check_choice(const OptionSpec& option, const std::string& key, const toml::node& value,
                    const std::vector<std::string>& values, const std::string& file) {
  const std::string choices = "|" + std::string{option.choices} + "|";
  const auto wrong = std::ranges::find_if(values, [&](const std::string& one) {
    return choices.find("|" + one + "|") == std::string::npos;
  });
  if (option.choices.empty() || wrong == values.end()) {
    return ok_status();
  }
  return at_line(file, value,
                 key + ": expected one of " + std::string{option.choices} + ", found " + *wrong);
}

// A table that no command reads is a spelling mistake.
Status check_tables(const toml::table& root, const std::string& file) {
  for (const auto& [name, node] : root) {
    const std::string word{name.str()};
    const bool known = std::ranges::any_of(all_commands(), [&](const CommandSpec* command) {
      return command->path == word || command->path.starts_with(word + " ");
    });
    if (!known) {
      return at_line(file, node, "unknown table " + word + ": expected a command, as in [analyze]");
    }
  }
  return ok_status();
}

// One key of a command's table, as if its option had been typed.
Status apply_key(const OptionSpec& option, const std::string& key, const toml::node& value,
                 const std::string& file, Arguments& arguments) {
  if (option.value.empty()) {
    const auto wanted = value.value_exact<bool>();
    if (!wanted) {
      return at_line(file, value, key + ": expected true or false");
    }
    if (*wanted) {
      arguments.set(key, {});
    }
    return ok_status();
  }
  const auto values = as_arguments(value, option.many);
  if (values.empty()) {
    return at_line(
        file, value,
        key + ": expected a text or a number" + (option.many ? ", or a list of them" : ""));
  }
  if (Status good = check_choice(option, key, value, values, file); !good) {
    return good;
  }
  arguments.set(key, values);
  return ok_status();
}

Status apply_table(const CommandSpec& command, const toml::table& table, const std::string& file,
                   Arguments& arguments) {
  for (const auto& [name, value] : table) {
    const std::string key{name.str()};
    const OptionSpec* option = find_option(command, key);
    if (option == nullptr) {
      return at_line(file, value,
                     "unknown key " + key + ": expected a long option of prahari " +
                         std::string{command.path} + " without its dashes");
    }
    if (arguments.has(key)) {
      continue;  // the command line wins
    }
    if (Status applied = apply_key(*option, key, value, file, arguments); !applied) {
      return applied;
    }
  }
  return ok_status();
}

}  // namespace

Status apply_config(const CommandSpec& command, Arguments& arguments) {
  const std::string file = arguments.value("config");
  if (file.empty()) {
    return ok_status();
  }
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in) {
    return Error{file + ": cannot read the configuration: " + system_message(errno),
                 Error::Kind::environment};
  }
  const toml::parse_result parsed = toml::parse(std::string_view{text}, std::string_view{file});
  if (!parsed) {
    const auto& error = parsed.error();
    return Error{file + ":" + std::to_string(error.source().begin.line) + ": " +
                     std::string{error.description()},
                 Error::Kind::input};
  }
  if (Status good = check_tables(parsed.table(), file); !good) {
    return good;
  }
  std::string path{command.path};
  std::ranges::replace(path, ' ', '.');
  const toml::table* table = parsed.table().at_path(path).as_table();
  return table == nullptr ? ok_status() : apply_table(command, *table, file, arguments);
}

}  // namespace prahari
