// A write that the pair is known for, to a target or with a value that it is not (detections.md,
// 7): outside the approved targets, outside the engineering limits that people added, a larger step
// than they allow, or far outside what was ever written there; or at an hour of the week at which
// nobody wrote anything in the zone.

#include <algorithm>
#include <array>
#include <cmath>

#include "dissectors/join.hpp"
#include "dissectors/lru_table.hpp"
#include "inventory/number_text.hpp"
#include "rules/alike.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"
#include "rules/number_words.hpp"
#include "rules/schedule.hpp"
#include "rules/week_hours.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "write-outside-baseline";
constexpr std::array<std::string_view, 2> kAttack = {"T0836", "T0831"};
constexpr std::uint32_t kMostTargets = 8192;
constexpr std::chrono::minutes kQuiet{15};

constexpr std::size_t kWrites = 1;
constexpr std::size_t kMargin = 2;
constexpr std::size_t kHours = 3;
constexpr auto kThresholds = std::to_array<Threshold>({
    kAlikeThreshold,
    {"writes", 20, 3, 1e6,
     "writes to a target while learning, from which on its values say what is usual"},
    {"margin", 1, 0, 1000,
     "how far outside the values written while learning a value may lie, in widths of their range"},
    {"hours", 1, 0, static_cast<double>(kWeekHours),
     "how near a write must be to an hour of the week in which anything was written while "
     "learning"},
});
// Each hour of the week was seen at least twice.
constexpr std::chrono::days kLongEnough{14};
constexpr std::chrono::hours kQuietHours{24};

struct Last {
  Timestamp time{};
  double value = 0;
  bool known = false;
};

struct EntryKey {
  const BaselineTarget* entry = nullptr;

  void add_to(Hasher& hash) const noexcept {
    hash.add(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(entry)));
  }
  friend bool operator==(const EntryKey&, const EntryKey&) = default;
};

// What is wrong with one write.
struct Departure {
  std::string why;       // the end of the sentence
  std::string expected;  // in the words of the baseline
  std::string_view sort;
  Severity severity = Severity::high;
  bool alike = false;
};

std::string range_words(const ValueRange& range) {
  return value_words(range.least) + " to " + value_words(range.most);
}

