// A bounded reader of BER (X.690): tag, definite length, contents. No recursion: whoever reads a
// sequence opens a Reader on its contents.

#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "dissectors/reader.hpp"

namespace prahari::ber {

namespace tag {
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kObjectId = 0x06;
inline constexpr std::uint8_t kSequence = 0x30;
}  // namespace tag

struct Item {
  std::uint8_t tag = 0;
  Bytes body;
};

// A length that is indefinite or has more than `most` octets fails; so does a tag of several
// octets.
[[nodiscard]] constexpr std::size_t read_length(Reader& in, std::uint8_t most = 4) noexcept {
  constexpr std::uint8_t kLong = 0x80;
  const std::uint8_t first = in.u8();
  if (first < kLong) {
    return first;
  }
  const std::uint8_t octets = first & 0x7fU;
  if (octets == 0 || octets > most) {
    in.fail();
    return 0;
  }
  std::size_t length = 0;
  for (std::uint8_t i = 0; i < octets; ++i) {
    length = length << 8U | in.u8();
  }
  return length;
}

[[nodiscard]] constexpr Item read(Reader& in) noexcept {
  constexpr std::uint8_t kManyOctets = 0x1f;
  Item item;
  item.tag = in.u8();
  if ((item.tag & kManyOctets) == kManyOctets) {
    in.fail();
  }
  item.body = in.take(read_length(in));
  return item;
}

// The contents of the next item if it has this tag; else `in` fails.
[[nodiscard]] constexpr Bytes read(Reader& in, std::uint8_t expected) noexcept {
  const Item item = read(in);
  if (item.tag != expected) {
    in.fail();
    return {};
  }
  return item.body;
}

// Of up to eight octets, signed; 0 for what is longer or empty.
[[nodiscard]] constexpr std::int64_t integer(Bytes body) noexcept {
  if (body.empty() || body.size() > sizeof(std::int64_t)) {
    return 0;
  }
  Reader in{body};
  std::uint64_t value = std::to_integer<std::uint8_t>(body[0]) >= 0x80
                            ? std::numeric_limits<std::uint64_t>::max()
                            : 0;
  while (in.remaining() > 0) {
    value = value << 8U | in.u8();
  }
  return static_cast<std::int64_t>(value);
}

// "1.3.6.1.2.1.1.1.0"; at most 32 numbers.
[[nodiscard]] inline std::string object_id(Bytes body) {
  constexpr int kMost = 32;
  std::string out;
  Reader in{body};
  std::uint64_t number = 0;
  for (int count = 0; in.remaining() > 0 && count < kMost;) {
    const std::uint8_t octet = in.u8();
    number = (number << 7U | (octet & 0x7fU)) & 0xffffffffU;
    if (octet >= 0x80) {
      continue;
    }
    if (out.empty()) {
      const std::uint64_t root = number < 80 ? number / 40 : 2;
      out = std::to_string(root) + '.' + std::to_string(number - root * 40);
    } else {
      out += '.' + std::to_string(number);
    }
    number = 0;
    ++count;
  }
  return out;
}

}  // namespace prahari::ber
