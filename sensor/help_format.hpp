// How --help looks: lines that fit into 80 columns, and one line for each command in a list.

#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "alerts/text.hpp"

namespace prahari {

class HelpFormat final : public CLI::Formatter {
 public:
  HelpFormat() { column_width(kColumn); }

  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), kWidth) + "\n";
  }
  // A command's description begins with its summary.
  std::string make_subcommand(const CLI::App* sub) const override {
    const std::string description = sub->get_description();
    std::string name = "  " + sub->get_display_name(true);
    name.resize(std::max(name.size() + 1, kColumn), ' ');
    return name + description.substr(0, description.find('\n')) + "\n";
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(CLI::Formatter::make_option_desc(option), kWidth - kColumn);
  }

 private:
  static constexpr std::size_t kWidth = 80;
  static constexpr std::size_t kColumn = 26;

  // Line ends that are there stay.
  static std::string wrapped(std::string_view text, std::size_t width) {
    std::string out;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      for (const std::string_view line : wrap(text.substr(0, end), width)) {
        out += line;
        out += '\n';
      }
      out += end == 0 ? "\n" : "";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    out.resize(out.empty() ? 0 : out.size() - 1);
    return out;
  }
};

}  // namespace prahari
