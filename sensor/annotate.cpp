// prahari assets annotate|import, audit log: what people say of assets, and who said it.

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "capture/time_text.hpp"
#include "inventory/annotations.hpp"
#include "inventory/csv_reader.hpp"
#include "sensor/command.hpp"
#include "sensor/person.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

constexpr std::array kFields = {Annotated::name, Annotated::criticality, Annotated::owner,
                                Annotated::location, Annotated::tags};

// The one asset that is meant.
Result<AssetRecord> the_asset(State& state, const std::string& which) {
  auto found = state.reader.assets_named(which);
  if (!found) {
    return found.error();
  }
  if (found->size() == 1) {
    return std::move(found->front());
  }
  if (found->empty()) {
    return Error{"no asset " + which + " in " + state.folder.string() +
                     "; expected an id, address, MAC or name of prahari assets list",
                 Error::Kind::input};
  }
  std::string ids;
  for (const AssetRecord& record : *found) {
    ids += (ids.empty() ? "" : ", ") + record.asset.id;
  }
  return Error{which + " may be any of " + ids + "; name one of these ids", Error::Kind::input};
}

// What is already shown needs no annotation.
void change(const AssetRecord& record, Annotated field, const std::string& value,
            std::vector<AnnotationChange>& out) {
  if (std::string old = shown(record, field); old != value) {
    out.push_back({record.asset.id, field, std::move(old), value});
  }
}

Exit write_changes(const State& state, std::span<const AnnotationChange> changes) {
  if (!changes.empty()) {
    auto store = AnnotationStore::open(state.folder / "prahari.db");
    if (!store) {
      return report(store.error());
    }
    if (const Status done = store->apply(changes, operator_name(), wall_clock()); !done) {
      return report(done.error());
    }
  }
  const Status shown = write_out(std::to_string(changes.size()) +
                                 (changes.size() == 1 ? " change\n" : " changes\n"));
  return shown ? Exit::done : report(shown.error());
}

Exit run_annotate(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const auto record = the_asset(*state, arguments.value("ASSET"));
  if (!record) {
    return report(record.error());
  }
  std::vector<AnnotationChange> changes;
  bool asked = false;
  for (const Annotated field : kFields) {
    const std::string option{to_string(field)};
    if (!arguments.has(option)) {
      continue;
    }
    asked = true;
    const std::string value = arguments.value(option);
    if (const std::string wrong = objection(field, value); !wrong.empty()) {
      return report({"--" + option + ": " + wrong, Error::Kind::usage});
    }
    change(*record, field, value, changes);
  }
  if (!asked) {
    return report(
        {"nothing to write; expected --name, --criticality, --owner, --location or --tags",
         Error::Kind::usage});
  }
  return write_changes(*state, changes);
}

// The columns of the file that say something: by position.
struct Columns {
  std::optional<std::size_t> asset;
  std::map<std::size_t, Annotated> fields;
};

std::string read_header(const std::vector<std::string>& cells, Columns& columns) {
  for (const std::string_view key : {"id", "mac", "ip"}) {
    const auto found = std::ranges::find(cells, key);
    if (found != cells.end() && !columns.asset) {
      columns.asset = static_cast<std::size_t>(found - cells.begin());
    }
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (const auto field = annotated(cells[i])) {
      columns.fields.emplace(i, *field);
    }
  }
  if (!columns.asset || columns.fields.empty()) {
    return "expected a header with id, mac or ip, and any of name, criticality, owner, location "
           "and tags";
  }
  return {};
}

// Without the quote that keeps a spreadsheet from taking a text for a formula.
std::string plain(const std::string& cell) {
  constexpr std::string_view kFormulaStarts = "=+-@\t\r";
  const bool guarded =
      cell.size() > 1 && cell[0] == '\'' && kFormulaStarts.find(cell[1]) != std::string_view::npos;
  return guarded ? cell.substr(1) : cell;
}

