#include "dissectors/protocols/tls/handshake_buffer.hpp"

#include <algorithm>

#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kHeader = 4;
constexpr int kMostMessages = 64;  // of one record; more is made up

struct Head {
  std::uint8_t type = 0;
  std::size_t length = 0;
};

Head read_head(Reader& in) noexcept { return {in.u8(), in.be24()}; }

}  // namespace

struct HandshakeBuffer::Fragment {
  Head head;
  std::uint16_t sequence = 0;
  std::size_t offset = 0;
  Bytes bytes;
};

void HandshakeBuffer::reset() noexcept {
  partial_.reset();
  skip_ = 0;
}

void HandshakeBuffer::restart() noexcept {
  reset();
  next_ = 0;
}

void HandshakeBuffer::add(Bytes payload, PartialBudget& budget, const PacketRef& packet, Out& out) {
  if (partial_ && partial_->evicted()) {
    reset();
    out.given_up();
    return;  // where the next one begins is not known
  }
  for (int i = 0; i < kMostMessages && !payload.empty(); ++i) {
    if (skip_ > 0) {
      const std::size_t passed = std::min(skip_, payload.size());
      skip_ -= passed;
      payload = payload.subspan(passed);
    } else if (partial_) {
      payload = extend(payload, out);
    } else {
      payload = begin(payload, budget, packet, out);
    }
  }
  if (!payload.empty()) {
    out.not_handshake(payload);
  }
}

Bytes HandshakeBuffer::begin(Bytes rest, PartialBudget& budget, const PacketRef& packet, Out& out) {
  Reader in{rest};
  const Head head = read_head(in);
  if (handshake_name(detail::join_be<std::uint8_t>(rest.first(1))).empty()) {
    out.not_handshake(rest);
    return {};
  }
  if (in.ok() && head.length > kMaxHandshake) {
    out.handshake({.type = head.type, .length = head.length, .body = {}, .over_limit = true});
    skip_ = head.length;
    return in.rest();
  }
  if (!in.ok() || head.length > in.remaining()) {
    partial_ = std::make_unique<PartialPdu>(budget, rest, packet);
    return {};
  }
  out.handshake({.type = head.type, .length = head.length, .body = in.take(head.length)});
  return in.rest();
}

// Adds what is missing of the header, then of the body.
Bytes HandshakeBuffer::extend(Bytes rest, Out& out) {
  const std::size_t held = partial_->bytes().size();
  if (held < kHeader) {
    const std::size_t more = std::min(kHeader - held, rest.size());
    partial_->append(rest.first(more));
    rest = rest.subspan(more);
    if (partial_->bytes().size() < kHeader) {
      return rest;
    }
  }
  Reader in{partial_->bytes()};
  const Head head = read_head(in);
  if (head.length > kMaxHandshake) {
    partial_.reset();
    out.handshake({.type = head.type, .length = head.length, .body = {}, .over_limit = true});
    skip_ = head.length;
    return rest;
  }
  const std::size_t more = std::min(head.length - in.remaining(), rest.size());
  partial_->append(rest.first(more));
  if (partial_->bytes().size() == kHeader + head.length) {
    const auto whole = std::move(partial_);
    out.handshake(
        {.type = head.type, .length = head.length, .body = whole->bytes().subspan(kHeader)});
  }
  return rest.subspan(more);
}

void HandshakeBuffer::add_fragments(Bytes payload, PartialBudget& budget, const PacketRef& packet,
                                    Out& out) {
  if (partial_ && partial_->evicted()) {
    reset();
    out.given_up();
  }
  Reader in{payload};
  for (int i = 0; i < kMostMessages && in.remaining() > 0; ++i) {
    const Bytes rest = in.rest();
    Fragment fragment;
    fragment.head = read_head(in);
    fragment.sequence = in.be16();
    fragment.offset = in.be24();
    fragment.bytes = in.take(in.be24());
    const bool within = fragment.offset + fragment.bytes.size() <= fragment.head.length;
    if (!in.ok() || !within || handshake_name(fragment.head.type).empty()) {
      out.not_handshake(rest);
      return;
    }
    add_fragment(fragment, budget, packet, out);
  }
}

void HandshakeBuffer::add_fragment(const Fragment& fragment, PartialBudget& budget,
                                   const PacketRef& packet, Out& out) {
  const Head& head = fragment.head;
  // A hello with number 0 begins a handshake, whatever came before on these ports.
  const bool anew = head.type == handshake::kClientHello && fragment.sequence == 0;
  if (fragment.sequence < next_ && !anew) {
    return;  // sent again
  }
  HandshakeMessage whole{.type = head.type,
                         .length = head.length,
                         .body = fragment.bytes,
                         .sequence = fragment.sequence};
  if (fragment.bytes.size() == head.length || head.length > kMaxHandshake) {
    whole.over_limit = head.length > kMaxHandshake;
    whole.body = whole.over_limit ? Bytes{} : fragment.bytes;
    partial_.reset();
    next_ = static_cast<std::uint16_t>(fragment.sequence + 1);
    out.handshake(whole);
    return;
  }
  if (partial_ && assembling_ != fragment.sequence) {
    partial_.reset();
    out.given_up();
  }
  const std::size_t held = partial_ ? partial_->bytes().size() : 0;
  if (fragment.offset > held || fragment.offset + fragment.bytes.size() <= held) {
    return;  // before its turn, or known
  }
  const Bytes more = fragment.bytes.subspan(held - fragment.offset);
  if (!partial_) {
    partial_ = std::make_unique<PartialPdu>(budget, more, packet);
    assembling_ = fragment.sequence;
  } else {
    partial_->append(more);
  }
  if (partial_->bytes().size() == head.length) {
    const auto done = std::move(partial_);
    whole.body = done->bytes();
    next_ = static_cast<std::uint16_t>(fragment.sequence + 1);
    out.handshake(whole);
  }
}

}  // namespace prahari::tls
