#include "dissectors/tcp_stream.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace prahari {
namespace {

using namespace std::chrono_literals;

// How far `to` lies after `from`, modulo 2^32 (RFC 9293, 3.4).
constexpr std::int32_t distance(std::uint32_t from, std::uint32_t to) noexcept {
  return static_cast<std::int32_t>(to - from);
}

// Further back or ahead than any window of a plant's device: the sequence numbers began anew.
constexpr std::int32_t kImplausible = 1 << 24;

// Further ahead than any receiver's window in a plant: nobody would have taken it, so neither do
// we.
constexpr std::int32_t kWindow = 1 << 20;

constexpr auto kPatience = 1s;

}  // namespace

void TcpStream::synchronise(std::uint32_t seq) noexcept {
  next_ = seq + 1;
  known_ = true;
  from_syn_ = true;
}

void TcpStream::drop(StreamBudget& budget) noexcept {
  if (early_) {
    for (const Early& early : *early_) {
      budget.early_bytes -= early.bytes.size();
    }
    early_.reset();
  }
}

TcpStream::Step TcpStream::place(std::uint32_t seq, Bytes& data, std::uint32_t& missing,
                                 const PacketRef& packet, StreamBudget& budget) {
  if (!known_ || (!from_syn_ && !delivered_)) {
    known_ = true;
    next_ = seq;  // picked up here; a packet without data may have come before in disorder
    return Step::in_order;
  }
  const std::int32_t ahead = distance(next_, seq);
  if (ahead == 0) {
    return Step::in_order;
  }
  if (ahead < -kImplausible) {
    jump_to(seq, budget);
    return Step::in_order;
  }
  if (ahead < 0) {
    const auto known = static_cast<std::uint32_t>(-ahead);
    if (known >= data.size() + missing) {
      budget.retransmissions += known > 1 || data.size() > 1 ? 1U : 0U;  // else a keep-alive
      return Step::old;
    }
    const std::size_t trimmed = std::min<std::size_t>(known, data.size());
    data = data.subspan(trimmed);
    missing -= static_cast<std::uint32_t>(known - trimmed);
    return Step::in_order;
  }
  if (covers(seq)) {
    jump_to(seq, budget);
    return Step::in_order;
  }
  if (ahead > kWindow && acknowledgement_seen_) {
    ++budget.implausible;
    return Step::old;
  }
  return keep(seq, data, missing, packet, budget);
}

void TcpStream::take_back(StreamBudget& budget) noexcept {
  if (guessed_ && distance(acknowledged_, next_) > 0) {
    drop(budget);
    next_ = acknowledged_;
    gap_before_ = true;
    guessed_ = false;
  }
}

TcpStream::Step TcpStream::keep(std::uint32_t seq, Bytes data, std::uint32_t missing,
                                const PacketRef& packet, StreamBudget& budget) {
  if (!early_) {
    early_ = std::make_unique<std::vector<Early>>();
    acknowledged_of_late_ = false;
  }
  const auto place = std::ranges::find_if(
      *early_, [&](const Early& other) { return distance(other.seq, seq) <= 0; });
  if (place != early_->end() && place->seq == seq && place->bytes.size() >= data.size()) {
    ++budget.retransmissions;
    return Step::old;
  }
  ++budget.out_of_order;
  budget.early_bytes += data.size();
  early_->insert(place, Early{seq, missing, packet, {data.begin(), data.end()}});
  return Step::kept;
}

bool TcpStream::take_ready(Early& out, StreamBudget& budget) {
  if (!early_ || early_->empty() || distance(next_, early_->front().seq) > 0) {
    return false;
  }
  out = std::move(early_->front());
  early_->erase(early_->begin());
  budget.early_bytes -= out.bytes.size();
  if (early_->empty()) {
    early_.reset();
  }
  return true;
}

bool TcpStream::covers(std::uint32_t seq) const noexcept {
  return acknowledgement_seen_ && distance(seq, acknowledged_) >= 0;
}

// Where acknowledgements are seen they tell of every gap, so a clock is needed only while the
// capture shows one way, from its beginning or for a time.
bool TcpStream::overdue(Timestamp now) const noexcept {
  return !acknowledged_of_late_ && early_ && !early_->empty() &&
         now - early_->front().packet.time > kPatience;
}

bool TcpStream::early_full(const StreamBudget& budget) const noexcept {
  return early_ &&
         (early_->size() >= kEarlySegments || budget.early_bytes > budget.early_bytes_max);
}

void TcpStream::jump_to(std::uint32_t seq, StreamBudget& budget) noexcept {
  ++budget.gaps;
  budget.gap_bytes += distance(next_, seq) > 0 ? seq - next_ : 0U;
  next_ = seq;
  gap_before_ = true;
}

}  // namespace prahari