Exit run_import(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  Columns columns;
  std::vector<AnnotationChange> changes;
  bool header = true;
  const Status read = read_csv(arguments.value("FILE"), [&](const std::vector<std::string>& cells) {
    if (header) {
      header = false;
      return read_header(cells, columns);
    }
    if (*columns.asset >= cells.size()) {
      return std::string{"has no cell for the asset"};
    }
    const auto record = the_asset(*state, cells[*columns.asset]);
    if (!record) {
      return record.error().message;
    }
    for (const auto& [at, field] : columns.fields) {
      const std::string value = at < cells.size() ? plain(cells[at]) : std::string{};
      if (std::string wrong = objection(field, value); !wrong.empty()) {
        return std::string{to_string(field)} + ": " + wrong;
      }
      change(*record, field, value, changes);
    }
    return std::string{};
  });
  if (!read) {
    return report(read.error());
  }
  return write_changes(*state, changes);
}

Exit run_audit(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const auto rows = state->reader.audit();
  if (!rows) {
    return report(rows.error());
  }
  Table table{{"NUMBER", "TIME", "WHO", "ACTION", "SUBJECT", "FIELD", "OLD", "NEW"}};
  for (const AuditRow& row : *rows) {
    table.add({std::to_string(row.number), format_time(row.time), row.who, row.action, row.subject,
               row.field, row.old, row.value});
  }
  const Status shown = table.print(arguments.value("format", "table"));
  return shown ? Exit::done : report(shown.error());
}

constexpr auto kAnnotateOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "ASSET", .value = "ASSET", .help = "id, address, MAC or name", .required = true},
    {.names = "--name", .value = "TEXT", .help = "what people call it"},
    {.names = "--criticality", .value = "C", .help = "low, medium, high or critical"},
    {.names = "--owner", .value = "TEXT", .help = "who answers for it"},
    {.names = "--location", .value = "TEXT", .help = "where it stands"},
    {.names = "--tags", .value = "A;B", .help = "tags, separated by semicolons"},
});
constexpr auto kImportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "FILE",
     .value = "FILE",
     .help = "a CSV file whose header has id, mac or ip, and any of name, criticality, owner, "
             "location and tags",
     .required = true},
});
constexpr auto kAuditOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
});
constexpr auto kAnnotateExamples = std::to_array<std::string_view>({
    "prahari assets annotate 10.20.110.21 --owner \"R. Iyer\" --criticality high\tSay who answers",
    "prahari assets annotate PLC-7 --location \"\"\tTake back what was said",
});
constexpr auto kImportExamples = std::to_array<std::string_view>({
    "prahari assets import assets.csv\tTake over what was edited in a spreadsheet",
});
constexpr auto kAuditExamples = std::to_array<std::string_view>({
    "prahari audit log\tWho changed what, and when",
});

}  // namespace

extern constinit const CommandSpec assets_annotate_command{
    .path = "assets annotate",
    .summary = "write down what people know of an asset",
    .description =
        "No traffic overwrites it, and each change is a row of prahari audit log. An "
        "empty text takes back what was said. analyze replaces its result folder with "
        "all that is in it; the state of a sensor stays.",
    .options = kAnnotateOptions,
    .examples = kAnnotateExamples,
    .run = run_annotate,
};

extern constinit const CommandSpec assets_import_command{
    .path = "assets import",
    .summary = "take over names, criticality, owners, locations and tags from a CSV file",
    .description =
        "Such as assets.csv after somebody edited it. All rows or none; what is already "
        "so is no change.",
    .options = kImportOptions,
    .examples = kImportExamples,
    .run = run_import,
};

extern constinit const CommandSpec audit_log_command{
    .path = "audit log",
    .summary = "list who changed what",
    .description = "Every change that a person made to this state, oldest first.",
    .options = kAuditOptions,
    .examples = kAuditExamples,
    .run = run_audit,
};

}  // namespace prahari
