// How TLS traffic can be wrong. The order is that of the bits in Message::problems.
//
// Nothing of it is a violation: detections.md 17 names no breach of TLS, and what is weak about a
// session is its posture.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari::tls {

enum class Wrong : std::uint8_t {
  // Faults of one message.
  malformed_message,
  // What is worth a record without being a fault of one message.
  malformed_record,
  non_tls_on_port,
  handshake_over_limit,
  handshake_given_up,
};

inline constexpr auto kProblems = std::to_array<Problem>({
    {"tls_malformed_message", "a length inside the handshake message makes no sense", false},
    {"tls_malformed_record", "the bytes make no TLS record", false},
    {"non_tls_on_port", "a port of TLS carries something else", false},
    {"tls_handshake_over_limit", "a handshake message is longer than what is put together", false},
    {"tls_handshake_given_up", "a handshake message was given up before its end came", false},
});
static_assert(kProblems.size() == static_cast<std::size_t>(Wrong::handshake_given_up) + 1);
static_assert(kProblems.size() <= 32);

constexpr std::uint32_t bit(Wrong wrong) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(wrong);
}

}  // namespace prahari::tls
