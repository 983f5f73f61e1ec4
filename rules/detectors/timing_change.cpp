// The pace of a conversation is not what it was (detections.md, 21): the median of a poll's
// intervals shifts for minutes, far more is written than while the baseline was learned, or, which
// needs no baseline, hundreds of requests of one flow stay without an answer.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "inventory/number_text.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"
#include "rules/number_words.hpp"
#include "rules/per_baseline.hpp"
#include "rules/robust_sample.hpp"
#include "rules/silence.hpp"
#include "rules/unanswered.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "timing-change";
constexpr std::array<std::string_view, 2> kAttack = {"T0814", "T0806"};
constexpr std::uint32_t kMostWriters = 4096;
constexpr std::uint64_t kLeastSamples = 5;
constexpr double kMostDeviations = 3;
// A pause that long is silence, and device-silent tells of it.
constexpr double kPauseIntervals = 10;
constexpr double kPauseSeconds = 60;
constexpr std::chrono::seconds kCheck{1};

constexpr std::size_t kShift = 0;
constexpr std::size_t kMinutes = 1;
constexpr std::size_t kUnanswered = 2;
constexpr std::size_t kWrites = 3;
constexpr auto kThresholds = std::to_array<Threshold>({
    {"shift", 0.5, 0.05, 100, "how far the median interval of a poll may shift, in shares of it"},
    {"minutes", 5, 1, 1440, "for how long it has to, before it is told"},
    {"unanswered", 500, 5, 1e6, "requests of one flow without an answer"},
    {"writes", 10, 1.5, 1e6, "times the learned writes in a minute"},
});

double seconds(Timestamp::duration span) { return std::chrono::duration<double>(span).count(); }

template <class T>
struct PointerKey {
  const T* entry = nullptr;

  void add_to(Hasher& hash) const noexcept {
    hash.add(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(entry)));
  }
  friend bool operator==(const PointerKey&, const PointerKey&) = default;
};

// Intervals since `since`. Where all were as learned there are none: the time in which they are
// not begins with the last.
struct Pace {
  Timestamp since{};
  PacketRef first;
  PacketRef last;
  std::unique_ptr<RobustSample> intervals;  // once the pace was another one
  Completeness state = Completeness::complete;
  Transport transport = Transport::none;
  bool begun = false;
  bool suspect = false;  // one of Book::suspects

  [[nodiscard]] std::uint64_t interval_count() const noexcept {
    return intervals == nullptr ? 0 : intervals->seen();
  }
};

double pause_of(const BaselinePoll& poll) {
  return std::max(kPauseIntervals * poll.interval.median, kPauseSeconds);
}

struct WriteRate {
  std::chrono::sys_time<std::chrono::minutes> minute{};
  std::uint32_t count = 0;
  PacketRef first;
  bool told = false;
};

std::string range_words(const RobustRange& range) {
  return "median " + seconds_words(range.median) + " ± " + seconds_words(range.mad);
}

