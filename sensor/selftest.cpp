// prahari selftest: what this build really detects, shown on captures where it is known.

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include <unistd.h>

#include "alerts/text.hpp"
#include "capture/open.hpp"
#include "capture/time_text.hpp"
#include "rules/kinds.hpp"
#include "sensor/analysis.hpp"
#include "sensor/approved_baselines.hpp"
#include "sensor/command.hpp"
#include "sensor/interrupt.hpp"
#include "sensor/selftest_pack.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kDue{10};  // after its trigger, in packet time
constexpr std::string_view kClean = "clean";

struct Verdict {
  bool as_expected = false;
  std::string fired;
  std::string expected;
  std::string first;  // alert of the kind: when
  std::string others;
  std::string note;  // what is wrong
};

// A folder for the results, removed with the object.
class Workplace {
 public:
  static Result<std::unique_ptr<Workplace>> make() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    std::string path = (error ? fs::path{"."} : base) / "prahari-selftest-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      return Error{path + ": cannot make the folder; set TMPDIR to one that can be written",
                   Error::Kind::environment};
    }
    return std::make_unique<Workplace>(path);
  }
  explicit Workplace(fs::path path) : path_(std::move(path)) {}
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;  // what stays in /tmp does no harm
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

Result<std::vector<Alert>> replay(const PackedTest& test, const Knowledge& knowledge,
                                  ApprovedBaselines* baseline, const fs::path& out) {
  auto source = open_captures({test.capture.string()}, {});
  if (!source) {
    return source.error();
  }
  const auto folder = ResultFolder::create(out);
  if (!folder) {
    return folder.error();
  }
  Analysis analysis{
      knowledge, *folder, {.sensor = "selftest", .baselines = test.baseline ? baseline : nullptr}};
  analysis.set_tick([](const Tick&) { return !interrupted(); });
  const PipelineStats stats = run_pipeline(**source, {}, analysis);
  RunSummary summary;
  summary.interrupted = interrupted();
  if (const Status done = analysis.finish(**source, stats, summary); !done) {
    return done.error();
  }
  return analysis.alerts();
}

bool concerns(const Alert& alert, const std::vector<std::string>& hosts) {
  return hosts.empty() || std::ranges::any_of(hosts, [&](const std::string& host) {
           return host == to_string(alert.finding.source.ip) ||
                  host == to_string(alert.finding.destination.ip);
         });
}

std::string list_of(const std::map<std::string_view, std::uint64_t>& kinds) {
  std::string out;
  for (const auto& [kind, count] : kinds) {
    out += (out.empty() ? "" : ", ") + std::string{kind};
    out += count > 1 ? " (" + std::to_string(count) + ")" : "";
  }
  return out;
}

Verdict judge(const PackedTest& test, const std::vector<Alert>& alerts) {
  Verdict out;
  std::map<std::string_view, std::uint64_t> others;
  std::uint64_t fired = 0;
  std::optional<Timestamp> first;
  for (const Alert& alert : alerts) {
    if (alert.finding.kind == test.kind && concerns(alert, test.hosts)) {
      ++fired;
      first = std::min(first.value_or(alert.first_seen), alert.first_seen);
    } else {
      ++others[alert.finding.kind];
    }
  }
  out.others = list_of(others);
  if (test.kind.empty()) {
    out.fired = alerts.empty() ? "nothing" : plural(alerts.size(), "alert");
    out.expected = "nothing";
    out.as_expected = alerts.empty();
    out.note = alerts.empty() ? "" : alerts.front().finding.why;
    return out;
  }
  out.fired = fired > 0 ? "yes" : "no";
  out.expected = "yes";
  out.first = first ? format_time(*first) : "";
  const bool late = first && *first > test.trigger + kDue;
  out.as_expected = fired > 0 && !late;
  out.note = fired == 0 ? "expected since " + format_time(test.trigger)
             : late     ? "later than 10 s after " + format_time(test.trigger)
                        : "";
  return out;
}

