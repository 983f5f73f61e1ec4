#include "sensor/blind_monitor.hpp"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/timex.h>

#include "alerts/result_folder.hpp"
#include "alerts/text.hpp"
#include "capture/time_text.hpp"

namespace prahari {
namespace {

// How far the kernel thinks that the clock is off; none where nobody disciplines it.
std::optional<double> clock_offset() noexcept {
  timex state{};
  const int status = adjtimex(&state);
  if (status == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return std::nullopt;
  }
  const double unit = (state.status & STA_NANO) != 0 ? 1e-9 : 1e-6;
  return static_cast<double>(state.offset) * unit;
}

std::optional<double> disk_free(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (error || space.capacity == 0) {
    return std::nullopt;
  }
  return static_cast<double>(space.available) / static_cast<double>(space.capacity);
}

}  // namespace

BlindMonitor::BlindMonitor(const Policy& policy, std::filesystem::path folder, std::string sensor,
                           Say say, OnError on_error)
    : watch_(policy),
      folder_(std::move(folder)),
      sensor_(std::move(sensor)),
      say_(std::move(say)),
      on_error_(std::move(on_error)) {}

void BlindMonitor::tick(const Source& source, const FlowCounts& flows) {
  const auto now = std::chrono::steady_clock::now();
  if (now < due_) {
    return;
  }
  due_ = now + std::chrono::seconds{1};
  const SourceStats captured = source.stats();
  const SelfReading reading{.now = now,
                            .packets = captured.packets,
                            .drops = captured.kernel_drops + captured.interface_drops,
                            .duplicates = flows.duplicates,
                            .tcp = flows.tcp,
                            .tcp_one_way = flows.tcp_one_way,
                            .clock_offset = clock_offset(),
                            .disk_free = disk_free(folder_)};
  for (const BlindNote& note : watch_.look(reading)) {
    tell(note);
  }
}

void BlindMonitor::tell(const BlindNote& note) {
  say_(note);
  const Timestamp when =
      std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  const Status written =
      append_whole(folder_ / "sensor.jsonl", blind_line(note, sensor_, when) + "\n");
  if (!written) {
    on_error_(written.error());
  }
}

std::string blind_line(const BlindNote& note, std::string_view sensor, Timestamp when) {
  const nlohmann::ordered_json line = {
      {"schema", "prahari.sensor/1"},
      {"kind", kBlindKind},
      {"title", "The sensor is blind"},
      {"cause", note.cause},
      {"state", note.ended ? "ended" : "begun"},
      {"severity", note.ended ? "info" : "critical"},
      {"ts", format_time(when)},
      {"why", note.why},
      {"sensor", {{"name", sensor}, {"version", PRAHARI_VERSION}}}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace prahari
