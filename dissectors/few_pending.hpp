// The latest requests of a session that may still be answered: a few, the oldest makes room.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari {

struct PendingRequest {
  PacketRef packet;
  std::uint32_t key = 0;
  std::uint16_t function = 0;
  std::uint16_t detail = 0;  // what else the protocol wants to know again
  Effect effect = Effect::none;
  Side side = Side::first;
  bool open = false;
};

// Of whatever a protocol has to know of a request; it has a key, a side, and whether it is open.
template <class Request>
class PendingRing {
 public:
  static constexpr std::size_t kMax = 8;

  void push(Request asked) noexcept {
    for (Request& old : all_) {  // an answer is to the latest that it may answer
      if (old.open && old.key == asked.key && old.side == asked.side) {
        old.open = false;
      }
    }
    asked.open = true;
    all_[next_] = asked;
    next_ = (next_ + 1) % kMax;
  }

  // The request with this key that the other side sent.
  template <class Key>
  [[nodiscard]] bool take(Side from, Key key, Request& found) noexcept {
    for (Request& asked : all_) {
      if (asked.open && asked.key == key && asked.side != from) {
        found = asked;
        asked.open = false;
        return true;
      }
    }
    return false;
  }

  void clear() noexcept { all_ = {}; }

 private:
  std::array<Request, kMax> all_{};
  std::size_t next_ = 0;
};

using FewPending = PendingRing<PendingRequest>;

}  // namespace prahari
