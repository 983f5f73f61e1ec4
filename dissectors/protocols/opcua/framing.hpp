// Chunks on the wire: the header that every one has, the connection messages, and what tells OPC UA
// from other traffic (OPC 10000-6, 6.7 and 7.1).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/dissector.hpp"

namespace prahari::opcua {

inline constexpr std::size_t kHeaderSize = 8;
inline constexpr std::uint32_t kMaxChunk = 1024 * 1024;  // kept whole; nobody negotiates more

enum class MessageType : std::uint8_t { hello, acknowledge, error, reverse, open, close, message };

[[nodiscard]] std::string_view to_string(MessageType type) noexcept;  // "HEL"

struct Header {
  MessageType type{};
  char chunk = 'F';
  std::uint32_t size = 0;  // of the chunk, header included
};

// Nothing where the bytes are no header. Needs eight of them.
[[nodiscard]] std::optional<Header> read_header(Bytes head) noexcept;

[[nodiscard]] Frame frame_chunk(Bytes head) noexcept;

// The rest of the connection messages.
struct Hello {  // also ACK, without the URL
  std::uint32_t version = 0;
  std::uint32_t receive_buffer = 0;
  std::uint32_t send_buffer = 0;
  std::uint32_t max_message = 0;  // 0: no limit
  std::uint32_t max_chunks = 0;   // 0: no limit
  std::string_view url;
};
[[nodiscard]] Hello read_hello(Reader& in) noexcept;
[[nodiscard]] Hello read_acknowledge(Reader& in) noexcept;

// Stricter than frame_chunk: the whole chunk is there and makes sense by itself, or as much of it
// as one segment holds. `direction`: what the bytes tell, if anything.
[[nodiscard]] bool looks_genuine(Bytes head, Direction& direction) noexcept;

[[nodiscard]] Probe probe(const ProbeInput& input) noexcept;

}  // namespace prahari::opcua
