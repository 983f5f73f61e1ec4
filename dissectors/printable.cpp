#include "dissectors/printable.hpp"

#include <array>

namespace prahari {
namespace {

constexpr std::uint32_t octet(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

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

bool acts_on_terminal(std::uint32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f || c == 0x061c ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200b ||
         c == 0x2060 || c == 0xfeff;
}

void append_printable(std::string& out, std::string_view text, std::size_t limit) {
  std::size_t left = limit;
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    const bool passes = c.size > 0 && !acts_on_terminal(c.value);
    const std::size_t size = passes ? c.size : 1;
    if (size > left) {
      return;
    }
    left -= size;
    out += passes ? text.substr(0, size) : std::string_view{"?"};
    text.remove_prefix(c.size == 0 ? 1 : c.size);
  }
}

std::string printable_text(std::string_view text, std::size_t limit) {
  std::string out;
  append_printable(out, text, limit);
  return out;
}

}  // namespace prahari
