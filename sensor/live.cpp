// prahari sensor: the same objects fed by an interface, until it is told to stop.

#include "capture/live.hpp"

#include <array>
#include <filesystem>
#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "capture/tee_source.hpp"
#include "rules/baseline_choice.hpp"
#include "sensor/approved_baselines.hpp"
#include "sensor/blind_monitor.hpp"
#include "sensor/command.hpp"
#include "sensor/run.hpp"
#include "sensor/state_keeper.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

constexpr std::uint64_t kSpoolLimit = std::uint64_t{4} << 30U;

// What a run that was cut off left: the packets behind alerts that have no file of their own yet.
void keep_former_spool(const std::filesystem::path& spool, spdlog::logger& log) {
  std::error_code error;
  if (!std::filesystem::exists(spool, error)) {
    return;
  }
  const std::filesystem::path kept = spool.parent_path() / "spool-before.pcap";
  std::filesystem::rename(spool, kept, error);
  log.warn("the last run was cut off; its packets are in {}", kept.string());
}

std::shared_ptr<spdlog::logger> make_log() {
  auto log = spdlog::stderr_color_mt("prahari");
  log->set_pattern("%Y-%m-%dT%H:%M:%S%z %^%l%$ %v");
  log->set_level(quiet() ? spdlog::level::err : spdlog::level::info);
  return log;
}

// What was met while it ran, once more at the end: counts that nobody should have to look for.
void say_end(const SourceStats& stats, const StateKeeper& keeper, spdlog::logger& log) {
  log.info("stopped: {} packets, {} dropped by the kernel, {} by the interface", stats.packets,
           stats.kernel_drops, stats.interface_drops);
  if (stats.not_kept > 0) {
    log.warn("{} packets were not kept as evidence: the spool was full", stats.not_kept);
  }
  const StoreThreadStats store = keeper.store_stats();
  if (store.failed > 0 || store.dropped > 0 || keeper.lines_failed() > 0) {
    log.warn(
        "the disk failed: {} batches for the database and {} lines of alerts.jsonl were tried "
        "again, {} records and {} lines were dropped",
        store.failed, keeper.lines_failed(), store.dropped, keeper.lines_dropped());
  }
}

// What only one of the two had when the last run was cut off.
void say_recovered(const AlertRecovery& recovered, spdlog::logger& log) {
  if (recovered.anything()) {
    log.warn(
        "the last run was cut off: {} alerts of alerts.jsonl were added to prahari.db, {} the "
        "other way{}",
        recovered.into_database, recovered.into_file,
        recovered.cut_line ? "; half a line at the end of alerts.jsonl was removed" : "");
  }
}

Exit run_sensor(const Arguments& arguments) {
  const auto knowledge = load_knowledge(arguments.value("site"));
  if (!knowledge) {
    return report(knowledge.error());
  }
  const std::string interface = arguments.value("interface");
  const std::string out = arguments.value("state", "prahari-state");
  auto live = LiveSource::open(interface);
  if (!live) {
    return report(live.error());
  }
  // The folder is made before anything is spooled into it.
  const auto folder = ResultFolder::resume(out);
  if (!folder) {
    return report(folder.error());
  }
  const auto log = make_log();
  const std::filesystem::path spool = folder->path() / "spool.pcap";
  keep_former_spool(spool, *log);
  auto source = TeeSource::open(std::move(*live), spool.string(), kSpoolLimit);
  if (!source) {
    return report(source.error());
  }
  auto keeper = StateKeeper::open(folder->path(), (*source)->inputs(), (*knowledge)->site,
                                  [log](const Error& error) { log->error("{}", error.message); });
  if (!keeper) {
    return report(keeper.error());
  }
  say_recovered((*keeper)->recovered(), *log);
  auto baselines = ApprovedBaselines::of_folder(folder->path());
  if (!baselines) {
    return report(baselines.error());
  }
  log->info(baselines->in_force().empty()
                ? "no baseline is approved: what is new is not told"
                : "judging by the baseline that was approved: " + baselines->names());
  for (const std::string& line : missing_baselines((*knowledge)->site, baselines->in_force())) {
    log->warn("{}", line);
  }
  const std::string name = arguments.value("name", interface);
  BlindMonitor blind{Policy{(*knowledge)->site}, folder->path(), name,
                     [log](const BlindNote& note) {
                       log->log(note.ended ? spdlog::level::info : spdlog::level::critical,
                                "{}: {}", note.cause, note.why);
                     },
                     [log](const Error& error) { log->error("{}", error.message); }};
  log->info("listening on {}; Ctrl-C ends the run and completes {}", interface, out);
  const Exit status = run_analysis(**source, **knowledge, *folder,
                                   {.sensor = name,
                                    .workers = 1,
                                    .messages = arguments.has("messages"),
                                    .fail_on = {},
                                    .keeper = keeper->get(),
                                    .learn = arguments.has("learn"),
                                    .baselines = &*baselines,
                                    .blind = &blind});
  if (status != Exit::environment) {
    std::error_code ignored;  // the evidence was cut from it; that it stays does no harm
    std::filesystem::remove(spool, ignored);
  }
  say_end((*source)->stats(), **keeper, *log);
  return status;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "-i,--interface",
     .value = "IFACE",
     .help = "the interface at the mirror port, or any",
     .required = true},
    {.names = "--state", .value = "DIR", .help = "the folder to write (default ./prahari-state)"},
    {.names = "--site",
     .value = "FILE",
     .help = "zones, conduits, assets and permits of the plant (TOML)"},
    {.names = "--name", .value = "NAME", .help = "the sensor's name in alerts"},
    {.names = "--learn",
     .value = "",
     .help = "learn what is normal into baseline.json, for prahari baseline propose"},
    {.names = "--messages",
     .value = "",
     .help = "also write every message to messages/PROTOCOL.jsonl"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "sudo prahari sensor -i eth1 --site /etc/prahari/site.toml --state /var/lib/prahari"
    "\tListen until Ctrl-C, then leave a result folder",
});

}  // namespace

extern constinit const CommandSpec sensor_command{
    .path = "sensor",
    .summary = "listen on an interface, without ever sending",
    .description =
        "Listens until it is interrupted. Meanwhile it keeps the --state folder up to date: a "
        "line in alerts.jsonl for each alert, and prahari.db, which the assets and alerts "
        "commands open. At the end it adds what analyze writes. Started again it goes on with "
        "the folder. Needs root or CAP_NET_RAW.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_sensor,
};

}  // namespace prahari