bool chosen(const std::vector<std::string>& kinds, const std::string& kind) {
  return kinds.empty() ||
         std::ranges::find(kinds, kind.empty() ? std::string{kClean} : kind) != kinds.end();
}

Status check_kinds(const std::vector<std::string>& kinds, const SelftestPack& pack) {
  for (const std::string& kind : kinds) {
    const bool known = std::ranges::any_of(pack.tests, [&](const PackedTest& test) {
      return kind == (test.kind.empty() ? std::string{kClean} : test.kind);
    });
    if (!known) {
      return Error{"no test of " + kind + " in " + pack.folder.string() +
                       "; expected a kind of alert, such as scan, or clean",
                   Error::Kind::usage};
    }
  }
  return ok_status();
}

void add_row(Table& table, const PackedTest& test, const Verdict& outcome) {
  table.add({test.kind.empty() ? std::string{kClean} : test.kind, outcome.fired, outcome.expected,
             outcome.first, outcome.others, outcome.note.empty() ? test.story : outcome.note});
}

Exit run_selftest(const Arguments& arguments) {
  const auto pack = load_selftest_pack(arguments.value("pack"));
  if (!pack) {
    return report(pack.error());
  }
  const std::vector<std::string> kinds = arguments.values("KIND");
  if (const Status known = check_kinds(kinds, *pack); !known) {
    return report(known.error());
  }
  const auto knowledge = load_knowledge(pack->site.string());
  if (!knowledge) {
    return report(knowledge.error());
  }
  auto baseline = ApprovedBaselines::of_files(
      pack->baseline.empty() ? std::vector<std::string>{}
                             : std::vector<std::string>{pack->baseline.string()});
  if (!baseline) {
    return report(baseline.error());
  }
  const auto workplace = Workplace::make();
  if (!workplace) {
    return report(workplace.error());
  }
  const std::string out = arguments.value("out", (*workplace)->path().string());
  catch_interrupts();
  Table table{{"DETECTION", "FIRED", "EXPECTED", "FIRST ALERT", "ALSO FIRED", "WHAT HAPPENS"}};
  std::size_t wrong = 0;
  for (const PackedTest& test : pack->tests) {
    if (!chosen(kinds, test.kind) || interrupted()) {
      continue;
    }
    note("replaying " + test.capture.string());
    const auto alerts = replay(test, **knowledge, &*baseline,
                               fs::path{out} / (test.kind.empty() ? kClean : test.kind));
    if (!alerts) {
      return report(alerts.error());
    }
    const Verdict outcome = judge(test, *alerts);
    wrong += outcome.as_expected ? 0U : 1U;
    add_row(table, test, outcome);
  }
  if (const Status shown = table.print(arguments.value("format", "table")); !shown) {
    return report(shown.error());
  }
  if (interrupted()) {
    warn("stopped early");
    return Exit::found;
  }
  if (wrong > 0) {
    warn(with_commas(wrong) + " of " + plural(table.size(), "test") + " not as expected");
    return Exit::found;
  }
  note("all " + plural(table.size(), "test") + " as expected");
  return Exit::done;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "KIND",
     .value = "KIND",
     .help = "only these kinds of alert, such as scan; clean is the shift without incident",
     .many = true},
    {.names = "--pack",
     .value = "DIR",
     .help = "another pack: a folder with pack.json and its captures"},
    {.names = "--out",
     .value = "DIR",
     .help = "keep the result folder of each test there, DIR/KIND"},
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari selftest\tWhich detections work in this build: one row each, status 0 if all do",
    "prahari selftest scan probing --out look\tTwo of them, with their reports to look into",
});

}  // namespace

extern constinit const CommandSpec selftest_command{
    .path = "selftest",
    .summary = "replay the shipped captures and say which detections fire",
    .description =
        "One small capture for each kind of alert, and a shift in which nothing happens, go "
        "through the same analysis as any other. Status 0 if every kind fires within ten seconds "
        "of its trigger, in packet time, and the quiet shift raises nothing; else 1.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_selftest,
};

}  // namespace prahari
