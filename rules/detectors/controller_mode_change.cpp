// A controller is started, stopped, restarted or silenced, or its edit lock is taken
// (detections.md, 3). Said at the request; the answer tells how it ended.

#include <algorithm>
#include <array>

#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "controller-mode-change";
constexpr std::array<std::string_view, 5> kAttack = {"T0858", "T0816", "T0814", "T0804", "T0886"};
constexpr std::size_t kMostUnanswered = 256;
constexpr std::chrono::minutes kQuiet{
    15};  // a controller that is stopped twice a day is two alerts

struct Change {
  Effect effect;
  Severity severity;
  std::string_view did;     // to the target
  std::string_view target;  // what it is about, where the message names nothing
  std::array<std::string_view, 3> attack;
};

constexpr auto kChanges = std::to_array<Change>({
    {Effect::start, Severity::critical, "started", "run mode", {"T0858"}},
    {Effect::stop, Severity::critical, "stopped", "run mode", {"T0858", "T0816"}},
    {Effect::reset, Severity::critical, "restarted", "restart", {"T0816", "T0858"}},
    {Effect::silence, Severity::critical, "silenced", "listen-only mode", {"T0814", "T0804"}},
    {Effect::reserve, Severity::medium, "took the edit lock of", "edit lock", {"T0886"}},
    {Effect::release, Severity::medium, "gave back the edit lock of", "edit lock", {"T0886"}},
});

const Change* change_of(Effect effect) noexcept {
  const auto* const found = std::ranges::find(kChanges, effect, &Change::effect);
  return found == kChanges.end() ? nullptr : found;
}

// A request that was told and whose answer may still come.
struct Unanswered {
  FlowId flow;
  PacketRef request;
  AlertHandle alert;
};

class ControllerModeChange final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind != EventKind::message) {
      return;
    }
    const MessageFacts& message = event.message;
    const bool answer = message.kind == Kind::response || message.kind == Kind::exception;
    if (answer && message.matched && waiting_ > 0 && resolve(event, out)) {
      return;
    }
    const Change* change = message.effect == Effect::none ? nullptr : change_of(message.effect);
    if (change == nullptr) {
      return;
    }
    const AlertHandle alert = out.raise(finding_of(*change, event, context));
    if (!answer) {
      waiting_ += unanswered_[next_].flow.valid() ? 0U : 1U;
      unanswered_[next_] = {event.flow, event.packet, alert};
      next_ = (next_ + 1) % kMostUnanswered;
    }
  }

 private:
  // Whether the request of this answer was told already.
  bool resolve(const Event& event, FindingSink& out) {
    auto* const request = std::ranges::find_if(unanswered_, [&](const Unanswered& item) {
      return item.flow == event.flow && item.request == event.message.request;
    });
    if (request == unanswered_.end()) {
      return false;
    }
    out.refine(request->alert, event.message.outcome, event.packet);
    *request = {};
    --waiting_;
    return true;
  }

  static Finding finding_of(const Change& change, const Event& event, const RuleContext& context) {
    Finding finding;
    finding.kind = kKind;
    finding.severity = change.severity;
    finding.confidence = 95;
    finding.quiet = kQuiet;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    set_operation(finding, event);
    finding.outcome = event.message.outcome;
    const std::string unit = finding.target;
    finding.target += finding.target.empty() ? "" : " ";
    finding.target += change.target;
    finding.dedup_key = to_string(event.server.ip) + '|' + std::to_string(event.message.unit) +
                        '|' + std::string{to_string(change.effect)};
    if (event.server.ip.empty()) {
      finding.dedup_key += '|' + to_string(event.server.mac);
    }
    finding.why = host_words(host_key(finding.source), context.policy) + ' ' +
                  std::string{change.did} + ' ' +
                  host_words(host_key(finding.destination), context.policy) +
                  (unit.empty() ? "" : ", " + unit + ',') + " by " + finding.protocol + ' ' +
                  finding.operation_name + '.';
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    finding.attack = change.attack;
    if (change.severity != Severity::critical) {
      finding.certin = CertInClass::none;  // an engineering session, no change of mode
    }
    if (event.message.matched) {
      finding.evidence.push_back(event.message.request);
    }
    finding.evidence.push_back(event.packet);
    finding.state = event.state;
    return finding;
  }

  std::array<Unanswered, kMostUnanswered> unanswered_{};
  std::size_t next_ = 0;
  std::size_t waiting_ = 0;  // how many are set
};

}  // namespace

extern const DetectorInfo controller_mode_change_detector;
constinit const DetectorInfo controller_mode_change_detector = {
    .kind = kKind,
    .title = "Stop / start / mode change / reset",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<ControllerModeChange>(); },
    .attack = kAttack,
};

}  // namespace prahari
