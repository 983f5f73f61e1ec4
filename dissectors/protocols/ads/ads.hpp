// ADS, the Automation Device Specification of Beckhoff TwinCAT: AMS/TCP on 48898, and the discovery
// and route service on UDP 48899. Beckhoff Information System, TF1000; little-endian.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "dissectors/dissector.hpp"
#include "dissectors/meaning.hpp"

namespace prahari::ads {

enum Field : std::size_t {
  kCommand,
  kTarget,
  kSource,
  kFlags,
  kError,
  kInvoke,
  kGroup,
  kOffset,
  kLength,
  kState,
  kDeviceName,
  kVersion,
  kService,
  kHost,
  kRoute,
  kUser,
  kData
};
enum Wrong : std::uint8_t { kForeign, kTruncated };

inline constexpr std::uint32_t kUdpAnswer = 0x80000000;
inline constexpr std::size_t kShown = 64;  // of text and data in a record

struct NetAddress {
  std::array<std::uint8_t, 6> id{};
  std::uint16_t port = 0;
};

[[nodiscard]] NetAddress read_address(Reader& in) noexcept;
[[nodiscard]] std::string net_id(const NetAddress& address);  // "5.1.2.3.1.1"
[[nodiscard]] bool is_null(const NetAddress& address) noexcept;

enum Command : std::uint16_t {
  kReadDeviceInfo = 1,
  kRead,
  kWrite,
  kReadState,
  kWriteControl,
  kAddNotification,
  kDeleteNotification,
  kNotification,
  kReadWrite
};

inline constexpr std::size_t kCommandCount = 10;

// What is asked for, by an ADS command that is below kCommandCount; of Write Control by the state
// that it asks for; of what is read and written by its index group: those of the system service
// have a table of their own, and may have no name.
[[nodiscard]] Meaning command_meaning(std::uint16_t command) noexcept;
[[nodiscard]] Meaning control_meaning(std::uint16_t state) noexcept;
[[nodiscard]] Meaning system_meaning(std::uint16_t command, std::uint32_t group) noexcept;
[[nodiscard]] Meaning symbol_meaning(std::uint16_t command, std::uint32_t group) noexcept;
[[nodiscard]] std::string_view table_of(std::uint32_t group) noexcept;
[[nodiscard]] std::string_view state_name(std::uint16_t state) noexcept;

inline constexpr std::uint32_t kHandleByName = 0xf003;  // index group

// UDP: who is there, and routes.
[[nodiscard]] Frame discovery_frame(Bytes head) noexcept;
[[nodiscard]] std::unique_ptr<Session> open_discovery();

}  // namespace prahari::ads
