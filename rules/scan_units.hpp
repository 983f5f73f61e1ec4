// A sweep over the units behind one address: a client asks unit after unit of a gateway, most of
// which refuse or do not answer.
//
// A poller with dead units looks alike at first, but comes round to each of them again. So a unit
// that is asked again after others do not count, and judgement waits a minute, or for so many
// units that no poller has them.

#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/per_flow.hpp"
#include "rules/scan_common.hpp"

namespace prahari {

class UnitSweep {
 public:
  UnitSweep();

  void expect(std::span<const FlowId> flows) const noexcept { notes_.expect(flows); }
  void on_event(const Event& event, const RuleContext& context);
  void judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
             FindingSink& out);

 private:
  static constexpr std::size_t kUnits = 256;

  struct Failure {
    std::uint8_t unit = 0;
    Timestamp time;
    PacketRef packet;
    PacketRef request;
  };
  struct Pair {
    KeptParty client;
    ScanLimits limits;
    KeptParty server;
    std::string protocol;
    std::string transport;
    std::bitset<kUnits> answered;              // normally, at least once
    std::bitset<kUnits> polled;                // asked in rounds
    std::array<std::uint32_t, kUnits> turn{};  // when the unit was asked last, counted in changes
    std::uint32_t turns = 0;
    std::vector<Failure> failures;  // one for each unit at most
    std::bitset<kUnits> told;       // are part of the alert
    Timestamp first;                // of those
  };
  // Spares the look-up of the pair for the same unit over and over.
  struct FlowNote {
    std::uint32_t asked = ~0U;
    std::uint32_t answered = ~0U;
  };

  Pair& pair_of(const Event& event, const RuleContext& context);
  void on_message(const Event& event, const RuleContext& context);
  static void on_asked(Pair& pair, std::uint8_t unit);
  void on_failure(Pair& pair, std::uint8_t unit, const Event& event, const PacketRef& request);
  static bool is_ripe(const Pair& pair) noexcept;
  static void judge(Pair& pair, Timestamp now, bool over, ScanBook& book,
                    const RuleContext& context, FindingSink& out);

  static void tell(Pair& pair, const std::vector<Failure>& swept, ScanBook& book,
                   const RuleContext& context, FindingSink& out);

  std::array<std::uint32_t, static_cast<std::size_t>(Protocol::unknown)> timeouts_{};
  LruTable<HostPair, Pair, HostPairHash> pairs_{1024};
  bool ripe_ = false;  // a pair has failures enough to be judged
  PerFlow<FlowNote> notes_;
};

}  // namespace prahari
