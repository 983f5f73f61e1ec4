// One client tries out what a server knows: a burst of refusals of one sort from that server to
// that client (detections.md, 16; thresholds for Modbus from the Quickdraw rules).
//
// A pair is new, and the finding High, when the baseline in force knows nothing between the two.
// Without one: when it was first seen less than ten minutes ago and the capture is at least ten
// minutes older than the pair; before that every pair looks new.

#include <algorithm>
#include <array>
#include <vector>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "probing";
constexpr std::array<std::string_view, 2> kAttack = {"T0806", "T0888"};
constexpr std::uint32_t kMostPairs = 4096;
constexpr std::size_t kMostNeeded = 20;

struct Refusal {
  std::string_view protocol;
  std::uint32_t mask;                     // the bits of the status that count
  std::array<std::uint32_t, 2> statuses;  // alike; the second may repeat the first
  std::string_view words;
};

constexpr std::uint32_t kWhole = 0xffffffff;
constexpr std::uint32_t kGeneral = 0xff;          // CIP: without the extended status
constexpr std::uint32_t kCondition = 0xffff0000;  // OPC UA: without the information bits

constexpr auto kRefusals = std::to_array<Refusal>({
    {"modbus", kWhole, {1, 1}, "exception 1 (illegal function)"},
    {"modbus", kWhole, {2, 2}, "exception 2 (illegal data address)"},
    {"modbus", kWhole, {5, 6}, "exceptions 5 and 6 (acknowledge, device busy)"},
    {"cip", kGeneral, {0x05, 0x05}, "status 0x05 (path destination unknown)"},
    {"cip", kGeneral, {0x08, 0x08}, "status 0x08 (service not supported)"},
    {"opcua", kCondition, {0x80340000, 0x80340000}, "BadNodeIdUnknown"},
    {"opcua", kCondition, {0x801F0000, 0x801F0000}, "BadUserAccessDenied"},
});

// How many within the window, in the order of kRefusals; then the window, and for how long a pair
// counts as new.
constexpr auto kThresholds = std::to_array<Threshold>({
    {"modbus_illegal_function", 3, 2, kMostNeeded, "refusals with Modbus exception 1"},
    {"modbus_illegal_address", 5, 2, kMostNeeded, "refusals with Modbus exception 2"},
    {"modbus_busy", 3, 2, kMostNeeded, "refusals with Modbus exception 5 or 6"},
    {"cip_path_unknown", 5, 2, kMostNeeded, "refusals with CIP status 0x05"},
    {"cip_not_supported", 5, 2, kMostNeeded, "refusals with CIP status 0x08"},
    {"opcua_node_unknown", 5, 2, kMostNeeded, "refusals with BadNodeIdUnknown"},
    {"opcua_access_denied", 5, 2, kMostNeeded, "refusals with BadUserAccessDenied"},
    {"window_seconds", 60, 1, 86'400, "seconds within which they count"},
    {"new_pair_minutes", 10, 0, 1440, "minutes for which a pair counts as new"},
});
constexpr std::size_t kWindow = kRefusals.size();
constexpr std::size_t kNewPair = kWindow + 1;

struct PairKey {
  IpAddress client;
  IpAddress server;
  std::uint8_t refusal = 0;

  friend bool operator==(const PairKey&, const PairKey&) = default;
};

struct PairHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(const PairKey& key) const noexcept {
    return Hasher{seed}.add(key.client).add(key.server).add(key.refusal).value();
  }
};

// The refusals seen last, oldest first.
struct Burst {
  std::array<PacketRef, kMostNeeded> packets{};
  std::array<PacketRef, kMostNeeded> requests{};
  std::uint8_t size = 0;
  std::uint8_t needed = 0;  // of them, within the window
  std::chrono::seconds window{0};
  std::chrono::minutes fresh{0};
  AlertHandle alert;
};

