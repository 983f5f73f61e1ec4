#include "dissectors/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "dissectors/hex_text.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

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
      append_hex(out, c, 4);
  }
}

constexpr bool plain(char c) noexcept { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

// The shortest text that reads back as the same number.
void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

void append_hex_string(std::string& out, Bytes value) {
  out += '"';
  append_hex(out, value);
  out += '"';
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
  append_hex_string(buffer_, value);
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

void Fields::item_real(double value) {
  separate();
  append_real(buffer_, value);
}

void Fields::item_hex(Bytes value) {
  separate();
  append_hex_string(buffer_, value);
}

void Fields::begin_item() {
  separate();
  buffer_ += '{';
  first_item_ = true;
}

void Fields::end_item() {
  buffer_ += '}';
  first_item_ = false;
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
