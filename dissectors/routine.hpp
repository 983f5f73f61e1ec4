// What a flow says again and again. OT traffic is polls: the same question and a good answer to
// it, for years. Once one thing was told often enough, its repetitions are only counted, and one
// event in kTogether stands for all of them, so inventory and rules are spared most of the traffic
// and lose nothing of its sum. Only what changes nothing and went well is ever a routine.
//
// Who judges pace and silence has to know when a thing was last said. So no message goes untold for
// longer than kTogether, what is said at a slower pace than half of that is told each time, and a
// pause is not averaged away: what was counted before it is told by itself.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "dissectors/message.hpp"

namespace prahari {

// The one bound on the series of all flows of a shard. When it is reached, a flow makes room among
// its own series, and one that has none is told each time; both are counted.
struct RoutineBudget {
  std::size_t most = 8192;  // series, 144 bytes each
  std::size_t used = 0;
  std::uint64_t refused = 0;
};

class Routine {
 public:
  static constexpr std::size_t kMost = 32;       // series of a flow; then an old one makes room
  static constexpr std::uint32_t kFamiliar = 4;  // told one by one so often, to begin with
  static constexpr std::chrono::seconds kTogether{8};
  static constexpr std::uint16_t kMostTogether = 65'535;

  explicit Routine(RoutineBudget& budget) noexcept : budget_(budget) {}
  Routine(const Routine&) = delete;
  Routine& operator=(const Routine&) = delete;
  ~Routine() { budget_.used -= series_.capacity() + (groups_ ? kCostOfGroups : 0); }

  // What alike messages have in common: all but their time, their values and their number.
  using Likeness = std::array<std::uint64_t, 4>;

  // Messages of a flow that are all alike.
  struct Series {
    Likeness likeness{};
    PacketRef last;            // of those that are not told
    Timestamp spoken;          // when one was last told
    std::uint16_t untold = 0;  // how many are not
    std::uint32_t unit = 0;
    std::uint32_t address = 0;
    std::uint32_t count = 0;
    std::uint16_t function = 0;
    std::uint16_t sub_function = 0;
    std::string_view table;  // literals
    std::string_view name;
    Protocol protocol = Protocol::unknown;
    Kind kind = Kind::request;
    Operation operation = Operation::read;
    Direction direction = Direction::unknown;
    Completeness state = Completeness::complete;
    bool matched = false;
    bool further = false;
    bool envelope = false;
    bool named = false;     // its target has a text, which is not kept
    std::uint8_t told = 0;  // up to kFamiliar
  };

  // What to do with a message.
  struct Verdict {
    bool tell = true;
    std::uint16_t untold = 0;  // tell: so many alike went before it that were not
  };

  // Whether messages of this sort may go untold.
  [[nodiscard]] static bool qualifies(const Message& message) noexcept {
    return (message.operation == Operation::read || message.cyclic) &&
           message.effect == Effect::none && message.problems == 0 && message.status == 0 &&
           message.outcome != Outcome::failure && message.kind != Kind::exception &&
           message.direction != Direction::unknown && message.value_count == 0;
  }

  static constexpr std::size_t kGroups = 8;  // known of a flow; then an old one makes room

  // Counts the messages of a group as said again, if it is known and none of them is to be told.
  bool again(std::uint64_t key, const PacketRef& packet) noexcept;
  // What is not told from here to end_group() is a group; what is told, is none (give_up_group).
  void begin_group(std::uint64_t key);
  void end_group();
  void give_up_group() noexcept {
    if (groups_) {
      groups_->open.key = 0;
    }
  }

  // Of a message that qualifies. `tell(series)` is called for one of which some are untold: it has
  // to go, or it paused since.
  template <class Tell>
  Verdict on_message(const Message& message, Completeness state, const PacketRef& packet,
                     Tell&& tell) {
    const Likeness likeness = likeness_of(message, state);
    std::size_t at = find(likeness);
    if (at == series_.size()) {
      at = place_for(tell);
      if (at == kNoPlace) {
        give_up_group();
        return {};
      }
      series_[at] = series_of(message, state, likeness);
    }
    next_ = at + 1;
    Series& series = series_[at];
    if (series.untold > 0 && !series.named && packet.time - series.last.time >= kTogether) {
      tell(series);
      series.untold = 0;
    }
    const Verdict verdict = judge(series, packet);
    if (groups_ && groups_->open.key != 0) {
      note_member(groups_->open, at, verdict);
    }
    return verdict;
  }

  // Calls visit(series) for each of which some are untold, in the order they were first heard, and
  // forgets those.
  template <class Visit>
  void settle(Visit&& visit) {
    for (Series& series : series_) {
      if (series.untold > 0) {
        visit(series);
        series.untold = 0;
      }
    }
  }

  // Asks memory for what the next message will need.
  void prefetch() const noexcept { __builtin_prefetch(series_.data() + expected()); }

 private:
  static constexpr std::size_t kNoPlace = ~std::size_t{0};

  static Likeness likeness_of(const Message& message, Completeness state) noexcept;
  static Series series_of(const Message& message, Completeness state,
                          const Likeness& likeness) noexcept;
  // Messages that came together, by the places of their series.
  struct Group {
    std::uint64_t key = 0;  // 0: none
    std::uint8_t size = 0;
    std::array<std::uint8_t, kMost> members{};
  };
  // Few protocols have any. Their room is that of so many series, and where there is none left,
  // each message is looked at by itself.
  struct Groups {
    std::vector<Group> known;
    std::size_t oldest = 0;  // makes room next
    Group open;
  };
  static constexpr std::size_t kCostOfGroups = 4;
  static_assert(sizeof(Groups) + kGroups * sizeof(Group) <= kCostOfGroups * sizeof(Series));

  [[nodiscard]] std::size_t expected() const noexcept { return next_ < series_.size() ? next_ : 0; }
  [[nodiscard]] std::size_t find(const Likeness& likeness) const noexcept;
  Verdict judge(Series& series, const PacketRef& packet) noexcept;
  // Whether one more, at this time, is only counted.
  [[nodiscard]] static bool goes_untold(const Series& series, Timestamp now) noexcept;
  static void note_member(Group& open, std::size_t at, const Verdict& verdict) noexcept;

  void forget_groups() noexcept;

  // Whether there is room for one more series.
  bool grow();

  template <class Tell>
  std::size_t place_for(Tell&& tell) {
    if (grow()) {
      series_.emplace_back();
      return series_.size() - 1;
    }
    if (series_.empty()) {
      return kNoPlace;
    }
    const std::size_t at = oldest_ % series_.size();
    oldest_ = at + 1;
    forget_groups();  // it may be in any of them
    if (series_[at].untold > 0) {
      tell(series_[at]);
    }
    return at;
  }

  RoutineBudget& budget_;
  std::vector<Series> series_;
  std::size_t next_ = 0;    // polls go round, so the next message is most likely of this series
  std::size_t oldest_ = 0;  // makes room next
  std::unique_ptr<Groups> groups_;
};

}  // namespace prahari
