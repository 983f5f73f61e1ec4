// prahari sensor: the same objects fed by an interface, until it is told to stop.

#include "capture/live.hpp"

#include <array>
#include <filesystem>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "capture/tee_source.hpp"
#include "sensor/command.hpp"
#include "sensor/run.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

constexpr std::uint64_t kSpoolLimit = std::uint64_t{4} << 30U;

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
  const auto folder = ResultFolder::create(out);
  if (!folder) {
    return report(folder.error());
  }
  auto source = TeeSource::open(std::move(*live), out + "/spool.pcap", kSpoolLimit);
  if (!source) {
    return report(source.error());
  }
  const auto log = spdlog::stderr_color_mt("prahari");
  log->set_pattern("%Y-%m-%dT%H:%M:%S%z %^%l%$ %v");
  log->set_level(quiet() ? spdlog::level::err : spdlog::level::info);
  log->info("listening on {}; Ctrl-C ends the run and writes {}", interface, out);
  const Exit status = run_analysis(**source, **knowledge, *folder,
                                   {.sensor = arguments.value("name", interface),
                                    .workers = 1,
                                    .messages = arguments.has("messages"),
                                    .fail_on = {}});
  std::error_code ignored;  // the evidence was cut from it; that it stays does no harm
  std::filesystem::remove(out + "/spool.pcap", ignored);
  const SourceStats stats = (*source)->stats();
  log->info("stopped: {} packets, {} dropped by the kernel, {} by the interface", stats.packets,
            stats.kernel_drops, stats.interface_drops);
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
        "Listens until it is interrupted and then leaves the same result folder as "
        "analyze, in the --state folder. Needs root or CAP_NET_RAW.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_sensor,
};

}  // namespace prahari
