// The encapsulation: a header of 24 bytes, its commands, and the Common Packet Format behind it.
// CIP Networks Library volume 2, chapter 2. Everything is little-endian.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

namespace command {
inline constexpr std::uint16_t kNop = 0x0000;
inline constexpr std::uint16_t kListServices = 0x0004;
inline constexpr std::uint16_t kListIdentity = 0x0063;
inline constexpr std::uint16_t kListInterfaces = 0x0064;
inline constexpr std::uint16_t kRegisterSession = 0x0065;
inline constexpr std::uint16_t kUnregisterSession = 0x0066;
inline constexpr std::uint16_t kSendRrData = 0x006F;
inline constexpr std::uint16_t kSendUnitData = 0x0070;
}  // namespace command

inline constexpr std::size_t kHeaderSize = 24;
inline constexpr std::uint16_t kMaxLength = 65511;
inline constexpr std::uint16_t kUsualLength = 8192;  // beyond only with Large Forward Open

struct Header {
  std::uint16_t command = 0;
  std::uint16_t length = 0;
  std::uint32_t session = 0;
  std::uint32_t status = 0;
  Bytes context;  // eight bytes
  std::uint32_t options = 0;
};

struct Command {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
  bool answered;  // by the same command with the same context
};

// Null for a code that the specification does not name.
[[nodiscard]] const Command* find_command(std::uint16_t code) noexcept;

// "Success"; empty for an unknown one.
[[nodiscard]] std::string_view status_name(std::uint32_t status) noexcept;

// Fails the reader when there are fewer than 24 bytes.
[[nodiscard]] Header read_header(Reader& in) noexcept;

// How the head of a stream divides. `large`: messages over 8 KiB may come.
[[nodiscard]] Frame frame_message(Bytes head, bool large) noexcept;

// Whether this is most likely a whole message or the beginning of one, whatever the port.
// `session` is a handle known of the flow, or 0.
[[nodiscard]] bool looks_right(Bytes head, std::uint32_t session) noexcept;

// NOP and the legacy commands have nothing to be known by.
[[nodiscard]] bool is_evidence(std::uint16_t command) noexcept;

namespace item {
inline constexpr std::uint16_t kNullAddress = 0x0000;
inline constexpr std::uint16_t kIdentity = 0x000C;
inline constexpr std::uint16_t kSecurity = 0x0086;
inline constexpr std::uint16_t kConnectedAddress = 0x00A1;
inline constexpr std::uint16_t kConnectedData = 0x00B1;
inline constexpr std::uint16_t kUnconnectedData = 0x00B2;
inline constexpr std::uint16_t kServices = 0x0100;
inline constexpr std::uint16_t kSocketOtoT = 0x8000;
inline constexpr std::uint16_t kSocketTtoO = 0x8001;
inline constexpr std::uint16_t kSequencedAddress = 0x8002;
}  // namespace item

struct Item {
  std::uint16_t type = 0;
  Bytes data;
};

// The items of one message. Each is bounded by its own length; an unknown type hides no other.
struct Items {
  static constexpr std::size_t kMost = 16;

  std::array<Item, kMost> all;
  std::size_t count = 0;
  bool overrun = false;   // the last one claims more than there is; what is there was kept
  bool too_many = false;  // the rest was left out
  Bytes rest;             // behind the last item

  [[nodiscard]] std::span<const Item> list() const noexcept { return std::span{all}.first(count); }
  [[nodiscard]] const Item* find(std::uint16_t type) const noexcept;
};

[[nodiscard]] Items read_items(Reader& in) noexcept;

// The address in a socket item; empty where the item is cut or of another family.
[[nodiscard]] IpAddress socket_address(const Item& socket) noexcept;

}  // namespace prahari::enip