class TimingChange final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind == EventKind::anomaly) {
      if (event.flow.valid() && tells_unanswered(event)) {
        on_unanswered(event, context, out);
      }
      return;
    }
    if (context.baseline == nullptr) {
      return;
    }
    if (event.packet.time >= next_check_) {
      next_check_ = event.packet.time + kCheck;
      check(event.packet, context, out);
    }
    const bool message = event.kind == EventKind::message || event.kind == EventKind::tally;
    if (message && asks(event)) {
      on_message(event, context, out);
    }
  }

 private:
  struct FlowNote {
    std::uint32_t unanswered = 0;
    bool told = false;
    AlertHandle alert;
  };

  struct Book {
    std::vector<Pace> paces;                  // by BaselinePollIndex
    std::vector<BaselinePollIndex> suspects;  // polls whose pace is another one than learned
  };

  void on_message(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (view.link == kNone || !view.locked) {
      return;
    }
    if (event.message.operation == Operation::write && event.kind == EventKind::message) {
      on_write(view, event, context, out);
      return;
    }
    if (const BaselinePollIndex poll = context.links->poll(event, context); poll != kNone) {
      on_poll(poll, event, context);
    }
  }

  static double threshold(std::size_t which, const HostKey& server, const RuleContext& context) {
    return context.policy.threshold(kKind, kThresholds[which], context.policy.zone_of(server));
  }
  static double threshold(std::size_t which, const Event& event, const RuleContext& context) {
    return threshold(which, host_key(event.server, event.vlan), context);
  }

  static Finding finding_of(const Event& event, std::string_view sort, const RuleContext& context) {
    Finding finding;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.state = event.state;
    complete(finding, sort, context);
    return finding;
  }

  static void complete(Finding& finding, std::string_view sort, const RuleContext& context) {
    finding.kind = kKind;
    finding.severity = Severity::medium;
    finding.confidence = 70;
    finding.certin = CertInClass::incident;
    finding.attack = {kAttack[0], kAttack[1]};
    finding.dedup_key = party_id(finding.source, context.inventory) + " > " +
                        party_id(finding.destination, context.inventory) + ' ' + finding.protocol +
                        ' ' + std::string(sort);
  }

  // --- unanswered ---

  void on_unanswered(const Event& event, const RuleContext& context, FindingSink& out) {
    FlowNote& note = notes_.at(event.flow).note;
    ++note.unanswered;
    if (note.told) {
      static_cast<void>(out.again(note.alert, event.anomaly.request));
      return;
    }
    if (note.unanswered <= threshold(kUnanswered, event, context)) {
      return;
    }
    note.told = true;
    Finding finding = finding_of(event, "unanswered", context);
    finding.times = note.unanswered;
    finding.evidence.push_back(event.anomaly.request);
    finding.why = host_words(host_key(finding.destination), context.policy) + " has left " +
                  with_commas(note.unanswered) + ' ' + finding.protocol + " requests of " +
                  host_words(host_key(finding.source), context.policy) +
                  " on one connection without an answer.";
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    note.alert = out.raise(std::move(finding));
  }

  // --- polls ---

  void on_poll(BaselinePollIndex index, const Event& event, const RuleContext& context) {
    Book& book = books_.of(*context.baseline, *context.choice);
    book.paces.resize(context.baseline->poll_count());
    const BaselinePoll& poll = context.baseline->poll(index);
    Pace& pace = book.paces[index];
    const Timestamp now = event.packet.time;
    // A tally without numbers may be of anything that has a name.
    const bool forgotten = event.kind == EventKind::tally && event.message.count == 0;
    if (!pace.begun || forgotten) {
      begin(pace, event);
      return;
    }
    if (now <= pace.last.time) {
      return;
    }
    // What is told together is alike in its state too, so at a change nobody knows how many there
    // were since the last.
    if (event.state != pace.state) {
      pace.state = event.state;
      pace.last = event.packet;
      return;
    }
    const double interval = seconds(now - pace.last.time) / (event.repeats + 1.0);
    if (interval > pause_of(poll)) {
      begin(pace, event);
      return;
    }
    if (pace.interval_count() == 0 && is_as_learned(interval, poll, event, context)) {
      begin(pace, event);
      return;
    }
    if (pace.intervals == nullptr) {
      pace.intervals = std::make_unique<RobustSample>();
    }
    pace.intervals->add(interval);
    pace.last = event.packet;
    if (is_as_learned(pace.intervals->range().median, poll, event, context)) {
      begin(pace, event);
      return;
    }
    if (!pace.suspect) {
      pace.suspect = true;
      book.suspects.push_back(index);
    }
  }

  static bool is_as_learned(double interval, const BaselinePoll& poll, const Event& event,
                            const RuleContext& context) {
    const double learned = poll.interval.median;
    const double shift = std::abs(interval - learned);
    return shift <= kMostDeviations * poll.interval.mad ||
           shift <= threshold(kShift, event, context) * learned;
  }

  static void begin(Pace& pace, const Event& event) {
    pace.begun = true;
    pace.state = event.state;
    pace.transport = event.transport;
    begin(pace, event.packet);
  }

  static void begin(Pace& pace, const PacketRef& packet) {
    pace.since = packet.time;
    pace.first = packet;
    pace.last = packet;
    if (pace.intervals != nullptr) {
      pace.intervals->clear();
    }
  }

  // By the clock and not by the poll, which may have become a slow one.
  void check(const PacketRef& packet, const RuleContext& context, FindingSink& out) {
    books_.drop_old(*context.choice);
    books_.for_each([&](const Baseline& baseline, Book& book) {
      std::erase_if(book.suspects, [&](BaselinePollIndex index) {
        return is_settled(baseline.poll(index), book.paces[index], packet, context, out);
      });
    });
  }

  // Whether it needs to be looked at no longer.
  static bool is_settled(const BaselinePoll& poll, Pace& pace, const PacketRef& packet,
                         const RuleContext& context, FindingSink& out) {
    const Timestamp now = packet.time;
    if (pace.interval_count() == 0 || seconds(now - pace.last.time) > pause_of(poll)) {
      pace.suspect = false;
      return true;
    }
    const HostPlace& server = poll.link.server;
    const double minutes =
        threshold(kMinutes, {.ip = server.ip, .mac = server.mac, .vlan = server.vlan}, context);
    if (pace.interval_count() < kLeastSamples || seconds(now - pace.since) < minutes * 60) {
      return false;
    }
    out.raise(shifted(poll, pace, packet, context));
    begin(pace, pace.last);
    pace.suspect = false;
    return true;
  }

  static Finding shifted(const BaselinePoll& poll, const Pace& pace, const PacketRef& packet,
                         const RuleContext& context) {
    Finding finding;
    finding.source = party_of(poll.link.client, context);
    finding.destination = party_of(poll.link.server, context);
    finding.protocol = to_string(poll.link.service);
    finding.transport = to_string(pace.transport);
    finding.state = pace.state;
    complete(finding, "interval", context);
    const RobustRange seen = pace.intervals->range();
    const std::string during = seconds_words(seconds(packet.time - pace.since));
    finding.why = host_words(host_key(finding.source), context.policy) + " sends " +
                  (poll.name.empty() ? finding.protocol : poll.name) +
                  (poll.text.empty() ? "" : " " + poll.text) + " to " +
                  host_words(host_key(finding.destination), context.policy) + " every " +
                  range_words(poll.interval) + " as learned; during the last " + during +
                  " the median was " + seconds_words(seen.median) + '.';
    finding.baseline = {"polls of " + to_string(poll.link), range_words(poll.interval),
                        range_words(seen)};
    BaselinePoll changed = poll;
    changed.interval = seen;
    const std::string_view section = section_of(host_key(finding.destination), context.policy);
    finding.accept = accept_entry(section, "polls", entry_json(changed));
    finding.evidence = {pace.first, pace.last, packet};
    return finding;
  }

  // --- writes ---

  void on_write(const LinkView& view, const Event& event, const RuleContext& context,
                FindingSink& out) {
    const BaselineTalker& talker = context.baseline->talker(view.link);
    if (!talker.write_rate || event.message.further) {
      return;
    }
    std::uint32_t slot = rates_.find({&talker});
    if (slot == rates_.kNone) {
      slot = rates_.insert({&talker});
    }
    WriteRate& rate = rates_[slot];
    const auto minute = std::chrono::floor<std::chrono::minutes>(event.packet.time);
    if (rate.minute != minute) {
      rate = {minute, 0, event.packet, false};
    }
    ++rate.count;
    const RobustRange& learned = *talker.write_rate;
    const double usual = std::max(learned.median + kMostDeviations * learned.mad, 1.0);
    if (rate.told || rate.count <= kThresholds[kWrites].least * usual ||
        rate.count <= threshold(kWrites, event, context) * usual) {
      return;
    }
    rate.told = true;
    Finding finding = finding_of(event, "writes", context);
    finding.times = rate.count;
    finding.evidence = {rate.first, event.packet};
    const std::string expected = "median " + value_words(learned.median) + " ± " +
                                 value_words(learned.mad) + " writes in a minute that has any";
    finding.why = host_words(host_key(finding.source), context.policy) + " wrote " +
                  with_commas(rate.count) + " times to " +
                  host_words(host_key(finding.destination), context.policy) +
                  " within a minute; learned was a " + expected + '.';
    finding.baseline = {"talkers: " + to_string(talker.link), expected,
                        with_commas(rate.count) + " writes in a minute"};
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    out.raise(std::move(finding));
  }

  PerFlow<FlowNote> notes_;
  PerBaseline<Book> books_;
  Timestamp next_check_{};
  LruTable<PointerKey<BaselineTalker>, WriteRate, KeyHash> rates_{kMostWriters};
};

}  // namespace

extern const DetectorInfo timing_change_detector;
constinit const DetectorInfo timing_change_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<TimingChange>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
