// Two hosts that speak a protocol with each other do something that they never did (detections.md,
// 6). "Alike counts as known": see rules/alike.hpp.

#include <algorithm>
#include <array>

#include "dissectors/lru_table.hpp"
#include "rules/alike.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"
#include "rules/sealed_size.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "new-operation";
constexpr std::array<std::string_view, 1> kAttack = {"T0855"};
constexpr std::uint32_t kMostKnown = 8192;
constexpr std::size_t kKept = 4;

constexpr auto kThresholds =
    std::to_array<Threshold>({kAlikeThreshold, kAlikeDayThreshold, kSealedThreshold});

struct Key {
  const Baseline* baseline = nullptr;  // `link` is an index of it
  std::uint32_t link = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  Operation operation{};
  std::uint64_t object = 0;

  void add_to(Hasher& hash) const noexcept {
    hash.add(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(baseline)))
        .add(std::uint64_t{link} << 32U | std::uint64_t{function} << 16U | sub_function)
        .add(static_cast<std::uint64_t>(operation))
        .add(object);
  }
  friend bool operator==(const Key&, const Key&) = default;
};

struct Judged {
  bool allowed = false;
  bool alike = false;  // told as one that is like what it does
  AlertHandle alert;
};

class NewOperation final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (context.baseline == nullptr || event.kind != EventKind::message || !asks(event)) {
      return;  // a tally is of messages like one that was told
    }
    const LinkView& view = context.links->of(event, context);
    if (!view.locked || view.new_client || view.link == kNone) {
      return;
    }
    sizes_.on_request(event, view, context, out);
    const Key key = key_of(view, event);
    FlowNote stray;
    FlowNote& note = event.flow.valid() ? notes_.at(event.flow).note : stray;
    if (std::ranges::find(note.allowed, key) != note.allowed.end()) {
      return;
    }
    judge(key, view, note, event, context, out);
  }

 private:
  // What was found allowed of late on this flow; most flows do but a few things.
  struct FlowNote {
    std::array<Key, kKept> allowed{};
    std::uint8_t next = 0;
    FlowNote() { allowed.fill({.link = kNone}); }
  };

  [[nodiscard]] Key key_of(const LinkView& view, const Event& event) const noexcept {
    const std::string_view object = object_of(event.message.table, event.text);
    return {.baseline = view.baseline,
            .link = view.link,
            .function = event.message.function,
            .sub_function = event.message.sub_function,
            .operation = event.message.operation,
            .object = object.empty() ? 0 : Hasher{seed_}.add(object).value()};
  }

  void judge(const Key& key, const LinkView& view, FlowNote& note, const Event& event,
             const RuleContext& context, FindingSink& out) {
    std::uint32_t slot = judged_.find(key);
    if (slot == judged_.kNone) {
      slot = judged_.insert(key);
      const MessageFacts& message = event.message;
      judged_[slot].allowed =
          context.baseline->allows(view.link, message.operation, message.function,
                                   message.sub_function, object_of(message.table, event.text));
    }
    Judged& judged = judged_[slot];
    if (judged.allowed) {
      note.allowed[note.next++ % kKept] = key;
      return;
    }
    const bool alike = alike_.counts_as_known(view.link, event, context);
    if (!alike && view.second_writer && event.message.operation == Operation::write) {
      return;  // second-master tells of it
    }
    if (judged.alike == alike && out.again(judged.alert, event.packet, event.repeats + 1U)) {
      return;
    }
    judged.alike = alike;
    judged.alert = out.raise(finding_of(view, alike, event, context));
  }

  static Severity severity_of(Operation operation) noexcept {
    return operation == Operation::read || operation == Operation::discover ? Severity::medium
                                                                            : Severity::high;
  }

  static Finding finding_of(const LinkView& view, bool alike, const Event& event,
                            const RuleContext& context) {
    const MessageFacts& message = event.message;
    Finding finding = message_finding(kKind, event, context);
    finding.severity = alike ? Severity::info : severity_of(message.operation);
    finding.confidence = 90;
    finding.quiet = std::chrono::hours{24};
    const std::string object{object_of(message.table, event.text)};
    finding.dedup_key =
        party_id(finding.source, context.inventory) + " > " +
        party_id(finding.destination, context.inventory) + ' ' + finding.protocol + ' ' +
        std::to_string(message.function) + '/' + std::to_string(message.sub_function) + ' ' +
        std::string(to_string(message.operation)) + ' ' + object + (alike ? " alike" : "");
    const std::string who = host_words(host_key(finding.source), context.policy);
    const std::string whom = host_words(host_key(finding.destination), context.policy);
    finding.why = who + " sent " + finding.protocol + ' ' + finding.operation_name +
                  (finding.target.empty() ? "" : " for " + finding.target) + " to " + whom +
                  "; while the baseline was learned it never sent that there.";
    if (alike) {
      finding.why +=
          " It writes the like on it or on a device of the same role, and reads there "
          "what it wrote, so this counts as known.";
    }
    finding.certin = alike                                  ? CertInClass::none
                     : finding.severity == Severity::medium ? CertInClass::posture
                                                            : CertInClass::incident;
    finding.attack = {kAttack[0]};
    const std::string zone = server_section(event, context);
    const BaselineLink link = link_of(event, message_service(event));
    finding.accept = accept_entry(zone, "operations",
                                  entry_json(BaselineOperation{.link = link,
                                                               .operation = message.operation,
                                                               .function = message.function,
                                                               .sub_function = message.sub_function,
                                                               .object = object,
                                                               .name = std::string(message.name)}));
    finding.baseline = {"operations of " + to_string(link),
                        context.baseline->operations_text(view.link),
                        std::string(to_string(message.operation)) + ' ' + finding.operation_name};
    return finding;
  }

  std::uint64_t seed_ = process_seed();
  LruTable<Key, Judged, KeyHash> judged_{kMostKnown};
  PerFlow<FlowNote> notes_;
  Alike alike_{kKind};
  SealedSize sizes_;
};

}  // namespace

extern const DetectorInfo new_operation_detector;
constinit const DetectorInfo new_operation_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<NewOperation>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
