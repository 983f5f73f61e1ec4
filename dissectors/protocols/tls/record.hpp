// The record layer: where a record begins and ends, on a stream and in a datagram.
//
// RFC 8446 section 5, RFC 5246 section 6.2, RFC 6347 section 4.1, RFC 9147 section 4.

#pragma once

#include <cstdint>

#include "dissectors/dissector.hpp"
#include "dissectors/reader.hpp"

namespace prahari::tls {

enum class Content : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24,
};

inline constexpr std::size_t kRecordHeader = 5;
inline constexpr std::size_t kDatagramHeader = 13;
inline constexpr std::size_t kMaxPlain = std::size_t{1} << 14U;
inline constexpr std::size_t kMaxRecord = kMaxPlain + 2048;

struct RecordHeader {
  Content content{};
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;  // datagrams only; above 0: encrypted
  std::size_t length = 0;   // of what follows the header
};

// Fails where the bytes make no header.
[[nodiscard]] RecordHeader read_stream_header(Reader& in) noexcept;
[[nodiscard]] RecordHeader read_datagram_header(Reader& in) noexcept;

// Whether a whole header is there.
[[nodiscard]] bool begins_stream_record(Bytes head) noexcept;

// Whether these few bytes may be the beginning of a header: type, then major version.
[[nodiscard]] bool may_begin_stream_header(Bytes head) noexcept;

// An encrypted record of DTLS 1.3, which has a short header (RFC 9147 section 4) and ends with its
// datagram as far as anybody can tell who has no key.
[[nodiscard]] bool is_short_header(Bytes head) noexcept;

[[nodiscard]] Probe probe(const ProbeInput& input) noexcept;

// What a probe hands to open().
namespace variant {
inline constexpr std::uint8_t kDatagram = 1;
inline constexpr std::uint8_t kMidstream = 2;  // no hello, but a port of TLS
}  // namespace variant

}  // namespace prahari::tls
