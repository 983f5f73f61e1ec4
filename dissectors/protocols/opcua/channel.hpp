// Secure channels of one connection: policy, mode, tokens, sequence numbers (OPC 10000-6, 6.7).

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dissectors/message.hpp"
#include "dissectors/protocols/opcua/policy.hpp"

namespace prahari::opcua {

struct Channel {
  std::uint32_t id = 0;
  const Policy* policy = &unknown_policy();
  Mode mode = Mode::unknown;
  std::uint8_t encrypted_hits = 0;          // messages that could not be read
  bool told = false;                        // that it is used, as posture
  bool opened = false;                      // mode None, by its OPN; else by a message of it
  std::uint32_t token = 0;                  // the latest that was given out; 0: none seen
  std::uint32_t former_token = 0;           // may still be used for a while
  std::array<std::uint32_t, 2> sequence{};  // the latest of each side
  std::array<bool, 2> sequence_known{};

  // Whether this number may follow the latest of this side, which it becomes.
  bool follows(Side side, std::uint32_t number) noexcept;
  // Not known from here on: bytes were lost, or a number was encrypted.
  void forget_sequence(Side side) noexcept { sequence_known[index(side)] = false; }

  // False for a token that cannot be: neither the present one nor the one before.
  [[nodiscard]] bool knows_token(std::uint32_t number) const noexcept {
    return token == 0 || number == token || number == former_token;
  }
  void renew(std::uint32_t number) noexcept {
    if (number != token) {
      former_token = token;
      token = number;
    }
  }

 private:
  static std::size_t index(Side side) noexcept { return static_cast<std::size_t>(side); }
};

class Channels {
 public:
  static constexpr std::size_t kMost = 8;  // of one connection, one after the other

  [[nodiscard]] Channel* find(std::uint32_t id) noexcept;
  [[nodiscard]] bool knows(std::uint32_t id) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  // The oldest makes room.
  Channel& find_or_add(std::uint32_t id);
  void forget_sequences(Side side) noexcept;

 private:
  std::vector<Channel> list_;
};

}  // namespace prahari::opcua
