#include "sensor/zeek/cell.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace prahari::zeek {
namespace {

constexpr std::string_view kUnset = "-";
constexpr std::string_view kEmpty = "(empty)";
constexpr std::string_view kDigits = "0123456789abcdef";

void append_escaped(std::string& out, char c) {
  const auto octet = static_cast<unsigned char>(c);
  out += "\\x";
  out += kDigits[octet >> 4U];
  out += kDigits[octet & 0x0fU];
}

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

constexpr bool printable(char c) noexcept { return c >= 0x20 && c < 0x7f; }

// Text that would read as unset or as empty gets its first byte escaped.
constexpr bool ambiguous(std::string_view value) noexcept {
  return value == kUnset || value == kEmpty;
}

void append_text(std::string& out, std::string_view value, bool keep_utf8) {
  if (value.empty()) {
    out += kEmpty;
    return;
  }
  if (ambiguous(value)) {
    append_escaped(out, value.front());
    value.remove_prefix(1);
  }
  for (const char c : value) {
    if (c == '\\') {
      out += "\\\\";
    } else if (printable(c) || (keep_utf8 && static_cast<unsigned char>(c) >= 0x80)) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
}

}  // namespace

void Cell::unset() { line_ += kUnset; }

void Cell::count(std::uint64_t value) { append_number(line_, value); }

void Cell::count(std::optional<std::uint64_t> value) {
  if (!value) {
    return unset();
  }
  append_number(line_, *value);
}

void Cell::integer(std::int64_t value) {
  if (value < 0) {
    line_ += '-';
  }
  const auto bits = static_cast<std::uint64_t>(value);
  append_number(line_, value < 0 ? ~bits + 1 : bits);
}

void Cell::real(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  line_ += text;
  if (text.find_first_not_of("-0123456789") == std::string_view::npos) {
    line_ += ".0";
  }
}

void Cell::boolean(bool value) { line_ += value ? 'T' : 'F'; }

void Cell::time(Timestamp value) {
  seconds(std::chrono::floor<std::chrono::microseconds>(value.time_since_epoch()).count());
}

void Cell::seconds(std::int64_t micros) {
  constexpr std::uint64_t kMillion = 1'000'000;
  if (micros < 0) {
    line_ += '-';
  }
  const auto bits = static_cast<std::uint64_t>(micros);
  const std::uint64_t size = micros < 0 ? ~bits + 1 : bits;
  append_number(line_, size / kMillion);
  const std::size_t point = line_.size();
  append_number(line_, kMillion + size % kMillion);  // the leading 1 keeps the zeros
  line_[point] = '.';
}

void Cell::address(const IpAddress& ip) {
  if (ip.empty()) {
    return unset();
  }
  append(line_, ip);
}

void Cell::text(std::string_view value) { append_text(line_, value, true); }

void Cell::text_or_unset(std::string_view value) {
  if (value.empty()) {
    return unset();
  }
  text(value);
}

void Cell::bytes(std::string_view value) { append_text(line_, value, false); }

void Cell::hex(std::uint64_t value, std::size_t digits) {
  line_ += "0x";
  const std::size_t begin = line_.size();
  append_number(line_, value, 16);
  if (const std::size_t size = line_.size() - begin; size < digits) {
    line_.insert(begin, digits - size, '0');
  }
}

void Cell::vector(std::string_view json) {
  if (json.size() <= 2 || json.front() != '[') {
    return unset();
  }
  line_ += json.substr(1, json.size() - 2);
}

}  // namespace prahari::zeek
