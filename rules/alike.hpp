// "Alike counts as known" (detections.md): an operator presses buttons that nobody pressed while
// the baseline was learned, and that is no incident. The first write to a target counts as known
// where the same client writes the same table (tags of the same program, nodes of the same
// namespace) on this or another server of the same role, and the target lies inside what this
// client reads there.
//
// Two things an intruder on the operator's station does and an operator does not are kept out: a
// value outside what the client ever wrote to such targets or outside its engineering limits, and
// many first-time targets within a minute: a person presses one button after the other, a program
// walks through all of them. A patient program stays below that, so there is a number for a day,
// too: what people press day by day is a proposal that they approve.

#pragma once

#include <array>

#include "dissectors/lru_table.hpp"
#include "rules/detector.hpp"
#include "rules/link_view.hpp"

namespace prahari {

inline constexpr Threshold kAlikeThreshold{
    "alike", 6, 0, 1000,
    "first-time targets of one client and server within a minute that still count as known, when "
    "it writes the like elsewhere"};

inline constexpr std::size_t kMostAlikeInDay = 64;
inline constexpr Threshold kAlikeDayThreshold{
    "alike_day", 32, 0, kMostAlikeInDay,
    "first-time targets of one client and server within a day that still count as known"};

class Alike {
 public:
  // The kind whose threshold counts.
  explicit Alike(std::string_view kind) : kind_(kind) {}

  // Of a write whose target, or whose operation, is not in the baseline.
  bool counts_as_known(BaselineLinkIndex link, const Event& event, const RuleContext& context);

 private:
  static constexpr std::uint32_t kMostLinks = 1024;
  static constexpr std::size_t kMostRecent = 16;

  struct Link {
    const Baseline* baseline = nullptr;
    BaselineLinkIndex index = 0;

    void add_to(Hasher& hash) const noexcept {
      hash.add(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(baseline))).add(index);
    }
    friend bool operator==(const Link&, const Link&) = default;
  };
  // Targets that were new within the last minute, and within the last day.
  struct Recent {
    Timestamp since{};
    std::array<std::uint64_t, kMostRecent> targets{};
    std::uint32_t count = 0;
    Timestamp day_since{};
    std::array<std::uint64_t, kMostAlikeInDay> of_day{};
    std::uint32_t day_count = 0;
  };
  struct Most {
    double in_minute = 0;
    double in_day = 0;
  };

  bool few_of_late(const Link& link, const TargetQuery& target, Timestamp now, const Most& most);
  static bool few_in_minute(Recent& recent, std::uint64_t print, Timestamp now, double most);
  static bool few_in_day(Recent& recent, std::uint64_t print, Timestamp now, double most);

  std::string_view kind_;
  std::uint64_t seed_ = process_seed();
  LruTable<Link, Recent, KeyHash> recent_{kMostLinks};
};

}  // namespace prahari
