// A second client wants to own outputs that another one owns (detections.md, 19): exclusive
// ownership is asked for while another client holds it, or the device refuses because of that.
//
// Who holds what is known from answers alone: granted to a request that was seen, and not given
// back, and the session that it was granted over is still there. Only that takes a place in the
// table: what somebody asks, and what nobody asked for, must not push an owner out of it.

#include <algorithm>
#include <array>

#include "dissectors/lru_table.hpp"
#include "rules/alike.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/per_flow.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "second-master";
constexpr auto kAttack = std::to_array<std::string_view>({"T0848", "T0855"});
constexpr std::uint32_t kMostOwned = 4096;

// Refusals that say: somebody else owns it.
struct Conflict {
  std::string_view protocol;
  std::uint32_t status;
};
constexpr auto kConflicts = std::to_array<Conflict>({
    {"cip", 0x010601},  // general status 1, extended status 0x0106
});

bool is_conflict(const Event& event) noexcept {
  return std::ranges::any_of(kConflicts, [&](const Conflict& one) {
    return one.status == event.message.status && one.protocol == to_string(event.protocol);
  });
}

// What can be owned.
struct Key {
  HostPlace server;
  std::uint32_t unit = 0;
  std::uint32_t address = 0;
  std::uint64_t text = 0;  // fingerprint

  void add_to(Hasher& hash) const noexcept {
    server.add_to(hash);
    hash.add(std::uint64_t{unit} << 32U | address).add(text);
  }
  friend bool operator==(const Key&, const Key&) = default;
};

HostPlace client_of(const Event& event) noexcept { return host_place(event.client, event.vlan); }
HostPlace server_of(const Event& event) noexcept { return host_place(event.server, event.vlan); }

struct Owned {
  HostPlace holder;
  FlowId flow;        // over which it was granted
  PacketRef granted;  // the answer that did
  HostPlace asking;   // who was told of last
  AlertHandle alert;
};

