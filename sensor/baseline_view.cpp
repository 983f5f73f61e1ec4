// prahari baseline status|list|show|diff: what was learned, what is in force, what would change.

#include <algorithm>
#include <array>

#include "capture/time_text.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_rows.hpp"
#include "sensor/baseline_source.hpp"
#include "sensor/command.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

Exit print(const Table& table, const Arguments& arguments) {
  const Status shown = table.print(arguments.value("format", "table"));
  return shown ? Exit::done : report(shown.error());
}

std::size_t entries_of(const BaselineZone& zone) {
  return zone.hosts.size() + zone.facts.size() + zone.certificates.size() + zone.talkers.size() +
         zone.operations.size() + zone.writes.size() + zone.reads.size() + zone.polls.size();
}

// The approved revision of each name that there is, as rows of the table; where nothing was
// approved, what was learned.
void add_zones(Table& table, const NamedBaseline& baseline, const std::string& decided) {
  for (const BaselineZone& zone : baseline.data.zones) {
    const LearningProgress& progress = zone.progress;
    table.add({baseline.data.name, zone.name,
               zone.state == BaselineZone::State::locked ? "locked" : "learning", baseline.words,
               std::to_string(entries_of(zone)),
               std::to_string(static_cast<int>(progress.percent())) + " %",
               progress.entries == 0 ? "" : format_time(progress.last_new), decided});
  }
}

Exit run_status(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::read);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto revisions = baselines->store.list();
  if (!revisions) {
    return report(revisions.error());
  }
  Table table{
      {"BASELINE", "ZONE", "STATE", "SOURCE", "ENTRIES", "PROGRESS", "LAST NEW", "APPROVED BY"}};
  std::size_t waiting = 0;
  for (const BaselineRevision& row : *revisions) {
    waiting += row.status == RevisionStatus::proposed ? 1U : 0U;
    if (row.status != RevisionStatus::approved) {
      continue;
    }
    const auto baseline = the_baseline(*baselines, std::to_string(row.revision));
    if (!baseline) {
      return report(baseline.error());
    }
    add_zones(table, *baseline,
              row.decided_by + ", " + format_time(row.decided_at) +
                  (row.ticket.empty() ? "" : ", " + row.ticket));
  }
  if (const auto learned = learned_baseline(baselines->state)) {
    add_zones(table, *learned, "");
  } else if (table.size() == 0) {
    return report(learned.error());
  }
  if (waiting > 0) {
    warn(std::to_string(waiting) + (waiting == 1 ? " proposal waits" : " proposals wait") +
         " for approval; prahari baseline list shows what");
  }
  return print(table, arguments);
}

Exit run_list(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::read);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto revisions = baselines->store.list();
  if (!revisions) {
    return report(revisions.error());
  }
  Table table{{"REVISION", "BASELINE", "STATUS", "FROM", "PROPOSED BY", "PROPOSED", "WHY",
               "DECIDED BY", "DECIDED", "DECISION", "TICKET", "SIGNED BY"}};
  for (const BaselineRevision& row : *revisions) {
    const bool decided = !row.decided_by.empty();
    table.add({std::to_string(row.revision), row.name, std::string{to_string(row.status)},
               row.origin, row.proposed_by, format_time(row.proposed_at), row.proposed_why,
               row.decided_by, decided ? format_time(row.decided_at) : "", row.decided_why,
               row.ticket, row.signed_by});
  }
  return print(table, arguments);
}

Exit run_show(const Arguments& arguments) {
  const auto baseline = the_baseline(arguments);
  if (!baseline) {
    return report(baseline.error());
  }
  note("showing " + baseline->words);
  const std::string zone = arguments.value("zone");
  const std::string list = arguments.value("list");
  Table table{{"ZONE", "LIST", "ENTRY", "LEARNED"}};
  for (BaselineRow& row : baseline_rows(baseline_json(baseline->data))) {
    if ((zone.empty() || row.zone == zone) && (list.empty() || row.list == list)) {
      table.add(
          {std::move(row.zone), std::move(row.list), std::move(row.entry), std::move(row.value)});
    }
  }
  return print(table, arguments);
}

