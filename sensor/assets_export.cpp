// prahari assets export: the inventory as files, as the run wrote them.

#include <array>
#include <sstream>

#include "alerts/health_json.hpp"
#include "alerts/result_folder.hpp"
#include "alerts/workbook.hpp"
#include "capture/time_text.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/export_cyclonedx.hpp"
#include "inventory/export_json.hpp"
#include "inventory/weakness_view.hpp"
#include "sensor/command.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"
#include "sensor/weaknesses.hpp"

namespace prahari {
namespace {

// What the run that wrote the state said of itself.
struct RunWords {
  BomInfo bom;
  std::vector<HealthNote> health;
};

Result<RunWords> run_words(State& state) {
  RunWords out;
  std::string made;
  std::string health;
  const std::pair<const char*, std::string*> wanted[] = {
      {"product_version", &out.bom.product_version},
      {"organisation", &out.bom.organisation},
      {"site", &out.bom.site},
      {"run_end", &made},
      {"capture_health", &health}};
  for (const auto& [key, value] : wanted) {
    auto read = state.reader.meta(key);
    if (!read) {
      return read.error();
    }
    *value = std::move(*read);
  }
  parse_time(made, out.bom.made);
  out.health = read_health(health);
  return out;
}

Status export_workbook(State& state, const std::string& file) {
  if (file.empty()) {
    return Error{"xlsx is no text; name a file with --out", Error::Kind::usage};
  }
  const auto run = run_words(state);
  if (!run) {
    return run.error();
  }
  const auto known = open_weaknesses(state);
  if (!known) {
    return known.error();
  }
  const ExportContext context = state.context();
  WeaknessList weaknesses = (*known)->list();
  Workbook workbook{file, context, run->bom.made};
  Status read = state.reader.for_each_asset([&](const AssetRecord& record) {
    workbook.write(record);
    (*known)->find(record, weaknesses);
  });
  if (read) {
    read = state.reader.for_each_flow([&](const FlowRecord& record) { workbook.write(record); });
  }
  if (!read) {
    return read;
  }
  workbook.write(run->health);
  if (weaknesses.anything()) {
    (*known)->finish(weaknesses);
    workbook.write(weaknesses);
  }
  return workbook.finish();
}

Status export_text(State& state, const std::string& format, std::ostream& out) {
  const ExportContext context = state.context();
  const auto each = [&](auto& writer) {
    return state.reader.for_each_asset([&](const AssetRecord& record) { writer.write(record); });
  };
  if (format == "csv") {
    AssetCsv writer{out, context};
    return each(writer);
  }
  if (format == "json") {
    AssetJson writer{out, context};
    Status read = each(writer);
    writer.finish();
    return read;
  }
  const auto run = run_words(state);
  if (!run) {
    return run.error();
  }
  const auto known = open_weaknesses(state);
  if (!known) {
    return known.error();
  }
  WeaknessList weaknesses = (*known)->list();
  weaknesses.with_not_affected = true;
  if (weaknesses.anything()) {
    const Status found = state.reader.for_each_asset(
        [&](const AssetRecord& record) { (*known)->find(record, weaknesses); });
    if (!found) {
      return found;
    }
  }
  (*known)->finish(weaknesses);
  AssetCdx writer{out, context, run->bom, weaknesses};
  Status read = each(writer);
  writer.finish();
  return read;
}

Exit run_export(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const std::string file = arguments.value("out");
  const std::string format = arguments.value("format", "csv");
  if (format == "xlsx") {
    const Status made = export_workbook(*state, file);
    return made ? Exit::done : report(made.error());
  }
  std::ostringstream out;
  if (const Status read = export_text(*state, format, out); !read) {
    return report(read.error());
  }
  const Status written = file.empty() ? write_out(out.str()) : write_whole(file, out.str());
  return written ? Exit::done : report(written.error());
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "csv (default), json, xlsx or cyclonedx (CycloneDX 1.6 JSON)",
     .choices = "csv|json|xlsx|cyclonedx"},
    {.names = "--out", .value = "FILE", .help = "write here instead of standard output"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari assets export --format json --out assets.json\tThe same file that analyze wrote",
    "prahari assets export --format cyclonedx --out site.cdx.json\tA bill of materials",
});

}  // namespace

extern constinit const CommandSpec assets_export_command{
    .path = "assets export",
    .summary = "write the inventory as csv, json, xlsx or CycloneDX",
    .description = "The same bytes as assets.csv, .json, .xlsx and .cdx.json of the run.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_export,
};

}  // namespace prahari
