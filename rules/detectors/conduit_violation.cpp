// Traffic between zones that no conduit allows (detections.md, 1). Works from the first packet.
//
// A decoded message is judged by its operation class; a flow that no decoder knows by its port,
// and only after a while, since its first message may still come. Answers need no conduit.

#include <algorithm>
#include <array>
#include <memory>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "dissectors/registry.hpp"
#include "rules/conduit_finding.hpp"
#include "rules/conduit_watch.hpp"
#include "rules/describe.hpp"
#include "rules/per_flow.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kMostWaiting = 4096;
// How long an established flow may say nothing before it is judged by its port: where a decoded
// protocol is expected longer, since it is then most likely idle.
constexpr std::chrono::seconds kWait{2};
constexpr std::chrono::seconds kWaitExpected{30};
constexpr std::uint64_t kBytesWithoutPayload = 90;  // a packet that only opens or keeps alive

constexpr std::size_t kProtocols = static_cast<std::size_t>(Protocol::unknown);

// Whether an [[exception]] may be for the hosts of a flow. Unknown until one is looked for.
enum class Exceptable : std::uint8_t { unknown, no, yes };

// A class of operation of which something was not allowed.
struct ClassNote {
  bool refused = false;  // whatever the target and at all times; else each is judged
  AlertHandle alert;
};
using ClassNotes = std::array<std::array<ClassNote, kOperations>, kProtocols>;

struct FlowNote {
  ZonePair zones;
  bool exempt = false;   // within one zone, or not between two hosts
  bool waiting = false;  // in the table of flows that said nothing yet
  bool foreign = false;  // bytes that contradict the protocol of the port
  Exceptable exceptable = Exceptable::unknown;
  std::array<std::uint8_t, kProtocols> allowed{};  // bit per Operation: whatever the target
  std::unique_ptr<ClassNotes> classes;             // of few flows
};

struct Waiting {
  Event event;
  KeptParty client;
  KeptParty server;
  Timestamp due;
};

struct FlowHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(std::uint32_t flow) const noexcept {
    return Hasher{seed}.add(flow).value();
  }
};

bool names_no_host(const Endpoint& end) noexcept {
  return end.ip.empty() || end.ip.multicast() || end.ip.broadcast() || end.ip.unspecified() ||
         end.ip.loopback() || end.mac.group();
}

// The protocol that is at home on the server's port; unknown if none.
Protocol home_of(const Event& event) noexcept {
  const auto layer =
      event.transport == Transport::udp ? Binding::Layer::udp_port : Binding::Layer::tcp_port;
  return at_home({layer, event.server.port});
}

