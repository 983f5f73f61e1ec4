// One value of a Zeek log, written the way Zeek's ASCII writer does.
//
// Text is escaped (\xHH for what is not printable, for tabs and, in a set, for commas); what is not
// there is "-", what is empty "(empty)". Appends to the line at hand; nothing else is kept.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/address.hpp"

namespace prahari::zeek {

class Cell {
 public:
  explicit Cell(std::string& line) noexcept : line_(line) {}

  void unset();
  void count(std::uint64_t value);
  void count(std::optional<std::uint64_t> value);  // unset when there is none
  void integer(std::int64_t value);
  void real(double value);  // with a point, the shortest that reads back
  void boolean(bool value);
  void time(Timestamp value);         // seconds since 1970 with six decimals
  void seconds(std::int64_t micros);  // since 1970, with six decimals
  void address(const IpAddress& ip);
  void text(std::string_view value);  // UTF-8; other bytes are escaped
  void text_or_unset(std::string_view value);
  void bytes(std::string_view value);  // every byte that is no printable ASCII is escaped
  void hex(std::uint64_t value, std::size_t digits);  // "0x" and at least that many digits

  // A JSON list of numbers as a vector: the same without brackets, unset when it is empty.
  void vector(std::string_view json);

 private:
  std::string& line_;
};

}  // namespace prahari::zeek
