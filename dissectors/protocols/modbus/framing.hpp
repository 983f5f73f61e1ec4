// How Modbus is carried: MBAP over TCP and UDP, RTU frames over TCP, ASCII frames over TCP.
// Stateless; looks at no byte twice except for the CRC.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/modbus/functions.hpp"

namespace prahari::modbus {

// The dialect, as Probe::variant hands it to open().
enum class Carrier : std::uint8_t { mbap, rtu, ascii };

inline constexpr std::size_t kMbapSize = 7;         // transaction, protocol, length, unit
inline constexpr std::size_t kLengthAt = 6;         // what the length counts begins here
inline constexpr std::uint16_t kMinLength = 2;      // unit and function
inline constexpr std::uint16_t kMaxLength = 254;    // by the specification
inline constexpr std::uint16_t kLaxLength = 260;    // seen from sloppy stacks
inline constexpr std::uint16_t kUmasLength = 1100;  // UMAS negotiates longer PDUs
inline constexpr std::size_t kMaxRtu = 256;
inline constexpr std::size_t kMaxAscii = 513;  // ':' 2 * (1 + 253 + 1) CR LF

// One ADU, whichever way it was carried.
struct Adu {
  std::uint16_t transaction = 0;  // MBAP only
  std::uint16_t length = 0;       // MBAP only
  std::uint8_t unit = 0;
  std::uint8_t code = 0;  // function code on the wire
  Bytes body;             // what follows the function code

  [[nodiscard]] std::uint8_t function() const noexcept {
    return code & static_cast<std::uint8_t>(~kExceptionBit);
  }
  [[nodiscard]] bool exception() const noexcept { return (code & kExceptionBit) != 0; }
};

[[nodiscard]] std::uint16_t crc16(Bytes bytes) noexcept;  // CRC-16/MODBUS

// The ADU that `bytes` is, which a frame function has cut. A body that is not there is empty.
[[nodiscard]] Adu read_mbap(Bytes bytes) noexcept;
[[nodiscard]] Adu read_rtu(Bytes bytes) noexcept;

// An ASCII frame is written into `buffer` first. False when its check sum is wrong.
using AsciiBuffer = std::array<std::byte, kMaxRtu>;
[[nodiscard]] bool read_ascii(Bytes bytes, AsciiBuffer& buffer, Adu& adu) noexcept;

[[nodiscard]] Frame frame_mbap(Bytes head) noexcept;
[[nodiscard]] Frame frame_rtu(Bytes head, Direction direction) noexcept;
[[nodiscard]] Frame frame_ascii(Bytes head) noexcept;

// Whether the whole ADU keeps its function's rules for this direction, or for either.
[[nodiscard]] bool well_formed(const Adu& adu, Direction direction) noexcept;

// Which direction the ADU's bytes allow; unknown when both or neither.
[[nodiscard]] Direction direction_of(const Adu& adu) noexcept;

}  // namespace prahari::modbus
