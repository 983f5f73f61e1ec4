#include "dissectors/defragmenter.hpp"

#include <algorithm>
#include <new>

namespace prahari {
namespace {

constexpr std::chrono::seconds kTimeout{30};

// Clocks of captures go backwards; that is no reason to wait for ever.
bool too_old(Timestamp first, Timestamp now) noexcept {
  return (now > first ? now - first : first - now) > kTimeout;
}

}  // namespace

Defragmenter::Defragmenter(std::uint64_t seed) : waiting_(kMaxDatagrams, Hash{seed}) {}

bool Defragmenter::take_memory() noexcept {
  if (!pages_) {
    pages_.reset(new (std::nothrow) Page[kPages]);
  }
  if (!out_) {
    out_.reset(new (std::nothrow) std::byte[kMaxSize]);
  }
  return pages_ && out_;
}

Defragmenter::Outcome Defragmenter::add(const Fragment& fragment, Timestamp time,
                                        Datagram& out) noexcept {
  if (!take_memory()) {
    return Outcome::bad;
  }
  expire(time);
  const auto at = slot_for(fragment.key, time);
  Waiting& waiting = waiting_[at];
  if (!plausible(fragment) || !agrees_on_size(fragment, waiting) ||
      !agrees_on_protocol(fragment, waiting) || !store(fragment, waiting, at)) {
    drop(at);
    return Outcome::bad;
  }
  if (waiting.size == 0 || waiting.units != (waiting.size + kUnit - 1) / kUnit) {
    return Outcome::kept;
  }
  copy_out(waiting);
  out = {Bytes{out_.get(), waiting.size}, waiting.protocol};
  drop(at);
  return Outcome::complete;
}

bool Defragmenter::plausible(const Fragment& fragment) noexcept {
  return !fragment.bytes.empty() && fragment.offset + fragment.bytes.size() <= kMaxSize &&
         (!fragment.more || fragment.bytes.size() % kUnit == 0);
}

// All last fragments must end at one place, and none may lie behind it.
bool Defragmenter::agrees_on_size(const Fragment& fragment, Waiting& waiting) noexcept {
  const auto end = static_cast<std::uint32_t>(fragment.offset + fragment.bytes.size());
  waiting.furthest = std::max(waiting.furthest, end);
  if (!fragment.more) {
    if (waiting.size != 0 && waiting.size != end) {
      return false;
    }
    waiting.size = end;
  }
  return waiting.size == 0 || waiting.furthest <= waiting.size;
}

bool Defragmenter::agrees_on_protocol(const Fragment& fragment, Waiting& waiting) noexcept {
  if (fragment.offset != 0) {
    return true;
  }
  const bool repeated = std::exchange(waiting.has_first, true);
  return std::exchange(waiting.protocol, fragment.protocol) == fragment.protocol || !repeated;
}

bool Defragmenter::store(const Fragment& fragment, Waiting& waiting, Table::Slot self) noexcept {
  std::size_t offset = fragment.offset;
  for (Bytes rest = fragment.bytes; !rest.empty();) {
    const Bytes unit = rest.first(std::min(kUnit, rest.size()));
    std::uint16_t& page = waiting.pages[offset / kPageSize];
    if (page == kNoPage) {
      page = take_page(self);
    }
    if (!store_unit(pages_[page], offset % kPageSize, unit, waiting)) {
      return false;
    }
    offset += unit.size();
    rest = rest.subspan(unit.size());
  }
  return true;
}

bool Defragmenter::store_unit(Page& page, std::size_t at, Bytes unit, Waiting& waiting) noexcept {
  const std::span<std::byte> place = std::span{page.bytes}.subspan(at, unit.size());
  const std::size_t bit = at / kUnit;
  std::uint64_t& word = page.present[bit / 64];
  const std::uint64_t mask = std::uint64_t{1} << bit % 64;
  if ((word & mask) != 0) {
    return std::ranges::equal(place, unit);
  }
  word |= mask;
  ++waiting.units;
  std::ranges::copy(unit, place.begin());
  return true;
}

void Defragmenter::copy_out(const Waiting& waiting) noexcept {
  std::span<std::byte> out{out_.get(), waiting.size};
  for (std::size_t i = 0; !out.empty(); ++i) {
    const std::size_t size = std::min(out.size(), kPageSize);
    std::ranges::copy(std::span{pages_[waiting.pages[i]].bytes}.first(size), out.begin());
    out = out.subspan(size);
  }
}

Defragmenter::Table::Slot Defragmenter::slot_for(const DatagramKey& key, Timestamp time) noexcept {
  auto at = waiting_.find(key);
  if (at != Table::kNone && too_old(waiting_[at].first, time)) {
    drop(at);
    ++evicted_;
    at = Table::kNone;
  }
  if (at == Table::kNone) {
    if (waiting_.full()) {
      drop(waiting_.oldest());
      ++evicted_;
    }
    at = waiting_.insert(key);
    waiting_[at].first = time;
  }
  return at;
}

void Defragmenter::expire(Timestamp time) noexcept {
  while (waiting_.oldest() != Table::kNone && too_old(waiting_[waiting_.oldest()].first, time)) {
    drop(waiting_.oldest());
    ++evicted_;
  }
}

void Defragmenter::drop(Table::Slot at) noexcept {
  for (const std::uint16_t page : waiting_[at].pages) {
    if (page != kNoPage) {
      pages_[page].next_free = std::exchange(free_, page);
    }
  }
  waiting_.erase(at);
}

// The pool holds many times what one datagram needs, so another one can always make room.
std::uint16_t Defragmenter::take_page(Table::Slot self) noexcept {
  while (free_ == kNoPage && fresh_ == kPages) {
    const auto oldest = waiting_.oldest();
    drop(oldest == self ? waiting_.newer(oldest) : oldest);
    ++evicted_;
  }
  const std::uint16_t page = free_ == kNoPage ? fresh_++ : free_;
  if (page == free_) {
    free_ = pages_[page].next_free;
  }
  pages_[page].present.fill(0);
  return page;
}

}  // namespace prahari
