// How OPC UA traffic can be wrong. The order is that of the bits in Message::problems.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari::opcua {

enum class Wrong : std::uint8_t {
  // Faults of one message.
  malformed_message,
  truncated_decode,
  unknown_service,
  chunk_over_limit,
  message_over_limit,
  bad_limits,
  sequence_anomaly,
  token_unknown,
  role_conflict,
  // What is worth a record without being a fault of one message.
  malformed,
  non_opcua_on_port,
  chunks_unfinished,
  request_timeout,
  unmatched_response,
  pending_overflow
};

// A violation is what detections.md 17 counts as a breach; the rest is for the record.
inline constexpr auto kProblems = std::to_array<Problem>({
    {"opcua_malformed_message", "a length, a count or a type inside the message makes no sense",
     true},
    {"truncated_decode", "the message nests deeper or holds more than is read", false},
    {"opcua_unknown_service", "the type of the message is no service of the specification", false},
    {"opcua_chunk_over_limit", "a chunk is longer than the receiver agreed to", true},
    {"opcua_message_over_limit", "a message is longer than what is put together", true},
    {"opcua_bad_limits", "the limits of the connection are below those of the specification", true},
    {"opcua_seq_anomaly", "the sequence number does not follow the one before", false},
    {"opcua_token_unknown", "the security token is none that was given out", false},
    {"opcua_role_conflict", "a client sends what only a server may, or the other way round", true},
    {"opcua_malformed", "the bytes make no OPC UA chunk", true},
    {"non_opcua_on_port", "a port of OPC UA carries something else", true},
    {"opcua_chunks_unfinished", "the last chunk of a message never came", false},
    {"request_timeout", "no response came within the time that the request gave", false},
    {"unmatched_response", "a response came without a request", false},
    {"pending_overflow", "more requests, or nodes of them, wait for a response than are remembered",
     false},
});
static_assert(kProblems.size() == static_cast<std::size_t>(Wrong::pending_overflow) + 1);
static_assert(kProblems.size() <= 32);

constexpr std::uint32_t bit(Wrong wrong) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(wrong);
}

}  // namespace prahari::opcua
