#include "sensor/command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <span>

#include <CLI/CLI.hpp>

#include "sensor/command.hpp"
#include "sensor/config.hpp"
#include "sensor/help_format.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

constexpr std::string_view kAbout =
    "prahari, a passive network security monitor for industrial plants.\n"
    "It listens and never sends: captures or a mirror port go in; an asset inventory,\n"
    "segmentation alerts with their packets and CERT-In drafts come out.";

// What CLI11 fills while it parses.
struct Slot {
  const OptionSpec* spec = nullptr;
  CLI::Option* option = nullptr;
  std::vector<std::string> values;
  bool flag = false;
};

struct Bound {
  const CommandSpec* command = nullptr;
  CLI::App* app = nullptr;
  std::vector<std::unique_ptr<Slot>> slots;
};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void add_option(Bound& bound, const OptionSpec& spec) {
  Slot& slot = *bound.slots.emplace_back(std::make_unique<Slot>());
  slot.spec = &spec;
  const std::string names{spec.names};
  if (spec.value.empty() && !is_positional(spec)) {
    slot.option = bound.app->add_flag(names, slot.flag, std::string{spec.help});
    return;
  }
  if (is_positional(spec) && !spec.many) {
    // A list would take the words of the arguments that follow.
    slot.option = bound.app->add_option_function<std::string>(
        names, [&slot](const std::string& value) { slot.values = {value}; },
        std::string{spec.help});
  } else {
    slot.option = bound.app->add_option(names, slot.values, std::string{spec.help});
  }
  slot.option->type_name(std::string{is_positional(spec) ? "" : spec.value});
  slot.option->required(spec.required);
  slot.option->expected(1, spec.many ? CLI::detail::expected_max_vector_size : 1);
  if (spec.value.ends_with("...")) {
    slot.option->take_all();
  } else if (!is_positional(spec) || !spec.many) {
    slot.option->allow_extra_args(false);  // one value after each name, or it eats the captures
  }
  if (!is_positional(spec)) {
    if (spec.many) {
      slot.option->expected(1)->take_all();
    }
  }
  if (!spec.choices.empty()) {
    slot.option->check(CLI::IsMember(split(spec.choices, '|')));
  }
}

// The app for this path, made together with its groups where they are not there yet.
CLI::App* descend(CLI::App& root, std::string_view path, std::map<std::string, CLI::App*>& made) {
  CLI::App* at = &root;
  std::string so_far;
  for (const std::string& word : split(path, ' ')) {
    so_far += word + ' ';
    CLI::App*& next = made[so_far];
    if (next == nullptr) {
      next = at->add_subcommand(word);
      next->require_subcommand(0, 1);
    }
    at = next;
  }
  return at;
}

// "list, show, export"; empty where the command holds no others.
std::string names_of_commands(const CLI::App& group) {
  std::string names;
  for (const CLI::App* command : group.get_subcommands([](const CLI::App*) { return true; })) {
    names += names.empty() ? "" : ", ";
    names += command->get_name();
  }
  return names;
}

// "the inventory: list, show, export" for a command that only holds others; empty for any other.
std::string group_summary(const CLI::App& group) {
  static const std::map<std::string_view, std::string_view> kGroups = {
      {"assets", "the inventory"},
      {"audit", "the record of who changed what"},
      {"alerts", "alerts and their packets"},
      {"policy", "zones and conduits"},
      {"baseline", "what is normal, and who approved it"},
      {"vulns", "known weaknesses, from advisories that you bring"},
  };
  std::string names = names_of_commands(group);
  const auto found = kGroups.find(group.get_name());
  if (names.empty() || found == kGroups.end()) {
    return names;
  }
  return std::string{found->second} + ": " + names;
}

std::string footer_of(const CommandSpec& command) {
  std::string out;
  for (const std::string_view example : command.examples) {
    const std::size_t tab = example.find('\t');
    out += out.empty() ? "Examples:\n" : "";
    out += "  " + std::string{example.substr(0, tab)} + "\n      " +
           std::string{example.substr(tab + 1)} + "\n";
  }
  return out;
}

