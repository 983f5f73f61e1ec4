#include "dissectors/device_text.hpp"

#include <algorithm>

#include "dissectors/printable.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMinRun = 4;

constexpr bool printable_ascii(unsigned char c) { return c >= 0x20 && c <= 0x7E; }

bool printable_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    if (c.size == 0 || acts_on_terminal(c.value)) {
      return false;
    }
    text.remove_prefix(c.size);
  }
  return true;
}

bool printable_latin1(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return printable_ascii(code) || code >= 0xA0;
  });
}

bool blank(char c) noexcept { return c == '\0' || c == ' '; }

}  // namespace

std::string_view hex_text(Bytes raw, TextBuffer& buffer) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t size = 0;
  for (const std::byte next : raw.first(std::min(raw.size(), kMaxText))) {
    buffer[size++] = kDigits[std::to_integer<std::size_t>(next >> 4)];
    buffer[size++] = kDigits[std::to_integer<std::size_t>(next & std::byte{0x0F})];
  }
  return {buffer.data(), size};
}

std::string_view clean_text(Bytes raw, TextBuffer& buffer) noexcept {
  std::string_view text = as_text(raw.first(std::min(raw.size(), kMaxText)));
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  if (printable_utf8(text)) {
    return text;
  }
  if (!printable_latin1(text)) {
    return hex_text(as_bytes(text), buffer);
  }
  std::size_t size = 0;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      buffer[size++] = c;
    } else {
      buffer[size++] = static_cast<char>(0xC0U | (code >> 6U));
      buffer[size++] = static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
  return {buffer.data(), size};
}

std::string_view printable_runs(Bytes raw, TextBuffer& buffer) noexcept {
  const std::string_view text = as_text(raw.first(std::min(raw.size(), kMaxText)));
  std::size_t size = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && printable_ascii(static_cast<unsigned char>(text[end]))) {
      ++end;
    }
    if (end - begin >= kMinRun) {
      if (size > 0) {
        buffer[size++] = ' ';
      }
      size += text.copy(std::span{buffer}.subspan(size).data(), end - begin, begin);
    }
    begin = end + 1;
  }
  std::string_view runs{buffer.data(), size};
  while (!runs.empty() && runs.back() == ' ') {
    runs.remove_suffix(1);
  }
  while (!runs.empty() && runs.front() == ' ') {
    runs.remove_prefix(1);
  }
  return runs;
}

}  // namespace prahari