class Probing final : public Detector {
 public:
  Probing() {
    for (std::size_t i = 0; i < kRefusals.size(); ++i) {
      protocols_[i] = protocol_of(kRefusals[i].protocol);
    }
  }

  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (!started_) {
      started_ = true;
      capture_began_ = event.packet.time;
    }
    if (event.kind != EventKind::message || event.message.status == 0 ||
        (event.message.kind != Kind::exception && event.message.kind != Kind::response)) {
      return;
    }
    for (std::size_t i = 0; i < kRefusals.size(); ++i) {
      const Refusal& one = kRefusals[i];
      if (protocols_[i] == event.protocol &&
          std::ranges::find(one.statuses, event.message.status & one.mask) != one.statuses.end()) {
        on_refusal(static_cast<std::uint8_t>(i), event, context, out);
      }
    }
  }

 private:
  static Protocol protocol_of(std::string_view name) noexcept {
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(Protocol::unknown); ++i) {
      if (to_string(static_cast<Protocol>(i)) == name) {
        return static_cast<Protocol>(i);
      }
    }
    return Protocol::unknown;
  }

  void on_refusal(std::uint8_t index, const Event& event, const RuleContext& context,
                  FindingSink& out) {
    const PairKey key{event.client.ip, event.server.ip, index};
    std::uint32_t slot = bursts_.find(key);
    if (slot == bursts_.kNone) {
      slot = bursts_.insert(key);
      set_limits(bursts_[slot], index, event, context.policy);
    }
    Burst& burst = bursts_[slot];
    add(burst, event);
    if (!is_burst(burst) || out.again(burst.alert, event.packet)) {
      return;
    }
    burst.alert = out.raise(finding_of(kRefusals[index], burst, event, context));
  }

  // Those of the zone that the server is in.
  static void set_limits(Burst& burst, std::uint8_t index, const Event& event,
                         const Policy& policy) {
    const ZoneIndex zone = policy.zone_of(host_key(event.server, event.vlan));
    const auto limit = [&](std::size_t which) {
      return static_cast<std::uint32_t>(policy.threshold(kKind, kThresholds[which], zone));
    };
    burst.needed = static_cast<std::uint8_t>(limit(index));
    burst.window = std::chrono::seconds{limit(kWindow)};
    burst.fresh = std::chrono::minutes{limit(kNewPair)};
  }

  static void add(Burst& burst, const Event& event) {
    if (burst.size == burst.needed) {
      std::rotate(burst.packets.begin(), burst.packets.begin() + 1, burst.packets.end());
      std::rotate(burst.requests.begin(), burst.requests.begin() + 1, burst.requests.end());
      --burst.size;
    }
    burst.packets[burst.size] = event.packet;
    burst.requests[burst.size] = event.message.matched ? event.message.request : PacketRef{};
    ++burst.size;
  }

  // By the distance between the times, so that a clock that went backwards makes no burst of
  // refusals that lie hours apart.
  static bool is_burst(const Burst& burst) noexcept {
    if (burst.size < burst.needed) {
      return false;
    }
    const std::span<const PacketRef> packets = std::span{burst.packets}.first(burst.needed);
    const auto [first, last] = std::ranges::minmax_element(packets, {}, &PacketRef::time);
    return last->time - first->time <= burst.window;
  }

  [[nodiscard]] bool is_new(const Burst& burst, const Event& event,
                            const RuleContext& context) const {
    if (context.baseline != nullptr) {
      const LinkView& view = context.links->of(event, context);
      if (view.locked) {
        return !context.baseline->linked(view.client, view.server);
      }
    }
    if (context.parties.conversation == kNone) {
      return false;
    }
    const Timestamp first = context.inventory.conversation(context.parties.conversation).first;
    return event.packet.time - first < burst.fresh && first - capture_began_ >= burst.fresh;
  }

  [[nodiscard]] Finding finding_of(const Refusal& refusal, const Burst& burst, const Event& event,
                                   const RuleContext& context) const {
    const bool fresh = is_new(burst, event, context);
    Finding finding;
    finding.kind = kKind;
    finding.severity = fresh ? Severity::high : Severity::medium;
    finding.confidence = 70;
    finding.certin = CertInClass::incident;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.outcome = Outcome::failure;
    finding.dedup_key = to_string(event.client.ip) + '|' + to_string(event.server.ip) + '|' +
                        finding.protocol + '|' + std::to_string(refusal.statuses[0]);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(
        burst.packets[burst.size - 1U].time - burst.packets[0].time);
    finding.why = host_words(host_key(finding.destination), context.policy) + " refused " +
                  std::to_string(burst.needed) + " requests of " +
                  host_words(host_key(finding.source), context.policy) + " with " +
                  std::string{refusal.words} + " within " +
                  std::to_string(std::max<std::int64_t>(seconds.count(), 1)) +
                  " s: it tries out what the server knows, or it is set up wrongly" +
                  (fresh ? "; the pair is new." : ".");
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0], kAttack[1]};
    for (std::size_t i = 0; i < burst.size; ++i) {
      if (burst.requests[i].frame != 0) {
        finding.evidence.push_back(burst.requests[i]);
      }
      finding.evidence.push_back(burst.packets[i]);
    }
    finding.state = event.state;
    return finding;
  }

  bool started_ = false;
  Timestamp capture_began_;
  std::array<Protocol, kRefusals.size()> protocols_{};
  LruTable<PairKey, Burst, PairHash> bursts_{kMostPairs};
};

}  // namespace

extern const DetectorInfo probing_detector;
constinit const DetectorInfo probing_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<Probing>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