Exit run_diff(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::read);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto before = the_baseline(*baselines, arguments.value("BEFORE"));
  if (!before) {
    return report(before.error());
  }
  const auto after = the_baseline(*baselines, arguments.value("AFTER", "learned"));
  if (!after) {
    return report(after.error());
  }
  note("from " + before->words + " to " + after->words);
  const auto changes =
      baseline_diff(baseline_rows(baseline_json(before->data)),
                    baseline_rows(baseline_json(after->data)), arguments.has("values"));
  Table table{{"CHANGE", "ZONE", "LIST", "ENTRY", "WAS", "IS"}};
  for (const BaselineChange& change : changes) {
    const bool gone = change.sort == BaselineChange::Sort::removed;
    table.add({std::string(1, static_cast<char>(change.sort)), change.row.zone, change.row.list,
               change.row.entry, gone ? change.row.value : change.old,
               gone ? "" : change.row.value});
  }
  return print(table, arguments);
}

constexpr OptionSpec kFormat{.names = "--format",
                             .value = "F",
                             .help = "table (default), json, jsonl or csv",
                             .choices = "table|json|jsonl|csv"};
constexpr auto kStatusOptions = std::to_array<OptionSpec>({kStateOption, kFormat});
constexpr auto kShowOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "WHICH",
     .value = "WHICH",
     .help = "a revision's number, a baseline's name, \"learned\" or a file (default: the approved "
             "\"running\", else what was learned)"},
    {.names = "--zone", .value = "ZONE", .help = "only what belongs to this zone"},
    {.names = "--list",
     .value = "LIST",
     .help = "only one sort of entries",
     .choices = "hosts|facts|certificates|talkers|operations|writes|reads|polls"},
    kFormat,
});
constexpr auto kDiffOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "BEFORE", .value = "WHICH", .help = "as for show (default: what is in force)"},
    {.names = "AFTER", .value = "WHICH", .help = "as for show (default: what was learned)"},
    {.names = "--values",
     .value = "",
     .help = "also tell what stayed but has other counts, medians or ranges"},
    kFormat,
});
constexpr auto kStatusExamples = std::to_array<std::string_view>({
    "prahari baseline status\tHow far learning is in each zone, and what is in force",
});
constexpr auto kListExamples = std::to_array<std::string_view>({
    "prahari baseline list\tEvery proposal, and who decided what",
});
constexpr auto kShowExamples = std::to_array<std::string_view>({
    "prahari baseline show --zone cell-1 --list writes\tWhat may be written in one zone",
});
constexpr auto kDiffExamples = std::to_array<std::string_view>({
    "prahari baseline diff\tWhat learning would add to what is in force",
    "prahari baseline diff 3 5\tWhat changed between two revisions",
});

}  // namespace

extern constinit const CommandSpec baseline_status_command{
    .path = "baseline status",
    .summary = "say how far learning is and what is in force",
    .description =
        "A row for each zone. Progress is the share of the wanted quiet period in which "
        "nothing new was met: at 100 % a fifth of the observed time brought no new "
        "entry.",
    .options = kStatusOptions,
    .examples = kStatusExamples,
    .run = run_status,
};
extern constinit const CommandSpec baseline_list_command{
    .path = "baseline list",
    .summary = "list all revisions with who proposed and who decided",
    .description = "Latest first. A revision is never changed nor deleted.",
    .options = kStatusOptions,
    .examples = kListExamples,
    .run = run_list,
};
extern constinit const CommandSpec baseline_show_command{
    .path = "baseline show",
    .summary = "show the entries of a baseline",
    .description = "Hosts, facts, talkers, operations, targets written and read, and polls.",
    .options = kShowOptions,
    .examples = kShowExamples,
    .run = run_show,
};
extern constinit const CommandSpec baseline_diff_command{
    .path = "baseline diff",
    .summary = "say what differs between two baselines",
    .description = "+ is new, - is gone, ~ has other values.",
    .options = kDiffOptions,
    .examples = kDiffExamples,
    .run = run_diff,
};

}  // namespace prahari
