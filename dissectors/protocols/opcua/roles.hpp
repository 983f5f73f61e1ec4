// Which side is the client, as far as the messages of both tell.
//
// One message may correct what ports or a handshake made believe, since a server may open the
// connection itself (reverse connect). It may not once both sides agree: then a single forged
// packet would swap client and server of all that follows. What is encrypted says nothing of
// itself, so from the first encrypted message on it takes a message of each side.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/message.hpp"

namespace prahari::opcua {

class Roles {
 public:
  enum class Verdict : std::uint8_t { as_known, changed, contradicts };

  // What was believed before any message told; later calls change nothing.
  void believe(Side client, bool handshake) noexcept {
    if (!known_) {
      known_ = true;
      client_ = client;
      handshake_ = handshake;
    }
  }

  // A message of `speaker` that only the client, or only the server, may send.
  Verdict hear(Side speaker, bool from_client) noexcept {
    const Side client = from_client ? speaker : other(speaker);
    bool& spoke = spoke_[index(speaker)];
    if (known_ && client == client_) {
      sure_ = sure_ || handshake_ || spoke_[index(other(speaker))];
      spoke = true;
      objects_ = {};
      return Verdict::as_known;
    }
    if (known_ && (sure_ || (encrypted_ && !objects_[index(other(speaker))]))) {
      objects_[index(speaker)] = !sure_;
      return Verdict::contradicts;
    }
    sure_ = objects_[index(other(speaker))];
    handshake_ = false;
    known_ = true;
    client_ = client;
    spoke_ = {};
    spoke_[index(speaker)] = true;
    objects_ = {};
    return Verdict::changed;
  }

  void saw_encrypted() noexcept { encrypted_ = true; }

  [[nodiscard]] bool known() const noexcept { return known_; }
  [[nodiscard]] Direction direction_of(Side speaker) const noexcept {
    if (!known_) {
      return Direction::unknown;
    }
    return speaker == client_ ? Direction::to_server : Direction::to_client;
  }

 private:
  static std::size_t index(Side side) noexcept { return static_cast<std::size_t>(side); }

  std::array<bool, 2> spoke_{};    // for the roles as they are
  std::array<bool, 2> objects_{};  // spoke for the opposite since
  Side client_ = Side::first;
  bool known_ = false;
  bool handshake_ = false;  // the client is the one that opened the connection
  bool sure_ = false;
  bool encrypted_ = false;
};

}  // namespace prahari::opcua
