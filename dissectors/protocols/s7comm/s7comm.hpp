// S7 communication of SIMATIC S7-300, 400, 1200 and 1500. Siemens never published it; the layout is
// that of Wireshark's packet-s7comm and of snap7. Big-endian.

#pragma once

#include <array>
#include <string_view>

#include "dissectors/cotp.hpp"
#include "dissectors/meaning.hpp"

namespace prahari::s7comm {

enum class Rosctr : std::uint8_t { job = 1, ack = 2, ack_data = 3, userdata = 7 };

struct Header {
  Rosctr rosctr{};
  std::uint16_t reference = 0;
  std::uint16_t error = 0;  // class and code, of ack and ack_data
  Bytes parameter;
  Bytes data;
  bool cut = false;
};

[[nodiscard]] bool is_s7(Bytes payload) noexcept;
[[nodiscard]] Header read_header(Bytes payload) noexcept;

enum Field : std::size_t {
  kRosctr = cotp::kOwnFields,
  kReference,
  kFunction,
  kGroup,
  kItems,
  kBlock,
  kSzl,
  kSzlIndex,
  kError,
  kRequestFrame
};
inline constexpr std::array<std::string_view, kRequestFrame + 1> kFields = {
    "cotp",  "called_tsap", "calling_tsap", "rosctr",    "pdu_ref", "function",     "group",
    "items", "block",       "szl_id",       "szl_index", "error",   "request_frame"};

// What a function is called and does.
[[nodiscard]] Meaning meaning_of_job(std::uint8_t function) noexcept;
[[nodiscard]] Meaning meaning_of_pi(std::string_view service) noexcept;
[[nodiscard]] Meaning meaning_of_userdata(std::uint8_t group, std::uint8_t function) noexcept;

// The facts in a whole SZL (system state list), from its id on.
void tell_szl(Bytes szl, Emitter& out);

}  // namespace prahari::s7comm
