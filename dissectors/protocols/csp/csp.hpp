// CSPv4, the Client Server Protocol of PLC-5E and SLC 5/05: PCCC over TCP, from before EtherNet/IP.
// No specification was ever published; the layout is that of free clients (libabel). The header is
// big-endian.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/dissector.hpp"

namespace prahari::csp {

inline constexpr std::size_t kHeaderSize = 28;
inline constexpr std::size_t kMostData = 512;  // PCCC itself stops at 244 bytes of data

enum class Mode : std::uint8_t { request = 1, reply = 2 };

namespace submode {
inline constexpr std::uint8_t kConnect = 1;
inline constexpr std::uint8_t kPccc = 7;
}  // namespace submode

struct Header {
  std::uint8_t mode = 0;
  std::uint8_t submode = 0;
  std::uint16_t length = 0;  // of what follows
  std::uint32_t connection = 0;
  std::uint32_t status = 0;
  Bytes context;  // 16 bytes, of whoever asks

  [[nodiscard]] bool reply() const noexcept {
    return mode == static_cast<std::uint8_t>(Mode::reply);
  }
};

[[nodiscard]] constexpr bool is_mode(std::uint8_t mode) noexcept {
  return mode == static_cast<std::uint8_t>(Mode::request) ||
         mode == static_cast<std::uint8_t>(Mode::reply);
}
[[nodiscard]] constexpr bool is_known(std::uint8_t submode) noexcept {
  return submode == submode::kConnect || submode == submode::kPccc;
}

// Fails the reader when there are fewer than 28 bytes.
[[nodiscard]] Header read_header(Reader& in) noexcept;
// A mode and a submode that exist, and a length that may be.
[[nodiscard]] bool is_sound(const Header& header) noexcept;

// Behind the header: where PCCC goes to, then PCCC.
struct Body {
  bool remote = false;  // over a bridge: eleven bytes more of address
  Bytes pccc;
  bool cut = false;
};
[[nodiscard]] Body read_body(Bytes bytes) noexcept;

enum class Field : std::uint8_t {
  mode,
  submode,
  length,
  connection,
  status,
  context,  // hex
  remote,
  pccc,
  data,  // hex, of the PCCC message
  request_frame,
  latency_us
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Field::latency_us) + 1>
    kFieldNames = {"mode",   "submode", "length", "connection",    "status",    "context",
                   "remote", "pccc",    "data",   "request_frame", "latency_us"};

enum class Wrong : std::uint8_t {
  // Faults of one message.
  truncated,
  unknown_submode,
  // Beside a message.
  malformed,
  non_csp_on_port,
  request_timeout,
  unmatched_response,
  pending_overflow
};
inline constexpr auto kProblems = std::to_array<Problem>({
    {"truncated", "the message ends before its fields do", true},
    {"unknown_submode", "the kind of message is none that is known", false},
    {"csp_malformed", "the bytes make no CSPv4 message", true},
    {"non_csp_on_port", "the CSPv4 port carries something else", false},  // many use TCP 2222
    {"request_timeout", "no response came in time", false},
    {"unmatched_response", "a response came without a request", false},
    {"pending_overflow", "too many requests wait for a response", false},
});
static_assert(kProblems.size() == static_cast<std::size_t>(Wrong::pending_overflow) + 1);

constexpr std::uint32_t bit(Wrong wrong) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(wrong);
}

}  // namespace prahari::csp
