// Which of several approved baselines is in force, where and when: one for each zone, by the clock
// (site file: [[baseline]]). A vessel that is being cleaned is normal on Saturday morning and an
// incident on Monday.

#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "rules/baseline.hpp"
#include "rules/policy.hpp"

namespace prahari {

// The baseline of a zone at hours for which no [[baseline]] names another.
inline constexpr std::string_view kUsualBaseline = "running";

class BaselineChoice {
 public:
  // The policy must outlive the choice.
  explicit BaselineChoice(const Policy& policy) : policy_(policy) {}

  // Takes these as all that is approved. Each name once; of those that stood here before, what is
  // still asked for must stay alive.
  void approve(std::span<const Baseline* const> approved);

  // Whose baseline judges what the two have to do with each other: the server's zone, or the
  // client's where no zone names the server.
  [[nodiscard]] ZoneIndex zone_of(const HostKey& client, const HostKey& server) const noexcept;

  // What at() tells of from now on. Cheap within the same minute.
  void set_time(Timestamp now);

  // The first [[baseline]] entry that names the zone, whose hours these are and whose baseline is
  // approved; else "running". Null: that is not approved either.
  [[nodiscard]] const Baseline* at(ZoneIndex zone) const noexcept;
  [[nodiscard]] const Baseline* usual() const noexcept { return usual_; }

  // Whether at() depends on the zone or the time at all.
  [[nodiscard]] bool varies() const noexcept { return !shifts_.empty(); }
  [[nodiscard]] std::span<const Baseline* const> all() const noexcept { return approved_; }

 private:
  using Minute = std::chrono::sys_time<std::chrono::minutes>;

  struct Shift {
    const BaselineShift* entry;
    const Baseline* baseline;
  };

  [[nodiscard]] const Baseline* choose(ZoneIndex zone) const;

  const Policy& policy_;
  std::vector<const Baseline*> approved_;
  std::vector<Shift> shifts_;  // in the order of the site file
  const Baseline* usual_ = nullptr;
  Minute minute_ = Minute::min();
  std::vector<const Baseline*> active_;  // by zone
};

// What to tell a person whose site file names baselines that nobody approved; a line each.
[[nodiscard]] std::vector<std::string> missing_baselines(const Site& site,
                                                         std::span<const Baseline* const> approved);

}  // namespace prahari
