// How EtherNet/IP traffic can be wrong. The order is that of the bits in Message::problems.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

// Of the encapsulation.
enum class Wrong : std::uint8_t {
  // Faults of one message.
  truncated,
  trailing_bytes,
  unknown_command,
  options_nonzero,
  cpf_overrun,
  cpf_too_many_items,
  cpf_unusual,
  // What is worth a record without being a fault of one message.
  malformed,
  non_enip_on_port,
  request_timeout,
  unmatched_response,
  pending_overflow
};

inline constexpr auto kProblems = std::to_array<Problem>({
    {"truncated", "the message ends before its fields do", true},
    {"trailing_bytes", "bytes follow where the message should end", false},
    {"unknown_command", "the command is none of the specification", false},
    {"options_nonzero", "the options field is not zero", false},
    {"cpf_overrun", "an item is longer than the message that holds it", true},
    {"cpf_too_many_items", "the message claims more than 16 items", true},
    {"cpf_unusual", "the items do not go together", false},
    {"enip_malformed", "the bytes make no EtherNet/IP message", true},
    {"non_enip_on_port", "an EtherNet/IP port carries something else", true},
    {"request_timeout", "no response came in time", false},
    {"unmatched_response", "a response came without a request", false},
    {"pending_overflow", "too many requests wait for a response", false},
});
static_assert(kProblems.size() == static_cast<std::size_t>(Wrong::pending_overflow) + 1);

// Of a CIP service.
enum class CipWrong : std::uint8_t {
  truncated,
  trailing_bytes,
  bad_path,
  path_overrun,
  bad_service_list,
  nested_too_deep,
  request_timeout,
  unmatched_response
};

inline constexpr auto kCipProblems = std::to_array<Problem>({
    {"truncated", "the service ends before its fields do", true},
    {"trailing_bytes", "bytes follow where the service should end", false},
    {"bad_path", "the path holds a segment that no specification knows", true},
    {"path_overrun", "the path is longer than the message that holds it", true},
    {"bad_service_list", "the offsets of a Multiple Service Packet do not fit its data", true},
    {"nested_too_deep", "services lie in each other deeper than four levels", true},
    {"request_timeout", "no response came in time", false},
    {"unmatched_response", "a response came without a request", false},
});
static_assert(kCipProblems.size() == static_cast<std::size_t>(CipWrong::unmatched_response) + 1);

// Of implicit I/O.
enum class IoWrong : std::uint8_t {
  truncated,
  trailing_bytes,
  // Beside a message.
  sequence_loss,
  sequence_repeated,
  size_changed
};

inline constexpr auto kIoProblems = std::to_array<Problem>({
    {"truncated", "the datagram ends before its fields do", true},
    {"trailing_bytes", "bytes follow where the datagram should end", false},
    {"sequence_loss", "datagrams of the connection are missing", false},
    {"sequence_repeated", "a datagram of the connection came twice or late", false},
    {"size_changed", "the connection carries another number of bytes than before", false},
});
static_assert(kIoProblems.size() == static_cast<std::size_t>(IoWrong::size_changed) + 1);

template <class Enum>
constexpr std::uint32_t bit(Enum wrong) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(wrong);
}

}  // namespace prahari::enip
