#include "dissectors/protocols/tls/record.hpp"

#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kHandshakeHeader = 4;
constexpr std::size_t kMaxSession = 32;
constexpr std::size_t kRandom = 32;

bool is_content(std::uint8_t type) noexcept {
  return type >= static_cast<std::uint8_t>(Content::change_cipher_spec) &&
         type <= static_cast<std::uint8_t>(Content::heartbeat);
}

bool fits(Content content, std::size_t length) noexcept {
  return length <= kMaxRecord && (length > 0 || content == Content::application_data);
}

bool is_stream_version(std::uint16_t version) noexcept {
  return version >= version::kSsl30 && version <= version::kTls13;
}

bool is_datagram_version(std::uint16_t version) noexcept {
  return version == version::kDtls10 || version == version::kDtls12 || version == version::kDtls13;
}

// A hello as far as it is there: strict enough to be believed on any port.
Direction hello_at(Reader in, bool datagram) noexcept {
  const std::uint8_t type = in.u8();
  const std::uint32_t length = in.be24();
  if (datagram) {
    const std::uint16_t message = in.be16();
    const std::uint32_t offset = in.be24();
    const std::uint32_t part = in.be24();
    if (message > 1 || offset != 0 || part > length || part == 0) {
      in.fail();
    }
  }
  const std::uint16_t version = in.be16();
  in.skip(kRandom);
  const std::size_t session = in.u8();
  const bool right = datagram ? is_datagram_version(version) : is_stream_version(version);
  if (!in.ok() || !right || session > kMaxSession || length < 2 + kRandom + 1 + session + 3) {
    return Direction::unknown;
  }
  in.skip(session);
  if (type == handshake::kServerHello) {
    in.skip(2);
    return in.ok() && in.u8() == 0 && in.ok() ? Direction::to_client : Direction::unknown;
  }
  if (type != handshake::kClientHello) {
    return Direction::unknown;
  }
  if (datagram) {
    in.skip(in.u8());
  }
  const std::size_t ciphers = in.be16();
  const bool plausible = in.ok() && ciphers >= 2 && ciphers % 2 == 0 && ciphers < length;
  return plausible ? Direction::to_server : Direction::unknown;
}

// Records follow each other to the end of the segment, the last one perhaps beyond it.
bool chains(Bytes head) noexcept {
  Reader in{head};
  const RecordHeader header = read_stream_header(in);
  if (!in.ok()) {
    return false;
  }
  if (header.length >= in.remaining()) {
    return true;
  }
  in.skip(header.length);
  return in.remaining() < kRecordHeader ? may_begin_stream_header(in.rest())
                                        : begins_stream_record(in.rest());
}

Probe yes(Direction direction, std::uint8_t which) noexcept {
  return {Probe::Answer::yes, direction, which};
}

Probe probe_datagram(const ProbeInput& input) noexcept {
  Reader in{input.head};
  const RecordHeader header = read_datagram_header(in);
  if (!in.ok() || header.length > in.remaining()) {
    return {};
  }
  if (header.content == Content::handshake && header.epoch == 0) {
    const Direction hello = hello_at(in.sub(header.length), true);
    if (hello != Direction::unknown) {
      return yes(hello, variant::kDatagram);
    }
  }
  return input.bound ? yes(Direction::unknown, variant::kDatagram | variant::kMidstream) : Probe{};
}

}  // namespace

RecordHeader read_stream_header(Reader& in) noexcept {
  RecordHeader out;
  const std::uint8_t type = in.u8();
  out.content = static_cast<Content>(type);
  out.version = in.be16();
  out.length = in.be16();
  if (!is_content(type) || !is_stream_version(out.version) || !fits(out.content, out.length)) {
    in.fail();
  }
  return out;
}

RecordHeader read_datagram_header(Reader& in) noexcept {
  RecordHeader out;
  const std::uint8_t type = in.u8();
  out.content = static_cast<Content>(type);
  out.version = in.be16();
  out.epoch = in.be16();
  in.skip(6);  // sequence number
  out.length = in.be16();
  if (!is_content(type) || !is_datagram_version(out.version) || !fits(out.content, out.length)) {
    in.fail();
  }
  return out;
}

bool begins_stream_record(Bytes head) noexcept {
  Reader in{head};
  return read_stream_header(in).length <= kMaxRecord && in.ok();
}

bool may_begin_stream_header(Bytes head) noexcept {
  Reader in{head};
  return head.empty() || (is_content(in.u8()) && (in.remaining() == 0 || in.u8() == 3));
}

bool is_short_header(Bytes head) noexcept {
  Reader in{head};
  return (in.u8() & 0xe0U) == 0x20U && in.ok();
}

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport == Transport::udp) {
    return probe_datagram(input);
  }
  Reader in{input.head};
  const RecordHeader header = read_stream_header(in);
  if (!in.ok()) {
    const bool hopeful =
        input.bound && input.head.size() < kRecordHeader && may_begin_stream_header(input.head);
    return hopeful ? Probe{Probe::Answer::need_more} : Probe{};
  }
  if (header.content == Content::handshake && header.length >= kHandshakeHeader) {
    const Direction hello = hello_at(in, false);
    if (hello != Direction::unknown) {
      return yes(hello, 0);
    }
  }
  return input.bound && chains(input.head) ? yes(Direction::unknown, variant::kMidstream) : Probe{};
}

}  // namespace prahari::tls
