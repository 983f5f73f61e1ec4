#include "dissectors/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace prahari {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

constexpr std::uint32_t octet(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // bytes it takes; 0: no valid UTF-8
};

// The code point at the head of a text that is not empty (RFC 3629: shortest form, no surrogates).
CodePoint decode_utf8(std::string_view text) noexcept {
  const std::uint32_t lead = octet(text, 0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) {
    return {};
  }
  std::uint32_t value = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(text, i) & 0xc0U) != 0x80) {
      return {};
    }
    value = value << 6 | (octet(text, i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < kSmallest[size] || surrogate || value > 0x10ffff ? CodePoint{}
                                                                  : CodePoint{value, size};
}

// Moves a cursor, hides or reorders text: C0, DEL, C1, line separators, bidirectional controls.
constexpr bool acts_on_terminal(std::uint32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f || c == 0x061c ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void append_escape(std::string& out, std::uint32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u";
      for (unsigned shift = 16; shift > 0; shift -= 4) {
        out += kHexDigits[c >> (shift - 4) & 0x0fU];
      }
  }
}

constexpr bool plain(char c) noexcept { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto run = static_cast<std::size_t>(std::ranges::find_if_not(text, plain) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) {
      break;
    }
    const CodePoint c = decode_utf8(text);
    if (c.size == 0) {
      out += kReplacement;
    } else if (c.value == '"' || c.value == '\\') {
      out += '\\';
      out += text.front();
    } else if (acts_on_terminal(c.value)) {
      append_escape(out, c.value);
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(std::max<std::size_t>(c.size, 1));
  }
  out += '"';
}

void Fields::clear() noexcept {
  buffer_.clear();
  slices_.fill({});
}

void Fields::start(std::size_t field) {
  open_ = field;
  first_item_ = true;
  slices_.at(field).begin = static_cast<std::uint32_t>(buffer_.size());
}

void Fields::finish() { slices_.at(open_).end = static_cast<std::uint32_t>(buffer_.size()); }

void Fields::separate() {
  if (!first_item_) {
    buffer_ += ',';
  }
  first_item_ = false;
}

void Fields::number(std::size_t field, std::int64_t value) {
  start(field);
  append_integer(buffer_, value);
  finish();
}

void Fields::boolean(std::size_t field, bool value) {
  start(field);
  buffer_ += value ? "true" : "false";
  finish();
}

void Fields::text(std::size_t field, std::string_view value) {
  start(field);
  append_json_string(buffer_, value);
  finish();
}

void Fields::hex(std::size_t field, Bytes value) {
  start(field);
  buffer_ += '"';
  for (const std::byte b : value) {
    buffer_ += kHexDigits[std::to_integer<std::size_t>(b >> 4)];
    buffer_ += kHexDigits[std::to_integer<std::size_t>(b & std::byte{0x0f})];
  }
  buffer_ += '"';
  finish();
}

void Fields::begin_list(std::size_t field) {
  start(field);
  buffer_ += '[';
}

void Fields::item(std::int64_t value) {
  separate();
  append_integer(buffer_, value);
}

void Fields::item(std::string_view value) {
  separate();
  append_json_string(buffer_, value);
}

void Fields::real(double value) {
  separate();
  if (!std::isfinite(value)) {
    buffer_ += "null";
    return;
  }
  std::array<char, 32> text{};
  buffer_.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void Fields::end_list() {
  buffer_ += ']';
  finish();
}

void Fields::begin_object(std::size_t field) {
  start(field);
  buffer_ += '{';
}

void Fields::member(std::string_view name, std::int64_t value) {
  separate();
  append_json_string(buffer_, name);
  buffer_ += ':';
  append_integer(buffer_, value);
}

void Fields::member(std::string_view name, std::string_view value) {
  separate();
  append_json_string(buffer_, name);
  buffer_ += ':';
  append_json_string(buffer_, value);
}

void Fields::end_object() {
  buffer_ += '}';
  finish();
}

std::string_view Fields::json(std::size_t field) const noexcept {
  if (field >= slices_.size() || slices_[field].begin == slices_[field].end) {
    return "null";
  }
  const Slice& slice = slices_[field];
  return std::string_view{buffer_}.substr(slice.begin, slice.end - slice.begin);
}

}  // namespace prahari
