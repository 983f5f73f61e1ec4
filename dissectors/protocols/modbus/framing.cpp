// MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1; MODBUS over Serial Line V1.02, 2.5.

#include "dissectors/protocols/modbus/framing.hpp"

#include <algorithm>

namespace prahari::modbus {
namespace {

constexpr auto kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i;
    for (int shift = 0; shift < 8; ++shift) {
      crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    }
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

constexpr std::uint16_t kCrcStart = 0xFFFF;
constexpr std::size_t kRtuOverhead = 4;  // unit, function, CRC

constexpr std::uint16_t crc_step(std::uint16_t crc, std::byte next) {
  const auto index = (crc ^ std::to_integer<unsigned>(next)) & 0xFFU;
  return static_cast<std::uint16_t>((crc >> 8U) ^ kCrcTable[index]);
}

// The CRC of a frame together with its own CRC is zero.
bool crc_right(Bytes frame) noexcept { return frame.size() >= kRtuOverhead && crc16(frame) == 0; }

// A frame whose function has no length rule ends where the CRC comes out right.
Frame seek_crc(Bytes head) noexcept {
  std::uint16_t crc = kCrcStart;
  const std::size_t limit = std::min(head.size(), kMaxRtu);
  for (std::size_t i = 0; i < limit; ++i) {
    crc = crc_step(crc, head[i]);
    if (crc == 0 && i + 1 >= kRtuOverhead) {
      return Frame::complete(i + 1);
    }
  }
  return head.size() < kMaxRtu ? Frame::need_more() : Frame::not_mine();
}

// One guess at an RTU frame's length: by the rule of one direction.
Frame try_rtu(Bytes head, const Function& function, Way way) noexcept {
  const BodySize body = body_size(function, way, head.subspan(2));
  const std::size_t size = body.size + kRtuOverhead;
  if (size > kMaxRtu) {
    return Frame::not_mine();
  }
  if (head.size() < size) {
    return Frame::need_more();
  }
  if (!body.exact) {
    return seek_crc(head);
  }
  return crc_right(head.first(size)) ? Frame::complete(size) : Frame::not_mine();
}

int hex_digit(std::byte digit) noexcept {
  const auto c = std::to_integer<int>(digit);
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::uint16_t crc16(Bytes bytes) noexcept {
  std::uint16_t crc = kCrcStart;
  for (const std::byte next : bytes) {
    crc = crc_step(crc, next);
  }
  return crc;
}

Adu read_mbap(Bytes bytes) noexcept {
  Reader in{bytes};
  Adu adu;
  adu.transaction = in.be16();
  in.skip(2);
  adu.length = in.be16();
  adu.unit = in.u8();
  adu.code = in.u8();
  adu.body = in.rest();
  return adu;
}

Adu read_rtu(Bytes bytes) noexcept {
  Reader in{bytes.first(bytes.size() - std::min<std::size_t>(bytes.size(), 2))};
  Adu adu;
  adu.unit = in.u8();
  adu.code = in.u8();
  adu.body = in.rest();
  return adu;
}

bool read_ascii(Bytes bytes, AsciiBuffer& buffer, Adu& adu) noexcept {
  std::size_t size = 0;
  unsigned sum = 0;
  for (std::size_t i = 1; i + 1 < bytes.size() && size < buffer.size(); i += 2) {
    const int high = hex_digit(bytes[i]);
    const int low = hex_digit(bytes[i + 1]);
    if (high < 0 || low < 0) {
      break;
    }
    buffer[size] = static_cast<std::byte>(high * 16 + low);
    sum += std::to_integer<unsigned>(buffer[size]);
    ++size;
  }
  Reader in{Bytes{buffer}.first(size - std::min<std::size_t>(size, 1))};
  adu = Adu{};
  adu.unit = in.u8();
  adu.code = in.u8();
  adu.body = in.rest();
  return in.ok() && (sum & 0xFFU) == 0;
}

Frame frame_mbap(Bytes head) noexcept {
  Reader in{head};
  in.skip(2);
  const std::uint16_t protocol = in.be16();
  if (in.ok() && protocol != 0) {
    return Frame::not_mine();
  }
  const std::uint16_t length = in.be16();
  if (!in.ok()) {
    return Frame::need_more();
  }
  if (length < kMinLength || length > kUmasLength) {
    return Frame::not_mine();
  }
  in.skip(1);
  const std::uint8_t code = in.u8();
  if (length > kLaxLength) {
    if (!in.ok()) {
      return Frame::need_more();
    }
    if (code != function::kUmas) {
      return Frame::not_mine();
    }
  }
  const std::size_t size = kLengthAt + length;
  return head.size() < size ? Frame::need_more() : Frame::complete(size);
}

Frame frame_rtu(Bytes head, Direction direction) noexcept {
  if (head.size() < kRtuOverhead) {
    return Frame::need_more();
  }
  const auto code = std::to_integer<std::uint8_t>(head[1]);
  constexpr std::size_t kExceptionSize = kRtuOverhead + 1;
  if ((code & kExceptionBit) != 0) {
    if (head.size() < kExceptionSize) {
      return Frame::need_more();
    }
    return crc_right(head.first(kExceptionSize)) ? Frame::complete(kExceptionSize)
                                                 : Frame::not_mine();
  }
  const Function* function = find_function(code);
  if (function == nullptr) {
    return seek_crc(head);
  }
  Frame best = Frame::not_mine();
  for (const Way way : {Way::request, Way::response}) {
    const Direction goes = way == Way::request ? Direction::to_server : Direction::to_client;
    if (direction != Direction::unknown && direction != goes) {
      continue;
    }
    const Frame frame = try_rtu(head, *function, way);
    if (frame.verdict == Frame::Verdict::complete) {
      return frame;
    }
    if (frame.verdict == Frame::Verdict::need_more) {
      best = frame;
    }
  }
  return best;
}

Frame frame_ascii(Bytes head) noexcept {
  if (head.empty()) {
    return Frame::need_more();
  }
  if (head[0] != std::byte{':'}) {
    return Frame::not_mine();
  }
  const std::size_t limit = std::min(head.size(), kMaxAscii);
  for (std::size_t i = 1; i < limit; ++i) {
    if (head[i] == std::byte{'\n'}) {
      return Frame::complete(i + 1);
    }
    if (head[i] != std::byte{'\r'} && hex_digit(head[i]) < 0) {
      return Frame::not_mine();
    }
  }
  return head.size() < kMaxAscii ? Frame::need_more() : Frame::not_mine();
}

bool well_formed(const Adu& adu, Direction direction) noexcept {
  return (direction != Direction::to_client && fits_exactly(adu.code, Way::request, adu.body)) ||
         (direction != Direction::to_server && fits_exactly(adu.code, Way::response, adu.body));
}

Direction direction_of(const Adu& adu) noexcept {
  if (adu.exception()) {
    return Direction::to_client;
  }
  const bool request = fits_exactly(adu.code, Way::request, adu.body);
  const bool response = fits_exactly(adu.code, Way::response, adu.body);
  if (request == response) {
    return Direction::unknown;
  }
  return request ? Direction::to_server : Direction::to_client;
}

}  // namespace prahari::modbus
