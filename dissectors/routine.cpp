#include "dissectors/routine.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "dissectors/secret_print.hpp"

namespace prahari {
namespace {

// A literal lies where it lies; the low half of its address tells it from others of the program.
std::uint32_t name_of(std::string_view literal) noexcept {
  return static_cast<std::uint32_t>(std::bit_cast<std::uintptr_t>(literal.data()));
}

// The text is not kept, so nobody may be able to make another one for it.
std::uint64_t print_of(std::string_view text) noexcept {
  return text.empty() ? 0 : SecretPrint{}.add(text).value() + 1;
}

bool same(const Routine::Likeness& a, const Routine::Likeness& b) noexcept {
  return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
}

}  // namespace

Routine::Likeness Routine::likeness_of(const Message& message, Completeness state) noexcept {
  const Target& target = message.target;
  return {std::uint64_t{message.function} << 48U | std::uint64_t{message.sub_function} << 32U |
              static_cast<std::uint64_t>(message.protocol) << 24U |
              static_cast<std::uint64_t>(message.operation) << 16U |
              static_cast<std::uint64_t>(message.kind) << 12U |
              static_cast<std::uint64_t>(message.direction) << 8U |
              static_cast<std::uint64_t>(state) << 4U | (message.matched ? 4U : 0U) |
              (message.further ? 2U : 0U) | (message.envelope ? 1U : 0U),
          std::uint64_t{target.unit} << 32U | target.address,
          std::uint64_t{target.count} << 32U | name_of(target.table), print_of(target.text)};
}

Routine::Series Routine::series_of(const Message& message, Completeness state,
                                   const Likeness& likeness) noexcept {
  return {.likeness = likeness,
          .last = {},
          .spoken = {},
          .unit = message.target.unit,
          .address = message.target.address,
          .count = message.target.count,
          .function = message.function,
          .sub_function = message.sub_function,
          .table = message.target.table,
          .name = message.name,
          .protocol = message.protocol,
          .kind = message.kind,
          .operation = message.operation,
          .direction = message.direction,
          .state = state,
          .matched = message.matched,
          .further = message.further,
          .envelope = message.envelope,
          .named = !message.target.text.empty()};
}

std::size_t Routine::find(const Likeness& likeness) const noexcept {
  if (!series_.empty() && same(series_[expected()].likeness, likeness)) {
    return expected();
  }
  const auto at = std::ranges::find_if(
      series_, [&](const Series& series) { return same(series.likeness, likeness); });
  return static_cast<std::size_t>(at - series_.begin());
}

bool Routine::grow() {
  if (series_.size() < series_.capacity()) {
    return true;
  }
  const std::size_t wanted = series_.empty() ? 2 : series_.size() * 2;
  if (wanted > kMost) {
    return false;
  }
  if (budget_.used + wanted - series_.capacity() > budget_.most) {
    ++budget_.refused;
    return false;
  }
  budget_.used -= series_.capacity();
  series_.reserve(wanted);
  budget_.used += series_.capacity();
  return true;
}

// By the distance of the times: a clock that goes back tells early and never late. The next one is
// expected after as long as this one took.
bool Routine::goes_untold(const Series& series, Timestamp now) noexcept {
  constexpr std::chrono::seconds kNone{0};
  const auto waited = now - series.spoken;
  const auto pace = now - (series.untold == 0 ? series.spoken : series.last.time);
  return waited + pace < kTogether && waited >= kNone && pace >= kNone &&
         series.untold < kMostTogether;
}

Routine::Verdict Routine::judge(Series& series, const PacketRef& packet) noexcept {
  if (series.told < kFamiliar) {
    ++series.told;
    series.spoken = packet.time;
    return {};
  }
  if (!goes_untold(series, packet.time)) {
    const std::uint16_t untold = series.untold;
    series.untold = 0;
    series.spoken = packet.time;
    return {true, untold};
  }
  ++series.untold;
  series.last = packet;
  return {false, 0};
}

// A series may be in a group more than once: the second one follows at once, so it goes as the
// first one does, if only there is room to count.
bool Routine::again(std::uint64_t key, const PacketRef& packet) noexcept {
  if (!groups_) {
    return false;
  }
  const auto group = std::ranges::find(groups_->known, key, &Group::key);
  if (group == groups_->known.end()) {
    return false;
  }
  const auto members = std::span{group->members}.first(group->size);
  const bool untold = std::ranges::all_of(members, [&](std::uint8_t at) {
    return series_[at].untold < kMostTogether - kMost && goes_untold(series_[at], packet.time);
  });
  if (!untold) {
    return false;
  }
  for (const std::uint8_t at : members) {
    ++series_[at].untold;
    series_[at].last = packet;
  }
  next_ = members.back() + std::size_t{1};
  return true;
}

void Routine::begin_group(std::uint64_t key) {
  if (!groups_) {
    if (series_.empty() || budget_.used + kCostOfGroups > budget_.most) {
      return;
    }
    groups_ = std::make_unique<Groups>();
    budget_.used += kCostOfGroups;
  }
  groups_->open = {.key = key};
}

void Routine::note_member(Group& open, std::size_t at, const Verdict& verdict) noexcept {
  if (verdict.tell || open.size == open.members.size()) {
    open.key = 0;
  } else {
    open.members[open.size++] = static_cast<std::uint8_t>(at);
  }
}

// One that is known was told in between: it is the same messages as before.
void Routine::end_group() {
  if (!groups_) {
    return;
  }
  const Group open = std::exchange(groups_->open, {});
  if (open.key == 0 || open.size == 0) {
    return;
  }
  std::vector<Group>& known = groups_->known;
  if (const auto same = std::ranges::find(known, open.key, &Group::key); same != known.end()) {
    *same = open;
  } else if (known.size() < kGroups) {
    known.push_back(open);
  } else {
    known[groups_->oldest] = open;
    groups_->oldest = (groups_->oldest + 1) % kGroups;
  }
}

void Routine::forget_groups() noexcept {
  if (groups_) {
    groups_->known.clear();
    groups_->open.key = 0;
  }
}

}  // namespace prahari