Arguments collect(const Bound& bound) {
  Arguments arguments;
  for (const auto& slot : bound.slots) {
    if (slot->flag || !slot->values.empty()) {
      arguments.set(option_key(*slot->spec), slot->values);
    }
  }
  return arguments;
}

Exit run(const Bound& bound) {
  Arguments arguments = collect(bound);
  if (const Status read = apply_config(*bound.command, arguments); !read) {
    return report(read.error());
  }
  setup_terminal(arguments);
  if (const std::string file = arguments.value("config"); !file.empty()) {
    note("options from " + file);
  }
  try {
    return bound.command->run(arguments);
  } catch (const std::bad_alloc&) {
    return report({"out of memory", Error::Kind::environment});
  } catch (const std::exception& failure) {
    return report({std::string{"internal error: "} + failure.what() +
                       "; please report it with the command that led here",
                   Error::Kind::environment});
  }
}

void set_version(CLI::App& app) {
  app.set_version_flag("--version", std::string{"prahari "} + PRAHARI_VERSION, "print the version");
}

// The word that should name a command and does not; empty: there is none. The parser would list
// what is left of the line, and with --help tell of the group that it got to.
std::string unknown_command(std::span<char* const> words, const CLI::App& app) {
  const CLI::App* at = &app;
  std::string path;
  for (const char* typed : words) {
    const std::string word{typed};
    const std::string known = names_of_commands(*at);
    if (known.empty() || word.starts_with('-')) {
      return {};
    }
    path += ' ' + word;
    const auto next =
        at->get_subcommands([&](const CLI::App* command) { return command->get_name() == word; });
    if (next.empty()) {
      return "no command" + path + "; expected one of " + known;
    }
    at = next.front();
  }
  return {};
}

// What is wrong with the words of the command, where the parser's own words help less.
std::string misplaced_word(std::span<char* const> words, const CLI::App& app) {
  const std::string first = words.empty() ? std::string{} : words.front();
  if (first.starts_with('-')) {
    return first + ": options come behind the command, as in prahari analyze " + first;
  }
  return unknown_command(words, app);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{std::string{kAbout}, "prahari"};
  app.formatter(std::make_shared<HelpFormat>());  // before the commands, which inherit it
  set_version(app);
  app.require_subcommand(0, 1);
  app.set_help_flag("-h,--help", "print this help");
  app.footer("Start with: prahari analyze CAPTURE\nMore about one command: prahari COMMAND --help");

  std::vector<Bound> all;
  std::map<std::string, CLI::App*> made;
  for (const CommandSpec* command : all_commands()) {
    Bound& bound = all.emplace_back();
    bound.command = command;
    bound.app = descend(app, command->path, made);
    bound.app->description(std::string{command->summary} + "\n\n" +
                           std::string{command->description});
    bound.app->footer(footer_of(*command));
    set_version(*bound.app);
    for (const OptionSpec& option : command->options) {
      add_option(bound, option);
    }
    for (const OptionSpec& option : common_options()) {
      add_option(bound, option);
    }
  }
  for (CLI::App* group : app.get_subcommands([](CLI::App*) { return true; })) {
    if (const std::string words = group_summary(*group); !words.empty()) {
      group->description(words);
    }
  }

  const std::span<char* const> words_typed{argv + 1, argv + std::max(argc, 1)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    const std::string words = unknown_command(words_typed, app);
    if (words.empty()) {
      return app.exit(wanted);
    }
    return static_cast<int>(report({words + "; see prahari --help", Error::Kind::usage}));
  } catch (const CLI::ParseError& mistake) {
    const std::string words = misplaced_word(words_typed, app);
    return static_cast<int>(report(
        {(words.empty() ? mistake.what() : words) + "; see prahari --help", Error::Kind::usage}));
  }
  for (const Bound& bound : all) {
    if (bound.app->parsed() && bound.app->get_subcommands().empty()) {
      return static_cast<int>(run(bound));
    }
  }
  const auto chosen = app.get_subcommands();
  std::fputs((chosen.empty() ? app.help() : chosen.front()->help("prahari")).c_str(), stderr);
  return static_cast<int>(Exit::usage);
}

}  // namespace prahari
