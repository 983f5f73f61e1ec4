#include "sensor/run.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "alerts/text.hpp"
#include "sensor/interrupt.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

std::optional<Severity> parse_severity(std::string_view text) {
  for (const Severity severity :
       {Severity::info, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
    if (text == to_string(severity)) {
      return severity;
    }
  }
  return std::nullopt;
}

bool reaches(const std::vector<Alert>& alerts, std::string_view fail_on) {
  const auto limit = parse_severity(fail_on);
  return limit && std::ranges::any_of(
                      alerts, [&](const Alert& alert) { return alert.finding.severity >= *limit; });
}

}  // namespace

Exit run_analysis(Source& source, const Knowledge& knowledge, const ResultFolder& folder,
                  const RunOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Analysis analysis{knowledge,
                    folder,
                    {.sensor = options.sensor,
                     .messages = options.messages,
                     .keeper = options.keeper,
                     .learn = options.learn,
                     .baselines = options.baselines,
                     .advisories = options.advisories}};
  if (options.keeper != nullptr) {
    const Result<std::uint64_t> known = analysis.resume();
    if (!known) {
      return report(known.error());
    }
    if (*known > 0) {
      note(with_commas(*known) + " assets are known from the runs before");
    }
  }
  catch_interrupts();
  Progress progress;
  analysis.set_tick([&](const Tick& tick) {
    if (options.blind != nullptr) {
      options.blind->tick(source, analysis.flows());
    }
    progress.show(tick.progress, tick.packets, analysis.alerts_so_far());
    return !interrupted();
  });

  RunSummary summary;
  const PipelineStats stats =
      run_pipeline(source,
                   {.workers = options.workers,
                    .records = options.messages ? RecordStyle::json : RecordStyle::none,
                    .fields = {}},
                   analysis);
  progress.clear();
  summary.interrupted = interrupted();
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (const Status written = analysis.finish(source, stats, summary); !written) {
    return report(written.error());
  }
  tell_inputs(summary.inputs);
  for (const TableCount& table : summary.tables) {
    note("table of " + table.name + ": at most " + with_commas(table.limit) + ", " +
         (table.evicted == 0 ? "never full" : with_commas(table.evicted) + " of the oldest went"));
  }
  if (!quiet()) {
    if (const Status shown = write_out(analysis.screen()); !shown) {
      return report(shown.error());
    }
  }
  return reaches(analysis.alerts(), options.fail_on) ? Exit::found : Exit::done;
}

}  // namespace prahari
