// What the function codes mean and how long their PDUs are. Constant tables, no state.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/message.hpp"
#include "dissectors/reader.hpp"

namespace prahari::modbus {

inline constexpr std::uint8_t kExceptionBit = 0x80;
inline constexpr std::size_t kMaxBits = 2000;

namespace function {
inline constexpr std::uint8_t kReadCoils = 1;
inline constexpr std::uint8_t kReadDiscreteInputs = 2;
inline constexpr std::uint8_t kReadHoldingRegisters = 3;
inline constexpr std::uint8_t kReadInputRegisters = 4;
inline constexpr std::uint8_t kWriteSingleCoil = 5;
inline constexpr std::uint8_t kWriteSingleRegister = 6;
inline constexpr std::uint8_t kReadExceptionStatus = 7;
inline constexpr std::uint8_t kDiagnostics = 8;
inline constexpr std::uint8_t kGetCommEventCounter = 11;
inline constexpr std::uint8_t kGetCommEventLog = 12;
inline constexpr std::uint8_t kWriteMultipleCoils = 15;
inline constexpr std::uint8_t kWriteMultipleRegisters = 16;
inline constexpr std::uint8_t kReportServerId = 17;
inline constexpr std::uint8_t kReadFileRecord = 20;
inline constexpr std::uint8_t kWriteFileRecord = 21;
inline constexpr std::uint8_t kMaskWriteRegister = 22;
inline constexpr std::uint8_t kReadWriteMultipleRegisters = 23;
inline constexpr std::uint8_t kReadFifoQueue = 24;
inline constexpr std::uint8_t kEncapsulated = 43;
inline constexpr std::uint8_t kUmas = 90;
}  // namespace function

inline constexpr std::uint8_t kCanOpen = 0x0D;  // MEI types of function 43
inline constexpr std::uint8_t kReadDeviceIdentification = 0x0E;
inline constexpr std::uint16_t kForceListenOnly = 4;  // sub-function of 8; never answered

enum class Way : std::uint8_t { request, response };

// The length rule of one direction: what follows the function code.
struct Shape {
  enum class Kind : std::uint8_t {
    any,        // no rule known
    fixed,      // exactly `size` bytes
    counted,    // at offset `size` a byte says how many follow it
    counted16,  // likewise, two bytes
    at_least,   // `size` bytes or more
    objects     // function 43
  };
  Kind kind = Kind::any;
  std::uint8_t size = 0;
};

// How a function is shown and judged.
struct Meaning {
  std::string_view name;
  Operation operation = Operation::control;  // so that no conduit for reading covers the unknown
  Effect effect = Effect::none;
};

struct Function {
  std::uint8_t code = 0;
  Meaning meaning;
  std::string_view table;  // what its addresses count; empty: it has none
  Shape request;
  Shape response;
};

// Null for a code that no list names. Without the exception bit.
[[nodiscard]] const Function* find_function(std::uint8_t code) noexcept;
[[nodiscard]] Meaning meaning_of(std::uint8_t code) noexcept;

// Sub-functions of 8; `data` is the first word behind the sub-function.
[[nodiscard]] Meaning diagnostic_meaning(std::uint16_t sub, std::uint16_t data) noexcept;
[[nodiscard]] bool known_diagnostic(std::uint16_t sub) noexcept;

[[nodiscard]] constexpr bool known_exception(std::uint8_t code) noexcept {
  return (code >= 1 && code <= 8) || code == 10 || code == 11;
}

// The length of the body (what follows the function code) by the function's rule, as far as the
// bytes that are there tell; `least` counts when `exact` is not known.
struct BodySize {
  bool exact = false;
  std::size_t size = 0;  // exact size, or the fewest bytes it can have
};
[[nodiscard]] BodySize body_size(const Function& function, Way way, Bytes body) noexcept;

// Whether the body keeps the function's length rule. True where there is no rule.
[[nodiscard]] bool fits_length(const Function& function, Way way, Bytes body) noexcept;

// For telling Modbus from other traffic: there is a rule, it is kept, and counts and quantities
// are those that a device would accept. Takes the code as on the wire, with the exception bit.
[[nodiscard]] bool fits_exactly(std::uint8_t code, Way way, Bytes body) noexcept;

[[nodiscard]] constexpr std::size_t bytes_for_bits(std::size_t bits) noexcept {
  return (bits + 7) / 8;
}

}  // namespace prahari::modbus
