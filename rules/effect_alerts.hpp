// What the detectors have in common that raise an alert for messages with a certain Effect: said
// at the request, how it ended by the answer, and what belongs to the same cause is counted.

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dissectors/lru_table.hpp"
#include "rules/detector.hpp"
#include "rules/host_place.hpp"

namespace prahari {

// What one kind of alert says about one effect.
struct EffectRule {
  Effect effect;
  Severity severity;
  CertInClass certin;
  std::string_view did;    // goes on after who did it, % is the device: "told % to stop"
  std::string_view about;  // what it was done to, the end of the target: "run mode"
  std::array<std::string_view, 3> attack;
};

// Which messages are one alert.
enum class EffectScope : std::uint8_t {
  device,  // the same effect on the same device or unit, whoever asks
  pair,    // one client, one device
  session  // the same effect over one flow: a transfer of a thousand messages. Sessions of the same
           // two hosts count as one alert: who connects anew for each message is no new cause
};

struct EffectKind {
  std::string_view kind;
  EffectScope scope;
  std::chrono::seconds quiet;
  std::span<const EffectRule> rules;
  // Clients of whom it is expected; null: of nobody.
  bool (*expected)(const Event& event, const RuleContext& context) = nullptr;
};

// At most 4,096 causes are followed; the one not seen for longest goes and would be told anew.
class EffectAlerts {
 public:
  explicit EffectAlerts(const EffectKind& kind);

  // The alert that the event belongs to; none where it has no effect that the kind is about. Costs
  // a comparison for messages without an effect.
  AlertHandle on_event(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.kind != EventKind::message || event.message.effect == Effect::none) {
      return {};
    }
    const std::uint8_t rule = rules_[static_cast<std::size_t>(event.message.effect)];
    return rule == kNoRule ? AlertHandle{} : on_message(rule, event, context, out);
  }

  [[nodiscard]] std::uint64_t evicted() const noexcept { return causes_.evictions(); }

 private:
  static constexpr std::uint8_t kNoRule = 0xff;

  struct Key {
    HostPlace client;
    HostPlace server;
    std::uint32_t unit = 0;
    std::uint32_t flow = 0;  // by session: index and generation
    std::uint32_t generation = 0;
    std::uint8_t rule = 0;

    void add_to(Hasher& hash) const noexcept {
      client.add_to(hash);
      server.add_to(hash);
      hash.add(std::uint64_t{unit} << 32U | flow).add(std::uint64_t{generation} << 8U | rule);
    }
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Cause {
    AlertHandle alert;
    Outcome outcome = Outcome::unknown;  // that was told
    bool expected = false;
  };

  [[nodiscard]] Key key_of(std::uint8_t rule, const Event& event) const noexcept;
  AlertHandle on_message(std::uint8_t rule, const Event& event, const RuleContext& context,
                         FindingSink& out);
  // The answer came.
  void settle(Cause& cause, const Event& event, FindingSink& out) const;
  [[nodiscard]] Finding finding_of(const EffectRule& rule, const Event& event,
                                   const RuleContext& context) const;
  [[nodiscard]] std::string dedup_key(const EffectRule& rule, const Event& event,
                                      const RuleContext& context) const;

  EffectKind kind_;
  std::array<std::uint8_t, kEffects> rules_{};  // effect to its place in kind_.rules
  LruTable<Key, Cause, KeyHash> causes_{4096};
};

}  // namespace prahari
