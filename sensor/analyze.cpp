// prahari analyze: captures in, a result folder and one screen out.

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

#include "capture/open.hpp"
#include "rules/baseline_choice.hpp"
#include "sensor/analysis.hpp"
#include "sensor/approved_baselines.hpp"
#include "sensor/command.hpp"
#include "sensor/interrupt.hpp"
#include "sensor/run.hpp"
#include "sensor/terminal.hpp"
#include "sensor/weaknesses.hpp"

namespace prahari {
namespace {

constexpr unsigned kMostWorkers = kShards;

Result<unsigned> parse_workers(const std::string& text) {
  unsigned workers = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), workers);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || workers == 0 ||
      workers > kMostWorkers) {
    return Error{"--workers: expected a number from 1 to 16, found " + text, Error::Kind::usage};
  }
  return workers;
}

bool cannot_be_read_twice(const std::string& path) {
  std::error_code unknown;  // opening it will tell
  return path == "-" || (std::filesystem::exists(path, unknown) &&
                         !std::filesystem::is_regular_file(path, unknown) &&
                         !std::filesystem::is_directory(path, unknown));
}

Exit run_analyze(const Arguments& arguments) {
  const auto workers = parse_workers(arguments.value("workers", "1"));
  if (!workers) {
    return report(workers.error());
  }
  const auto knowledge = load_knowledge(arguments.value("site"));
  if (!knowledge) {
    return report(knowledge.error());
  }
  const std::vector<std::string> files = arguments.values("baseline");
  for (const std::string& file : files) {
    note("reading " + file);
  }
  auto baselines = ApprovedBaselines::of_files(files);
  if (!baselines) {
    return report(baselines.error());
  }
  if (!files.empty()) {
    for (const std::string& line : missing_baselines((*knowledge)->site, baselines->in_force())) {
      warn(line);
    }
  }
  AdvisoryBook advisories;
  if (arguments.has("advisories")) {
    auto loaded = read_advisories(arguments.values("advisories"));
    if (!loaded) {
      return report(loaded.error());
    }
    advisories = std::move(loaded->book);
  }
  const std::string out = arguments.value("out", "prahari-out");
  const std::vector<std::string> captures = arguments.values("CAPTURE");
  // What cannot be read twice is spooled inside the result folder, which then has to be there.
  const bool spooled = std::ranges::any_of(captures, cannot_be_read_twice);
  std::optional<ResultFolder> early;
  if (spooled) {
    auto made = ResultFolder::create(out);
    if (!made) {
      return report(made.error());
    }
    early = std::move(*made);
  }
  const std::filesystem::path spool = std::filesystem::path{out} / "spool.pcapng";
  auto source =
      open_captures(captures, {.stream = {}, .spool = spooled ? spool.string() : std::string{}});
  if (!source) {
    return report(source.error());
  }
  const auto folder = early ? Result<ResultFolder>{std::move(*early)} : ResultFolder::create(out);
  if (!folder) {
    return report(folder.error());
  }
  const Exit status = run_analysis(**source, **knowledge, *folder,
                                   {.sensor = "analyze",
                                    .workers = *workers,
                                    .messages = arguments.has("messages"),
                                    .fail_on = arguments.value("fail-on"),
                                    .learn = arguments.has("learn"),
                                    .baselines = &*baselines,
                                    .advisories = std::move(advisories)});
  if (spooled) {
    std::error_code ignored;  // it is of no use any longer; that it stays does no harm
    std::filesystem::remove(spool, ignored);
  }
  return status;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "CAPTURE",
     .value = "FILE",
     .help = "pcap or pcapng file, also .gz or .zst; several are merged in time order; - for "
             "standard input",
     .many = true,
     .required = true},
    {.names = "--site",
     .value = "FILE",
     .help = "zones, conduits, assets and permits of the plant (TOML); without it conduit rules "
             "are off"},
    {.names = "--baseline",
     .value = "FILE",
     .help = "what is normal (baseline.json): taken as approved and locked; what departs from it "
             "is an alert; of several the site file says when each holds",
     .many = true},
    {.names = "--learn",
     .value = "",
     .help = "also write what was learned to baseline.json, as a proposal for people to approve"},
    {.names = "--out",
     .value = "DIR",
     .help = "result folder (default ./prahari-out); one that prahari made is replaced"},
    {.names = "--advisories",
     .value = "PATH",
     .help = "CSAF advisories and KEV lists to match with what is seen: a file, or a folder; see "
             "prahari vulns import",
     .many = true},
    {.names = "--workers",
     .value = "N",
     .help = "worker threads, 1 to 16 (default 1); the output is the same for any number"},
    {.names = "--messages",
     .value = "",
     .help = "also write every message to messages/PROTOCOL.jsonl"},
    {.names = "--fail-on",
     .value = "SEVERITY",
     .help = "end with status 1 if an alert is at least this severe",
     .choices = "info|low|medium|high|critical"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari analyze plant.pcap\tInventory and alerts of one capture, into ./prahari-out",
    "prahari analyze --site site.toml --out monday mirror-*.pcap.gz"
    "\tSeveral files in time order, judged by zones and conduits",
    "prahari analyze --learn --out learned monday.pcap"
    "\tLearn what is normal, into learned/baseline.json",
    "prahari analyze --baseline learned/baseline.json tuesday.pcap\tAlerts on what departs from it",
    "prahari analyze --site site.toml --fail-on high nightly.pcap\tIn a script: status 1 if "
    "something serious was found",
});

}  // namespace

extern constinit const CommandSpec analyze_command{
    .path = "analyze",
    .summary = "analyse captures: inventory, alerts, CERT-In drafts, a report",
    .description =
        "One pass over the captures. The result folder holds report.html to read, "
        "assets, flows and alerts for other programs, the packets behind each alert, "
        "and prahari.db, which the assets and alerts commands open.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_analyze,
};

}  // namespace prahari
