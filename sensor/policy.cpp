// prahari policy check: every mistake in a site file at once.

#include <array>
#include <chrono>

#include "rules/exception_state.hpp"
#include "rules/site.hpp"
#include "sensor/command.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// Of those that end soon or are over, by today's clock.
void warn_of_exceptions(const Site& site) {
  const Timestamp now{std::chrono::system_clock::now().time_since_epoch()};
  for (const Exception& one : site.exceptions) {
    if (state_of(one, now) != ExceptionState::holds) {
      warn(site.file_of(one.file) + ':' + std::to_string(one.line) + ": the exception from " +
           one.from + " to " + one.to + ' ' + state_words(one, now) + "; ask its owner, " +
           one.owner);
    }
  }
}

Exit run_check(const Arguments& arguments) {
  bool wrong = false;
  for (const std::string& file : arguments.values("FILE")) {
    const auto read = load_site(file);
    if (!read) {
      return report(read.error());
    }
    if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&*read)) {
      for (const Mistake& mistake : *mistakes) {
        warn(to_string(mistake));
      }
      warn(file + ": " + counted(mistakes->size(), "mistake", "mistakes"));
      wrong = true;
      continue;
    }
    const Site& site = std::get<Site>(*read);
    warn_of_exceptions(site);
    if (!quiet()) {
      const Status shown = write_out(
          file + ": good: " + counted(site.zones.size(), "zone", "zones") + ", " +
          counted(site.conduits.size(), "conduit", "conduits") + ", " +
          counted(site.assets.size(), "asset", "assets") + ", " +
          counted(site.permits.size(), "permit", "permits") + ", " +
          counted(site.ignores.size(), "ignore", "ignores") +
          (site.exceptions.empty()
               ? ""
               : ", " + counted(site.exceptions.size(), "exception", "exceptions")) +
          (site.files.size() < 2 ? "" : ", from " + counted(site.files.size(), "file", "files")) +
          "\n");
      if (!shown) {
        return report(shown.error());
      }
    }
  }
  return wrong ? Exit::input : Exit::done;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "FILE", .value = "FILE", .help = "site file (TOML)", .many = true, .required = true},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari policy check site.toml\tSays what is wrong, where, and what was expected",
});

}  // namespace

extern constinit const CommandSpec policy_check_command{
    .path = "policy check",
    .summary = "read a site file and say every mistake in it",
    .description =
        "Prints each mistake as FILE:LINE:COLUMN: what was expected, what was found and "
        "what to do. Status 0: the file is good; 3: it has mistakes.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_check,
};

}  // namespace prahari
