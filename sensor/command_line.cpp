#include "sensor/command_line.hpp"

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
  slot.option = bound.app->add_option(names, slot.values, std::string{spec.help});
  slot.option->type_name(std::string{is_positional(spec) ? "" : spec.value});
  slot.option->required(spec.required);
  slot.option->expected(1, spec.many ? CLI::detail::expected_max_vector_size : 1);
  slot.option->allow_extra_args(spec.many);  // else the first of two would take both
  if (!is_positional(spec)) {
    slot.option->allow_extra_args(false);  // one value after each name, or it eats the captures
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

std::string group_summary(std::string_view word) {
  static const std::map<std::string_view, std::string_view> kGroups = {
      {"assets", "the inventory: list, show, export"},
      {"alerts", "alerts and their packets: list, show, export"},
      {"policy", "zones and conduits: check"},
  };
  const auto found = kGroups.find(word);
  return found == kGroups.end() ? std::string{} : std::string{found->second};
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

// What is wrong with the first word, where the parser's own words would only list what is left.
std::string misplaced_word(std::span<char* const> words, const CLI::App& app) {
  const std::string first = words.empty() ? std::string{} : words.front();
  if (first.starts_with('-')) {
    return first + ": options come behind the command, as in prahari analyze " + first;
  }
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == first) {
      return {};
    }
    known += known.empty() ? "" : ", ";
    known += command->get_name();
  }
  return "no command " + first + "; expected one of " + known;
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
    if (const std::string words = group_summary(group->get_name()); !words.empty()) {
      group->description(words);
    }
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& mistake) {
    const std::string words = misplaced_word({argv + 1, argv + argc}, app);
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
