#include "dissectors/framer.hpp"

namespace prahari {
namespace {

// What a dissector says about its own bytes is checked here once, for all of them: a PDU has at
// least one byte and ends within what is there.
Frame checked(Frame frame, std::size_t available) noexcept {
  const bool whole = frame.verdict == Frame::Verdict::complete;
  const bool wrong = (whole && frame.size > available) ||
                     ((whole || frame.verdict == Frame::Verdict::skip) && frame.size == 0);
  return wrong ? Frame::not_mine() : frame;
}

// The packet that was captured later, for a PDU made of both.
PacketRef later(const PacketRef& a, const PacketRef& b) noexcept {
  if (a.file == b.file) {
    return a.frame < b.frame ? b : a;
  }
  return a.time < b.time ? b : a;
}

}  // namespace

void Framer::lose() noexcept {
  reset();
  lost_ = true;
}

void Framer::reset() noexcept {
  partial_.reset();
  skip_ = 0;
  lost_ = false;
}

void Framer::feed(const Session& session, Side side, Bytes segment, const PacketRef& packet,
                  PartialBudget& budget, Out& out) {
  if (partial_ && partial_->evicted()) {
    lose();
  }
  while (!segment.empty()) {
    if (skip_ > 0) {
      const std::size_t passed = std::min(skip_, segment.size());
      skip_ -= passed;
      segment = segment.subspan(passed);
    } else if (lost_) {
      segment = search(session, side, segment);
    } else if (partial_) {
      segment = extend(session, side, segment, packet, out);
    } else {
      segment = cut(session, side, segment, packet, budget, out);
    }
  }
}

// Passes over what cannot start a PDU. The segment's own start comes first: nearly every stack
// begins a segment with a PDU.
Bytes Framer::search(const Session& session, Side side, Bytes segment) noexcept {
  const std::size_t last = std::min(segment.size(), kSearch);
  for (std::size_t at = 0; at < last; ++at) {
    const Bytes head = segment.subspan(at);
    if (session.starts_here(head, side, at == 0)) {
      lost_ = false;
      return head;
    }
  }
  return {};
}

Bytes Framer::cut(const Session& session, Side side, Bytes segment, const PacketRef& packet,
                  PartialBudget& budget, Out& out) {
  const Frame frame = checked(session.frame(segment, side), segment.size());
  switch (frame.verdict) {
    case Frame::Verdict::complete:
      out.pdu(segment.first(frame.size), side, packet);
      return segment.subspan(frame.size);
    case Frame::Verdict::skip:
      skip_ = frame.size;
      return segment;
    case Frame::Verdict::need_more:
      partial_ = std::make_unique<PartialPdu>(budget, segment, packet);
      return {};
    case Frame::Verdict::not_mine:
      lost_ = true;
      out.foreign(segment, side, packet);
      return segment.subspan(1);
  }
  return {};
}

// A length that lies would swallow the PDUs behind it. A segment that is whole PDUs by itself,
// while the unfinished one does not end with it, convicts the length.
bool Framer::contradicted(const Session& session, Side side, Bytes segment,
                          std::size_t missing) const {
  if (missing == segment.size()) {
    return false;
  }
  if (missing < segment.size() && session.starts_here(segment.subspan(missing), side, false)) {
    return false;
  }
  return session.starts_here(segment, side, false) &&
         session.frame(segment, side).verdict == Frame::Verdict::complete;
}

Bytes Framer::extend(const Session& session, Side side, Bytes segment, const PacketRef& packet,
                     Out& out) {
  const std::size_t before = partial_->bytes().size();
  partial_->append(segment.first(std::min(segment.size(), kMaxPdu - before)));
  const Bytes held = partial_->bytes();
  const PacketRef latest = later(partial_->packet, packet);
  const Frame frame = checked(session.frame(held, side), held.size());

  if (frame.verdict == Frame::Verdict::complete && frame.size >= before &&
      !contradicted(session, side, segment, frame.size - before)) {
    const auto done = std::move(partial_);
    out.pdu(done->bytes().first(frame.size), side, latest);
    return segment.subspan(frame.size - before);
  }
  if (frame.verdict == Frame::Verdict::skip && frame.size >= before) {
    partial_.reset();
    skip_ = frame.size - before;
    return segment;
  }
  if (frame.verdict == Frame::Verdict::need_more && held.size() < kMaxPdu &&
      !contradicted(session, side, segment, segment.size() + 1)) {
    partial_->packet = latest;
    return {};
  }
  const auto dropped = std::move(partial_);
  lost_ = true;
  out.foreign(dropped->bytes(), side, dropped->packet);
  return segment;
}

}  // namespace prahari