class SecondMaster final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind == EventKind::flow) {
      if (event.flow_facts.stage == FlowStage::closed && owned_.size() > 0) {
        on_closed(event.flow);
      }
      return;
    }
    if (event.kind != EventKind::message) {
      return;
    }
    if (event.message.effect == Effect::own) {
      on_own(event, context, out);
    } else if (event.message.effect == Effect::disown) {
      on_disown(event);
    } else if (context.baseline != nullptr && event.message.operation == Operation::write &&
               asks(event)) {
      on_write(event, context, out);
    }
  }

 private:
  struct FlowNote {
    bool holds = false;
    bool told = false;  // as a second writer
    AlertHandle alert;
  };

  // A host that the baseline knows writes where another one is the only writer.
  void on_write(const Event& event, const RuleContext& context, FindingSink& out) {
    const LinkView& view = context.links->of(event, context);
    if (!view.second_writer || view.new_client ||
        (view.link != prahari::kNone && alike_.counts_as_known(view.link, event, context))) {
      return;
    }
    FlowNote stray;
    FlowNote& note = event.flow.valid() ? notes_.at(event.flow).note : stray;
    if (note.told && out.again(note.alert, event.packet)) {
      return;
    }
    note.told = true;
    Finding finding = message_finding(kKind, event, context);
    finding.severity = Severity::high;
    finding.confidence = 85;
    finding.dedup_key = party_id(finding.destination, context.inventory) + "|writer";
    const BaselineHostIndex only = context.baseline->only_writer(view.server);
    const std::string writer = to_string(context.baseline->host_entry(only).place);
    finding.why = host_words(host_key(finding.source), context.policy) + " wrote " +
                  (finding.target.empty() ? "" : finding.target + " of ") +
                  host_words(host_key(finding.destination), context.policy) + " by " +
                  finding.protocol + ' ' + finding.operation_name +
                  "; while the baseline was learned, only " + writer + " wrote to it.";
    finding.baseline = {"writers of " + to_string(context.baseline->host_entry(view.server).place),
                        writer, to_string(host_place(event.client, event.vlan))};
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0], kAttack[1]};
    finding.certin = CertInClass::incident;
    note.alert = out.raise(std::move(finding));
  }

  [[nodiscard]] Key key_of(const Event& event) const noexcept {
    return {.server = server_of(event),
            .unit = event.message.unit,
            .address = event.message.address,
            .text = Hasher{seed_}.add(event.text).value()};
  }

  void on_own(const Event& event, const RuleContext& context, FindingSink& out) {
    const Key key = key_of(event);
    const std::uint32_t slot = owned_.find(key);
    Owned* const owned = slot == owned_.kNone ? nullptr : &owned_[slot];
    const bool answer =
        event.message.kind == Kind::response || event.message.kind == Kind::exception;
    if (answer) {
      on_answer(key, owned, event, context, out);
    } else if (owned != nullptr && owned->holder != client_of(event)) {
      tell(*owned, event, context, out);
    }
  }

  void on_answer(const Key& key, Owned* owned, const Event& event, const RuleContext& context,
                 FindingSink& out) {
    const bool told = owned != nullptr && owned->alert.slot != prahari::kNone &&
                      owned->asking == client_of(event);
    if (told && event.message.matched) {
      out.refine(owned->alert, event.message.outcome, event.packet);
    } else if (is_conflict(event)) {
      if (owned != nullptr) {
        tell(*owned, event, context, out);
      } else {
        out.raise(finding_of(nullptr, event, context));
      }
    }
    if (event.message.outcome == Outcome::success && event.message.matched) {
      grant(owned == nullptr ? owned_[owned_.insert(key)] : *owned, event);
    }
  }

  void grant(Owned& owned, const Event& event) {
    owned = Owned{};  // whoever asks now is another case
    owned.holder = client_of(event);
    owned.flow = event.flow;
    owned.granted = event.packet;
    if (event.flow.valid()) {
      notes_.at(event.flow).note.holds = true;
    }
  }

  void on_disown(const Event& event) {
    const bool asks = event.message.kind == Kind::request || event.message.kind == Kind::oneway;
    if (!asks && event.message.outcome != Outcome::success) {
      return;
    }
    const HostPlace client = client_of(event);
    const std::uint32_t slot = owned_.find(key_of(event));
    if (slot != owned_.kNone) {
      if (owned_[slot].holder == client) {
        owned_.erase(slot);
      }
      return;
    }
    if (event.message.count > 0) {
      return;  // something that was not owned
    }
    // Where it is not told what is given back, it may be anything of that client and server.
    const HostPlace server = server_of(event);
    owned_.for_each([&](std::uint32_t at) {
      if (owned_[at].holder == client && owned_.key(at).server == server) {
        owned_.erase(at);
      }
    });
  }

  void on_closed(FlowId flow) {
    if (!flow.valid() || !notes_.at(flow).note.holds) {
      return;
    }
    owned_.for_each([&](std::uint32_t at) {
      if (owned_[at].flow == flow) {
        owned_.erase(at);
      }
    });
  }

  static void tell(Owned& owned, const Event& event, const RuleContext& context, FindingSink& out) {
    const HostPlace client = client_of(event);
    if (owned.asking == client && out.again(owned.alert, event.packet)) {
      return;
    }
    owned.asking = client;
    owned.alert = out.raise(finding_of(&owned, event, context));
  }

  // `owned`: null where only the refusal says that somebody owns it.
  static Finding finding_of(const Owned* owned, const Event& event, const RuleContext& context) {
    Finding finding = message_finding(kKind, event, context);
    finding.severity = Severity::high;
    finding.confidence = 85;
    finding.dedup_key = party_id(finding.destination, context.inventory);
    const HostKey holder =
        owned == nullptr
            ? HostKey{}
            : HostKey{.ip = owned->holder.ip, .mac = owned->holder.mac, .vlan = owned->holder.vlan};
    finding.why = host_words(host_key(finding.source), context.policy) +
                  " asked to be the owner of outputs of " +
                  host_words(host_key(finding.destination), context.policy) +
                  (finding.target.empty() ? "" : ", " + finding.target) +
                  (owned != nullptr ? ", which " + host_words(holder, context.policy) + " owns"
                                    : ", and was refused because another client owns them") +
                  ", by " + finding.protocol + ' ' + finding.operation_name + '.';
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0], kAttack[1]};
    finding.certin = CertInClass::incident;
    if (event.message.matched) {
      finding.evidence.insert(finding.evidence.begin(), event.message.request);
    }
    if (owned != nullptr) {
      finding.evidence.insert(finding.evidence.begin(), owned->granted);
    }
    return finding;
  }

  std::uint64_t seed_ = process_seed();
  LruTable<Key, Owned, KeyHash> owned_{kMostOwned};
  PerFlow<FlowNote> notes_;
  Alike alike_{"new-operation"};
};

}  // namespace

extern const DetectorInfo second_master_detector;
constinit const DetectorInfo second_master_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<SecondMaster>(); },
    .attack = kAttack,
};

}  // namespace prahari
