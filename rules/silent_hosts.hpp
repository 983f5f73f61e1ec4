// Devices of which nothing at all is heard any longer (detections.md, 20: "asset unseen").
//
// Judged is who was heard while the baseline was learned and is not asked by a poll, whose silence
// is told by SilentPolls. How long it may be quiet goes by what it is, and by how long it was quiet
// then: what is switched off at night has a learned night. So it takes a baseline learned for most
// of a day for devices that are always on, and of a week for all others.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/finding.hpp"
#include "rules/silence.hpp"
#include "rules/silent_units.hpp"

namespace prahari {

class SilentHosts {
 public:
  // Of every event; context.baseline is always the same.
  void on_event(const Event& event, const RuleContext& context, const SilentUnits& units,
                FindingSink& out);

 private:
  struct Host {
    BaselineHostIndex host = kNone;
    ZoneIndex zone = 0;
    double limit = 0;  // seconds
    Timestamp last{};
    PacketRef packet;  // the last that was heard
    bool seen = false;
    bool told = false;
    AlertHandle alert;
  };
  struct Asset {
    PacketRef packet;  // the last it sent
    bool fresh = false;
  };

  static constexpr std::uint32_t kMostVlans = 4096;

  void begin(Timestamp now, const RuleContext& context);
  void note(AssetIndex asset, const PacketRef& packet);
  void gather(const RuleContext& context, FindingSink& out);
  void hear(AssetIndex asset, const RuleContext& context, FindingSink& out);
  void check(const PacketRef& packet, const RuleContext& context, const SilentUnits& units,
             FindingSink& out);
  [[nodiscard]] bool hidden(const HostPlace& place, Timestamp now) const;
  static Finding finding_of(const Host& host, const PacketRef& packet, const RuleContext& context);

  std::vector<Host> hosts_;               // that are judged
  std::vector<std::uint32_t> positions_;  // in hosts_, by BaselineHostIndex
  std::vector<Asset> assets_;             // by AssetIndex, so bounded by the inventory
  std::vector<AssetIndex> fresh_;         // heard since the last check
  LruTable<HostPlace, Timestamp, KeyHash> vlans_{kMostVlans};  // when anybody was heard there
  bool begun_ = false;
  Timestamp heard_{};  // the latest event
  Timestamp next_check_{};
};

}  // namespace prahari
