#include "dissectors/routine.hpp"

#include <algorithm>
#include <bit>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

// A literal lies where it lies; the low half of its address tells it from others of the program.
std::uint32_t name_of(std::string_view literal) noexcept {
  return static_cast<std::uint32_t>(std::bit_cast<std::uintptr_t>(literal.data()));
}

std::uint64_t hash_of(std::string_view text) noexcept {
  return text.empty() ? 0 : Hasher{process_seed()}.add(text).value();
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
          std::uint64_t{target.count} << 32U | name_of(target.table), hash_of(target.text)};
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
Routine::Verdict Routine::judge(Series& series, const PacketRef& packet) noexcept {
  if (series.told < kFamiliar) {
    ++series.told;
    series.spoken = packet.time;
    return {};
  }
  constexpr std::chrono::seconds kNone{0};
  const auto waited = packet.time - series.spoken;
  const auto pace = packet.time - (series.untold == 0 ? series.spoken : series.last.time);
  if (waited + pace >= kTogether || waited < kNone || pace < kNone ||
      series.untold == kMostTogether) {
    const std::uint16_t untold = series.untold;
    series.untold = 0;
    series.spoken = packet.time;
    return {true, untold};
  }
  ++series.untold;
  series.last = packet;
  return {false, 0};
}

}  // namespace prahari