class WriteOutsideBaseline final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (context.baseline == nullptr || event.kind != EventKind::message ||
        event.message.operation != Operation::write || !asks(event)) {
      return;
    }
    const LinkView& view = context.links->of(event, context);
    if (!view.locked || view.new_client || view.link == kNone ||
        !context.baseline->allows(view.link, Operation::write, event.message.function,
                                  event.message.sub_function,
                                  object_of(event.message.table, event.text))) {
      return;  // another rule tells of it
    }
    SeenTarget seen;
    see_target(event, seen);
    if (seen.forgotten) {
      return;
    }
    Departure departure;
    if (departs(view, seen.query, event, context, departure) ||
        at_unusual_hour(event, context, departure)) {
      out.raise(finding_of(departure, view, seen.query, event, context));
    }
  }

 private:
  bool departs(const LinkView& view, const TargetQuery& target, const Event& event,
               const RuleContext& context, Departure& out) {
    const Baseline& baseline = *context.baseline;
    if (!baseline.writes(view.link, target)) {
      out.alike = alike_.counts_as_known(view.link, event, context);
      out.severity = out.alike ? Severity::info : Severity::high;
      out.sort = out.alike ? "alike" : "target";
      out.expected = baseline.writes_text(view.link);
      out.why = out.alike ? "which it never wrote while the baseline was learned. It writes the "
                            "like, and reads there what it wrote, so this counts as known"
                          : "which it never wrote while the baseline was learned";
      return true;
    }
    const BaselineTarget* entry = baseline.write_entry(view.link, target);
    return entry != nullptr && value_departs(*entry, event, context, out);
  }

  bool value_departs(const BaselineTarget& entry, const Event& event, const RuleContext& context,
                     Departure& out) {
    const MessageFacts& message = event.message;
    const auto* const end = message.values.begin() + message.value_count;
    if (message.value_count == 0) {
      return false;
    }
    const Last last = remember(entry, event);
    if (entry.limits) {
      const auto* const bad = std::find_if(message.values.begin(), end, [&](double value) {
        return !(value >= entry.limits->least && value <= entry.limits->most);  // NaN is outside
      });
      if (bad != end) {
        out.sort = "limits";
        out.expected = range_words(*entry.limits);
        out.why = "where the engineering limits allow " + out.expected;
        return true;
      }
    }
    if (entry.most_step && last.known &&
        std::abs(message.values[0] - last.value) > *entry.most_step) {
      out.sort = "step";
      out.expected = "a step of at most " + value_words(*entry.most_step);
      out.why = "a step from " + value_words(last.value) + ", where at most " +
                value_words(*entry.most_step) + " is allowed";
      return true;
    }
    return !entry.limits && far_outside(entry, event, context, out);
  }

  static bool far_outside(const BaselineTarget& entry, const Event& event,
                          const RuleContext& context, Departure& out) {
    const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
    const auto threshold = [&](std::size_t which) {
      return context.policy.threshold(kKind, kThresholds[which], zone);
    };
    if (static_cast<double>(entry.times) < threshold(kWrites)) {
      return false;
    }
    const double margin = threshold(kMargin);
    const std::size_t count = std::min<std::size_t>(entry.values.size(), event.message.value_count);
    for (std::size_t i = 0; i < count; ++i) {
      const ValueRange& usual = entry.values[i];
      // What was always the same may change by a tenth of itself before it is remarkable.
      const double size = std::max(std::abs(usual.least), std::abs(usual.most)) / 10;
      const double room = std::max(usual.most - usual.least, size) * margin;
      const double value = event.message.values[i];
      if (!(value >= usual.least - room && value <= usual.most + room)) {
        out.sort = "value";
        out.severity = Severity::medium;
        out.expected = range_words(usual) + " in " + with_commas(entry.times) + " writes";
        out.why = "where " + with_commas(entry.times) + " writes while learning were all " +
                  range_words(usual);
        return true;
      }
    }
    return false;
  }

  static bool at_unusual_hour(const Event& event, const RuleContext& context, Departure& out) {
    const BaselineZone* zone = context.baseline->zone(server_section(event, context));
    if (zone == nullptr || zone->hours.none() ||
        zone->progress.to - zone->progress.from < kLongEnough) {
      return false;
    }
    const Timezone& timezone = context.policy.site().timezone;
    const std::size_t hour = hour_of_week(event.packet.time, timezone);
    const auto near = static_cast<std::size_t>(context.policy.threshold(
        kKind, kThresholds[kHours], context.policy.zone_of(host_key(event.server, event.vlan))));
    for (std::size_t away = 0; away <= std::min(near, kWeekHours / 2); ++away) {
      if (zone->hours[(hour + away) % kWeekHours] ||
          zone->hours[(hour + kWeekHours - away) % kWeekHours]) {
        return false;
      }
    }
    const std::vector<std::string> usual = hours_text(zone->hours);
    out.sort = "hours";
    out.severity = Severity::medium;
    out.expected = joined(usual);
    out.why = "on " + weekday_words(event.packet.time, timezone) +
              ", an hour of the week at which nothing was written in zone " +
              in_quotes(zone->name) + " while the baseline was learned";
    return true;
  }

  Last remember(const BaselineTarget& entry, const Event& event) {
    std::uint32_t slot = last_.find({&entry});
    if (slot == last_.kNone) {
      slot = last_.insert({&entry});
    }
    const Last before = last_[slot];
    if (std::isfinite(event.message.values[0])) {  // the next step is counted from a number
      last_[slot] = {event.packet.time, event.message.values[0], true};
    }
    return before;
  }

  static Finding finding_of(const Departure& departure, const LinkView& view,
                            const TargetQuery& target, const Event& event,
                            const RuleContext& context) {
    Finding finding = message_finding(kKind, event, context);
    const bool valued = serves_process(event, view.server, context);
    finding.severity =
        departure.severity == Severity::high && valued ? Severity::critical : departure.severity;
    finding.confidence = departure.sort == "value" || departure.sort == "hours" ? 70 : 90;
    finding.quiet = departure.sort == "hours" ? std::chrono::minutes{kQuietHours} : kQuiet;
    finding.dedup_key = party_id(finding.destination, context.inventory) + ' ' + finding.target +
                        ' ' + std::string(departure.sort);
    finding.certin = departure.alike ? CertInClass::none : CertInClass::incident;
    finding.attack = {kAttack[0], kAttack[1]};
    std::string seen = finding.target;
    if (!finding.values.empty()) {
      seen += " = " + value_words(finding.values.front());
    }
    finding.why = host_words(host_key(finding.source), context.policy) + " wrote " + seen + " of " +
                  host_words(host_key(finding.destination), context.policy) + " by " +
                  finding.protocol + ' ' + finding.operation_name + ", " + departure.why + '.';
    const BaselineLink link = link_of(event, message_service(event));
    finding.baseline = {"writes of " + to_string(link), departure.expected, seen};
    finding.accept = accept_entry(server_section(event, context), "writes",
                                  entry_json(entry_of(link, target, event)));
    return finding;
  }

  static BaselineTarget entry_of(const BaselineLink& link, const TargetQuery& target,
                                 const Event& event) {
    BaselineTarget entry;
    entry.link = link;
    entry.unit = target.unit;
    entry.table = target.table;
    entry.first = target.count > 0 && target.text.empty() ? target.first : 1;
    entry.last = target.count > 0 && target.text.empty() ? target.first + (target.count - 1) : 0;
    entry.text = target.text;
    entry.times = 1;
    for (std::size_t i = 0; i < event.message.value_count; ++i) {
      const double value = event.message.values[i];
      if (!std::isfinite(value)) {
        entry.values.clear();  // JSON has no such number
        break;
      }
      entry.values.push_back({value, value});
    }
    return entry;
  }

  LruTable<EntryKey, Last, KeyHash> last_{kMostTargets};
  Alike alike_{kKind};
};

}  // namespace

extern const DetectorInfo write_outside_baseline_detector;
constinit const DetectorInfo write_outside_baseline_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<WriteOutsideBaseline>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