class ConduitViolation final : public Detector {
 public:
  void expect(std::span<const FlowId> flows) const noexcept override { notes_.expect(flows); }

  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (!context.policy.has_zones()) {
      return;
    }
    if (waiting_.size() > 0 && event.packet.time >= next_due_) {
      judge_waiting(event.packet.time, context, out);
    }
    if (!event.flow.valid()) {
      return;
    }
    switch (event.kind) {
      case EventKind::message:
      case EventKind::tally:  // judged too: a permit may have ended since one of them was told
        on_message(event, context, out);
        break;
      case EventKind::flow:
        on_flow(event, context, out);
        break;
      case EventKind::anomaly:
        note_of(event, context.policy).foreign = true;
        break;
      default:
        break;
    }
  }

  void on_end(const RuleContext& context, FindingSink& out) override {
    judge_waiting(Timestamp::max(), context, out);
  }

 private:
  FlowNote& note_of(const Event& event, const Policy& policy) {
    const auto [note, fresh] = notes_.at(event.flow);
    if (fresh) {
      forget_former(event.flow);
      note.exempt = names_no_host(event.client) || names_no_host(event.server);
      if (!note.exempt) {
        set_zones(note, event, policy);
      }
    }
    return note;
  }

  // A flow whose end was never told and whose slot has a new owner.
  void forget_former(FlowId flow) {
    if (waiting_.size() > 0) {
      if (const std::uint32_t slot = waiting_.find(flow.index()); slot != waiting_.kNone) {
        waiting_.erase(slot);
      }
    }
  }

  static void set_zones(FlowNote& note, const Event& event, const Policy& policy) {
    note.zones.from = policy.zone_of(host_key(event.client, event.vlan));
    note.zones.to = policy.zone_of(host_key(event.server, event.vlan));
    note.exempt = note.zones.from == note.zones.to;
  }

  // --- decoded messages ---

  static bool asks(const MessageFacts& message, Completeness state) noexcept {
    if (message.kind == Kind::request || message.kind == Kind::oneway) {
      return true;
    }
    // An answer stands for a request that the capture misses. After the beginning of a capture,
    // or a gap, the requests will be seen, and an answer alone may be misread.
    return !message.matched && (state == Completeness::complete || state == Completeness::one_way);
  }

  void on_message(const Event& event, const RuleContext& context, FindingSink& out) {
    FlowNote& note = note_of(event, context.policy);
    stop_waiting(note, event.flow);
    if (note.exempt || !asks(event.message, event.state)) {
      return;
    }
    const auto protocol = static_cast<std::size_t>(event.protocol);
    const auto operation = static_cast<std::size_t>(event.message.operation);
    const bool watched = context.watch != nullptr;
    if (!watched && (static_cast<unsigned>(note.allowed[protocol]) >> operation & 1U) != 0) {
      return;
    }
    if (note.classes && !watched) {
      const ClassNote& known = (*note.classes)[protocol][operation];
      if (known.refused && out.again(known.alert, event.packet, event.repeats + 1U)) {
        return;
      }
    }
    const Request request = request_of(event);
    const Verdict verdict = judge(note, event, request, context);
    if (verdict.allowed) {
      const unsigned for_good = verdict.depends_on_target || verdict.depends_on_time ? 0 : 1;
      note.allowed[protocol] |= static_cast<std::uint8_t>(for_good << operation);
      if (watched) {
        context.watch->allowed(note.zones, event, verdict, event.repeats + 1U);
      }
      return;
    }
    if (!(verdict.depends_on_target && target_forgotten(event))) {
      forbid(note, event, verdict, context, out);
      if (watched) {
        context.watch->refused(note.zones, event, request, event.repeats + 1U);
      }
    }
  }

  // Of a tally the name of the target is not known any longer.
  static bool target_forgotten(const Event& event) noexcept {
    return event.kind == EventKind::tally && event.message.count == 0 &&
           event.message.table.empty();
  }

  static void forbid(FlowNote& note, const Event& event, const Verdict& verdict,
                     const RuleContext& context, FindingSink& out) {
    if (!note.classes) {
      note.classes = std::make_unique<ClassNotes>();
    }
    ClassNote& seen = (*note.classes)[static_cast<std::size_t>(event.protocol)]
                                     [static_cast<std::size_t>(event.message.operation)];
    seen.refused = !verdict.depends_on_target && !verdict.depends_on_time;
    if (out.again(seen.alert, event.packet, event.repeats + 1U)) {
      return;
    }
    Finding finding = conduit_finding_of_message(note.zones, event, verdict, context);
    finding.times = event.repeats + 1U;
    seen.alert = out.raise(std::move(finding));
  }

  static Request request_of(const Event& event) noexcept {
    const MessageFacts& message = event.message;
    return {.protocol = event.protocol,
            .transport = event.transport,
            .server_port = event.server.port,
            .has_operation = true,
            .operation = message.operation,
            .name = message.name,
            .target = {.table = message.table,
                       .text = event.text,
                       .unit = message.unit,
                       .address = message.address,
                       .count = message.count},
            .time = event.packet.time};
  }

  // What no conduit allows an exception may, or may have until it ended.
  static void except(FlowNote& note, const Event& event, const Request& request,
                     const RuleContext& context, Verdict& verdict) {
    if (context.policy.site().exceptions.empty() || note.exceptable == Exceptable::no) {
      return;
    }
    const HostKey client = host_key(event.client, event.vlan);
    const HostKey server = host_key(event.server, event.vlan);
    if (note.exceptable == Exceptable::unknown) {
      note.exceptable =
          context.policy.may_except(client, server) ? Exceptable::yes : Exceptable::no;
    }
    if (note.exceptable == Exceptable::no) {
      return;
    }
    const Policy::Excepted found = context.policy.excepted(client, server, request);
    verdict.depends_on_time = true;  // and on the target, which comes to the same
    verdict.allowed = found.holds != nullptr;
    verdict.exception = found.holds != nullptr ? found.holds : found.over;
    if (verdict.allowed) {
      const auto index =
          static_cast<std::size_t>(found.holds - context.policy.site().exceptions.data());
      count_exception(context.exceptions, index, event);
    }
  }

  static void count_exception(std::span<ExceptionUse> uses, std::size_t index, const Event& event) {
    if (index >= uses.size()) {
      return;
    }
    ExceptionUse& use = uses[index];
    use.first = use.count == 0 ? event.packet.time : use.first;
    use.last = event.packet.time;
    use.count += event.kind == EventKind::flow ? 1U : event.repeats + 1U;
  }

  static Verdict judge(FlowNote& note, const Event& event, Request request,
                       const RuleContext& context) {
    const MessageFacts& message = event.message;
    const Policy& policy = context.policy;
    Verdict verdict = policy.judge(note.zones.from, note.zones.to, request);
    const bool is_answer = message.kind == Kind::response || message.kind == Kind::exception;
    if (verdict.depends_on_target && is_answer && message.count == 0 && event.text.empty()) {
      verdict.allowed = true;  // what was asked for is not known
    }
    if (!verdict.allowed && message.direction == Direction::unknown) {
      request.server_port = event.client.port;
      verdict.allowed = policy.judge(note.zones.to, note.zones.from, request).allowed;
      request.server_port = event.server.port;
    }
    if (!verdict.allowed) {
      except(note, event, request, context, verdict);
    }
    return verdict;
  }

  // --- flows that no decoder knows ---

  void on_flow(const Event& event, const RuleContext& context, FindingSink& out) {
    FlowNote& note = note_of(event, context.policy);
    if (event.flow_facts.stage == FlowStage::established) {
      if (!note.exempt) {
        // Which side opened may be known only now.
        set_zones(note, event, context.policy);
      }
      on_established(note, event, context, out);
      return;
    }
    if (event.flow_facts.stage == FlowStage::closed && note.waiting) {
      const std::uint32_t slot = waiting_.find(event.flow.index());
      Waiting waiting = waiting_[slot];
      stop_waiting(note, event.flow);
      waiting.event.flow_facts = event.flow_facts;
      judge_port(note, waiting, context, out);
    }
  }

  void on_established(FlowNote& note, const Event& event, const RuleContext& context,
                      FindingSink& out) {
    const bool judged_by_messages = event.protocol != Protocol::unknown;
    const bool has_port = event.transport == Transport::tcp || event.transport == Transport::udp ||
                          event.transport == Transport::icmp;
    if (note.exempt || judged_by_messages || !has_port || note.waiting) {
      return;
    }
    const Verdict verdict = judge_flow(note, event, context);
    if (verdict.allowed) {
      if (context.watch != nullptr) {
        context.watch->allowed(note.zones, event, verdict, 1);
      }
      return;
    }
    if (waiting_.full()) {
      judge_oldest(context, out);
    }
    const bool expected = home_of(event) != Protocol::unknown ||
                          note.exceptable == Exceptable::yes ||
                          context.policy.names_any_decoded(note.zones.from, note.zones.to);
    const Timestamp due = event.packet.time + (expected ? kWaitExpected : kWait);
    next_due_ = waiting_.size() == 0 ? due : std::min(next_due_, due);
    const Inventory& inventory = context.inventory;
    waiting_[waiting_.insert(event.flow.index())] = {
        event, keep(client_party(event, context), inventory),
        keep(server_party(event, context), inventory), due};
    note.waiting = true;
  }

  static Request port_request(const Event& event) noexcept {
    return {.protocol = Protocol::unknown,
            .transport = event.transport,
            .server_port = event.server.port,
            .has_operation = false,
            .operation = {},
            .name = {},
            .target = {},
            .time = event.packet.time};
  }

  static Verdict judge_flow(FlowNote& note, const Event& event, const RuleContext& context) {
    const Policy& policy = context.policy;
    Request request = port_request(event);
    Verdict verdict = policy.judge(note.zones.from, note.zones.to, request);
    if (!verdict.allowed && !event.flow_facts.client_known) {
      request.server_port = event.client.port;
      verdict.allowed = policy.judge(note.zones.to, note.zones.from, request).allowed;
      request.server_port = event.server.port;
    }
    if (!verdict.allowed) {
      except(note, event, request, context, verdict);
    }
    return verdict;
  }

  // A connection to the port of a protocol, over which nothing was said.
  static bool is_silent(const FlowNote& note, const Event& event) noexcept {
    const FlowFacts& facts = event.flow_facts;
    return !note.foreign && home_of(event) != Protocol::unknown &&
           facts.bytes[0] + facts.bytes[1] <=
               kBytesWithoutPayload * (facts.packets[0] + facts.packets[1]);
  }

  // And the protocol is allowed.
  static bool is_idle(const FlowNote& note, const Event& event, const Policy& policy) {
    const Protocol home = home_of(event);
    return is_silent(note, event) &&
           (policy.names_protocol(note.zones.from, note.zones.to, home) ||
            (note.exceptable == Exceptable::yes &&
             policy.excepts_protocol(host_key(event.client, event.vlan),
                                     host_key(event.server, event.vlan), home, event.packet.time)));
  }

  void judge_port(FlowNote& note, const Waiting& waiting, const RuleContext& context,
                  FindingSink& out) {
    const Event& event = waiting.event;
    const Verdict verdict = judge_flow(note, event, context);
    if (verdict.allowed || is_idle(note, event, context.policy)) {
      return;
    }
    if (context.watch != nullptr) {
      Request request = port_request(event);
      request.protocol = is_silent(note, event) ? home_of(event) : Protocol::unknown;
      context.watch->refused(note.zones, event, request, 1);
    }
    const Parties parties{.client = recall(waiting.client, context.inventory).asset,
                          .server = recall(waiting.server, context.inventory).asset};
    out.raise(conduit_finding_of_flow(note.zones, event, verdict,
                                      {context.inventory, context.policy, parties}));
  }

  void judge_oldest(const RuleContext& context, FindingSink& out) {
    const std::uint32_t slot = waiting_.oldest();
    const Waiting waiting = waiting_[slot];
    waiting_.erase(slot);
    FlowNote& note = notes_.at(waiting.event.flow).note;
    note.waiting = false;
    judge_port(note, waiting, context, out);
  }

  void judge_waiting(Timestamp now, const RuleContext& context, FindingSink& out) {
    next_due_ = Timestamp::max();
    waiting_.for_each([&](std::uint32_t slot) {
      if (waiting_[slot].due > now) {
        next_due_ = std::min(next_due_, waiting_[slot].due);
        return;
      }
      const Waiting waiting = waiting_[slot];
      waiting_.erase(slot);
      FlowNote& note = notes_.at(waiting.event.flow).note;
      note.waiting = false;
      judge_port(note, waiting, context, out);
    });
  }

  void stop_waiting(FlowNote& note, FlowId flow) {
    if (note.waiting) {
      waiting_.erase(waiting_.find(flow.index()));
      note.waiting = false;
    }
  }

  PerFlow<FlowNote> notes_;
  LruTable<std::uint32_t, Waiting, FlowHash> waiting_{kMostWaiting};
  Timestamp next_due_ = Timestamp::max();
};

}  // namespace

extern const DetectorInfo conduit_violation_detector;
constinit const DetectorInfo conduit_violation_detector = {
    .kind = kConduitKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ConduitViolation>(); },
    .attack = kConduitAttack,
};

}  // namespace prahari
