#include "alerts/summary_text.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "alerts/text.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {
namespace {

constexpr std::size_t kTopAlerts = 6;
constexpr std::size_t kTopCases = 2;
constexpr std::size_t kAlertsBesideCases = 4;
constexpr std::size_t kWidth = 96;
constexpr std::size_t kWhole = std::string_view::npos;

constexpr std::array<std::string_view, 5> kColours = {"\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[31m",
                                                      "\x1b[1;31m"};
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

class Screen {
 public:
  explicit Screen(bool colour) : colour_(colour) {}

  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  // A label and what it says, in two columns.
  void fact(std::string_view label, std::string_view text) {
    std::string padded(label);
    padded.resize(std::max<std::size_t>(padded.size(), 10), ' ');
    line(painted(padded, kBold) + " " + terminal_text(text, 3 * kWidth));
  }
  // A text in lines that fit; what is beyond the third is in the report.
  void paragraph(std::string_view text, std::size_t indent) {
    constexpr std::size_t kLines = 3;
    constexpr std::string_view kMore = " ...";
    const auto lines = wrap(text, kWidth - indent - kMore.size());
    for (std::size_t i = 0; i < lines.size() && i < kLines; ++i) {
      std::string shown(indent, ' ');
      shown += lines[i];
      shown += i + 1 == kLines && lines.size() > kLines ? kMore : "";
      line(shown);
    }
  }
  [[nodiscard]] std::string painted(std::string_view text, std::string_view colour) const {
    if (!colour_) {
      return std::string(text);
    }
    return std::string(colour) + std::string(text) + std::string(kReset);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  bool colour_;
  std::string out_;
};

void add_to_list(std::string& list, const std::string& entry) {
  list += list.empty() ? "" : ", ";
  list += entry;
}

std::string files_text(std::span<const Input> inputs) {
  if (inputs.size() == 1) {
    return inputs.front().name + " (" + bytes_text(inputs.front().size) + ")";
  }
  std::uint64_t size = 0;
  for (const Input& input : inputs) {
    size += input.size;
  }
  return plural(inputs.size(), "capture") + " (" + bytes_text(size) + ")";
}

void show_seen(Screen& screen, const RunSummary& summary, const NetworkView& network) {
  screen.fact("captures", files_text(summary.inputs));
  if (summary.first_packet && summary.last_packet) {
    const SiteClock clock(network.site.timezone);
    screen.fact("period", clock.text(*summary.first_packet) + " to " +
                              clock.text(*summary.last_packet) + " (" +
                              duration_text(*summary.last_packet - *summary.first_packet) + ")");
  }
  screen.fact("packets", with_commas(summary.packets) + ", " + bytes_text(summary.bytes) + ", " +
                             plural(summary.flows.total, "flow") + " in " +
                             duration_text(std::chrono::nanoseconds(
                                 static_cast<std::int64_t>(summary.seconds * 1e9))));
  std::string protocols;
  for (std::size_t i = 0; i < summary.protocols.size() && i < 6; ++i) {
    const ProtocolCount& protocol = summary.protocols[i];
    add_to_list(protocols, protocol.protocol + " " + with_commas(protocol.messages));
  }
  screen.fact("messages", protocols.empty() ? "none of a protocol that is decoded" : protocols);
}

void show_assets(Screen& screen, const RunSummary& summary, const NetworkView& network) {
  std::string roles;
  for (std::size_t i = 0; i < kRoles; ++i) {
    const std::string_view role = to_string(static_cast<Role>(i));
    const std::uint64_t count = network.role_counts[i];
    if (count != 0) {
      add_to_list(roles, with_commas(count) + " " + std::string(role));
    }
  }
  screen.fact("assets", with_commas(summary.assets) + (roles.empty() ? "" : " (" + roles + ")"));
  if (summary.asked_only > 0) {
    screen.fact("", with_commas(summary.asked_only) + " more asked only, never answered");
  }
}

void show_alert(Screen& screen, const Alert& alert) {
  const auto severity = static_cast<std::size_t>(alert.finding.severity);
  std::string label(to_string(alert.finding.severity));
  label.resize(8, ' ');
  std::string head = "  " + screen.painted(label, kColours.at(severity)) + "  " +
                     terminal_text(alert_title(alert), 60);
  if (alert.count > 1) {
    head += " (" + with_commas(alert.count) + " times)";
  }
  screen.line(head);
  screen.paragraph(terminal_text(alert.finding.why, kWhole), 12);
}

void show_cases(Screen& screen, std::span<const Case> cases) {
  if (cases.empty()) {
    return;
  }
  screen.fact("cases", plural(cases.size(), "case") + ", of alerts that belong together");
  const std::vector<const Case*> order = by_weight(cases);
  for (std::size_t i = 0; i < order.size() && i < kTopCases; ++i) {
    const Case& entry = *order[i];
    std::string label(to_string(entry.severity));
    label.resize(8, ' ');
    const auto severity = static_cast<std::size_t>(entry.severity);
    screen.line("  " + screen.painted(label, kColours.at(severity)) + "  " +
                terminal_text(entry.source, 60) + ", " + plural(entry.alerts, "alert") + ", " +
                plural(entry.target_count, "target"));
    screen.paragraph(terminal_text(entry.title, kWhole), 12);
  }
  if (order.size() > kTopCases) {
    screen.line("  and " + with_commas(order.size() - kTopCases) + " more in the report");
  }
}

void show_alerts(Screen& screen, std::span<const Alert> alerts, std::size_t most,
                 const RunSummary& summary, const NetworkView& network) {
  const AlertCounts counts = count_alerts(alerts);
  std::string by_severity;
  for (std::size_t i = counts.by_severity.size(); i > 0; --i) {
    if (counts.by_severity[i - 1] != 0) {
      add_to_list(by_severity, with_commas(counts.by_severity[i - 1]) + " " +
                                   std::string(to_string(static_cast<Severity>(i - 1))));
    }
  }
  screen.fact("alerts", counts.total == 0 ? "none" : by_severity);
  const std::vector<const Alert*> order = by_weight(alerts);
  for (std::size_t i = 0; i < order.size() && i < most; ++i) {
    show_alert(screen, *order[i]);
  }
  if (order.size() > most) {
    screen.line("  and " + with_commas(order.size() - most) + " more in the report");
  }
  if (summary.alerts_left_out != 0) {
    screen.line("  " + with_commas(summary.alerts_left_out) +
                " of the least severe were counted but not kept");
  }
  if (!network.has_zones) {
    screen.line("  Conduit rules are off: no zones. Give a site file with --site.");
  }
  std::uint64_t silenced = 0;
  for (const Silenced& entry : summary.silenced) {
    silenced += entry.count;
  }
  if (silenced != 0) {
    screen.fact("silenced", plural(silenced, "finding") + " by the site file; see the report");
  }
  for (const ExceptionLine& one : summary.exceptions) {
    if (one.needs_care) {
      screen.fact("exception", "from " + one.from + " to " + one.to + ' ' + one.state +
                                   "; ask its owner, " + one.owner);
    }
  }
  for (const PermittedWork& work : summary.permits) {
    if (work.state == PermittedWork::State::seen) {
      screen.fact("permit",
                  work.ticket + ": " + plural(work.count, "finding") + " of planned work");
    } else if (work.state == PermittedWork::State::unseen) {
      screen.fact("permit", work.ticket + ": no such work was seen in its time");
    }
  }
  if (counts.incidents != 0) {
    screen.fact("CERT-In", plural(counts.incidents, "incident candidate") +
                               "; a draft for each is in incidents/ (6 hours from noticing)");
  }
}

void show_health(Screen& screen, const RunSummary& summary) {
  std::size_t shown = 0;
  for (const HealthNote& note : capture_health(summary)) {
    if (note.level != HealthNote::Level::bad) {
      continue;
    }
    if (++shown > 4) {
      break;
    }
    screen.fact(shown == 1 ? "capture" : "", note.what + " " + note.hint);
  }
  if (shown == 0) {
    screen.fact("capture", "healthy: both directions seen, nothing to mend");
  }
}

}  // namespace

namespace {

// How much the operation can do to the process, in hundredths (attack-ics.md section 4).
int effect_of(const Alert& alert) noexcept {
  constexpr std::array<int, kOperations> kBase = {15, 10, 45, 60, 70, 55};  // by Operation
  const Finding& finding = alert.finding;
  return finding.has_operation ? kBase[static_cast<std::size_t>(finding.operation)] : 0;
}

}  // namespace

std::vector<const Alert*> by_weight(std::span<const Alert> alerts) {
  std::vector<const Alert*> order;
  order.reserve(alerts.size());
  for (const Alert& alert : alerts) {
    order.push_back(&alert);
  }
  std::stable_sort(order.begin(), order.end(), [](const Alert* a, const Alert* b) {
    if (a->finding.severity != b->finding.severity) {
      return a->finding.severity > b->finding.severity;
    }
    if (effect_of(*a) != effect_of(*b)) {
      return effect_of(*a) > effect_of(*b);
    }
    if (a->finding.confidence != b->finding.confidence) {
      return a->finding.confidence > b->finding.confidence;
    }
    return std::tie(a->first_seen, a->id) < std::tie(b->first_seen, b->id);
  });
  return order;
}

std::string summary_text(const RunSummary& summary, std::span<const Alert> alerts,
                         const AlertContext& context, const SummaryTextOptions& options) {
  Screen screen(options.colour);
  show_seen(screen, summary, context.network);
  show_assets(screen, summary, context.network);
  show_cases(screen, options.cases);
  show_alerts(screen, alerts, options.cases.empty() ? kTopAlerts : kAlertsBesideCases, summary,
              context.network);
  show_health(screen, summary);
  if (summary.interrupted) {
    screen.fact("note", "stopped early: this is what was found so far");
  }
  if (!options.out_folder.empty()) {
    screen.fact("report", options.out_folder + "/report.html");
    screen.fact("", options.out_folder + "/ holds alerts.jsonl, assets.csv, flows.csv, pcaps");
  }
  return screen.take();
}

}  // namespace prahari
