// How Modbus traffic can be wrong. The order is that of the bits in Message::problems.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari::modbus {

enum class Wrong : std::uint8_t {
  // Faults of one message.
  length_over_spec,
  truncated,
  trailing_bytes,
  byte_count_mismatch,
  quantity_out_of_range,
  address_overflow,
  invalid_coil_value,
  padding_bits_set,
  echo_mismatch,
  exception_from_client,
  invalid_function_zero,
  invalid_exception_code,
  invalid_file_record,
  invalid_identification_code,
  lrc_mismatch,
  // What is worth a record without being a fault of one message.
  malformed,
  bad_protocol_id,
  non_modbus_on_port,
  request_timeout,
  unmatched_response,
  pending_overflow,
  enron32,
  umas_direction_unusual
};

// A violation is what detections.md 17 counts as a breach; the rest is for the record.
inline constexpr auto kProblems = std::to_array<Problem>({
    {"length_over_spec", "the length in the header is over the limit of the protocol", true},
    {"truncated", "the message ends before its fields do", true},
    {"trailing_bytes", "bytes follow where the message should end", true},
    {"byte_count_mismatch", "the byte count does not fit the quantity or the data", true},
    {"quantity_out_of_range", "the quantity is outside what the function allows", false},
    {"address_overflow", "address and quantity reach beyond 65,535", false},
    {"invalid_coil_value", "a coil is written with a value other than 0x0000 or 0xFF00", false},
    {"padding_bits_set", "bits behind the last coil are not zero", false},
    {"echo_mismatch", "the response does not repeat the request", false},
    {"exception_from_client", "the client sent an exception response", true},
    {"invalid_function_zero", "the function code is zero", true},
    {"invalid_exception_code", "the exception code is none that the specification names", false},
    {"invalid_file_record", "a file record has a wrong reference type, number or length", false},
    {"invalid_identification_code", "the identification code is none of 1 to 4", false},
    {"lrc_mismatch", "the check sum of an ASCII frame is wrong", true},
    {"modbus_malformed", "the bytes make no Modbus frame", true},
    {"modbus_bad_protocol_id", "the protocol identifier is not zero", true},
    {"non_modbus_on_port", "a Modbus port carries something else", true},
    {"request_timeout", "no response came within 10 seconds", false},
    {"unmatched_response", "a response came without a request", false},
    {"pending_overflow", "more than 64 requests wait for a response", false},
    {"enron32", "registers are 32 bits wide, as in Enron or Daniel flow computers", false},
    {"umas_direction_unusual", "a program transfer goes against the usual direction", false},
});
static_assert(kProblems.size() == static_cast<std::size_t>(Wrong::umas_direction_unusual) + 1);
static_assert(kProblems.size() <= 32);

constexpr std::uint32_t bit(Wrong wrong) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(wrong);
}

}  // namespace prahari::modbus
