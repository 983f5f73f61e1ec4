// One client tries out what a server knows: a burst of refusals of one sort from that server to
// that client (detections.md, 16; thresholds for Modbus from the Quickdraw rules).
//
// A pair is new, and the finding High, when it was first seen less than ten minutes ago and the
// capture is at least ten minutes older than the pair: before that every pair looks new.

#include <algorithm>
#include <array>
#include <vector>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "probing";
constexpr std::array<std::string_view, 2> kAttack = {"T0806", "T0888"};
constexpr std::uint32_t kMostPairs = 4096;
constexpr std::size_t kMostNeeded = 5;
constexpr std::chrono::minutes kNew{10};

struct Threshold {
  std::string_view protocol;
  std::uint32_t mask;                     // the bits of the status that count
  std::array<std::uint32_t, 2> statuses;  // alike; the second may repeat the first
  std::uint8_t count;                     // within the window; at most kMostNeeded
  std::chrono::seconds window;
  std::string_view words;
};

constexpr std::chrono::seconds kMinute{60};
constexpr std::uint32_t kWhole = 0xffffffff;
constexpr std::uint32_t kGeneral = 0xff;          // CIP: without the extended status
constexpr std::uint32_t kCondition = 0xffff0000;  // OPC UA: without the information bits

constexpr auto kThresholds = std::to_array<Threshold>({
    {"modbus", kWhole, {1, 1}, 3, kMinute, "exception 1 (illegal function)"},
    {"modbus", kWhole, {2, 2}, 5, kMinute, "exception 2 (illegal data address)"},
    {"modbus", kWhole, {5, 6}, 3, kMinute, "exceptions 5 and 6 (acknowledge, device busy)"},
    {"cip", kGeneral, {0x05, 0x05}, 5, kMinute, "status 0x05 (path destination unknown)"},
    {"cip", kGeneral, {0x08, 0x08}, 5, kMinute, "status 0x08 (service not supported)"},
    {"opcua", kCondition, {0x80340000, 0x80340000}, 5, kMinute, "BadNodeIdUnknown"},
    {"opcua", kCondition, {0x801F0000, 0x801F0000}, 5, kMinute, "BadUserAccessDenied"},
});

struct PairKey {
  IpAddress client;
  IpAddress server;
  std::uint8_t threshold = 0;

  friend bool operator==(const PairKey&, const PairKey&) = default;
};

struct PairHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(const PairKey& key) const noexcept {
    return Hasher{seed}.add(key.client).add(key.server).add(key.threshold).value();
  }
};

// The refusals seen last, oldest first.
struct Burst {
  std::array<PacketRef, kMostNeeded> packets{};
  std::array<PacketRef, kMostNeeded> requests{};
  std::uint8_t size = 0;
  AlertHandle alert;
};

class Probing final : public Detector {
 public:
  Probing() {
    for (std::size_t i = 0; i < kThresholds.size(); ++i) {
      protocols_[i] = protocol_of(kThresholds[i].protocol);
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
    for (std::size_t i = 0; i < kThresholds.size(); ++i) {
      const Threshold& one = kThresholds[i];
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
    }
    Burst& burst = bursts_[slot];
    add(burst, event, kThresholds[index].count);
    if (!is_burst(burst, kThresholds[index]) || out.again(burst.alert, event.packet)) {
      return;
    }
    burst.alert = out.raise(finding_of(kThresholds[index], burst, event, context));
  }

  static void add(Burst& burst, const Event& event, std::uint8_t needed) {
    if (burst.size == needed) {
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
  static bool is_burst(const Burst& burst, const Threshold& threshold) noexcept {
    if (burst.size < threshold.count) {
      return false;
    }
    const std::span<const PacketRef> packets = std::span{burst.packets}.first(threshold.count);
    const auto [first, last] = std::ranges::minmax_element(packets, {}, &PacketRef::time);
    return last->time - first->time <= threshold.window;
  }

  [[nodiscard]] bool is_new(const Event& event, const RuleContext& context) const {
    if (context.parties.conversation == kNone) {
      return false;
    }
    const Timestamp first = context.inventory.conversation(context.parties.conversation).first;
    return event.packet.time - first < kNew && first - capture_began_ >= kNew;
  }

  [[nodiscard]] Finding finding_of(const Threshold& threshold, const Burst& burst,
                                   const Event& event, const RuleContext& context) const {
    const bool fresh = is_new(event, context);
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
                        finding.protocol + '|' + std::to_string(threshold.statuses[0]);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(
        burst.packets[burst.size - 1U].time - burst.packets[0].time);
    finding.why = host_words(host_key(finding.destination), context.policy) + " refused " +
                  std::to_string(threshold.count) + " requests of " +
                  host_words(host_key(finding.source), context.policy) + " with " +
                  std::string{threshold.words} + " within " +
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
  std::array<Protocol, kThresholds.size()> protocols_{};
  LruTable<PairKey, Burst, PairHash> bursts_{kMostPairs};
};

}  // namespace

extern const DetectorInfo probing_detector;
constinit const DetectorInfo probing_detector = {
    .kind = kKind,
    .title = "Exception burst / function or point probing",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<Probing>(); },
    .attack = kAttack,
};

}  // namespace prahari
