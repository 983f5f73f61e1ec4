#include "sensor/manual.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "sensor/command.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// Text of ours in roff: a leading dot or quote would be a request, a dash a hyphen.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string synopsis(const CommandSpec& command) {
  std::string out = "prahari " + std::string{command.path} + " [OPTION]...";
  for (const OptionSpec& option : command.options) {
    if (is_positional(option)) {
      out += " " + std::string{option.names} + (option.many ? "..." : "");
    }
  }
  return out;
}

void append_options(std::string& out, std::span<const OptionSpec> options) {
  for (const OptionSpec& option : options) {
    std::string names{option.names};
    if (const std::size_t comma = names.find(','); comma != std::string::npos) {
      names.replace(comma, 1, ", ");
    }
    out += ".TP\n\\fB" + roff(names) + "\\fR";
    if (!option.value.empty() && !is_positional(option)) {
      out += " \\fI" + roff(option.value) + "\\fR";
    }
    out += "\n" + roff(option.help) + "\n";
  }
}

// Long and short names of the options of a command, with the common ones.
std::string option_words(const CommandSpec& command) {
  std::string out = "--help --version";
  const auto add = [&](std::span<const OptionSpec> options) {
    for (const OptionSpec& option : options) {
      if (!is_positional(option)) {
        out += " --" + std::string{option_key(option)};
      }
    }
  };
  add(command.options);
  add(common_options());
  return out;
}

std::vector<std::string> words_of(std::string_view path) {
  const std::size_t space = path.find(' ');
  if (space == std::string_view::npos) {
    return {std::string{path}};
  }
  return {std::string{path.substr(0, space)}, std::string{path.substr(space + 1)}};
}

Exit print_man(const Arguments& /*arguments*/) {
  const Status written = write_out(man_page());
  return written ? Exit::done : report(written.error());
}

Exit print_completion(const Arguments& /*arguments*/) {
  const Status written = write_out(bash_completion());
  return written ? Exit::done : report(written.error());
}

}  // namespace

std::string man_page() {
  std::string out = R"(.TH PRAHARI 1 "" "prahari )" + std::string{PRAHARI_VERSION} +
                    "\" \"User Commands\"\n.SH NAME\n"
                    "prahari \\- passive network security monitor for industrial plants\n"
                    ".SH SYNOPSIS\n.B prahari\n.I COMMAND\n[OPTION]...\n.SH DESCRIPTION\n"
                    "Listens and never sends. Captures or a mirror port go in; an asset inventory, "
                    "segmentation alerts with their packets, and CERT\\-In drafts come out.\n"
                    ".SH COMMANDS\n";
  for (const CommandSpec* command : all_commands()) {
    out += ".SS \"" + roff(synopsis(*command)) + "\"\n" + roff(command->summary) + ".\n.PP\n" +
           roff(command->description) + "\n";
    append_options(out, command->options);
    for (const std::string_view example : command->examples) {
      const std::size_t tab = example.find('\t');
      out += ".PP\n" + roff(example.substr(tab + 1)) + ":\n.RS\n.nf\n" +
             roff(example.substr(0, tab)) + "\n.fi\n.RE\n";
    }
  }
  out += ".SH OPTIONS OF EVERY COMMAND\n";
  append_options(out, common_options());
  out +=
      ".SH EXIT STATUS\n"
      ".TP\n0\ndone\n.TP\n1\ndone, and something was found that \\-\\-fail\\-on asks to fail on\n"
      ".TP\n2\nwrong use\n.TP\n3\nbad input: a file is no capture, or a site file has mistakes\n"
      ".TP\n4\nthe environment: no permission, no disk, no interface\n";
  return out;
}

std::string bash_completion() {
  std::set<std::string> groups;
  std::string cases;
  for (const CommandSpec* command : all_commands()) {
    const auto words = words_of(command->path);
    groups.insert(words[0]);
    cases +=
        "    \"" + std::string{command->path} + "\") words=\"" + option_words(*command) + "\" ;;\n";
  }
  std::string first;
  for (const std::string& group : groups) {
    std::string second;
    for (const CommandSpec* command : all_commands()) {
      const auto words = words_of(command->path);
      if (words[0] == group && words.size() > 1) {
        second += (second.empty() ? "" : " ") + words[1];
      }
    }
    first += (first.empty() ? "" : " ") + group;
    if (!second.empty()) {
      cases.append("    \"").append(group).append("\") words=\"").append(second);
      cases.append(" --help\" ;;\n");
    }
  }
  return "# bash completion for prahari; made by `prahari completion`\n"
         "_prahari() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" words=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"${COMP_WORDS[i]}\" in -*) break ;; esac\n"
         "    [ \"$i\" -le 2 ] && path=\"${path:+$path }${COMP_WORDS[i]}\"\n"
         "  done\n"
         "  case \"$path\" in\n"
         "    \"\") words=\"" +
         first +
         " --help --version\" ;;\n"
         "    analyze\\ *) path=analyze ;;\n"
         "    dissect\\ *) path=dissect ;;\n"
         "  esac\n"
         "  [ -n \"$words\" ] || case \"$path\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _prahari prahari\n";
}

extern constinit const CommandSpec man_command{
    .path = "man",
    .summary = "print the manual page of prahari (roff)",
    .description = "The page is made from the same table as --help, so it never lags behind.",
    .options = {},
    .examples = {},
    .run = print_man,
};

extern constinit const CommandSpec completion_command{
    .path = "completion",
    .summary = "print a bash completion script",
    .description = "Source it, or put it into /usr/share/bash-completion/completions/prahari.",
    .options = {},
    .examples = {},
    .run = print_completion,
};

}  // namespace prahari
