// prahari vulns import|list: advisories that a person has, matched to the inventory. Offline.

#include <algorithm>
#include <array>
#include <filesystem>

#include "dissectors/join.hpp"
#include "inventory/advisory_store.hpp"
#include "inventory/number_text.hpp"
#include "inventory/weakness_view.hpp"
#include "sensor/command.hpp"
#include "sensor/person.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"
#include "sensor/weaknesses.hpp"

namespace prahari {
namespace {

std::string import_text(const AdvisoryFiles& files, const AdvisoryImport& done) {
  std::string out = "advisories  " + with_commas(files.advisories) +
                    " read: " + with_commas(done.added) + " new, " + with_commas(done.replaced) +
                    " in place of an older version, " + with_commas(done.same) + " known already";
  const std::uint64_t older =
      done.older +
      (files.advisories - std::min(files.advisories, std::uint64_t{files.book.advisories.size()}));
  out += older == 0 ? "\n" : ", " + with_commas(older) + " older or given twice\n";
  if (files.lists > 0) {
    out += "exploited   " + with_commas(done.kev) + " in the list";
    out += done.kev_older      ? "; the one that was given is older, so it was not taken\n"
           : done.kev_replaced ? "\n"
                               : "; known already\n";
  }
  if (!files.errors.empty()) {
    out += "refused     " + plural(files.errors.size(), "file") + ", as said above\n";
  }
  return out;
}

Exit run_import(const Arguments& arguments) {
  std::filesystem::path folder;
  {
    const auto state = open_state_folder(arguments);
    if (!state) {
      return report(state.error());
    }
    folder = *state;
  }
  const std::vector<std::string> paths = arguments.values("PATH");
  const auto files = read_advisories(paths);
  if (!files) {
    return report(files.error());
  }
  auto store = AdvisoryStore::open(folder / "prahari.db");
  if (!store) {
    return report(store.error());
  }
  const std::string who = operator_name();
  const std::string from = joined(paths);
  const auto done = store->import(files->book, {who, from, wall_clock()});
  if (!done) {
    return report(done.error());
  }
  const Status shown = write_out(import_text(*files, *done));
  return shown ? Exit::done : report(shown.error());
}

// The assets that are meant, each once.
Status for_each_meant(State& state, const std::string& which,
                      const std::function<void(const AssetRecord&)>& visit) {
  if (which.empty()) {
    return state.reader.for_each_asset(visit);
  }
  const auto found = state.reader.assets_named(which);
  if (!found) {
    return found.error();
  }
  if (found->empty()) {
    return Error{"no asset " + which + " in " + state.folder.string() +
                     "; expected an id, address, MAC or name of prahari assets list",
                 Error::Kind::input};
  }
  std::ranges::for_each(*found, visit);
  return ok_status();
}

std::vector<std::string> head_of(std::size_t columns) {
  std::vector<std::string> out;
  for (const std::string_view name : weakness_columns().first(columns)) {
    std::string word{name};
    std::ranges::transform(word, word.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    out.push_back(std::move(word));
  }
  return out;
}

// Lines that stand for themselves are printed some at a time, so that not all are in memory twice.
Status print(const WeaknessList& list, const std::string& format) {
  constexpr std::size_t kAtOnce = 4096;
  const std::size_t columns = format == "table" ? kShortColumns : weakness_columns().size();
  const std::size_t step = format == "jsonl" ? kAtOnce : std::max(list.rows.size(), kAtOnce);
  std::size_t at = 0;
  do {
    Table table{head_of(columns)};
    for (const std::size_t end = std::min(at + step, list.rows.size()); at < end; ++at) {
      std::vector<std::string> cells = weakness_cells(list.rows[at]);
      cells.resize(columns);
      table.add(std::move(cells));
    }
    if (Status shown = table.print(format); !shown) {
      return shown;
    }
  } while (at < list.rows.size());
  return ok_status();
}

bool reaches(const WeaknessList& list, const std::string& severity) {
  const int limit = severity_rank(severity);
  return !severity.empty() && std::ranges::any_of(list.rows, [limit](const Weakness& one) {
    return one.open() && severity_rank(severity_of(one)) >= limit;
  });
}

Exit run_list(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const auto known = open_weaknesses(*state);
  if (!known) {
    return report(known.error());
  }
  KnownWeaknesses& weaknesses = **known;
  if (weaknesses.book.empty()) {
    return report({state->folder.string() +
                       ": holds no advisories; give it some with prahari vulns import DIR",
                   Error::Kind::input});
  }
  WeaknessList list = weaknesses.list();
  list.with_not_affected = arguments.has("all");
  const Status read =
      for_each_meant(*state, arguments.value("asset"),
                     [&](const AssetRecord& record) { weaknesses.find(record, list); });
  if (!read) {
    return report(read.error());
  }
  weaknesses.finish(list);
  if (const Status shown = print(list, arguments.value("format", "table")); !shown) {
    return report(shown.error());
  }
  if (list.left_out > 0) {
    warn(with_commas(list.left_out) + " more were left out; ask for one asset with --asset");
  }
  return reaches(list, arguments.value("fail-on")) ? Exit::found : Exit::done;
}

constexpr auto kImportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "PATH",
     .value = "PATH",
     .help = "CSAF 2.0 advisories and KEV lists: files, or folders that are searched for *.json "
             "and *.csv",
     .many = true,
     .required = true},
});
constexpr auto kListOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--asset", .value = "ASSET", .help = "only of this one: id, address, MAC or name"},
    {.names = "--all", .value = "", .help = "also what an advisory says is not affected"},
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
    {.names = "--fail-on",
     .value = "SEVERITY",
     .help = "end with status 1 if one that is listed is at least this severe and not ruled out",
     .choices = "low|medium|high|critical"},
});
constexpr auto kImportExamples = std::to_array<std::string_view>({
    "prahari vulns import advisories/\tAll advisories that lie in a folder",
    "prahari vulns import known_exploited_vulnerabilities.json --state prahari-out"
    "\tThe list of what is known to be exploited",
});
constexpr auto kListExamples = std::to_array<std::string_view>({
    "prahari vulns list --state prahari-out\tWhat to look at first",
    "prahari vulns list --asset PLC-7 --all\tAll that the advisories say of one asset",
    "prahari vulns list --fail-on critical --format jsonl\tIn a script",
});

}  // namespace

extern constinit const CommandSpec vulns_import_command{
    .path = "vulns import",
    .summary = "take over advisories and the list of exploited weaknesses from files",
    .description =
        "Nothing is fetched: bring the files yourself. A newer version of an advisory takes the "
        "place of the older one; what is known already changes nothing. A file that cannot be "
        "used is named with the place that is wrong, and the rest is taken. Each import is a row "
        "of prahari audit log.",
    .options = kImportOptions,
    .examples = kImportExamples,
    .run = run_import,
};

extern constinit const CommandSpec vulns_list_command{
    .path = "vulns list",
    .summary = "list known weaknesses of the assets, with the reason of each match",
    .description =
        "Judged by what devices, modules and units behind gateways said of themselves. Known to "
        "be exploited comes first, then by CVSS score. Where the firmware is not known, or the "
        "advisory does not name it, that is said and not guessed.",
    .options = kListOptions,
    .examples = kListExamples,
    .run = run_list,
};

}  // namespace prahari
