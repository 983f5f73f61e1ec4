// DNS messages as DNS, mDNS and LLMNR have them. RFC 1035 section 4, RFC 6762, RFC 4795.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/fields.hpp"
#include "dissectors/reader.hpp"

namespace prahari::dns {

namespace type {
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kPtr = 12;
inline constexpr std::uint16_t kHinfo = 13;
inline constexpr std::uint16_t kTxt = 16;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kSrv = 33;
}  // namespace type

struct Header {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;

  [[nodiscard]] bool response() const noexcept { return (flags & 0x8000U) != 0; }
  [[nodiscard]] std::uint8_t opcode() const noexcept { return flags >> 11U & 0xfU; }
  [[nodiscard]] std::uint8_t status() const noexcept { return flags & 0xfU; }
};

struct Question {
  std::string name;
  std::uint16_t type = 0;
  std::uint16_t clas = 0;
};

struct Record {
  std::string name;
  std::uint16_t type = 0;
  std::uint16_t clas = 0;
  std::uint32_t ttl = 0;
  Bytes data;
  std::size_t data_at = 0;  // in the message
};

[[nodiscard]] Header read_header(Reader& in) noexcept;

// Whether this may well be such a message: counts that fit its size, an opcode that is in use, a
// first name and type that can be read.
[[nodiscard]] bool looks_sound(Bytes message) noexcept;

// A name at the reader's place; pointers lead back only, so it ends. At most 255 characters, labels
// joined by dots. `in` fails where it is no name.
[[nodiscard]] std::string read_name(Bytes message, Reader& in);
// The name at an offset.
[[nodiscard]] std::string name_at(Bytes message, std::size_t offset);

// The questions and records of a message, one after the other.
class Walker {
 public:
  static constexpr std::size_t kMost = 256;  // records of one message that are looked at

  explicit Walker(Bytes message) noexcept;

  [[nodiscard]] const Header& header() const noexcept { return header_; }
  [[nodiscard]] bool next(Question& out);
  // After the questions. False at the end, or where the bytes end first.
  [[nodiscard]] bool next(Record& out);

 private:
  Bytes message_;
  Reader in_;
  Header header_;
  std::size_t asked_ = 0;
  std::size_t told_ = 0;
};

// The fields that all three have, by their place in a list of names.
inline constexpr auto kFields = std::to_array<std::string_view>(
    {"id", "response", "opcode", "status", "questions", "query", "query_type", "answers"});

void show(Bytes message, Fields& fields);

}  // namespace prahari::dns
