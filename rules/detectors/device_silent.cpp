// What should speak does not (detections.md, 20): a poll that the baseline knows is missing, or a
// device that answered before leaves requests unanswered, which needs no baseline.
//
// Messages that are a flow's routine are told together, so up to half a minute may pass until the
// last one is known; silence is counted from then on. Where nothing at all is heard, it is the
// sensor that is blind, and that time counts for nobody.

#include <algorithm>
#include <array>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "dissectors/routine.hpp"
#include "inventory/number_text.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"
#include "rules/number_words.hpp"
#include "rules/unanswered.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "device-silent";
constexpr std::array<std::string_view, 2> kAttack = {"T0814", "T0826"};
constexpr std::uint32_t kMostServers = 4096;
constexpr std::chrono::seconds kCheck{1};
constexpr std::chrono::seconds kBlind = Routine::kTogether + std::chrono::seconds{5};
constexpr std::chrono::hours kQuiet{1};

constexpr std::size_t kIntervals = 0;
constexpr std::size_t kLeastSeconds = 1;
constexpr std::size_t kUnanswered = 2;
constexpr auto kThresholds = std::to_array<Threshold>({
    {"intervals", 10, 2, 10'000, "learned intervals that a poll may be missing"},
    {"seconds", 60, 5, 86'400, "the least time that a poll may be missing"},
    {"unanswered", 5, 2, 10'000, "requests in a row without an answer"},
});

double seconds(Timestamp::duration span) { return std::chrono::duration<double>(span).count(); }

struct ServerKey {
  HostPlace client;
  HostPlace server;
  std::uint32_t unit = 0;
  Protocol protocol = Protocol::unknown;

  void add_to(Hasher& hash) const noexcept {
    client.add_to(hash);
    server.add_to(hash);
    hash.add(std::uint64_t{unit} << 32U | static_cast<std::uint64_t>(protocol));
  }
  friend bool operator==(const ServerKey&, const ServerKey&) = default;
};

// Requests in a row.
struct Unanswered {
  std::uint32_t count = 0;
  PacketRef first;  // request
  AlertHandle alert;
  bool told = false;
};

struct PollState {
  const BaselinePoll* poll = nullptr;
  BaselineLinkIndex link = kNone;
  Timestamp last{};
  PacketRef packet;  // the last that was told
  Completeness state = Completeness::complete;
  double limit = 60;      // seconds
  bool together = false;  // told with others of late
  bool seen = false;
  bool silent = false;
  AlertHandle alert;
};

std::string unit_name(Protocol protocol, std::uint32_t unit) {
  return protocol == Protocol::modbus && unit != 0 ? " unit " + std::to_string(unit) : "";
}

class DeviceSilent final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    const bool message = event.kind == EventKind::message || event.kind == EventKind::tally;
    if (event.kind == EventKind::anomaly && tells_unanswered(event)) {
      on_unanswered(event, context, out);
    } else if (message && !asks(event)) {
      note_answer(event);
      if (servers_.size() > 0) {
        on_answer(event, out);
      }
    }
    if (context.baseline != nullptr) {
      watch(event, message, context, out);
    }
  }

 private:
  static ServerKey key_of(const Event& event, std::uint32_t unit) noexcept {
    return {.client = host_place(event.client, event.vlan),
            .server = host_place(event.server, event.vlan),
            .unit = event.protocol == Protocol::modbus ? unit : 0,
            .protocol = event.protocol};
  }

  // --- unanswered ---

  void note_answer(const Event& event) {
    const HostPlace server = host_place(event.server, event.vlan);
    if (answered_ == Timestamp{}) {
      first_server_ = server;
    }
    several_ = several_ || !(server == first_server_);
    if (many_wait_ && event.packet.time - answered_ > kBlind) {
      blind_until_ = event.packet.time;
    }
    if (event.packet.time > answered_) {
      waits_ = false;
      many_wait_ = false;
    }
    answered_ = std::max(answered_, event.packet.time);
  }

  // Several servers that answer nothing, and nobody who does: the mirror shows one direction.
  void note_waiting(const HostPlace& server, Timestamp request) {
    if (request <= answered_) {
      return;
    }
    many_wait_ = many_wait_ || (waits_ && !(server == waiting_));
    waiting_ = server;
    waits_ = true;
  }

  // Where no server's answer was seen since then, it is the mirror that shows one direction.
  [[nodiscard]] bool somebody_answers(Timestamp since) const noexcept {
    return !several_ || answered_ > since;
  }

  // A unit that never answered is not silent, it is not there.
  static bool answered_before(const Event& event, const RuleContext& context) {
    if (context.parties.server == kNone) {
      return false;
    }
    const auto& units = context.inventory.asset(context.parties.server).units;
    const auto at = std::ranges::lower_bound(units, event.anomaly.unit, {}, &Unit::id);
    return at != units.end() && at->id == event.anomaly.unit && at->responses + at->exceptions > 0;
  }

  void on_unanswered(const Event& event, const RuleContext& context, FindingSink& out) {
    const ServerKey key = key_of(event, event.anomaly.unit);
    std::uint32_t slot = servers_.find(key);
    if (slot == servers_.kNone) {
      slot = servers_.insert(key);
      servers_[slot].first = event.anomaly.request;
    }
    Unanswered& row = servers_[slot];
    const Timestamp asked = event.anomaly.request.time;
    if (!row.told) {
      note_waiting(key.server, asked);
      if (asked <= blind_until_) {
        servers_.erase(slot);
        return;
      }
      if (row.first.time <= blind_until_) {
        row.count = 0;
        row.first = event.anomaly.request;
      }
    }
    ++row.count;
    if (row.told) {
      static_cast<void>(out.again(row.alert, event.anomaly.request));
      return;
    }
    const ZoneIndex zone = context.policy.zone_of(host_key(event.server, event.vlan));
    const double most = context.policy.threshold(kKind, kThresholds[kUnanswered], zone);
    // Until then an answer in between may not have been told.
    const bool sure = event.packet.time - row.first.time > Routine::kTogether;
    if (row.count >= most && sure && !many_wait_ && somebody_answers(row.first.time) &&
        answered_before(event, context)) {
      row.told = true;
      row.alert = out.raise(unanswered(row, event, context));
    }
  }

  void on_answer(const Event& event, FindingSink& out) {
    const std::uint32_t slot = servers_.find(key_of(event, event.message.unit));
    if (slot == servers_.kNone || event.packet.time <= servers_[slot].first.time) {
      return;
    }
    if (servers_[slot].told) {
      out.refine(servers_[slot].alert, Outcome::success, event.packet);
    }
    servers_.erase(slot);
  }

  static Finding unanswered(const Unanswered& row, const Event& event, const RuleContext& context) {
    Finding finding;
    finding.source = server_party(event, context);
    finding.destination = client_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.times = row.count;
    finding.evidence = {row.first, event.anomaly.request};
    finding.state = event.state;
    const std::string unit = unit_name(event.protocol, event.anomaly.unit);
    finding.why = host_words(host_key(finding.source), context.policy) + unit +
                  " answered before and has now left " + with_commas(row.count) + ' ' +
                  finding.protocol + " requests in a row without an answer, for " +
                  seconds_words(seconds(event.packet.time - row.first.time)) + '.';
    complete(finding, unit, context);
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    return finding;
  }

  static bool is_controller(const Party& party, const RuleContext& context) {
    const HostKey key = host_key(party);
    if (is_protected(key, party.asset, context) || context.baseline == nullptr) {
      return is_protected(key, party.asset, context);
    }
    const BaselineHostIndex host = context.baseline->host(key);
    return context.baseline->host_entry(host).role == to_string(Role::controller);
  }

  static void complete(Finding& finding, const std::string& unit, const RuleContext& context) {
    finding.kind = kKind;
    finding.severity = is_controller(finding.source, context) ? Severity::high : Severity::medium;
    finding.confidence = 80;
    finding.quiet = kQuiet;
    finding.dedup_key = party_id(finding.source, context.inventory) + unit + " < " +
                        party_id(finding.destination, context.inventory) + ' ' + finding.protocol;
    finding.certin = CertInClass::none;
    finding.attack = {kAttack[0], kAttack[1]};
  }

  // --- polls of the baseline ---

  void begin(Timestamp now, const RuleContext& context) {
    begun_ = true;
    heard_ = now;
    begun_at_ = now;
    ways_ = {now, now};
    const Baseline& baseline = *context.baseline;
    for (const BaselineZone& zone : baseline.data().zones) {
      if (!baseline.locked(zone.name)) {
        continue;
      }
      for (const BaselinePoll& poll : zone.polls) {
        add(poll, now, context);
      }
    }
    std::ranges::sort(polls_, {}, &PollState::poll);
  }

  void add(const BaselinePoll& poll, Timestamp now, const RuleContext& context) {
    const HostPlace& server = poll.link.server;
    const ZoneIndex zone =
        context.policy.zone_of({.ip = server.ip, .mac = server.mac, .vlan = server.vlan});
    const auto threshold = [&](std::size_t which) {
      return context.policy.threshold(kKind, kThresholds[which], zone);
    };
    PollState state;
    state.poll = &poll;
    state.link = context.baseline->link_of(poll);
    state.last = now;
    state.limit = std::max(threshold(kIntervals) * poll.interval.median, threshold(kLeastSeconds));
    if (state.link != kNone) {
      polls_.push_back(state);
    }
  }

  void watch(const Event& event, bool message, const RuleContext& context, FindingSink& out) {
    const Timestamp now = event.packet.time;
    if (!begun_) {
      begin(now, context);
    }
    if (now - heard_ > kBlind) {
      for (PollState& state : polls_) {
        state.last += now - heard_;
      }
    }
    heard_ = std::max(heard_, now);
    if (message) {
      note_direction(event, context);
    }
    if (message && asks(event)) {
      on_poll(event, context, out);
    }
    if (now >= next_check_) {
      next_check_ = now + kCheck;
      check(event.packet, context, out);
    }
  }

  // [0]: from servers, [1]: from clients
  using Directions = std::array<Timestamp, 2>;

  // Whether what comes the other way is heard while this way nothing is. Where a server falls
  // silent its client is still heard, so that alone tells of the mirror only the other way round.
  static bool hidden(const Directions& heard, bool by_client) noexcept {
    const auto way = static_cast<std::size_t>(by_client);
    return heard[1 - way] - heard[way] > kBlind;
  }

  [[nodiscard]] bool hidden(const PollState& state) const noexcept {
    const bool by_client = state.poll->by_client;
    return (several_ && hidden(ways_, by_client)) ||
           (by_client && state.link < links_.size() && hidden(links_[state.link], true));
  }

  void note_direction(const Event& event, const RuleContext& context) {
    const Timestamp now = event.packet.time;
    const bool by_client = event.from_client;
    const auto way = static_cast<std::size_t>(by_client);
    const BaselineLinkIndex link = context.links->of(event, context).link;
    if (link != kNone && link >= links_.size()) {
      links_.resize(link + std::size_t{1}, Directions{begun_at_, begun_at_});
    }
    // What was hidden until now was not missing until now.
    if ((several_ && hidden(ways_, by_client)) ||
        (by_client && link != kNone && hidden(links_[link], true))) {
      for (PollState& state : polls_) {
        if (state.poll->by_client == by_client && hidden(state)) {
          state.last = std::max(state.last, now);
        }
      }
    }
    ways_[way] = std::max(ways_[way], now);
    // What a server sends unasked does not tell that it was asked.
    if (link != kNone && (by_client || !asks(event))) {
      links_[link][way] = std::max(links_[link][way], now);
    }
  }

  void on_poll(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (view.link == kNone) {
      return;
    }
    const BaselinePoll* poll =
        context.baseline->poll(view.link, event.message.unit, event.message.function,
                               event.message.sub_function, poll_address(event), event.from_client);
    const auto at = std::ranges::lower_bound(polls_, poll, {}, &PollState::poll);
    if (poll == nullptr || at == polls_.end() || at->poll != poll) {
      return;
    }
    at->last = std::max(at->last, event.packet.time);
    at->packet = event.packet;
    at->state = event.state;
    at->seen = true;
    at->together = event.kind != EventKind::tally && (event.repeats > 0 || at->together);
    if (at->silent) {
      at->silent = false;
      out.refine(at->alert, Outcome::success, event.packet);
    }
  }

  void check(const PacketRef& packet, const RuleContext& context, FindingSink& out) {
    const Timestamp now = packet.time;
    for (PollState& state : polls_) {
      const double untold = state.together ? seconds(Routine::kTogether) : 0;
      if (!state.silent && seconds(now - state.last) > state.limit + untold) {
        if (hidden(state)) {
          state.last = now;
          continue;
        }
        state.silent = true;
        state.alert = out.raise(missing(state, packet, context));
      }
    }
  }

  static Party party_of(const HostPlace& place, const RuleContext& context) {
    Party party;
    party.ip = place.ip;
    party.mac = place.mac;
    party.vlan = place.vlan;
    party.asset = place.ip.empty() ? context.inventory.find(place.mac)
                                   : context.inventory.find(place.ip, place.vlan);
    return party;
  }

  // `packet`: at which it was noticed, whatever it is about; it tells the time.
  static Finding missing(const PollState& state, const PacketRef& packet,
                         const RuleContext& context) {
    const Timestamp now = packet.time;
    const BaselinePoll& poll = *state.poll;
    Finding finding;
    // Whoever should speak.
    finding.source = party_of(poll.by_client ? poll.link.client : poll.link.server, context);
    finding.destination = party_of(poll.by_client ? poll.link.server : poll.link.client, context);
    finding.protocol = to_string(poll.link.service);
    const std::string unit = unit_name(poll.link.service.protocol, poll.unit);
    const std::string learned =
        "median " + seconds_words(poll.interval.median) + " ± " + seconds_words(poll.interval.mad);
    const std::string since = seconds_words(seconds(now - state.last));
    finding.why = host_words(host_key(finding.source), context.policy) + " sends " +
                  (poll.name.empty() ? finding.protocol : poll.name) + " to " +
                  host_words(host_key(finding.destination), context.policy) + unit + " every " +
                  learned + "; " +
                  (state.seen ? "none came for " + since : "none came in the first " + since) + '.';
    finding.baseline = {"polls of " + to_string(poll.link) + unit, learned, "none for " + since};
    complete(finding, unit, context);
    finding.accept = ignore_entry(finding, context.policy, now);
    if (state.seen) {
      finding.evidence.push_back(state.packet);
    }
    finding.evidence.push_back(packet);
    finding.state = state.state;
    return finding;
  }

  LruTable<ServerKey, Unanswered, KeyHash> servers_{kMostServers};
  Timestamp answered_{};  // the latest answer of any server
  HostPlace first_server_;
  bool several_ = false;  // servers that answered
  HostPlace waiting_;     // the last server of a request without an answer since answered_
  bool waits_ = false;
  bool many_wait_ = false;
  Timestamp blind_until_{};        // until then the mirror showed no answers
  Directions ways_{};              // the latest message of anybody
  std::vector<Directions> links_;  // and of each link of the baseline
  Timestamp begun_at_{};
  std::vector<PollState> polls_;  // as many as the baseline has
  bool begun_ = false;
  Timestamp heard_{};  // the latest event
  Timestamp next_check_{};
};

}  // namespace

extern const DetectorInfo device_silent_detector;
constinit const DetectorInfo device_silent_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<DeviceSilent>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
